"""What a sentence was taken for by an understanding that is asked before the transaction: a server, or a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Below the first it is asked back; a change below the second is shown before it is done; from the third on, an example
# that leaves room for any words is asked about.
ASKED_BELOW = 0.5
SURE = 0.9
CERTAIN = 0.95


@dataclass(frozen=True, slots=True)
class Near:
    """A command that a sentence may have meant, and the words for its arguments."""

    intent: str
    words: Mapping[str, str] = field(default_factory=dict)
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Meant:
    """`intent` names a command, None for nothing we do. `words` are what was said for its arguments, `alternatives`
    what comes nearest, best first."""

    intent: str | None
    confidence: float
    words: Mapping[str, str] = field(default_factory=dict)
    alternatives: tuple[Near, ...] = ()
