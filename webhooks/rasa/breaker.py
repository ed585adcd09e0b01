"""A server that does not answer is left alone for a while, so that waiting for it costs somebody now and then."""

from __future__ import annotations

from datetime import datetime, timedelta

from webhooks.runtime import Clock

PAUSE = timedelta(seconds=15)


class Breaker:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._closed_until: datetime | None = None

    def lets_through(self) -> bool:
        """After a pause one may try: the others are not let through before that one worked."""
        if self._closed_until is None:
            return True
        now = self._clock()
        if now < self._closed_until:
            return False
        self._closed_until = now + PAUSE
        return True

    def worked(self) -> None:
        self._closed_until = None

    def failed(self) -> None:
        self._closed_until = self._clock() + PAUSE
