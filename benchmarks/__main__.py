"""python -m benchmarks figures | kill: run by hand, on loopback only."""

from typing import Annotated

import typer

from benchmarks import figures as all_figures
from benchmarks import kill as kills

app = typer.Typer(
    help="How fast, how large, how safe: measured here and now.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def benchmarks() -> None:
    """How fast, how large, how safe: measured here and now."""


@app.command()
def figures(
    only: Annotated[
        list[str] | None, typer.Argument(help=f"Of {', '.join(all_figures.FIGURES)}; all if none.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="One round of little.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="600 reports in figure 6.")] = False,
    postgres: Annotated[bool, typer.Option("--postgres", help="Figure 7 there too.")] = False,
) -> None:
    """The eight figures beside a bare aiogram echo bot, with their goals."""
    all_figures.figures(all_figures.plan_of(quick, everything, postgres), only or [])


@app.command()
def kill(
    points: Annotated[
        list[str] | None, typer.Argument(help=f"Of {', '.join(kills.POINTS)}; all if none.")
    ] = None,
    times: Annotated[int, typer.Option(help="Kills at each point.")] = 20,
) -> None:
    """kill -9 at each point where a crash could hurt; what is lost or doubled after it."""
    if not kills.kill(times, points or kills.POINTS):
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
