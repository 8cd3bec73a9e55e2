"""The README's diagram is the tables'."""

from pathlib import Path

from bot.diagram import END, START, diagram
from handlers.home import HOUSE

README = Path(__file__).parents[1] / "README.md"


def test_the_diagram_in_the_readme_is_the_one_the_tables_give() -> None:
    text = README.read_text(encoding="utf-8") if README.exists() else ""
    assert START in text, f"README.md lacks the line {START}"
    assert END in text, f"README.md lacks the line {END}"

    written = text[text.index(START) : text.index(END) + len(END)]

    assert written == diagram(), "run `python -m bot diagram` and paste what it prints"


def test_every_step_and_every_talk_is_in_the_diagram() -> None:
    drawn = diagram()

    for script in HOUSE.scripts.values():
        assert f"  subgraph {script.name}\n" in drawn
        for step in script.steps:
            assert f"    {script.name}_{step.replace(' ', '_')}" in drawn


def test_what_reaches_the_world_is_drawn() -> None:
    drawn = diagram()

    assert 'report_sent(["sent (file)"])' in drawn
    assert 'report_review -->|"Send"| report_sent' in drawn
    assert 'anywhere(("any step")) -->|"/clear, x"| erase_cleared' in drawn
