"""`offhook language`: the languages people are spoken with."""

from __future__ import annotations

from typing import Annotated

import typer

from webhooks.command_line import settings

language_app = typer.Typer(no_args_is_help=True, help="The languages that people are spoken with.")


@language_app.callback()
def language() -> None:
    """The languages that people are spoken with."""


@language_app.command()
def check(
    code: Annotated[str, typer.Argument(help="Two letters: fr.")],
    everything: Annotated[bool, typer.Option("--all", help="Name all that is missing, not the first of each.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON, always with all.")] = False,
) -> None:
    """What a language still lacks: texts, words, templates, utterances. Ends with 1 where it lacks something."""
    from webhooks import language

    if not language.check(settings(), code, everything=everything, as_json=as_json):
        raise typer.Exit(1)
