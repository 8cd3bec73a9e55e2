"""The publisher makes the chart and the table of a period, with nothing personal in them."""

import asyncio
from datetime import datetime

from bot.clerk import here
from bot.parcels import Attached, Errand, Kind, Nothing, Parcel, Send
from bot.pictures import png
from handlers import publication
from handlers.chart import chart
from handlers.figures import figures
from handlers.periods import period
from handlers.spoken import Voice
from handlers.spreadsheet import sheet
from storage.books import Books, Letter


class Publisher:
    """One kind of letter, "figures"; what it brings may stay and be passed on."""

    def kinds(self) -> dict[str, Kind]:
        """Its letters."""
        return {"figures": Kind(self.figures)}

    async def figures(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """The chart or the table of a period, as the counters are now; nothing personal in it."""
        body, today = letter.body, here(now).date()
        asked, voice = period(body["period"], today), Voice(body["language"], today)
        if asked is None:
            return Nothing()
        told = figures(await books.figures.of(*asked.months), asked, today)
        is_chart = body["form"].endswith(".png")
        draw = (lambda: png(chart(told, voice))) if is_chart else (lambda: sheet(told, voice))
        data = await asyncio.to_thread(draw)  # it takes half a second
        file = Attached(f"figures-{asked.name}-{body['form']}", data)
        return Send(Parcel(body["chat"], voice.message((publication.title(told),)), attached=file))
