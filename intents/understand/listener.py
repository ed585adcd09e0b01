"""What a sentence means to our own model and tagger, asked before any transaction is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm_core import references
from crm_core.company import Company
from intents.registry import commands
from intents.slot import Heard
from intents.understand.encoder import Encoder
from intents.understand.grammar import clean
from intents.understand.masking import masked
from intents.understand.meant import ASKED_BELOW, Meant, Near
from intents.understand.model import Model
from intents.understand.tagging import Tagger

_MOST_NEAR = 3
# What is less likely is not worth offering.
_FAR = 0.05


@dataclass(frozen=True, slots=True)
class Listener:
    """Takes milliseconds of a processor: for a thread, not for the loop."""

    model: Model
    encoder: Encoder | None
    tagger: Tagger

    def meaning(self, text: str, heard: Heard) -> Meant:
        guess = self.model.guess(masked(text), self.encoder)
        said = clean(text)
        likely = [(intent, chance) for intent, chance in guess.alternatives if intent in commands()]
        is_clear = guess.intent in commands() and guess.confidence >= ASKED_BELOW
        offered = likely[:1] if is_clear else [one for one in likely[:_MOST_NEAR] if one[1] >= _FAR]
        near = tuple(
            Near(intent, self.tagger.arguments(commands()[intent], said, heard), chance) for intent, chance in offered
        )
        if guess.intent is None or not near:
            return Meant(None, guess.confidence, alternatives=near)
        return Meant(near[0].intent, guess.confidence, near[0].words, near)


def anything_shown(company: Company, now: datetime) -> Heard:
    """What was shown is known in the transaction alone: till then `it` may be a record of any kind."""
    shown = one_of_each_kind()
    return Heard(now.astimezone(company.zone), company.currency, shown, company.hours, shown)


def one_of_each_kind() -> list[str]:
    return [f"{kind.prefix}-1" for kind in references.KINDS.values()]
