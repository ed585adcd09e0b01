"""Payloads with one thing wrong: a value of another kind, an absurd one, a hostile text, or nothing where it was."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

HOSTILE_TEXTS = [
    "<b>bold</b> & <script>alert(1)</script>",
    "<!channel> <@U1> *bold* `code` &lt;",
    "</Say><Dial>+4930231250</Dial><Say>",
    "'; DROP TABLE ticket; --",
    "Robert\x00\ud800\u202e\U0001f4de",
    "{name} {{name}} %s %(name)s",
    "x" * 5000,
    " ",
    "",
]
ABSURD: list[Any] = [None, True, -1, 10**30, 1e308, [], {}, [[]], {"id": {}}, "99999999999999999999"]
GONE = object()

Path = tuple[str | int, ...]


def mutated(payload: Any, random: Random) -> Any:
    """A copy in which one randomly chosen place holds something else, or is missing."""
    changed = copy.deepcopy(payload)
    place = random.choice(list(_places(changed)))
    _put(changed, place, random.choice([GONE, *HOSTILE_TEXTS, *ABSURD]))
    return changed


def _places(value: Any, path: Path = ()) -> Iterator[Path]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _places(inner, (*path, key))


def _put(payload: Any, place: Path, value: Any) -> None:
    *way, last = place
    for step in way:
        payload = payload[step]
    if value is GONE:
        del payload[last]
    else:
        payload[last] = value
