"""The README's picture of the talk, drawn from the tables, so that it cannot be out of date."""

from collections.abc import Iterator

from handlers.home import HOUSE
from handlers.talk import Aside, Draft, Exit, Return, Script, Step, Talk

START, END = "<!-- diagram: python -m bot diagram -->", "<!-- /diagram -->"
"""What stands before and after it in the README."""


def diagram() -> str:
    """What is pasted into the README: the picture between its two marks."""
    return f"{START}\n```mermaid\n{flowchart()}\n```\n{END}"


def flowchart() -> str:
    """A Mermaid flowchart: a box a step, an arrow a way out; in brackets what reaches the world.

    A way out has the words of its button; one without is chosen by reading the answer.
    """
    scripts = HOUSE.scripts.values()
    lines = ["flowchart TD"]
    for script in scripts:
        lines += [f"  subgraph {script.name}", *(f"    {box(script, s)}" for s in steps(script))]
        lines += ["  end"]
    for script in scripts:
        lines += [f"  {arrow}" for step in steps(script) for arrow in arrows(script, step)]
    return "\n".join((*lines, *(f"  {arrow}" for arrow in from_anywhere())))


def steps(script: Script) -> tuple[Step, ...]:
    """The rows, in order."""
    return tuple(script.steps.values())


def box(script: Script, step: Step) -> str:
    """A step; a rounded one asks something of the world."""
    name = node(script.name, step.name)
    return (
        f'{name}(["{step.name} ({step.effect.value})"])'
        if step.effect
        else f'{name}["{step.name}"]'
    )


def arrows(script: Script, step: Step) -> Iterator[str]:
    """The ways out of one step: by a button, then by what is read."""
    here = node(script.name, step.name)
    for button, to in step.buttons.items():
        yield f'{here} -->|"{button.words}"| {place(script.name, to)}'
    for to in step.to:
        if to not in step.buttons.values():
            yield f"{here} --> {place(script.name, to)}"


def from_anywhere() -> Iterator[str]:
    """The words that lead out of any step."""
    leading: dict[Exit, list[str]] = {}
    for word, to in HOUSE.anywhere.items():
        leading.setdefault(to, []).append(word)
    for to, words in leading.items():
        typed = ", ".join(word for word in words if word.startswith("/") or len(word) == 1)
        if typed:  # else only a button leads there
            yield f'anywhere(("any step")) -->|"{typed}"| {place("", to)}'


def place(talk: str, to: Exit) -> str:
    """Where an exit leads; another talk: to the step that opens it first."""
    match to:
        case Talk(name):
            return node(name, HOUSE.scripts[name].opening(Draft()))
        case Aside(name, topic):
            return node(name, HOUSE.scripts[name].opening(Draft(topic=topic)))
        case Return():
            return 'back(("where one was"))'
        case str():
            return node(talk, to)


def node(talk: str, step: str) -> str:
    """A name that Mermaid takes."""
    return f"{talk}_{step}".replace(" ", "_")
