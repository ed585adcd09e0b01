"""Time on the clock and keys, as offhook.yml writes them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field, PlainSerializer

_SPAN = re.compile(r"(?:(\d{1,3})\s?h)?\s?(?:(\d{1,4})\s?m)?\s?(?:(\d{1,5})\s?s)?")


def _span(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = _SPAN.fullmatch(value.strip())
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    span = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if not span and value.strip() not in {"0", "0s"}:
        raise ValueError(f"{value} is no length of time; write it like 30s, 5m or 1h")
    return span


def _written(span: timedelta) -> str:
    return f"{int(span.total_seconds())}s"


Span: TypeAlias = Annotated[timedelta, BeforeValidator(_span), PlainSerializer(_written, return_type=str)]
"""Time on the clock: 30s, 5m, 1h."""

Code: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
