"""What one process shares between its routes and its worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crm_core.company import Company
from crm_core.db import Database
from intents.extensions import Fault
from webhooks.settings import Settings

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Runtime:
    """`faults`: what of the company's own commands is left out.

    `woken` is set after a commit that left work behind, so that the worker of this process looks at once."""

    settings: Settings
    company: Company
    database: Database
    clock: Clock = utc_now
    faults: Sequence[Fault] = ()
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.database.is_reached_at(self.settings.base_url)
        if self.settings.has_transcriber:
            self.database.transcribes()
