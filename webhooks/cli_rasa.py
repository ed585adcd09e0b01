"""`offhook rasa`: what a Rasa server needs to know of this house."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from webhooks.command_line import settings, show

rasa_app = typer.Typer(no_args_is_help=True, help="A Rasa server that understands people, or leads the conversations.")


@rasa_app.callback()
def rasa() -> None:
    """A Rasa server that understands people, or leads the conversations."""


@rasa_app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to; files of the same names are overwritten.")] = Path("rasa"),
    language: Annotated[str | None, typer.Option(help="de or en; all in one model when left out.")] = None,
) -> None:
    """Write what `rasa train` of Rasa 3.6 takes: domain, training data, rules, stories, pipeline and endpoints."""
    from webhooks.rasa import exporting

    show(exporting.export(settings(), folder, language))
