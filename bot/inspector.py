"""The inspector looks at the staff group: once a day, when asked, and when it changes.

It reads what the Bot API tells an administrator: getChat, getChatAdministrators, and getChatMember
for each bot that was seen to join. A plain list of members there is not.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.bot_api import BotApi, Failed, Refused
from bot.clerk import Room, moment
from handlers.guestbook import Guestbook, until_next
from handlers.room import Check, Facts, Member
from storage.signs import Sign

A_DAY = 86400.0
HARMLESS = frozenset({"can_be_edited", "can_manage_chat", "can_delete_messages"})
OUT = ("left", "kicked")

Json = Mapping[str, Any]


class Inspector:
    """One look at a time. *bot*: the staff bot's own number; *clock* gives unix seconds."""

    def __init__(
        self,
        api: BotApi,
        bot: int,
        room: Room,
        book: Guestbook,
        poke: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        self._api, self._bot, self._room, self._book = api, bot, room, book
        self._poke, self._clock = poke, clock
        self._one = asyncio.Lock()
        self._next: float | None = None  # None: the books know

    def want(self) -> None:
        """The group has changed: look soon."""
        self._next = 0.0

    async def meet(self, bot: int, name: str, inside: bool) -> None:
        """Another bot came in, or left. Raises Down."""
        if bot != self._bot:
            await self._book.meet(Member(bot, name), inside)
        self.want()

    async def look_if_due(self) -> None:
        """Look, if the time has come, by the clock, which may be moved. Raises Down."""
        if self._next is None:
            due = await self._book.next_look()
            self._next = due.timestamp() if due else 0.0
        if not 0 < self._next - self._clock() <= A_DAY + 1:  # due, or the clock was set back
            await self.look()

    async def look(self, update: int = 0) -> Check:
        """Look now, and note it. *update*: of who asked in the group. Raises Down."""
        async with self._one:
            self._next = None  # whoever wants a look from here on gets another one
            seen = await self._book.bots()
            try:
                facts = await read_room(self._api, self._room.chat, self._bot, seen)
            except Failed:
                facts = None
            now = moment(self._clock)
            check = await self._book.note(facts, seen, now, update)
            if self._next is None:
                self._next = (now + until_next(facts)).timestamp()
        self._poke()
        return check


async def read_room(api: BotApi, chat: int, me: int, seen: Sequence[Sign]) -> Facts:
    """What Telegram tells of a group. *seen*: bots that joined. Raises Failed."""
    group = await api.call("getChat", chat_id=chat)
    leads = await api.call("getChatAdministrators", chat_id=chat, return_bots=True)
    listed = {lead["user"]["id"] for lead in leads}
    may_ask = me in listed  # others than administrators are not told who is in the group
    others = [
        Member(sign.who, sign.name)
        for sign in seen
        if sign.who not in listed and not (may_ask and await has_left(api, chat, sign.who))
    ]
    return facts_of(group, leads, others, me)


async def has_left(api: BotApi, chat: int, bot: int) -> bool:
    """Whether Telegram says that a bot is not in the group. Raises Failed."""
    try:
        member = await api.call("getChatMember", chat_id=chat, user_id=bot)
    except Refused:
        return False
    return member["status"] in OUT


def facts_of(group: Json, leads: Sequence[Json], others: Sequence[Member], me: int) -> Facts:
    """Bot API, ChatFullInfo and ChatMember, as the room check knows them.

    `has_visible_history` is told to administrators only, and is left out where it is not so.
    """
    mine: Json = next((lead for lead in leads if lead["user"]["id"] == me), {})
    bots = [named(lead) for lead in leads if lead["user"]["is_bot"] and lead is not mine]
    allowed = group.get("permissions", {}).get("can_add_web_page_previews")
    return Facts(
        public=bool(group.get("username") or group.get("active_usernames")),
        channel="linked_chat_id" in group,
        link="invite_link" in group,
        history=bool(group.get("has_visible_history")) if mine else None,
        forwarding=not group.get("has_protected_content"),
        previews=allowed,
        timer=group.get("message_auto_delete_time", 0),
        leads=tuple(named(lead) for lead in leads if not lead["user"]["is_bot"]),
        bots=(*bots, *others),
        administrator=bool(mine),
        delete=bool(mine.get("can_delete_messages")),
        more=any(mine[right] for right in mine if right.startswith("can_") and more(right)),
    )


def more(right: str) -> bool:
    """Whether the staff bot can do its work without this right."""
    return right not in HARMLESS


def named(lead: Json) -> Member:
    """An administrator by the name the group knows them by."""
    user = lead["user"]
    names = (user["first_name"], user.get("last_name", ""))
    return Member(user["id"], " ".join(filter(None, names)))
