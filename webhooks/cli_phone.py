"""The commands about the phone menu."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from webhooks.command_line import settings

ivr_app = typer.Typer(no_args_is_help=True, help="The phone menu of offhook.yml.")


@ivr_app.callback()
def ivr() -> None:
    """The phone menu of offhook.yml."""


@ivr_app.command("show")
def show_ivr(
    language: Annotated[str | None, typer.Option(help="Of the texts; the house's own when left out.")] = None,
    mermaid: Annotated[Path | None, typer.Option(help="Also write it as a Mermaid flowchart.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Also write it as an SVG picture.")] = None,
) -> None:
    """Draw where callers come in and where each answer leads."""
    from webhooks import ivr

    Console().print(ivr.show(settings(), language, mermaid, svg), highlight=False)
