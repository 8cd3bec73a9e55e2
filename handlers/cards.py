"""The cards about the law: what each one says, in plain words, with its facts left blank.

A blank `{penalty}` is that field of the card's own entry in `locales/facts/law.toml`; what stands
in another entry is named in *also*. Whoever edits a sentence here edits both catalogues.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.directory import short_line
from handlers.talk import Blank, Fact, Folded, Say, Source, Strong, While
from locales import N_
from locales.catalogue import blanks

Part = tuple[str, tuple[str, ...]]
"""A heading, and the lines under it."""


@dataclass(frozen=True, slots=True)
class Card:
    """One message about one law.

    *key* is its entry in law.toml; *title* the plain words for it, also on its button. *short* is
    seen at once, *long* is folded. *ask* are entries of help.toml; *also* are blanks that other
    entries fill, each with its "law.entry.field".
    """

    key: str
    title: str
    short: tuple[str, ...]
    long: tuple[Part, ...]
    ask: tuple[str, ...] = ("rainlily",)
    also: Mapping[str, str] = field(default_factory=dict)

    @property
    def entries(self) -> tuple[str, ...]:
        """The facts that it stands on; "law.entry"."""
        others = (key.rpartition(".")[0] for key in self.also.values())
        return tuple(dict.fromkeys((f"law.{self.key}", *others)))

    def says(self) -> tuple[Say, ...]:
        """The whole card; past the date of one of its facts: that it is being checked."""
        short = (self.filled(words) for words in self.short)
        ask = tuple(short_line(f"help.{key}") for key in self.ask)
        lines = (*short, *ask, Say("{long}", {"long": Folded(self.folded())}))
        return (
            Say("{title}", {"title": Strong(self.title)}),
            Say("{card}", {"card": While(self.entries, lines, (Say(CHANGED), *ask))}),
            Say(NO_ADVICE),
        )

    def folded(self) -> tuple[Say, ...]:
        """The long part, a heading above each piece, and where it is from."""
        lines: list[Say] = []
        for heading, pieces in self.long:
            lines.append(Say("{heading}", {"heading": Strong(heading)}))
            bullet = "{words}" if len(pieces) == 1 else "• {words}"
            lines += (Say(bullet, {"words": self.filled(words)}) for words in pieces)
        return (*lines, Say("{source}", {"source": Source(self.entries)}))

    def filled(self, words: str) -> Say:
        """*words* with the facts in their blanks."""
        facts: dict[str, Blank] = {
            name: Fact(self.also.get(name, f"law.{self.key}.{name}")) for name in blanks(words)
        }
        return Say(words, facts)


CHANGED = N_("This may have changed: we are checking it. Until then, please ask:")
NO_ADVICE = N_("This is information, not legal advice.")

IN_THE_LAW = N_("In the law")
MUST = N_("What must have happened")
NO_MATTER = N_("What does not matter")
NOT_COVERED = N_("What it does not cover")
EXAMPLE = N_("An example")
MEANING = N_("What the words mean")
GOOD_TO_KNOW = N_("Good to know")
YOU_CAN = N_("What you can do")
NOT_SURE = N_("What is not sure")

NAMED = N_("{name}: {section}.")
AT_MOST = N_("At most {penalty}. In force since {since}.")
CEILING = N_("The maximum is a ceiling: it does not tell what a court will decide.")
INTIMATE_PART = N_(
    "An intimate part: the genitals, buttocks, anal area or breasts, bare or in underwear."
)
NO_CARE = N_("They did not care whether you agreed.")
ANYBODY = N_("Who they are to you, and the gender of either of you.")
ANYBODY_ELSE = N_("The gender of either of you and, as far as we can see, who they are to you.")

VOYEURISM = Card(
    "voyeurism",
    N_("Filmed in secret"),
    (
        N_(
            "Somebody secretly watched or filmed you where anyone would expect privacy: in a "
            "toilet, washing, changing, having sex. That may be an offence even if nothing was "
            "shared."
        ),
        AT_MOST,
    ),
    (
        (IN_THE_LAW, (NAMED, CEILING)),
        (
            MUST,
            (
                N_("They watched or recorded you, with a device or without."),
                N_("They meant you not to know."),
                N_("You were where privacy can reasonably be expected."),
                N_(
                    "One of these: people can expect to be undressed or intimate there; or they "
                    "watched or recorded an intimate part or act on purpose; or it was for a "
                    "sexual purpose."
                ),
                NO_CARE,
            ),
        ),
        (
            NO_MATTER,
            (
                N_("Whether it was shared, or anybody threatened to."),
                N_("Whether you had agreed to sex: that is not agreeing to be filmed."),
                ANYBODY,
            ),
        ),
        (
            NOT_COVERED,
            (
                N_("Filming openly although you said no: that depends. Please ask a person."),
                N_("An altered image, as far as we can see: look at “Shared or threatened”."),
            ),
        ),
        (EXAMPLE, (N_("A flatmate hides a camera in the bathroom and shows nobody the video."),)),
    ),
)

RECORDING = Card(
    "recording",
    N_("Under clothes"),
    (
        N_(
            "Somebody photographed or filmed under your skirt, down your top, or an intimate part "
            "that nobody could have seen otherwise. That may be an offence in public places too."
        ),
        AT_MOST,
    ),
    (
        (IN_THE_LAW, (NAMED, CEILING)),
        (
            MUST,
            (
                N_(
                    "They recorded an intimate part that could not have been seen otherwise; or "
                    "used a phone or other equipment from beneath clothing, or unreasonably "
                    "through an opening in it, in order to see or record one."
                ),
                N_("It was for a sexual purpose, or dishonest."),
                NO_CARE,
            ),
        ),
        (
            NO_MATTER,
            (N_("Whether the place was public or private."), ANYBODY_ELSE),
        ),
        (
            NOT_COVERED,
            (
                N_(
                    "Looking without any equipment does not seem to fit; another law may. Please "
                    "ask a person."
                ),
            ),
        ),
        (MEANING, (INTIMATE_PART,)),
        (EXAMPLE, (N_("On an escalator somebody holds a phone under a skirt."),)),
    ),
)

PASSING_ON = Card(
    "passing_on",
    N_("Passing images on"),
    (
        N_(
            "Somebody showed, sent or posted an image of you that was filmed secretly, or under "
            "your clothes. That may be an offence even if somebody else filmed it."
        ),
        AT_MOST,
    ),
    (
        (IN_THE_LAW, (N_("{section}. Its long name: {name}."), CEILING)),
        (
            MUST,
            (
                N_("They published it: gave, sent, sold, posted or showed it to another person."),
                N_("The image comes from secret watching, or from filming intimate parts."),
                N_("They knew that, or knew it might be so and went on."),
                N_("They did not care whether you agreed to its being published."),
            ),
        ),
        (
            NO_MATTER,
            (
                N_("Who filmed it."),
                N_("Why they passed it on, and whether they meant to hurt you."),
                ANYBODY_ELSE,
            ),
        ),
        (
            NOT_COVERED,
            (
                N_(
                    "An image that you agreed to or took yourself: look at “Shared or threatened”."
                ),
                N_("An image made before {since} may not fit. Please ask a person."),
            ),
        ),
        (
            EXAMPLE,
            (N_("A channel posts a video from a changing room that somebody else filmed."),),
        ),
    ),
)

SHARING = Card(
    "sharing",
    N_("Shared or threatened"),
    (
        N_(
            "Somebody shared an intimate image of you, or threatened to, and you did not agree to "
            "that. Agreeing to its being taken, or sending it yourself, is not agreeing to its "
            "being shared."
        ),
        AT_MOST,
    ),
    (
        (IN_THE_LAW, (N_("{section}. Its long name: {name}."), CEILING)),
        (
            MUST,
            (
                N_("They published, or threatened to publish, an intimate image of you."),
                N_("You did not consent to that, and they did not care whether you did."),
                N_(
                    "They meant to humiliate, alarm or distress you, or knew that it was likely "
                    "to, or might, and went on."
                ),
            ),
        ),
        (
            NO_MATTER,
            (
                N_("Whether you agreed to the taking, or sent it yourself."),
                N_(
                    "For a threat: whether they have the image, could publish it, or whether it "
                    "exists at all."
                ),
                N_(
                    "Whether it was altered, with AI or without, unless no reasonable person "
                    "would believe that it shows you."
                ),
                N_("How it was shown: showing it to another person on a phone is publishing."),
                ANYBODY,
            ),
        ),
        (
            NOT_COVERED,
            (
                N_(
                    "Only making an altered image of an adult: the Government said on {said} that "
                    "this has no offence of its own, and that it is looking at the law. Keeping "
                    "one is the same, as far as we can see."
                ),
                N_("An image made wholly by AI: we found no case that settles it."),
            ),
        ),
        (
            MEANING,
            (
                INTIMATE_PART,
                N_(
                    "An intimate act: using the toilet, or a sexual act of a kind that people do "
                    "not do in public."
                ),
            ),
        ),
        (
            EXAMPLE,
            (
                N_("After a break-up somebody sends friends a video made by agreement."),
                N_("Somebody writes: come back, or everybody will see it."),
            ),
        ),
    ),
    also={"said": "law.making.said"},
)

DOXXING = Card(
    "doxxing",
    N_("Personal details"),
    (
        N_(
            "Somebody published your name, phone, address, school, work or account, without your "
            "agreement, to harm you or not caring if it did. It may be doxxing, and the Privacy "
            "Commissioner can order a site to take it down, without a court."
        ),
    ),
    (
        (IN_THE_LAW, (N_("{name}, {section}. In force since {since}."), CEILING)),
        (
            MUST,
            (
                N_("Somebody disclosed your personal data without your consent."),
                N_(
                    "They meant to harm you or your family, or went on although it might: "
                    "harassment, threats, harm to body or mind, fear for safety, damage to "
                    "property. At most {penalty}."
                ),
                N_("Where such harm really followed, more: at most {worse}."),
            ),
        ),
        (NO_MATTER, (N_("Whether they were the first: posting it again can be an offence too."),)),
        (
            NOT_COVERED,
            (
                N_(
                    "An intimate image alone: the Commissioner said in {said} that it counts only "
                    "where somebody can be identified from it."
                ),
                N_(
                    "The Commissioner's order is for those who live in Hong Kong, or were here "
                    "when it was disclosed."
                ),
            ),
        ),
        (
            YOU_CAN,
            (
                N_(
                    "Report to the Commissioner ({site}); they need to know who asks. We show no "
                    "number for them until one of us has called it."
                ),
            ),
        ),
        (
            EXAMPLE,
            (N_("A channel posts a clothed selfie with a name, a phone number and insults."),),
        ),
    ),
)

CHILD = Card(
    "child",
    N_("Child or teenager"),
    (
        N_(
            "If the person was under {age} when it was made, a stricter law applies. Please do "
            "not save, screenshot or forward it, not even as evidence: the address, the account "
            "name and the time are enough."
        ),
    ),
    (
        (
            IN_THE_LAW,
            (
                N_("{name}. It covers what a computer made or changed, too."),
                N_("Having such an image: at most {penalty}. Publishing: at most {publishing}."),
                CEILING,
            ),
        ),
        (
            NO_MATTER,
            (
                N_("Whether the young person agreed, or took it themselves."),
                N_(
                    "In the four offences too, a “yes” of someone under {age} is not enough: by "
                    "{consent}, the accused has to prove that they honestly believed in it and "
                    "had no reason to suspect the age."
                ),
            ),
        ),
        (
            NOT_COVERED,
            (N_("A picture that is not sexual may fall outside this law. Please ask a person."),),
        ),
        (
            GOOD_TO_KNOW,
            (
                N_("Using someone under {minor} to make such images is an offence too."),
                N_(
                    "Help here and abroad draws its line at {minor}: under it, other tools apply, "
                    "and our team keeps the links closed, unless somebody in charge has to look."
                ),
                N_(
                    "By {duty}, since {duty_since}, social workers must report when someone "
                    "under {minor} is being seriously harmed."
                ),
            ),
        ),
        (EXAMPLE, (N_("A school friend forwards a picture that somebody very young took."),)),
    ),
    ask=("welfare", "take_it_down"),
    also={
        "consent": "law.young_consent.name",
        "minor": "law.minor.age",
        "duty": "law.reporting.name",
        "duty_since": "law.reporting.since",
    },
)

BLACKMAIL = Card(
    "blackmail",
    N_("Blackmail"),
    (
        N_(
            "Somebody demands money, or else they will share an image. It may be blackmail. "
            "Please do not pay, do not send more, and talk with somebody before you answer."
        ),
        N_("At most {penalty}."),
    ),
    (
        (IN_THE_LAW, (NAMED, CEILING)),
        (
            MUST,
            (
                N_("They demanded something that they have no right to."),
                N_("They added a threat."),
                N_("They wanted to gain something, or to make somebody lose something."),
            ),
        ),
        (
            NOT_COVERED,
            (
                N_(
                    "A demand for pictures, sex, a meeting or staying together: sources differ. "
                    "The threat itself may still be an offence; look at “Shared or threatened”."
                ),
            ),
        ),
        (
            YOU_CAN,
            (
                N_("Keep the chat, the account names, and any bank or wallet number."),
                N_("Report to the police, if you choose. In danger, at once."),
            ),
        ),
        (EXAMPLE, (N_("A stranger recorded a video call and asks for money every day."),)),
    ),
    ask=("emergency", "rainlily"),
)

THREATS = Card(
    "threats",
    N_("Threats"),
    (
        N_(
            "Somebody threatens to harm you or another person, a thing, or a reputation. It may "
            "be criminal intimidation."
        ),
    ),
    (
        (IN_THE_LAW, (NAMED, N_("We could not verify its maximum, so we give none."))),
        (
            MUST,
            (
                N_(
                    "They threatened harm to a person, property or reputation, yours or somebody "
                    "else's, or to do something illegal."
                ),
                N_("They meant to alarm, or to make somebody do or not do something."),
            ),
        ),
        (
            NOT_SURE,
            (N_("When a threat is serious enough: that depends. Please ask a person."),),
        ),
        (
            GOOD_TO_KNOW,
            (
                N_(
                    "A threat to share an intimate image may be an offence of its own: look at "
                    "“Shared or threatened”."
                ),
            ),
        ),
        (EXAMPLE, (N_("Somebody says: leave me, and your boss hears things about you."),)),
    ),
    ask=("emergency", "rainlily"),
)

HACKING = Card(
    "hacking",
    N_("Hacked accounts"),
    (
        N_(
            "Somebody got into your phone, cloud or account without being allowed to. That may be "
            "an offence; sharing what they took may be another."
        ),
        N_("At most {penalty}."),
    ),
    (
        (IN_THE_LAW, (NAMED, CEILING)),
        (
            MUST,
            (
                N_("They used a computer, phone or account that was not theirs."),
                N_("They meant to commit an offence, or were dishonest."),
            ),
        ),
        (
            NOT_COVERED,
            (
                N_(
                    "What somebody does with their own phone: the Court of Final Appeal decided "
                    "so in {ruled}."
                ),
            ),
        ),
        (
            YOU_CAN,
            (
                N_("From a device that is safe: change passwords, sign out everywhere else."),
                N_("Keep the notices about sign-ins that were not you."),
            ),
        ),
        (EXAMPLE, (N_("An ex guesses a cloud password and copies pictures."),)),
    ),
)

HARASSMENT = Card(
    "harassment",
    N_("Sexual harassment"),
    (
        N_(
            "Unwelcome sexual conduct at work, at school, or where you get a service. The Equal "
            "Opportunities Commission (EOC) sees the abuse of images as likely harassment."
        ),
    ),
    (
        (IN_THE_LAW, (N_("{name}. Shared workplaces are covered since {since}."),)),
        (
            MUST,
            (
                N_("Somebody's sexual conduct was unwelcome to you."),
                N_("It was at work, in education, or around goods or services."),
            ),
        ),
        (
            GOOD_TO_KNOW,
            (N_("An employer may have to answer too, unless they did what was reasonable."),),
        ),
        (
            NOT_COVERED,
            (
                N_("It punishes nobody by itself: it leads to a complaint or a claim."),
                N_("The EOC cannot follow up complaints without a name. Do not wait too long."),
            ),
        ),
        (EXAMPLE, (N_("A colleague sends a clip of you round the office group."),)),
    ),
    ask=("eoc", "rainlily"),
)

DISPOSAL = Card(
    "disposal",
    N_("Deletion by court"),
    (
        N_(
            "A court can order that an image be removed, deleted or destroyed. It is not a quick "
            "way: the prosecution applies for it (as far as we can see you cannot), and we found "
            "no record that one was ever made."
        ),
    ),
    (
        (IN_THE_LAW, (N_("{name}: {section}."),)),
        (
            MUST,
            (
                N_("A criminal case under {offences} is before a magistrate."),
                N_("The prosecution asks for the order."),
            ),
        ),
        (
            NO_MATTER,
            (N_("Whether it is the accused or somebody else who has the image."),),
        ),
        (
            NOT_SURE,
            (
                N_("Whether somebody has to be convicted first: sources differ."),
                N_("Whether a site abroad would obey."),
                N_(
                    "How long it takes: those who help speak of {months} from the police to the "
                    "court."
                ),
                N_(
                    "Whether it is used: a newspaper that looked found none on record, and the "
                    "Security Bureau kept no figures."
                ),
            ),
        ),
        (
            YOU_CAN,
            (
                N_("Tell the police early that you would like such an order."),
                N_("Ask the sites meanwhile: that is the quicker way, and our team does it."),
            ),
        ),
    ),
)

POLICE = Card(
    "police",
    N_("Telling the police"),
    (
        N_(
            "It is your choice, and it can wait until you have talked with somebody. RainLily can "
            "explain the law for free and go with you."
        ),
    ),
    (
        (
            YOU_CAN,
            (
                N_("Go to any police station, day or night."),
                N_("Use the police's e-Report Centre, where nothing is urgent."),
                N_("In danger, call at once."),
            ),
        ),
        (
            N_("What to expect"),
            (
                N_("Usually a statement, and usually with your name."),
                N_(
                    "By the police's own notice: respect, an officer of your own sex in sexual "
                    "cases, a lawyer beside you if you bring one, a copy of your statement, a "
                    "card with the case number, and news of what becomes of it."
                ),
                N_(
                    "Somebody beside you: ask for it. Who is under {age} is normally heard with a "
                    "parent or another adult."
                ),
            ),
        ),
        (
            N_("What to bring"),
            (
                N_("Addresses, account names, dates and times, the whole chat, any demand."),
                N_(
                    "Please do not upload intimate images with an online report: ask the officer "
                    "how to hand them over."
                ),
                N_(
                    "Someone under {minor}, or not sure: no picture at all, only the address, the "
                    "name and the time."
                ),
            ),
        ),
        (
            N_("What nobody can promise"),
            (
                N_("That somebody is charged, or that the images go."),
                N_(
                    "That your name stays out of court: you can ask the police or the prosecution "
                    "to apply for that."
                ),
            ),
        ),
        (
            GOOD_TO_KNOW,
            (
                N_("{reports}; {convictions}."),
                N_("As far as we know no limit runs out soon, but evidence is best kept early."),
            ),
        ),
    ),
    ask=("emergency", "rainlily"),
)

ABROAD = Card(
    "abroad_us",
    N_("Help from abroad"),
    (
        N_(
            "Most sites are abroad. Two foreign laws may help a request to remove an image, also "
            "from Hong Kong. None of them makes every site obey."
        ),
    ),
    (
        (
            N_("United States"),
            (
                N_(
                    "{name}: since {since}, sites made mainly of what users post have to "
                    "remove an intimate image within {hours} of a valid request, and try to "
                    "remove known copies."
                ),
                N_(
                    "A request has to be signed, say where the image is, that it was not agreed "
                    "to, and how to reach who asks."
                ),
            ),
        ),
        (
            N_("European Union"),
            (
                N_(
                    "{eu}: whoever hosts for people there must take notices from anybody: the "
                    "reason, the exact address, a name, an e-mail. It sets no hours."
                ),
            ),
        ),
        (
            NOT_SURE,
            (
                N_(
                    "Whether people in Hong Kong can rely on the American law: its words name no "
                    "nationality, but nobody has settled it."
                ),
                N_("Images without a face, sites out of reach of both, and Telegram."),
                N_("What is illegal in Europe is measured by European law."),
            ),
        ),
        (
            YOU_CAN,
            (
                N_(
                    "Give us the links. Where a signature is needed, a caseworker asks you for "
                    "it; never this chat."
                ),
            ),
        ),
    ),
    also={"eu": "law.abroad_eu.name"},
)

OFFENCES: Mapping[str, Card] = {
    "AAB": VOYEURISM,
    "AAC": RECORDING,
    "AAD": PASSING_ON,
    "AAE": SHARING,
}
"""The four, by their flags in the legal check."""

CARDS: Mapping[str, Card] = {
    card.key: card
    for card in (
        *OFFENCES.values(),
        DOXXING,
        CHILD,
        BLACKMAIL,
        THREATS,
        HACKING,
        HARASSMENT,
        DISPOSAL,
        POLICE,
        ABROAD,
    )
}
"""All cards, in their order."""
