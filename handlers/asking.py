"""Asking a platform: whom, in which words, and that it was asked.

The text is `drafting`'s; what is kept of it, and brings it, is `drafted`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from handlers import batches, desk, ladder, leases, records, together
from handlers.addressees import address, addressee, called, groups_of, is_to_ask
from handlers.batches import Batch
from handlers.casework import (
    Work,
    lets_ask,
    links_of,
    refused_under_age,
    told,
)
from handlers.desk import MOST_CHOICES, Opened, back, turns
from handlers.drafted import draft_key, keep, kin_of, put_piece
from handlers.drafting import (
    LANGUAGES,
    REGIMES,
    UNDER_AGE,
    Addressee,
    Terms,
    fitting,
    rule,
    usual,
)
from handlers.sheet import way_lines
from handlers.staff import DO_NOT_ASK, Screen, Summary, press, under_age
from handlers.talk import Blank, Button, Fact, Say, Strong
from locales import N_
from storage.books import Case, LinkRow, NoSuchLink

MOST_CASES = 20  # of one holder that are looked through


# Whom, and of which links


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted, as it stands on a button: a request to whoever has link *number*.

    *every*: of all links there, not only those to ask now; *several*: of one's other cases too;
    *kin*: of the families of their channels as well (handlers.families). *rules*: other rules
    than the usual are to be chosen from.
    """

    number: int
    every: bool = False
    several: bool = False
    kin: bool = False
    terms: Terms | None = None
    rules: bool = False

    @classmethod
    def read(cls, number: int, word: str) -> "Wish":
        """The wish of a button; what we do not know of it is left out."""
        words = word.split()
        regime = next((REGIME_WORDS[one] for one in words if one in REGIME_WORDS), "")
        language = next((LANGUAGE_WORDS[one] for one in words if one in LANGUAGE_WORDS), "")
        terms = Terms(regime, language) if regime and language else None
        has = words.__contains__
        return cls(number, has("all"), has("many"), has("k"), terms, has("r"))

    def button(self, verb: str, case_id: str) -> str:
        """What such a button tells us: at most 20 letters are left for the wish."""
        words = ["all"] * self.every + ["many"] * self.several + ["k"] * self.kin
        words += ["r"] * (self.rules and not self.terms)
        if self.terms:
            words += [short(REGIME_WORDS, self.terms.regime)]
            words += [short(LANGUAGE_WORDS, self.terms.language)]
        return press(verb, case_id, self.number, " ".join(words))


REGIME_WORDS = {"act": "take_it_down", "eu": "eu", "own": "general", "minor": UNDER_AGE}
LANGUAGE_WORDS = {"en": "en", "zh": "zh_Hant"}
LANGUAGE_NAMES = {"en": N_("in English"), "zh_Hant": N_("in Chinese")}


def short(words: Mapping[str, str], meaning: str) -> str:
    """The word on a button for a regime or a language."""
    return next(word for word, means in words.items() if means == meaning)


# Screens


def choose_whom(
    of: Summary, groups: Mapping[Addressee, list[Opened]], page: int, today: date
) -> Screen:
    """Whom to ask: about what is to be asked now, or about all that is not removed."""
    case, pages = of.case.id, max(1, -(-len(groups) // MOST_CHOICES))
    page = min(page, pages - 1)
    keys: list[Button] = []
    for to, links in islice(groups.items(), page * MOST_CHOICES, (page + 1) * MOST_CHOICES):
        count = sum(is_to_ask(link, today) for link in links)
        wish = Wish(links[0].number)
        if count:
            words = Say(N_("{platform}: {count}"), {"platform": called(to), "count": count})
            keys.append(Button(wish.button("terms", case), words))
        if count < len(links):
            all_of = {"platform": called(to), "count": len(links)}
            every = replace(wish, every=True).button("terms", case)
            keys.append(Button(every, Say(N_("{platform}: all {count}"), all_of)))
    ask = Say(N_("{case}: whom shall we ask?"), {"case": Strong(of.case.name)})
    none = Say(N_("{case}: no link is left to be asked about."), {"case": Strong(of.case.name)})
    return Screen(
        (ask if groups else none,), (*keys, *turns("draft", case, page, pages), back(case))
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which links of which cases a draft is about; *left*: how many did not fit into it.

    *kin*: the addresses of their channels and of all that is tied to them there; none where
    nothing is.
    """

    to: Addressee
    links: Mapping[str, tuple[Opened, ...]]
    left: int = 0
    kin: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many links."""
        return sum(map(len, self.links.values()))


def choose_how(of: Summary, wish: Wish, here: Chosen, everywhere: Chosen, today: date) -> Screen:
    """In the usual words, and why; other rules and the other language only when asked for."""
    case, chosen = of.case, everywhere if wish.several else here
    first, *others = terms_of(here.to, case)
    keys = [terms_button(case.id, wish, first, "primary")]
    if len(everywhere.links) > 1 or wish.several:
        other = replace(wish, several=not wish.several)
        line, count = (ONLY_THIS, here) if wish.several else (ALL_MINE, everywhere)
        keys.append(Button(other.button("terms", case.id), Say(line, {"count": count.count})))
    if chosen.kin:
        other = replace(wish, kin=not wish.kin)
        line = WITHOUT_FAMILY if wish.kin else WITH_FAMILY
        words = Say(line, {"count": len(chosen.kin)})
        keys.append(Button(other.button("terms", case.id), words))
    if wish.rules or len(others) == 1:
        keys += [terms_button(case.id, wish, terms) for terms in others]
    else:
        keys.append(Button(replace(wish, rules=True).button("terms", case.id), N_("Other rules")))
    kin = kin_line(chosen) if wish.kin else ()
    says = (counted(case, chosen), *cases_line(chosen), *kin, why_line(here.to, first))
    says += () if under_age(case) else (rule_line(here.to, today),)
    says += (Say(LOOK_FIRST),) if of.happened and "shared" not in of.happened else ()
    return Screen(says, (*keys, Button(press("draft", case.id), N_("Back"))))


LOOK_FIRST = N_(
    "⚠ The person did not say that it is posted. Please look first whether it is: the text says "
    "so."
)


ONLY_THIS = N_("Only this case: {count}")
ALL_MINE = N_("All my cases: {count}")
WITH_FAMILY = N_("And the family: {count}")
WITHOUT_FAMILY = N_("Without the family")


def terms_of(to: Addressee, case: Case) -> tuple[Terms, ...]:
    """All that may be chosen, the usual first."""
    first = usual(to)
    if under_age(case):
        first = replace(first, regime=UNDER_AGE)
    regimes = (UNDER_AGE,) if under_age(case) else REGIMES
    every = [Terms(regime, language) for regime in regimes for language in LANGUAGES]
    return (first, *(terms for terms in every if terms != first))


WHY: Mapping[str, str] = {
    "eu": N_(
        "First choice, because the EU's law (Digital Services Act) has it take such notices."
    ),
    "general": N_("First choice, because no law that we know of names it."),
    UNDER_AGE: N_("Somebody may be under 18: this text says so, and claims to speak for nobody."),
}
"""Why these rules come first."""


def why_line(to: Addressee, first: Terms) -> Say:
    """The law with its clock, where one names the platform; else what speaks for the usual."""
    if first.regime in WHY:
        return Say(WHY[first.regime])
    law: dict[str, Blank] = {
        "law": Fact(f"{ladder.LAW}.name"),
        "hours": ladder.clock(to.platform, "form").hours,
    }
    return Say(N_("First choice, because {law} gives it {hours} hours."), law)


def terms_button(case_id: str, wish: Wish, terms: Terms, style: str = "") -> Button:
    """One of them."""
    words = Say(
        "{rules} · {language}",
        {
            "rules": Fact(f"drafts.{terms.regime}.name"),
            "language": Say(LANGUAGE_NAMES[terms.language]),
        },
    )
    return Button(replace(wish, terms=terms).button("compose", case_id), words, style)


def counted(case: Case, chosen: Chosen) -> Say:
    """How many links, to whom."""
    return Say(
        N_("{case}: to {platform}, links: {count}"),
        {"case": Strong(case.name), "platform": called(chosen.to), "count": chosen.count},
    )


def cases_line(chosen: Chosen) -> tuple[Say, ...]:
    """Of how many cases, and how many links have to wait."""
    cases, left = {"cases": len(chosen.links)}, {"left": chosen.left}
    several = Say(N_("From several of your cases: {cases}. The text does not say so."), cases)
    later = Say(N_("Too many for one draft; left for the next: {left}"), left)
    return (*((several,) if len(chosen.links) > 1 else ()), *((later,) if chosen.left else ()))


def kin_line(chosen: Chosen) -> tuple[Say, ...]:
    """That the text names channels or accounts as a whole, too."""
    line = N_("With the family: channels, accounts or sites as a whole, {count}.")
    return (Say(line, {"count": len(chosen.kin)}),) if chosen.kin else ()


def rule_line(to: Addressee, today: date) -> Say:
    """Which rule of theirs will be named."""
    named = rule(to, today)
    if not named:
        return Say(N_("No rule of theirs is known for sure: the text names none."))
    return Say(N_("Their rule: {policy}"), {"policy": named})


def composed(case: Case, chosen: Chosen, wish: Wish, number: int) -> Screen:
    """The text comes by itself; once it was sent there, one press records it."""
    says = (
        counted(case, chosen),
        *cases_line(chosen),
        *(kin_line(chosen) if wish.kin else ()),
        *way_lines(chosen.to.platform, "form"),
        Say(
            N_(
                "The text comes below, in pieces to copy and as a file, for 15 minutes. When you "
                "have sent it there, press here: all of these links are then recorded as asked."
            )
        ),
    )
    asked = Button(press("asked", case.id, number), N_("We asked: record all"), "success")
    return Screen(says, (asked, back(case.id)))


# Verbs


async def choose_platform(work: Work, page: int, word: str) -> Screen:
    """Whom to ask? Hosts are hidden in time and audited, as all that is shown of links."""
    if refused := await refusal(work):
        return refused
    groups = groups_of(await links_of(work.books, work.case, work.keys))
    if any(to.site for to in groups):
        await work.hide_later()
        if work.first:
            await work.note_down("sites")
    return choose_whom(await told(work), groups, page, work.act.today)


async def choose_terms(work: Work, number: int, word: str) -> Screen:
    """In which words?"""
    if refused := await refusal(work):
        return refused
    wish = Wish.read(number, word)
    to = await addressee_of(work, number)
    here = await chosen_by(work, replace(wish, several=False), to)
    everywhere = await chosen_by(work, replace(wish, several=True), to)
    if to.site:
        await work.hide_later()
        if work.first:
            await work.note_down("sites")
    if not (everywhere if wish.several else here).links:
        return await choose_platform(work, 0, word)
    return choose_how(await told(work), wish, here, everywhere, work.act.today)


async def compose(work: Work, number: int, word: str) -> Screen:
    """A draft: kept by its numbers, audited for each case, and on its way; or none of it."""
    if refused := await refusal(work):
        return refused
    wish, to = Wish.read(number, word), await addressee_of(work, number)
    chosen = await chosen_by(work, wish, to)
    terms = next((one for one in terms_of(to, work.case) if one == wish.terms), None)
    if terms is None or not chosen.links:
        return await choose_terms(work, number, word)
    if to.site:
        await work.hide_later()
    if work.first:
        await keep(work, numbers_of(chosen.links), terms, wish.kin)
        for case_id in chosen.links:
            await (await in_case(work, case_id)).note_reveal("reveal draft")
        await put_piece(work.books, work.case.id, work.act.by, work.act.update, work.act.now)
    return composed(work.case, chosen, wish, work.act.update)


async def record_asked(work: Work, number: int, word: str) -> Screen:
    """All links of that draft are asked now, in every case of it that is still theirs."""
    batch = await batches.get(work, number)
    if work.first and (batch is None or batch.undone is not None):
        batch = await record_all(work, number) or batch
    if batch is None:
        return desk.panel(await told(work), work.act.by, Say(DRAFT_OVER))
    return await together.result(work, number, batch)


DRAFT_OVER = N_("That draft is over. Please record each link by itself.")


async def record_all(work: Work, number: int) -> Batch | None:
    """Record a draft as asked, once; None where it is over."""
    draft = await work.books.outbox.get(draft_key(work.act.by.id, number))
    if draft is None or draft.due <= work.act.now:
        return None
    missed, recorded = 0, dict[str, list[int]]()
    for case_id, numbers in draft.body["links"].items():
        asking = await to_record(work, case_id, numbers)
        missed += len(numbers) - len(asking)
        if asking:
            there = await in_case(work, case_id)
            news = await records.ask_by(there, asking, own=True, batch=number)
            recorded[case_id] = [row.number for row in news]
    batch = Batch("requested", recorded, missed=missed)
    await batches.keep(work, number, batch)
    return batch


async def to_record(work: Work, case_id: str, numbers: Sequence[int]) -> list[LinkRow]:
    """Those of these links that may be recorded as asked."""
    there, by = await batches.there(work, case_id), work.act.by
    if there is None or not await lets_ask(work.books, there.case):
        return []
    await leases.extend(work.books, case_id, by.id, by.language, work.act.now)
    rows = await work.books.links.of(case_id)
    return [row for row in rows if row.number in numbers and row.state != "removed"]


# What stands behind them


async def refusal(work: Work) -> Screen | None:
    """Why no platform may be asked about this case; None where one may."""
    if await work.is_closed_to_us():
        return await refused_under_age(work)
    if not await lets_ask(work.books, work.case):
        return desk.panel(await told(work), work.act.by, Say(DO_NOT_ASK))
    return None


async def in_case(work: Work, case_id: str) -> Work:
    """The same act in another case; raises NoSuchCase."""
    return replace(work, case=await work.books.cases.get(case_id))


async def addressee_of(work: Work, number: int) -> Addressee:
    """Whoever has that link of the case; raises NoSuchLink."""
    for link in await links_of(work.books, work.case, work.keys):
        if link.number == number and link.open_url:
            return addressee(link)
    raise NoSuchLink


async def chosen_by(work: Work, wish: Wish, to: Addressee) -> Chosen:
    """The links of a wish, as many as one draft holds: this case's first."""
    found: list[tuple[str, Opened]] = []
    for there in (work, *(await others(work) if wish.several else ())):
        links = groups_of(await links_of(there.books, there.case, there.keys)).get(to, [])
        asking = [link for link in links if wish.every or is_to_ask(link, work.act.today)]
        found += [(there.case.id, link) for link in asking]
    fit = fitting([address(link) for _, link in found], to)
    links_in: dict[str, tuple[Opened, ...]] = {}
    for case_id, link in found[:fit]:
        links_in[case_id] = (*links_in.get(case_id, ()), link)
    kin = await kin_of(work.books, work.keys, to, numbers_of(links_in))
    return Chosen(to, links_in, len(found) - fit, kin)


def numbers_of(links: Mapping[str, Sequence[Opened]]) -> dict[str, list[int]]:
    """The same links by their numbers alone."""
    return {case_id: [link.number for link in own] for case_id, own in links.items()}


async def others(work: Work) -> list[Work]:
    """The holder's other cases about which the same may be asked."""
    found = []
    for case in await work.books.cases.held_by(work.act.by.id):
        there = replace(work, case=case)
        alike = case.id != work.case.id and under_age(case) == under_age(work.case)
        if alike and await lets_ask(work.books, case) and not await there.is_closed_to_us():
            found.append(there)
    return found[:MOST_CASES]
