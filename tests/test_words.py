"""`python -m bot words`: planted offences are found where they stand, and ours has none."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from bot.words import ROOT, WIDEST, Finding, check_words, not_checked, sentences_in
from handlers.home import HOUSE, ask_welcome
from handlers.links import Link
from handlers.spoken import Voice, units, width
from handlers.talk import CLEAR, Draft, Kept, as_says
from locales import LANGUAGES

CODE = '''"""One small talk."""

ASK = N_("Please paste the links.")
COUNT = N_("Links now: {all}.")
BACK = Button("home", N_("Back"))
LINE = Number("help.emergency")
'''

CATALOGUE = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plurals}\\n"

msgid "Please paste the links."
msgstr "{paste}"

msgid "Links now: {{all}}."
msgstr "{now}"

msgid "Back"
msgstr "{back}"
"""
PASTE, NOW, BACK = 6, 9, 12  # the lines of the entries

YUE = {
    "plurals": "nplurals=1; plural=0;",
    "paste": "請將連結貼喺度。",
    "now": "而家有 {all} 條連結。",
    "back": "返回",
}
EN = {"plurals": "nplurals=2; plural=(n != 1);", "paste": "", "now": "", "back": ""}

HELP = """[emergency]
name = "Emergency"
number = "999"
hours_en = "24 hours"
hours_yue_Hant = "24 小時"
whom_en = "Danger now"
whom_yue_Hant = "而家有危險"
source = "https://example.org/help"
checked = 2026-11-22
best_before = 2027-02-28
confidence = "verified"
"""

REPLIES = """[hello]
title_en = "Hello"
title_yue_Hant = "打招呼"
text_en = \"\"\"
Hello. In danger: {help.emergency}\"\"\"
text_yue_Hant = "你好，有危險就打：{help.emergency}"
"""

REPLIES_FILE = "locales/facts/replies.toml"
YUE_FILE = "locales/yue_Hant/LC_MESSAGES/messages.po"
EN_FILE = "locales/en/LC_MESSAGES/messages.po"
HELP_FILE = "locales/facts/help.toml"
CODE_FILE = "handlers/home.py"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small project without a fault."""
    for file in ("locales/simplified.txt", "locales/avoid.toml"):
        (tmp_path / "locales").mkdir(exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    files = {
        CODE_FILE: CODE,
        YUE_FILE: CATALOGUE.format(**YUE),
        EN_FILE: CATALOGUE.format(**EN),
        HELP_FILE: HELP,
        "locales/facts/law.toml": "",
        REPLIES_FILE: REPLIES,
        "locales/facts/distress.toml": 'en = ["suicide"]\nyue_Hant = ["想死"]\n',
    }
    for file, text in files.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    return tmp_path


def change(house: Path, file: str, old: str, new: str) -> list[Finding]:
    """What is found once *old* says *new*."""
    text = (house / file).read_text(encoding="utf-8")
    assert old in text
    (house / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return check_words(house)


def test_our_own_words_and_facts_have_no_finding() -> None:
    assert list(map(str, check_words())) == []


def test_a_project_without_a_fault_has_no_finding(house: Path) -> None:
    assert check_words(house) == []


@pytest.mark.parametrize(
    ("key", "wording", "line", "why"),
    [
        ("now", "而家有連結。", NOW, "has the blanks none, needs {all}"),
        ("now", "而家有 {alle} 條連結。", NOW, "has the blanks {alle}, needs {all}"),
        (
            "now",
            "而家有 {all.__class__} 條。",
            NOW,
            "a blank is a plain name, not {all.__class__}",
        ),
        ("now", "而家有 {all[0]} 條。", NOW, "a blank is a plain name, not {all[0]}"),
        ("now", "而家有 {all!r} 條。", NOW, "a blank is a plain name, not {all!r:}"),
        ("now", "而家有 {all:>9} 條。", NOW, "a blank is a plain name, not {all!None:>9}"),
        ("now", "而家有 {all 條。", NOW, "braces do not match: "),
        ("paste", "请将链接贴喺度。", PASTE, "Simplified characters: 将请贴链"),
        ("paste", "請把這些連結貼在他們那裏。", PASTE, "reads as Mandarin, not Cantonese"),
        ("paste", "請將這些連結貼喺度啦。", PASTE, "half Mandarin"),
        ("paste", "請將視頻連結貼喺度。", PASTE, "視頻: better 片"),
        ("paste", "唔小心流出嘅連結", PASTE, "流出: better 發布、放上網、send 俾人"),
        ("paste", "請將\u202e連結貼喺度。", PASTE, "holds marks nobody sees: U+202E"),
        ("paste", "請將連\u200b結貼喺度。", PASTE, "holds marks nobody sees: U+200B"),
        ("paste", "貼喺度" * 1500, PASTE, "too long for one message: 4500 of 4096 units"),
        ("paste", "", PASTE, "not translated"),
        ("back", "返去上一個畫面嗰度再揀過喇", BACK, "too wide for a button: 26 of 24 letters"),
    ],
)
def test_a_wrong_wording_is_found(
    house: Path, key: str, wording: str, line: int, why: str
) -> None:
    (house / YUE_FILE).write_text(CATALOGUE.format(**{**YUE, key: wording}), encoding="utf-8")

    found = check_words(house)
    assert [f for f in found if f.why.startswith(why)], found
    assert {(f.file, f.line) for f in found} == {(YUE_FILE, line)}


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "why"),
    [
        (YUE_FILE, "nplurals=1; plural=0;", "nplurals=2; plural=(n != 1);", 1, "the header needs"),
        (YUE_FILE, 'msgid "Back"', '#, fuzzy\nmsgid "Back"', BACK, "fuzzy: "),
        (YUE_FILE, 'msgid "Back"', 'msgid "Forth"', BACK, "unused: "),
        (
            YUE_FILE,
            'msgid "Back"',
            '#~ msgid "Old"\n#~ msgstr "x"\n\nmsgid "Back"',
            12,
            "unused: ",
        ),
        (
            YUE_FILE,
            'msgid "Back"\nmsgstr "返回"\n',
            "",
            11,
            "missing: 'Back' of handlers/home.py:5",
        ),
        (YUE_FILE, 'msgstr "返回"', 'msgstr "返回', BACK + 1, "this line is cut"),
        (EN_FILE, 'msgid "Back"\nmsgstr ""\n', "", 11, "missing: 'Back' of handlers/home.py:5"),
        (
            EN_FILE,
            '\n\nmsgid "Back"\nmsgstr ""',
            '\n\nmsgid "Back"\nmsgstr "Click"',
            BACK,
            "click: ",
        ),
        (CODE_FILE, '"Please paste the links."', '"{x.y}"', 3, "a blank is a plain name"),
        (CODE_FILE, 'N_("Back")', 'N_("Back to where you have been")', 5, "too wide"),
        (CODE_FILE, "help.emergency", "help.nobody", 6, "states help.nobody"),
        (HELP_FILE, "checked = 2026-11-22\n", "", 1, "emergency: needs checked"),
        (
            HELP_FILE,
            'source = "https://example.org/help"',
            'source = ""',
            8,
            "emergency: needs so",
        ),
        (HELP_FILE, "2027-02-28", "2025-02-28", 10, "emergency: best_before lies before"),
        (HELP_FILE, "2027-02-28", '"soon"', 10, "emergency: best_before: not a day"),
        (HELP_FILE, '"verified"', '"sure"', 11, "emergency: confidence is one of"),
        (HELP_FILE, 'whom_en = "Danger now"', "", 1, "emergency: needs whom_en"),
        (HELP_FILE, "24 小時", "24 小时", 5, "emergency: hours_yue_Hant: Simplified"),
        (HELP_FILE, "[emergency]", "[emergency", 1, "cannot be read: "),
        (HELP_FILE, "[emergency]", "loose = 1\n[emergency]", 1, "loose: must be a table"),
        ("locales/facts/distress.toml", '["想死"]', "[1]", 2, "yue_Hant: must be a list"),
        (REPLIES_FILE, '"打招呼"', '""', 3, "hello: needs title_yue_Hant"),
        (REPLIES_FILE, "text_yue_Hant", "text_zh", 1, "hello: needs text_yue_Hant"),
        (REPLIES_FILE, "你好", "您好", 6, "hello: text_yue_Hant: 您: better 你"),
        (REPLIES_FILE, "有危險", "有危险", 6, "hello: text_yue_Hant: Simplified characters: 险"),
        (REPLIES_FILE, "你好，有危險就打", "請把這些給他們", 6, "hello: text_yue_Hant: reads as"),
        (REPLIES_FILE, "Hello. In", "Hello. " * 220, 1, "hello: too long for one letter"),
        (REPLIES_FILE, '"Hello"', '"Hello to all who wrote us"', 2, "hello: title_en: too wide"),
        (REPLIES_FILE, "[hello]", "[hello_18]", 1, "hello_18: must be a table, its name"),
        (REPLIES_FILE, "[hello]", "loose = 1\n[hello]", 1, "loose: must be a table"),
        (REPLIES_FILE, "{help.emergency}", "{help.nobody}", 4, "hello: text_en: {help.nobody} is"),
        (REPLIES_FILE, "{help.emergency}", "{case}", 4, "hello: text_en: {case} is no service"),
        (REPLIES_FILE, "{help.emergency}", "{", 4, "hello: text_en: braces do not match"),
    ],
)
def test_a_wrong_file_is_found(
    house: Path, file: str, old: str, new: str, line: int, why: str
) -> None:
    found = change(house, file, old, new)

    assert [f for f in found if (f.file, f.line) == (file, line) and f.why.startswith(why)], found


def test_stating_what_nobody_could_verify_is_found(house: Path) -> None:
    found = change(house, HELP_FILE, '"verified"', '"unverified"')

    assert [(f.file, f.line) for f in found] == [
        (CODE_FILE, 6),
        (REPLIES_FILE, 4),
        (REPLIES_FILE, 6),
    ]


def test_a_catalogue_in_another_encoding_is_found(house: Path) -> None:
    (house / YUE_FILE).write_bytes("返回".encode("utf-16"))

    assert [(f.file, f.line) for f in check_words(house)] == [(YUE_FILE, 1)]


def test_a_finding_says_where(house: Path) -> None:
    found = change(house, YUE_FILE, "返回", "返囬视")

    assert str(found[0]) == f"{YUE_FILE}:{BACK}: Simplified characters: 视"


def test_everything_is_checked_with_the_dev_group() -> None:
    assert not_checked() == ()


def test_pybabel_finds_the_same_sentences() -> None:
    extracted = {
        message
        for floor in ("handlers", "bot")
        for _, _, message, _, _ in extract_from_dir(ROOT / floor, keywords={"N_": None})
    }

    assert extracted == {sentence.words for sentence in sentences_in(ROOT)}


# What a person sees


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_screen_is_under_300_characters(language: str) -> None:
    assert units(Voice(language, date.min).page(as_says(ask_welcome(Draft()))).text) < 300


LINK = Link("telegram", "https://t.me/zz_invented_a/1", "https://t.me/zz_invented_a/1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_of_the_talk_fits_a_narrow_phone(language: str) -> None:
    voice = Voice(language, date.min)
    draft = Draft(links=(Kept(LINK, 1),), minor="no", happened=("edited",))

    for script in HOUSE.scripts.values():
        for step in script.steps.values():
            for button in (*step.shown(draft), CLEAR):
                assert width(voice.label(button.words)) <= WIDEST, button


def test_no_two_buttons_of_a_step_say_the_same() -> None:
    draft = Draft(links=(Kept(LINK, 1),), minor="no")

    for language in LANGUAGES:
        for script in HOUSE.scripts.values():
            for step in script.steps.values():
                labels = [
                    Voice(language, date.min).label(b.words) for b in (*step.shown(draft), CLEAR)
                ]
                assert len(labels) == len(set(labels)), step.name
