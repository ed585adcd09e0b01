"""Commands: one typed function each, registered once, reached from every channel through `run`."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from pkgutil import walk_packages
from types import MappingProxyType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import rights
from crm_core.agents import Actor
from crm_core.company import Company, company_of
from crm_core.message import Message, Param
from intents import catalogue
from intents.ask import Ask
from intents.reply import Choice, Choices, Part, Reply, Style
from intents.slot import Heard, Slot


@dataclass(frozen=True, slots=True)
class Context:
    """What every command gets: the open transaction, who asks and where, the language of the answer.

    `shown` are the references that `it` may mean, the most recent first; `listed` is the list shown last, in its order.
    """

    session: AsyncSession
    actor: Actor
    ask: Ask
    language: str
    shown: list[str]
    now: datetime
    listed: list[str] = field(default_factory=list)

    @property
    def company(self) -> Company:
        return company_of(self.session)

    @property
    def heard(self) -> Heard:
        company = self.company
        return Heard(self.now.astimezone(company.zone), company.currency, self.shown, company.hours, self.listed)

    def say(self, id: str, **params: Param) -> str:
        """The catalogue's text in the language of the answer."""
        return catalogue.render(Message(id, params), self.language, self.company.zone)

    def shown_as(self, value: Param) -> str:
        return catalogue.shown(value, self.language, self.company.zone)

    def reply(self, id: str, *parts: Part, shown: list[str] | None = None, **params: Param) -> Reply:
        """`listed` says in words what a table among the parts shows: it is left out where that is drawn."""
        text = self.say(id, **params)
        lead = self.say(id, **{**params, "listed": ""}).strip(" :.") if "listed" in params else None
        return Reply(text, list(parts), shown=shown or [], language=self.language, lead=lead)

    def reply_with(self, text: str, *parts: Part) -> Reply:
        """A text that is rendered already."""
        return Reply(text, list(parts), language=self.language)


Handler = Callable[..., Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Argument:
    name: str
    slot: Slot
    is_required: bool


@dataclass(frozen=True, slots=True, eq=False)
class Command:
    """`examples` by language: templates with `{argument}`, `[optional words]`, `(one|other)`; the first is in the help.

    `changes` marks a command that writes, so that it is never guessed. `forgets_ask`: what was said is kept nowhere.
    `is_guarded`: it is for colleagues alone, whether or not its verbs ask for a right of their own.
    """

    name: str
    subject: str
    handler: Handler
    examples: Mapping[str, list[str]]
    arguments: list[Argument]
    changes: bool
    forgets_ask: bool = False
    is_guarded: bool = False


_OURS = "intents.commands."
_COMMANDS: dict[str, Command] = {}
# Counted up with each change of what is registered, for who keeps something made of it.
_edition = 0


def edition() -> int:
    return _edition


def command(
    name: str,
    examples: Mapping[str, list[str]],
    *,
    changes: bool = False,
    forgets_ask: bool = False,
    subject: str | None = None,
    for_customers: bool = False,
) -> Callable[[Handler], Handler]:
    """Register a function `(context, typed arguments…) -> Reply`; its module or package is the subject.

    A company's own is for colleagues alone, unless it is `for_customers` and whoever else asks, too.
    """

    def register(handler: Handler) -> Handler:
        if name in _COMMANDS:
            raise ValueError(f"{name} is registered twice, first in {place_of(_COMMANDS[name].handler)}")
        about = subject or _subject_of(handler.__module__)
        is_guarded = not for_customers and not handler.__module__.startswith(_OURS)
        put(Command(name, about, handler, examples, _arguments(handler), changes, forgets_ask, is_guarded))
        return handler

    return register


def put(chosen: Command) -> None:
    """In the place of one of the same name, if there is one."""
    global _edition
    _COMMANDS[chosen.name] = chosen
    _edition += 1


def withdraw(name: str) -> None:
    global _edition
    del _COMMANDS[name]
    _edition += 1


def registered() -> Mapping[str, Command]:
    """Those whose modules were imported so far."""
    return MappingProxyType(_COMMANDS)


def place_of(handler: Handler) -> str:
    code = inspect.unwrap(handler).__code__
    return f"{code.co_filename}:{code.co_firstlineno}"


@lru_cache
def commands() -> Mapping[str, Command]:
    """All of them; the first call imports the modules of intents.commands."""
    package = import_module(_OURS.rstrip("."))
    for module in walk_packages(package.__path__, _OURS):
        import_module(module.name)
    return _COMMANDS


def missing(chosen: Command, values: Mapping[str, object]) -> Argument | None:
    """The first required argument that nobody has said yet."""
    return next((a for a in chosen.arguments if a.is_required and a.name not in values), None)


async def run(context: Context, name: str, values: Mapping[str, object]) -> Reply:
    """The only caller of commands. Rights are checked by the verbs themselves, or by it. Raises CrmError."""
    chosen = commands()[name]
    if chosen.is_guarded:
        rights.require(context.actor, "command.run-own")
    return await chosen.handler(context, **values)


def button(
    context: Context,
    label: str,
    say: str,
    record: str | None = None,
    version: int | None = None,
    *,
    primary: bool = False,
) -> Choice:
    """A choice whose label is a catalogue id."""
    return Choice(context.say(label), say, Style.PRIMARY if primary else Style.PLAIN, record, version)


def buttons(*choices: Choice) -> Choices:
    return Choices(list(choices))


def _subject_of(module: str) -> str:
    return module.split(".")[2] if module.startswith(_OURS) else module.rpartition(".")[2]


def _arguments(handler: Handler) -> list[Argument]:
    hints = get_type_hints(handler, include_extras=True)
    parameters = list(inspect.signature(handler).parameters.values())[1:]
    return [
        Argument(parameter.name, _slot(hints[parameter.name]), parameter.default is inspect.Parameter.empty)
        for parameter in parameters
    ]


def _slot(hint: Any) -> Slot:
    if get_origin(hint) in {Union, UnionType}:
        return _slot(next(part for part in get_args(hint) if part is not type(None)))
    slot = next((extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Slot)), None)
    if slot is None:
        raise TypeError(f"an argument {hint} names no slot: use one of the aliases of intents.slots")
    return slot
