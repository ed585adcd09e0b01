"""Examples with values in them, as people would write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from crm_core.message import say
from intents import catalogue
from intents.registry import Argument

UNKNOWN = "…"
_ARGUMENT = re.compile(r"\{(\w+)\}")
_NOTHING = re.compile(rf"\[{UNKNOWN}\]\(\w+\)")


def filled(template: str, language: str, arguments: Sequence[Argument] = ()) -> str:
    """`claim T-7` from `claim {ticket}`; the samples are in the catalogues, by argument, else by its slot."""
    slots = {argument.name: argument.slot.name for argument in arguments}

    def sample(found: re.Match[str]) -> str:
        ids = [f"sample.{found[1]}", f"sample.{slots.get(found[1], found[1])}"]
        id = next((id for id in ids if catalogue.has(language, id)), None)
        return UNKNOWN if id is None else catalogue.render(say(id), language, ZoneInfo("UTC"))

    return _ARGUMENT.sub(sample, template)


def marked_sample(template: str, language: str, arguments: Sequence[Argument] = ()) -> str:
    """`claim [T-7](ticket)`, as training data has it."""
    whole = filled(_ARGUMENT.sub(r"[{\1}](\1)", template), language, arguments)
    return _NOTHING.sub(UNKNOWN, whole)
