"""The README's diagram is the tables'."""

from pathlib import Path

from bot.diagram import END, START, diagram, flowchart, overview
from handlers.home import HOUSE

README = Path(__file__).parents[1] / "README.md"


def test_the_diagram_in_the_readme_is_the_one_the_tables_give() -> None:
    text = README.read_text(encoding="utf-8") if README.exists() else ""
    assert START in text, f"README.md lacks the line {START}"
    assert END in text, f"README.md lacks the line {END}"

    written = text[text.index(START) : text.index(END) + len(END)]

    assert written == diagram(), "run `python -m bot diagram` and paste what it prints"


def test_every_talk_has_a_picture_and_every_step_is_in_it() -> None:
    drawn = diagram()

    for script in HOUSE.scripts.values():
        assert f"<summary>{script.name}: {len(script.steps)} steps</summary>" in drawn
        for step in script.steps:
            assert f"  s_{step.replace(' ', '_')}" in flowchart(script)


def test_what_reaches_the_world_and_what_leads_elsewhere_is_drawn() -> None:
    report = flowchart(HOUSE.scripts["report"])

    assert 's_sent(["sent (file)"])' in report
    assert 's_review -->|"Send"| s_sent' in report
    assert 's_review -->|"Do not send"| s_stop_talk[["stop"]]' in report
    assert 's_home_talk[["home"]] --> s_report_talk[["report"]]' in overview()
    assert 'anywhere(("any step")) -->|"/clear, x"| s_erase_talk[["erase"]]' in overview()
