"""What an operator asks before the night: is everything there, and if not, how is it mended?"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.bot_api import BotApi, Failed, Refused
from bot.config import (
    PREFIX,
    DoorSettings,
    HouseSettings,
    SettingsWrong,
    StaffSettings,
    read_settings,
)
from bot.inspector import read_room
from handlers.hours import at
from handlers.room import RULES, Check, Facts, blanks_of
from handlers.spoken import Voice
from handlers.talk import Say
from locales import facts
from storage.books import Store
from storage.counts import open_counts
from storage.down import Broken, Down
from storage.keys import (
    Half,
    KeysUnreadable,
    opens_other_half,
    read_door_keys,
    read_staff_keys,
)
from storage.signs import Sign
from storage.traces import QuarantineCount

QUARANTINE_LOOKED_AT = timedelta(days=7)
NEEDED = "delete"  # the rule without which words about a case stay in the group


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: *what* it is; *mend* says how to put it right, "" where it is right.

    What is not *grave* does not keep the house from opening.
    """

    what: str
    mend: str = ""
    grave: bool = True

    def __str__(self) -> str:
        if not self.mend:
            return f"ok    {self.what}"
        return f"{'WRONG' if self.grave else 'to do'} {self.what}\n      {self.mend}"


async def check_door(settings: DoorSettings, clock: Callable[[], float]) -> list[Finding]:
    """Everything the door stands on."""
    async with BotApi(settings.door_token.get_secret_value(), settings.api) as api:
        findings = [*check_keys(settings, "door"), *await check_database(settings, clock)]
        findings.append(await check_redis(settings, clock))
        token = [finding async for finding in check_token(api, "door")]
        findings += token
        if not any(finding.mend for finding in token):
            findings.append(await check_alarms(api, settings))
    return findings


async def check_staff(settings: StaffSettings, clock: Callable[[], float]) -> list[Finding]:
    """Everything the staff room stands on."""
    async with BotApi(settings.staff_token.get_secret_value(), settings.api) as api:
        findings = [*check_keys(settings, "staff"), *await check_database(settings, clock)]
        findings.append(await check_redis(settings, clock))
        token = [finding async for finding in check_token(api, "staff")]
        findings += token
        if not any(finding.mend for finding in token):
            today = at(clock()).date()
            findings += [finding async for finding in check_group(api, settings, today)]
            findings += [finding async for finding in check_topic(api, settings)]
    findings.append(Finding(f"closed cases are erased after {settings.keep_closed_days} days"))
    return [*findings, check_name(settings)]


async def check_halves(clock: Callable[[], float]) -> list[Finding]:
    """Each half, as far as its settings can be read."""
    findings: list[Finding] = []
    try:
        findings += await check_door(read_settings(DoorSettings), clock)
    except SettingsWrong as error:
        findings.append(Finding("settings of the door", str(error)))
    try:
        findings += await check_staff(read_settings(StaffSettings), clock)
    except SettingsWrong as error:
        findings.append(Finding("settings of the staff room", str(error)))
    return list(dict.fromkeys(findings))


def check_name(settings: StaffSettings) -> Finding:
    """Platforms are asked in somebody's name, which stands in each draft."""
    missing = [f for f in ("organisation", "email", "signature") if not getattr(settings, f)]
    named = ", ".join(f"{PREFIX}{field.upper()}" for field in missing)
    mend = f"Set {named}: until then each request has a blank to be filled in by hand."
    what = "requests to platforms say who asks"
    return Finding(what, mend if missing else "", grave=False)


def check_keys(settings: HouseSettings, half: Half) -> Iterator[Finding]:
    """Our own folder opens; the other half's does not."""
    try:
        (read_door_keys if half == "door" else read_staff_keys)(settings.keys)
    except KeysUnreadable as error:
        yield Finding(f"keys of the {half}", f"{error.path}: {error.why}")
    else:
        yield Finding(f"keys of the {half}")
    other = "staff" if half == "door" else "door"
    if opens_other_half(settings.keys, half):
        mend = (
            f"This process can read {settings.keys / other} too, so whoever takes this machine "
            f"has both halves. Run the two halves as two users, better on two machines, and let "
            f"each read its own folder only."
        )
        yield Finding(f"keys of the {other} are out of reach", mend)


async def check_database(settings: HouseSettings, clock: Callable[[], float]) -> list[Finding]:
    """It answers, its tables are those of this version, and no update broke us lately."""
    what = "database"
    since = at(clock()).date() - QUARANTINE_LOOKED_AT
    store = Store(settings.database_url.get_secret_value())
    try:
        await store.prepare()
        async with store.begin() as books:
            await books.cases.count_waiting()
            counts = await books.quarantine.since(since)
    except Down:
        down = "It does not answer. Does it run? Is FRONT_DOOR_DATABASE_URL right?"
        return [Finding(what, down)]
    except Broken:
        return [Finding(what, "It refuses a statement. Is it a database of this version?")]
    finally:
        await store.close()
    return [Finding(what), quarantine(counts, since)]


def quarantine(counts: Sequence[QuarantineCount], since: date) -> Finding:
    """Updates that broke us three times: told by kind, since nobody knows whose they were."""
    what = f"every update since {since} was understood"
    told = ", ".join(f"{one.times} {one.kind} at the {one.bot} ({one.error})" for one in counts)
    mend = f"{told}. Those people were asked to write again. Please tell whoever mends the code."
    return Finding(what, mend if counts else "", grave=False)


async def check_redis(settings: HouseSettings, clock: Callable[[], float]) -> Finding:
    """It answers, where one is set."""
    if settings.redis is None:
        return Finding("drafts in this process's memory (no Redis set: a restart forgets them)")
    counts = open_counts(settings.redis, clock)
    try:
        await counts.add("check", 1)
    except Down:
        return Finding("Redis", "It does not answer. Does it run? Is FRONT_DOOR_REDIS_URL right?")
    finally:
        await counts.close()
    return Finding("Redis")


async def check_token(api: BotApi, half: Half) -> AsyncIterator[Finding]:
    """Telegram knows the token, and nobody else listens with it."""
    what = f"token of the {half} bot"
    try:
        await api.call("getMe")
        hook = await api.call("getWebhookInfo")
    except Refused:
        name = f"FRONT_DOOR_{half.upper()}_TOKEN"
        mend = f"Telegram does not know it. Take it again from @BotFather, into {name}."
        yield Finding(what, mend)
    except Failed:
        yield Finding(what, "Telegram was not reached. Is FRONT_DOOR_TELEGRAM_API right?")
    else:
        yield Finding(what)
        if hook.get("url"):
            mend = (
                "A webhook that is not ours is set: somebody else may have the token. "
                "Revoke it with @BotFather."
            )
            yield Finding(f"nobody else listens with the token of the {half} bot", mend)


async def check_alarms(api: BotApi, settings: DoorSettings) -> Finding:
    """Somebody hears it when the staff room is silent: a lead whose chat the door may write to."""
    for chat in settings.alarm_chats:
        try:
            await api.call("getChat", chat_id=chat)
        except Failed:
            continue
        return Finding("a lead hears the door's alarms")
    mend = (
        "Nobody would hear that the staff bot is silent. Make up a word for "
        "FRONT_DOOR_ALARM_WORD, start the door, let a lead type /alarm and that word to the "
        "door's bot; the number it answers goes into FRONT_DOOR_ALARM_CHATS."
    )
    return Finding("a lead hears the door's alarms", mend)


async def check_group(api: BotApi, settings: StaffSettings, today: date) -> AsyncIterator[Finding]:
    """The staff group is there, and lets nothing out (handlers.room)."""
    me = (await api.call("getMe"))["id"]
    known, bots = await check_signs(settings)
    try:
        group = await api.call("getChat", chat_id=settings.staff_chat)
        room = await read_room(api, settings.staff_chat, me, bots)
    except Failed:
        mend = (
            "The staff bot is not in that group, or the number is wrong. Add the bot to the "
            "group; its number (like -1001234567890) goes into FRONT_DOOR_STAFF_CHAT."
        )
        yield Finding("staff group", mend)
        return
    kind = "" if group["type"] == "supergroup" else "Make it a supergroup: any admin setting does."
    yield Finding("staff group", kind)
    for finding in check_room(room, known, today):
        yield finding


async def check_signs(settings: HouseSettings) -> tuple[list[Sign], list[Sign]]:
    """The administrators and bots that the staff room knows; none where the books are shut."""
    store = Store(settings.database_url.get_secret_value())
    try:
        async with store.begin() as books:
            return await books.signs.out("known"), await books.signs.out("bot")
    except (Down, Broken):
        return [], []
    finally:
        await store.close()


def check_room(facts: Facts, known: Sequence[Sign], today: date) -> Iterator[Finding]:
    """The rules of the room check, as the staff bot would say them."""
    vouched = {sign.who for sign in known} or {lead.id for lead in facts.leads}
    unknown = tuple(lead for lead in facts.leads if lead.id not in vouched)
    found, voice = Check(today.isoformat(), facts, unknown), Voice("en", today)
    for rule in RULES:
        wrong = rule.broken(facts, found)
        if wrong is not None:
            line = Say(rule.bad if wrong else rule.good, blanks_of(rule, found))
            grave = rule.leaks or rule.key == NEEDED
            mend = voice.label(rule.path) if wrong else ""
            yield Finding(f"staff group, by the staff bot: {voice.label(line)}", mend, grave)


async def check_topic(api: BotApi, settings: StaffSettings) -> AsyncIterator[Finding]:
    """The topic of the cards is there. Telegram has no call for that: we seem to type in it."""
    if settings.staff_topic is None:
        return
    try:
        await api.call(
            "sendChatAction",
            chat_id=settings.staff_chat,
            message_thread_id=settings.staff_topic,
            action="typing",
        )
    except Failed:
        mend = (
            "The group has no such topic. Its number is in a link to a message of the topic, "
            "t.me/c/GROUP/TOPIC/MESSAGE; it goes into FRONT_DOOR_STAFF_TOPIC, or leave that out."
        )
        yield Finding("staff topic", mend)
    else:
        yield Finding("staff topic")


async def check_chain() -> list[Finding]:
    """The audit rows, with the staff room's settings."""
    try:
        return [await check_audit(read_settings(StaffSettings))]
    except SettingsWrong as error:
        return [Finding("settings of the staff room", str(error))]


async def check_audit(settings: HouseSettings) -> Finding:
    """The chain of audit rows is whole, as far as its rows go."""
    store = Store(settings.database_url.get_secret_value())
    try:
        await store.prepare()
        async with store.begin() as books:
            broken, (rows, end) = await books.audit.first_broken(), await books.audit.end()
    except Down:
        return Finding("audit", "The database does not answer. `bot check` says more.")
    except Broken:
        return Finding("audit", "It cannot be read. Is it a database of this version?")
    finally:
        await store.close()
    if broken is None:
        return Finding(f"audit: {rows} rows, whole; the last link is {end[:16]}")
    mend = (
        "It, or the row before it, is not what was written. Stop with /freeze, keep a copy of the "
        "database, and ask who could write to it."
    )
    return Finding(f"audit row {broken}", mend)


def check_facts(today: date) -> Iterator[Finding]:
    """Facts past their date, numbers nobody has called, laws no lawyer has looked at."""
    for entry in (*facts.entries("help").values(), *facts.entries("law").values()):
        if entry.stale(today):
            mend = f"Read on {entry.checked}, good until {entry.best_before}: read it again."
            yield Finding(f"{entry.text('name', 'en')} is up to date", mend, grave=False)
    for entry in facts.entries("help").values():
        name = entry.text("name", "en")
        if entry.shown and not entry.always and entry.called is None:
            number = entry.text("number", "en")
            mend = f"Call {number}, then write the day into `called` in help.toml."
            yield Finding(f"somebody has called {name}", mend, grave=False)
    unproofed = [key for key, law in facts.entries("law").items() if law.proofed is None]
    if unproofed:
        mend = (
            f"Let one read the cards of /law, then write the day into `proofed` in law.toml: "
            f"{', '.join(unproofed)}."
        )
        yield Finding("a lawyer has checked what we say of the law", mend, grave=False)
