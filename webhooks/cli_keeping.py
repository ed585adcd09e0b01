"""The commands about what is kept of people, for how long, and their files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from webhooks.command_line import run, settings, show

privacy_app = typer.Typer(no_args_is_help=True, help="What is known of a person, and to be forgotten.")
files_app = typer.Typer(no_args_is_help=True, help="Files that are attached to records.")


@privacy_app.command("export")
def export_person(contact: str, file: Path) -> None:
    """Everything about one contact: a page for FILE.html, else JSON; their files in a folder beside it."""
    from webhooks import privacy

    show(run(privacy.export(settings(), contact, file)))


@privacy_app.command("erase")
def erase_person(
    contact: str, yes: Annotated[bool, typer.Option("--yes", help="Do it. It cannot be undone.")] = False
) -> None:
    """Forget one contact: names, numbers and words go, the statistics stay."""
    from webhooks import privacy

    show(run(privacy.erase(settings(), contact, confirmed=yes)))


@privacy_app.command("hold")
def hold_person(
    contact: str, because: Annotated[str, typer.Option(help="The reason: a court file, a dispute.")]
) -> None:
    """Put a contact under legal hold: nothing of theirs is erased while it stands."""
    from webhooks import keeping

    show(run(keeping.hold(settings(), contact, because)))


@privacy_app.command("release")
def release_person(contact: str) -> None:
    """Release a legal hold."""
    from webhooks import keeping

    show(run(keeping.release(settings(), contact)))


@privacy_app.command("holds")
def list_holds() -> None:
    """Who is under legal hold, since when and why."""
    from webhooks import keeping

    show(run(keeping.list_holds(settings())))


@privacy_app.command("evidence")
def show_evidence(number: str) -> None:
    """By which consent a number was called whose owner is erased by now."""
    from webhooks import keeping

    show(run(keeping.show_evidence(settings(), number)))


@privacy_app.command("erasures")
def export_erasures(file: Path) -> None:
    """Write who was erased, by number alone, for `offhook restore --erasures`: keep it away from the backups."""
    from webhooks import keeping

    show(run(keeping.export_erasures(settings(), file)))


@files_app.command("attach")
def attach_file(record: str, file: Path) -> None:
    """Attach FILE to a contact, ticket, deal or task: `offhook files attach T-1 photo.jpg`."""
    from webhooks import files

    show(run(files.attach(settings(), record, file)))


@files_app.command("list")
def list_files(record: str) -> None:
    """What is attached to a record."""
    from webhooks import files

    show(run(files.list_files(settings(), record)))


@files_app.command("get")
def get_file(file: str, out: Path) -> None:
    """Write a file to OUT: `offhook files get F-3 photo.jpg`."""
    from webhooks import files

    show(run(files.get(settings(), file, out)))


def retention(
    now: Annotated[bool, typer.Option("--now", help="Carry it out instead of waiting for the night.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. It cannot be undone.")] = False,
) -> None:
    """What the retention rules of offhook.yml would remove next night; with --now, remove it."""
    from webhooks import retention as carrying_out

    work = carrying_out.carry_out(settings(), confirmed=yes) if now else carrying_out.show(settings())
    show(run(work))


def add_to(app: typer.Typer) -> None:
    app.add_typer(privacy_app, name="privacy")
    app.add_typer(files_app, name="files")
    app.command()(retention)
