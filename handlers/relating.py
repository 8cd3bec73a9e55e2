"""The family of a case: listed, drawn on request, and tied together by who holds the case."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial, wraps

from handlers import desk
from handlers.casework import Work, refused_under_age, told
from handlers.desk import MOST_CHOICES, back, turns
from handlers.families import MOST_LISTED, family, homes_of, number_of
from handlers.homes import Home, home
from handlers.housing import keep
from handlers.kin import SEEN, TIES, Bond, Family, Kin, Kind, bound, in_words, short
from handlers.links import find
from handlers.spoken import units
from handlers.staff import Screen, press
from handlers.talk import Blank, Button, Code, Say, Strong
from locales import N_
from storage.books import Case
from storage.homes import Tie

LINE = 60  # units that the words around a name may take
PAIRED = 10_000  # so two numbers of links are one number on a button

KINDS: Mapping[str, Kind] = {kind: kind for kind in TIES}

# Screens


def family_page(case: Case, of: Family, page: int, room: int, first: Say | None = None) -> Screen:
    """Every home of the case, and those tied to them, in words."""
    pages = pages_of(of, room)
    page = min(page, len(pages) - 1)
    head = N_("{case}: its channels, accounts and sites, hidden after 15 minutes.")
    says = [*((first,) if first else ()), Say(head, {"case": Strong(case.name)})]
    keys = []
    for kin, lines in pages[page]:
        says += lines
        keys += number_buttons(case, "home", kin)
    if not of.kin:
        says.append(NOTHING)
        return Screen(tuple(says), (back(case.id),))
    says.append(Say(N_("A number opens one, to say what it is to another.")))
    draw = Button(press("draw", case.id), N_("Draw it"))
    moves = turns("family", case.id, page, len(pages))
    return Screen(tuple(says), (*keys, *moves, draw, back(case.id)))


NOTHING = Say(N_("None of these links tells a channel, account or site."))

Block = tuple[Kin, tuple[Say, ...]]


def pages_of(of: Family, room: int) -> list[list[Block]]:
    """Homes in pages of at most twenty, and at most *room* units."""
    pages: list[list[Block]] = [[]]
    left = room
    for kin, lines in zip(of.kin, in_words(of), strict=True):
        size = len(lines) * LINE + sum(units(short(one)) for one in names_in(kin, of))
        if pages[-1] and (len(pages[-1]) == MOST_CHOICES or size > left):
            pages.append([])
            left = room
        pages[-1].append((kin, lines))
        left -= size
    return pages


def names_in(kin: Kin, of: Family) -> list[Home]:
    """The names that its lines hold."""
    return [kin.home, *(bond.other for bond in of.bonds if bond.home == kin.home)]


def number_buttons(case: Case, verb: str, kin: Kin, word: str = "", base: int = 0) -> list[Button]:
    """A button with the number of its first link; none for a home that is only tied."""
    return [
        Button(press(verb, case.id, base + number, word), Say("{number}", {"number": number}))
        for number in kin.numbers[:1]
    ]


def home_page(case: Case, kin: Kin, bonds: Sequence[Bond], first: Say | None = None) -> Screen:
    """One home, what it is to others and they to it, and how to say more or less of it."""
    number = kin.numbers[0]
    says = [*((first,) if first else ()), Say("{home}", {"home": Code(short(kin.home))})]
    says += [Say("{seen}", {"seen": Say(SEEN[kin.seen])})] if kin.seen else []
    keys = []
    for place, bond in enumerate(bonds[:MOST_CHOICES], 1):
        says.append(whole(bond, place))
        words = Say(N_("Remove {number}"), {"number": place})
        keys.append(Button(press("part", case.id, bond.number), words, "danger"))
    says.append(Say(N_("What is it to another one?")))
    ties = [Button(press("relate", case.id, number, kind), words) for kind, words in TIES.items()]
    return Screen(tuple(says), (*ties, *keys, to_the_family(case)))


def whole(bond: Bond, place: int) -> Say:
    """Both homes of a bond, in one numbered line."""
    blanks: dict[str, Blank] = {
        "number": place,
        "home": Code(short(bond.home)),
        "bond": bound(bond),
    }
    return Say("{number}. {home} {bond}", blanks)


def to_the_family(case: Case) -> Button:
    """Back to the list of all."""
    return Button(press("family", case.id), N_("Back"))


def choose_other(case: Case, of: Family, kin: Kin, kind: Kind, first: Say | None = None) -> Screen:
    """Which other home? Its link is typed, or it is one of the same case."""
    number = kin.numbers[0]
    blanks: dict[str, Blank] = {"home": Code(short(kin.home)), "tie": Say(TIES[kind])}
    says = [*((first,) if first else ()), Say("{home} → {tie} … ?", blanks)]
    says.append(Say(N_("Type the link of the other one, press its number, or Back.")))
    keys = []
    for other in [one for one in of.kin if one.numbers and one != kin][:MOST_CHOICES]:
        says.append(Say("{number}: {home}", numbered(other)))
        keys += number_buttons(case, "pair", other, kind, number * PAIRED)
    return Screen(tuple(says), (*keys, to_the_family(case)), asks=kind, number=number)


def numbered(kin: Kin) -> dict[str, Blank]:
    """A home with the number of its first link."""
    return {"number": kin.numbers[0], "home": Code(short(kin.home))}


# Verbs

Do = Callable[[Work, int, str], Awaitable[Screen]]


def where_open(do: Do) -> Do:
    """Only where the links of the case may be seen; audited, and hidden in time like them."""

    @wraps(do)
    async def done(work: Work, number: int, word: str) -> Screen:
        if await work.is_closed_to_us():
            return await refused_under_age(work)
        if work.first:
            await work.note_down("family")
        await work.hide_later()
        return await do(work, number, word)

    return done


@where_open
async def show_family(work: Work, page: int, word: str) -> Screen:
    """All homes of the case and of their families."""
    return family_page(work.case, await listed(work), page, work.room)


@where_open
async def show_home(work: Work, number: int, word: str) -> Screen:
    """One of them."""
    return await shown(work, number)


@where_open
async def ask_other(work: Work, number: int, word: str) -> Screen:
    """What is it to which other one?"""
    return await asked(work, number, word)


def keep_other(kind: Kind) -> Do:
    """What was typed is the other one's link."""
    return where_open(partial(_keep_other, kind))


async def _keep_other(kind: Kind, work: Work, number: int, text: str) -> Screen:
    found = [one for link in find(text) if (one := home(link.url, link.open_url))]
    if not found:
        no_home = N_("I cannot tell a channel, account or site from that.")
        return await asked(work, number, kind, Say(no_home))
    return await tied(work, number, kind, found[0])


@where_open
async def pair(work: Work, number: int, word: str) -> Screen:
    """Two homes of the same case: *number* is both their links' numbers."""
    one, other = divmod(number, PAIRED)
    kin = kin_of(await listed(work), other)
    if kin is None or word not in KINDS:
        return await shown(work, one)
    return await tied(work, one, KINDS[word], kin.home)


@where_open
async def part(work: Work, number: int, word: str) -> Screen:
    """Take a tie of a home of this case away; it may be known to other cases too."""
    own = await homes_of(work.books, work.case, work.keys)
    ties = [tie for tie in await work.books.homes.ties(own) if number_of(tie) == number]
    for tie in ties if work.first else ():
        await work.note_down("unrelate")
        await work.books.homes.untie(tie)
    line = Say(N_("It is removed.")) if ties or not work.first else None
    return family_page(work.case, await listed(work), 0, work.room, line)


async def draw(work: Work, number: int, word: str) -> Screen:
    """The picture, audited; the courier brings it, and the outbox holds no name."""
    if await work.is_closed_to_us():
        return await refused_under_age(work)
    if not await homes_of(work.books, work.case, work.keys):
        return desk.panel(await told(work), work.act.by, NOTHING)
    if work.first:
        await work.note_down("draw family")
        by = work.act.by
        await work.books.outbox.put(
            "staff",
            "family",
            case_id=work.case.id,
            key=f"family:{by.id}:{work.case.id}",
            body={"chat": by.id, "language": by.language},
            due=work.act.now,
        )
    drawn = Say(N_("The picture comes in a moment, and is taken away after 15 minutes."))
    return desk.panel(await told(work), work.act.by, drawn)


# What they have in common


async def listed(work: Work) -> Family:
    """The family, as far as it can be listed."""
    return await family(work.books, work.case, work.keys, MOST_LISTED)


def kin_of(of: Family, number: int) -> Kin | None:
    """The home of a link, by its number."""
    return next((kin for kin in of.kin if number in kin.numbers), None)


async def shown(work: Work, number: int, first: Say | None = None) -> Screen:
    """The home of that link; all of them where it has none."""
    of = await listed(work)
    kin = kin_of(of, number)
    if kin is None:
        return family_page(work.case, of, 0, work.room)
    bonds = [bond for bond in of.bonds if kin.home in (bond.home, bond.other)]
    return home_page(work.case, kin, bonds, first)


async def asked(work: Work, number: int, word: str, first: Say | None = None) -> Screen:
    """The question for the other home."""
    of = await listed(work)
    kin = kin_of(of, number)
    if kin is None or word not in KINDS:
        return family_page(work.case, of, 0, work.room)
    return choose_other(work.case, of, kin, KINDS[word], first)


async def tied(work: Work, number: int, kind: Kind, other: Home) -> Screen:
    """Tie the home of that link to another; the audit row says that, and not to which."""
    own = await homes_of(work.books, work.case, work.keys)
    mark = next((mark for mark, numbers in own.items() if number in numbers), None)
    if mark is None:
        return await shown(work, number)
    if mark == work.keys.mark(other.url):
        return await asked(work, number, kind, Say(N_("That is the same one.")))
    if work.first:
        await work.note_down("relate")
        await work.books.homes.tie(Tie(mark, kind, await keep(work.books, other, work.keys)))
    return await shown(work, number, Say(N_("It is kept. Remove takes it back.")))
