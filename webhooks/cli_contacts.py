"""The commands about many contacts at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from webhooks.command_line import run, settings, show

contacts_app = typer.Typer(no_args_is_help=True, help="Contacts from and to spreadsheets and vCards.")


@contacts_app.command("import")
def take_in(
    file: Path,
    columns: Annotated[list[str] | None, typer.Option("--map", help='A column by hand: "Handy=phone".')] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without it you see what would happen.")] = False,
    update: Annotated[bool, typer.Option("--update", help="Take over what the file says of known contacts.")] = False,
    again: Annotated[bool, typer.Option("--again", help="A file that was imported before, once more.")] = False,
) -> None:
    """Import FILE.csv or FILE.vcf: guessed columns are shown, refused rows go to FILE.errors.csv (or .vcf)."""
    from webhooks import contacts

    work = contacts.take_in(settings(), file, columns or [], confirmed=yes, update=update, again=again)
    show(run(work))


@contacts_app.command("export")
def hand_out(file: Path, tag: Annotated[str | None, typer.Option(help="Only those with this tag.")] = None) -> None:
    """Export contacts: vCards for FILE.vcf, else CSV."""
    from webhooks import contacts

    show(run(contacts.hand_out(settings(), file, tag)))
