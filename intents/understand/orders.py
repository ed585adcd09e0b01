"""What is to be learnt, as it is handed to the process that learns."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from crm_core.errors import Invalid
from intents.understand.encoder import encoder_version
from intents.understand.examples import Example

# Utterances done, of how many.
Tell = Callable[[int, int], None]


def silent(_done: int, _of: int) -> None:
    pass


def has_encoder() -> bool:
    return encoder_version() is not None


@dataclass(frozen=True, slots=True)
class Order:
    """`held_out` says how far to trust the model; without it, parts of the examples do. `opposites` are intents that
    do something, each with the one that undoes it."""

    examples: list[Example]
    held_out: list[Example] = field(default_factory=list)
    out_of_scope: str | None = None
    with_encoder: bool = field(default_factory=has_encoder)
    opposites: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Raises Invalid where there is nothing to choose between."""
        intents = {example.intent for example in self.examples}
        if len(intents) < 2:
            raise Invalid("nlu.one-intent", intent=", ".join(intents) or "–")

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Order:
        told = json.loads(text)
        examples, held_out = (
            [Example(one["text"], one["intent"], tuple(one["values"])) for one in told.pop(name)]
            for name in ("examples", "held_out")
        )
        opposites = [(does, undoes) for does, undoes in told.pop("opposites")]
        return cls(examples, held_out, opposites=opposites, **told)
