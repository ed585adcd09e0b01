"""What the tagger is to learn, as it is handed to the process that learns."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from intents.understand.marks import Marked, Span
from intents.understand.tags import Sought


@dataclass(frozen=True, slots=True)
class TaggingOrder:
    """`arguments` of each command that there are examples of."""

    examples: list[Marked]
    arguments: dict[str, tuple[Sought, ...]]

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> TaggingOrder:
        told = json.loads(text)
        examples = [
            Marked(one["text"], one["intent"], tuple(Span(**span) for span in one["spans"])) for one in told["examples"]
        ]
        arguments = {name: tuple(Sought(**one) for one in every) for name, every in told["arguments"].items()}
        return cls(examples, arguments)
