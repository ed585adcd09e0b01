"""Call lists, as offhook.yml describes what becomes of those who were called."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, model_validator

from crm_core.company.part import Fault, Part, Path
from crm_core.company.spans import Code, Span

UNREACHED = ("no-answer", "busy", "failed")
"""How a call ends in which nobody spoke to anybody, as the carrier tells it."""


class Again(Part):
    """They are called again `after` so long, until `most` calls to them ended like that."""

    after: Annotated[Span, Field(ge=timedelta(minutes=1))]
    most: Annotated[int, Field(ge=1, le=20)] = 3


_DEFAULT: dict[str, Any] = {
    "no-answer": {"after": "2h", "most": 3},
    "busy": {"after": "15m", "most": 4},
    "failed": {"after": "4h", "most": 2},
}


class CallLists(Part):
    """`claim`: how long somebody is kept for the agent who looks at them. By outcome (a disposition, or one of
    no-answer, busy and failed) they are called again by `retry` or never (`drop`); after any other they are done.
    `most` calls are made to one person in all, whatever came of them.
    """

    claim: Annotated[Span, Field(ge=timedelta(minutes=1), le=timedelta(hours=4))] = timedelta(minutes=10)
    retry: dict[Code, Again] = {}
    drop: list[Code] = []
    most: Annotated[int, Field(ge=1, le=50)] = 8

    @model_validator(mode="before")
    @classmethod
    def _unreached_are_called_again(cls, value: Any) -> Any:
        """Unless the file says otherwise of them."""
        if not isinstance(value, dict):
            return value
        retry, drop = value.get("retry", {}), value.get("drop", [])
        if not isinstance(retry, dict) or not isinstance(drop, list):
            return value
        by_default = {key: rule for key, rule in _DEFAULT.items() if key not in retry and key not in drop}
        return {**value, "retry": {**by_default, **retry}}

    def unfitting(self, dispositions: Collection[str]) -> Iterator[Fault]:
        """Outcomes that no call has. Where they stand counts from the call centre."""
        known = {*dispositions, *UNREACHED}
        named: list[tuple[Path, str]] = [(("retry", key), key) for key in self.retry]
        named += [(("drop", number), key) for number, key in enumerate(self.drop)]
        for at, key in named:
            if key not in known:
                names = ", ".join(sorted(known))
                yield Fault(("call_lists", *at), f"{key} is neither a disposition nor another outcome; known: {names}")
            elif at[0] == "drop" and key in self.retry:
                yield Fault(("call_lists", *at), f"{key} is in `retry` too: either they are called again or not")
