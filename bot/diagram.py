"""The README's pictures of the talks, drawn from the tables: they are never out of date."""

from collections.abc import Iterator

from handlers.home import HOUSE
from handlers.talk import Aside, Exit, Return, Script, Step, Talk

START, END = "<!-- diagram: python -m bot diagram -->", "<!-- /diagram -->"
"""What stands before and after them in the README."""


def diagram() -> str:
    """What is pasted into the README: how the talks lead into each other; each talk, folded."""
    talks = "\n\n".join(folded(script) for script in HOUSE.scripts.values())
    return f"{START}\n{fenced(overview())}\n\n{talks}\n{END}"


def fenced(chart: str) -> str:
    """A Mermaid chart as Markdown has it."""
    return f"```mermaid\n{chart}\n```"


def folded(script: Script) -> str:
    """One talk, to be unfolded."""
    title = f"<summary>{script.name}: {len(script.steps)} steps</summary>"
    return f"<details>{title}\n\n{fenced(flowchart(script))}\n\n</details>"


def overview() -> str:
    """All talks, an arrow where one leads into another, and the words that lead there anywhere."""
    arrows = dict.fromkeys(
        f"{ending(Talk(script.name))} --> {ending(to)}"
        for script in HOUSE.scripts.values()
        for step in script.steps.values()
        for to in step.exits
        if isinstance(to, Talk | Aside) and to.name != script.name
    )
    return "\n".join(("flowchart LR", *(f"  {line}" for line in (*arrows, *from_anywhere()))))


def from_anywhere() -> Iterator[str]:
    """The words that lead out of any step."""
    leading: dict[str, list[str]] = {}
    for word, to in HOUSE.anywhere.items():
        if isinstance(to, Talk | Aside) and (word.startswith("/") or len(word) == 1):
            leading.setdefault(to.name, []).append(word)
    for talk, words in leading.items():
        yield f'anywhere(("any step")) -->|"{", ".join(words)}"| {ending(Talk(talk))}'


def flowchart(script: Script) -> str:
    """One talk: a box a step, an arrow a way out; in brackets what reaches the world.

    A way out has the words of its button; one without is chosen by reading the answer.
    """
    steps = script.steps.values()
    arrows = [arrow for step in steps for arrow in ways_out(step)]
    return "\n".join(("flowchart TD", *(f"  {line}" for line in (*map(box, steps), *arrows))))


def box(step: Step) -> str:
    """A step; a rounded one asks something of the world."""
    name = node(step.name)
    if step.effect:
        return f'{name}(["{step.name} ({step.effect.value})"])'
    return f'{name}["{step.name}"]'


def ways_out(step: Step) -> Iterator[str]:
    """By a button, then by what is read."""
    for button, to in step.buttons.items():
        yield f'{node(step.name)} -->|"{button.words}"| {ending(to)}'
    for to in step.to:
        if to not in step.buttons.values():
            yield f"{node(step.name)} --> {ending(to)}"


def ending(to: Exit) -> str:
    """Where an exit leads: a step, another talk (doubly framed), or back."""
    match to:
        case Talk(name) | Aside(name):
            return f'{node(name)}_talk[["{name}"]]'
        case Return():
            return 'back(("where one was"))'
        case str():
            return node(to)


def node(name: str) -> str:
    """A name that Mermaid takes: `end` alone would be a word of its own."""
    return f"s_{name.replace(' ', '_')}"
