"""python -m bot demo | door | staff | all | keys | check | rehearse | words | diagram."""

import asyncio
import os
import secrets
import signal
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bot import logs
from bot.config import (
    BothSettings,
    DoorSettings,
    HouseSettings,
    StaffSettings,
    read_settings,
)
from bot.steady import steady
from bot.trouble import Trouble
from storage.down import Broken, Down
from storage.keys import Half, KeysExist, KeysUnreadable, opens_other_half, write_new_keys

app = typer.Typer(
    help="Front Door: people report links to intimate images; caseworkers get them removed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
keys_app = typer.Typer(help="The two key folders.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")

TROUBLES = (Trouble, KeysUnreadable, Down, Broken, OSError)


def say(line: str) -> None:
    """Tell the operator, at once."""
    typer.echo(line)
    sys.stdout.flush()


def today() -> date:
    """The day, by this machine's clock."""
    return datetime.now(UTC).date()


# Running


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run until it ends, or until Ctrl-C or SIGTERM. A known trouble is told in plain words."""
    os.umask(0o077)  # what we write is nobody else's
    logs.begin()
    try:
        asyncio.run(until_stopped(work))
    except BaseExceptionGroup as group:
        troubles, others = group.split(TROUBLES)
        if others or not troubles:
            raise
        tell(next(leaves(troubles)))
    except TROUBLES as trouble:
        tell(trouble)


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Ctrl-C and SIGTERM cancel the work, which puts everything away."""
    task = asyncio.ensure_future(work)
    for signum in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows has no such handlers; Ctrl-C works there
            asyncio.get_running_loop().add_signal_handler(signum, task.cancel)
    with suppress(asyncio.CancelledError):
        await task
    say("Stopped.")


def leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    """What went wrong, without the groups around it."""
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from leaves(error)
        else:
            yield error


def tell(trouble: BaseException) -> None:
    """One plain line for one trouble, and exit 1."""
    match trouble:
        case Down():
            line = "The database or Redis does not answer. `python -m bot check` says more."
        case Broken():
            line = "The database refuses a statement. Is it a database of this version?"
        case _:
            line = str(trouble)
    typer.echo(line, err=True)
    raise typer.Exit(1) from None


# The demo


@app.command()
def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget earlier demos first.")] = False,
    tour: Annotated[
        bool, typer.Option("--tour", help="Play one whole case in each language, and end.")
    ] = False,
    port: Annotated[int, typer.Option(help="The page's port; 0 takes a free one.")] = 8480,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps everything.")] = Path(
        ".front-door"
    ),
) -> None:
    """Start a small Telegram, the door and the staff room here, and print the page's address."""
    say("Front Door is starting.")
    from bot import demo as demos  # the slow imports, after the first line

    if tour:
        run(demos.tour(time.time, secrets.randbelow, today(), say))
        return
    run(demos.play(folder, port, fresh, time.time, secrets.randbelow, say))


# In earnest


@app.command()
def door() -> None:
    """Run the door: it talks with people, and cannot read what they have sent."""

    async def work() -> None:
        from bot.halves import open_door

        settings = read_settings(DoorSettings)
        warn_of(settings, "door")
        async with open_door(
            settings, steady(time.time, time.monotonic), secrets.randbelow
        ) as half:
            say("The door is open. Ctrl-C closes it; nothing is lost.")
            await half.run()

    run(work())


@app.command()
def staff() -> None:
    """Run the staff room: cards in the group, cases in private; it never learns who."""

    async def work() -> None:
        from bot.halves import open_staff

        settings = read_settings(StaffSettings)
        warn_of(settings, "staff")
        async with open_staff(
            settings, steady(time.time, time.monotonic), secrets.randbelow
        ) as half:
            say("The staff room is open. Ctrl-C closes it; nothing is lost.")
            await half.run()

    run(work())


@app.command(name="all")
def both() -> None:
    """Run both halves in one process: for a trial, since then one theft takes both."""

    async def work() -> None:
        from bot.halves import open_both

        settings = read_settings(BothSettings)
        say("Both halves lie on this one machine: whoever takes it can read who and what.")
        async with open_both(
            settings, settings, steady(time.time, time.monotonic), secrets.randbelow
        ) as halves:
            say("The door and the staff room are open. Ctrl-C closes them; nothing is lost.")
            async with asyncio.TaskGroup() as group:
                for half in halves:
                    group.create_task(half.run())

    run(work())


def warn_of(settings: HouseSettings, half: Half) -> None:
    """Say once if this half could open the other's keys."""
    if opens_other_half(settings.keys, half):
        other = "staff" if half == "door" else "door"
        say(f"Warning: this process can also read the keys of the {other}. `bot check` says more.")


@keys_app.command("new")
def new_keys(
    folder: Annotated[Path, typer.Argument(help="Where to; never overwritten.")] = Path("keys"),
) -> None:
    """Write new keys: FOLDER/door for the door, FOLDER/staff for the staff room."""
    try:
        write_new_keys(folder)
    except (KeysExist, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    say(f"New keys are in {folder / 'door'} and {folder / 'staff'}.")
    say("Give each half its own folder only. What they seal cannot be read without them: back up")
    say("the staff folder where nobody but two of you can reach it.")


@app.command()
def check(
    audit: Annotated[
        bool, typer.Option("--audit", help="Only the audit rows: which is the first broken one?")
    ] = False,
) -> None:
    """Say what is wrong with the settings, the keys, the bots, the group, the databases."""
    from bot import check as checks

    logs.begin()
    findings = [] if audit else [*checks.check_facts(today())]
    findings += asyncio.run(checks.check_chain() if audit else checks.check_halves(time.time))
    for finding in findings:
        say(str(finding))
    if any(finding.mend and finding.grave for finding in findings):
        raise typer.Exit(1)


# The words


@app.command()
def words() -> None:
    """Check the words and the facts: file, line, and what is wrong."""
    from bot.words import check_words, not_checked

    findings = check_words()
    for line in not_checked():
        say(line)
    for finding in findings:
        say(str(finding))
    if findings:
        raise typer.Exit(1)
    say("The words are in order.")


@app.command()
def rehearse(
    language: Annotated[Literal["en", "yue_Hant"], typer.Option(help="Which words.")] = "en",
    write: Annotated[Path | None, typer.Option(help="Write the talk into this file.")] = None,
) -> None:
    """Play a talk here in the terminal; nothing is sent and nothing is kept."""
    from bot import rehearse as rehearsal

    rehearsal.main(language, write)


@app.command()
def diagram() -> None:
    """Print the README's diagrams of the talks, from their tables."""
    from bot.diagram import diagram as drawn

    say(drawn())


if __name__ == "__main__":
    app()
