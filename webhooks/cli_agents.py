"""`offhook agents`: the people who work with Offhook."""

from __future__ import annotations

from typing import Annotated

import typer

from webhooks.command_line import run as _run
from webhooks.command_line import settings as _settings
from webhooks.command_line import show as _print

agents_app = typer.Typer(no_args_is_help=True, help="The people who work with Offhook.")


@agents_app.command("list")
def list_agents() -> None:
    """Who works here, and under which accounts."""
    from webhooks import administration

    _print(_run(administration.list_agents(_settings())))


@agents_app.command("invite")
def invite_agent(
    name: str,
    role: Annotated[str, typer.Option(help="viewer, agent, lead or admin")] = "agent",
    language: Annotated[str | None, typer.Option(help="en or de")] = None,
    phone: Annotated[str | None, typer.Option(help="Where calls for this person ring: a number or sip:…")] = None,
    team: Annotated[str | None, typer.Option(help="A team of offhook.yml.")] = None,
    speaks: Annotated[str | None, typer.Option(help="With callers: de,en; their language if left out.")] = None,
    knows: Annotated[str | None, typer.Option(help="Skills that queues ask for, like heating,solar.")] = None,
) -> None:
    """Add a person and print the code that links their Slack or Telegram account."""
    from webhooks import administration

    able = administration.Abilities(team, listed(speaks), listed(knows))
    _print(_run(administration.invite(_settings(), name, role, language, phone, able)))


@agents_app.command("phone")
def set_phone(name: str, phone: str) -> None:
    """Where calls for somebody ring: a number in any notation, or sip:name@host."""
    from webhooks import administration

    _print(_run(administration.set_phone(_settings(), name, phone)))


@agents_app.command("team")
def set_team(
    name: str, team: Annotated[str | None, typer.Argument(help="By key or name; out of theirs when left out.")] = None
) -> None:
    """The team of offhook.yml that somebody is in."""
    from webhooks import administration

    _print(_run(administration.set_team(_settings(), name, team)))


@agents_app.command("pin")
def set_pin(name: str) -> None:
    """Set the PIN by which somebody is known on any phone. It is asked for and shown nowhere."""
    from webhooks import administration

    pin = typer.prompt("PIN", hide_input=True, confirmation_prompt=True)
    _print(_run(administration.set_pin(_settings(), name, pin)))


@agents_app.command("leave")
def agent_leaves(name: str, to: Annotated[str, typer.Option(help="Who takes over what they had to do.")]) -> None:
    """Somebody does not work here any more: hand their work over and close their accounts."""
    from webhooks import administration

    _print(_run(administration.leave(_settings(), name, to)))


def listed(text: str | None) -> tuple[str, ...]:
    return tuple(word for part in (text or "").split(",") if (word := part.strip()))
