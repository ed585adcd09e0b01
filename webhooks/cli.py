"""`offhook`: everything that is done from a terminal. Each command imports what it needs when it runs."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from webhooks import cli_agents, cli_contacts, cli_keeping, cli_language, cli_nlu, cli_phone, cli_rasa
from webhooks.command_line import run as _run
from webhooks.command_line import settings as _settings
from webhooks.command_line import show as _print
from webhooks.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Offhook: a CRM that a call centre talks to.")
connect_app = typer.Typer(no_args_is_help=True, help="Set or print what Twilio, Telegram and Slack need to know.")
outbox_app = typer.Typer(invoke_without_command=True, help="What is to be sent, and the hold on it.")
app.add_typer(cli_agents.agents_app, name="agents")
app.add_typer(connect_app, name="connect")
app.add_typer(outbox_app, name="outbox")
app.add_typer(cli_contacts.contacts_app, name="contacts")
app.add_typer(cli_phone.ivr_app, name="ivr")
app.add_typer(cli_language.language_app, name="language")
app.add_typer(cli_nlu.nlu_app, name="nlu")
app.add_typer(cli_rasa.rasa_app, name="rasa")
cli_keeping.add_to(app)

As = Annotated[str | None, typer.Option("--as", help="The agent who speaks; the only admin when left out.")]


@app.command()
def serve(
    worker: Annotated[
        bool, typer.Option(help="Also carry out what is due; off when `offhook work` runs elsewhere.")
    ] = True,
) -> None:
    """Answer webhooks (and, unless told otherwise, work off what they leave to do)."""
    from webhooks import logs, serve

    logs.set_up(readable=sys.stderr.isatty())
    _run(serve.serve(_settings(), with_worker=worker))


@app.command()
def work() -> None:
    """Carry out what is due: cards, replies, dialling, timers. Any number of these share a PostgreSQL."""
    from webhooks import logs, serve

    logs.set_up(readable=sys.stderr.isatty())
    _run(serve.work(_settings()))


@app.command()
def migrate() -> None:
    """Bring the database to the tables that this version needs."""
    from webhooks import administration

    _print(_run(administration.migrate(_settings())))


@app.command()
def apply(
    check: Annotated[bool, typer.Option("--check", help="Only check the file; no database is needed.")] = False,
) -> None:
    """Check offhook.yml and carry it into the database."""
    from webhooks import administration

    if check:
        _print(administration.check(_settings()))
        return
    _print(_run(administration.apply(_settings())))


@app.command()
def quote(ref: str, file: Path) -> None:
    """Write a quote as a page that a browser prints to PDF, in the customer's language."""
    from webhooks import quotes

    _print(_run(quotes.write(_settings(), ref, file)))


@app.command()
def demo(
    port: Annotated[int | None, typer.Option(envvar="PORT", help="Where the playground listens.")] = None,
) -> None:
    """A small company to play with: no account, no key, no network. Starts fresh each time."""
    from webhooks import logs
    from webhooks.demo import run

    logs.set_up(readable=True)
    _run(run.demo(port or 8080))


@app.command()
def doctor(
    live: Annotated[bool, typer.Option(help="Also prove the way to each service and back.")] = False,
) -> None:
    """Explain each missing or wrong setting."""
    from webhooks import doctor

    if not _run(doctor.examine(_settings(), live=live)):
        raise typer.Exit(1)


@app.command()
def chat(name: As = None) -> None:
    """A conversation in this terminal."""
    from webhooks import talk

    _run(talk.chat(_talk_settings(), name))


@app.command()
def ask(
    text: str,
    name: As = None,
    as_json: Annotated[bool, typer.Option("--json", help="The reply as JSON.")] = False,
) -> None:
    """One question, one answer."""
    from webhooks import talk

    _run(talk.ask(_talk_settings(), text, name, as_json=as_json))


@app.command()
def top(
    name: Annotated[str | None, typer.Option("--as", help="Whose view: figures about one are not for all.")] = None,
    language: Annotated[str | None, typer.Option(help="en or de; that of the company when left out.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Print it once, for a pipe or a script.")] = False,
) -> None:
    """The call centre live: who waits, who is there, how callers were served today. Ctrl-C leaves."""
    from webhooks import top

    _run(top.top(_talk_settings(), name, language, once=once))


@app.command()
def call(
    caller: Annotated[str, typer.Option("--from", help="The number that calls, in any notation.")],
) -> None:
    """Place a call to the running server from the keyboard: digits are keys, words are speech."""
    from webhooks import talk

    _run(talk.call(_talk_settings(), caller))


@app.command("text")
def send_text(
    sender: Annotated[str, typer.Option("--from", help="The number that texts, in any notation.")],
    words: Annotated[list[str] | None, typer.Argument(help="What is texted; nothing only shows what arrived.")] = None,
) -> None:
    """Text the running demo's line, and read what that phone was texted."""
    from webhooks import talk

    _run(talk.text(_talk_settings(), sender, " ".join(words or [])))


@app.command()
def backup(file: Path) -> None:
    """Everything in one file: one moment of the database, while people go on working."""
    from webhooks import archive

    _print(_run(archive.backup(_settings(), file)))


@app.command()
def restore(
    file: Path,
    erasures: Annotated[
        Path | None, typer.Option(help="Who was erased since: a list that `offhook privacy erasures` wrote.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Empty the database first, but for its erasures.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --replace: do it. It cannot be undone.")] = False,
) -> None:
    """A backup into an empty, migrated database; who was erased since stays erased. Nothing is sent until you
    release the outbox."""
    from webhooks import archive

    _print(_run(archive.restore(_settings(), file, erasures, replaces=replace, confirmed=yes)))


@app.command()
def copy(
    to: Annotated[str, typer.Option(help="The other database, empty and migrated: postgresql://… or sqlite:///…")],
) -> None:
    """Carry everything to another database; a copy that was cut off goes on where it was."""
    from webhooks import archive

    _print(_run(archive.copy(_settings(), to)))


@app.command()
def history(
    file: Path,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day.")] = None,
) -> None:
    """The audit trail as CSV: who did what, when, from where, before and after."""
    from webhooks import history

    days = [moment.date() if moment else None for moment in (since, until)]
    _print(_run(history.export(_settings(), file, *days)))


@app.command()
def hours(
    file: Path,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day.")] = None,
) -> None:
    """Hours worked as CSV: who, when, how long, on what, billable and approved or not."""
    from webhooks import timesheets

    days = [moment.date() if moment else None for moment in (since, until)]
    _print(_run(timesheets.export(_settings(), file, *days)))


@outbox_app.callback()
def outbox(context: typer.Context) -> None:
    """What is to be sent, and the hold on it."""
    from webhooks import archive

    if context.invoked_subcommand is None:
        _print(_run(archive.show_outbox(_settings())))


@outbox_app.command("release")
def release_outbox() -> None:
    """After a restore or a copy: send what is due from now on."""
    from webhooks import archive

    _print(_run(archive.release_outbox(_settings())))


@connect_app.command("twilio")
def connect_twilio(
    fallback: Annotated[str | None, typer.Option(help="Where a copy of the fallback document lies.")] = None,
    dry: Annotated[bool, typer.Option("--print", help="Only print the addresses, change nothing.")] = False,
    document: Annotated[Path | None, typer.Option(help="Only write the fallback document to a file.")] = None,
) -> None:
    """Point the number's webhooks, status callback and fallback at this server."""
    from webhooks import connect

    if document is not None:
        _print(connect.twilio_document(_settings(), document))
        return
    _print(_run(connect.twilio(_settings(), fallback=fallback, dry=dry)))


@connect_app.command("telegram")
def connect_telegram(
    dry: Annotated[bool, typer.Option("--print", help="Only print the address, change nothing.")] = False,
) -> None:
    """Register the webhook and its secret with the bot."""
    from webhooks import connect

    _print(_run(connect.telegram(_settings(), dry=dry)))


@connect_app.command("slack")
def connect_slack() -> None:
    """Print the app manifest and where to paste it."""
    from webhooks import connect

    _print(connect.slack(_settings()))


def main() -> None:
    """Errors that people can mend are one sentence; anything else is a fault of ours and shows its trace."""
    from crm_core.company import CompanyFileError
    from crm_core.errors import CrmError
    from webhooks.complaints import Complaint, plain_text

    try:
        app()
    except (Complaint, CompanyFileError, CrmError) as error:
        Console(stderr=True, soft_wrap=True).print(plain_text(error), style="red", markup=False)
        sys.exit(1)


def _talk_settings() -> Settings:
    """Those of the running demo where one runs and no database is named."""
    from webhooks.demo import running

    return running.settings(_settings())


if __name__ == "__main__":
    main()
