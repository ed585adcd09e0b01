"""A phone for the keyboard, on the demo's own network."""

from __future__ import annotations

import io
import threading

import pytest
from rich.console import Console

from crm_core.company import Company
from crm_core.db import Database
from tests.webhooks.console.playing import playing
from webhooks import phone
from webhooks.demo.company import CALLER

LINE = "+493023125100"
MARKUP = "[/nonsense] [red]x[/]"
PATIENCE_SECONDS = 10.0


class Screen(io.StringIO):
    """What was printed, and a way for the keyboard's thread to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self._written = threading.Condition()

    def write(self, text: str) -> int:
        with self._written:
            written = super().write(text)
            self._written.notify_all()
            return written

    def wait_for(self, text: str) -> None:
        with self._written:
            assert self._written.wait_for(lambda: text in self.getvalue(), PATIENCE_SECONDS), self.getvalue()


async def test_digits_are_keys_words_are_speech_and_what_is_said_back_is_shown_as_it_is(
    sqlite_database: Database, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    typed = iter([("Für Ihre Anliegen", "2"), ("in Ihren eigenen Worten", MARKUP), (MARKUP, "auflegen")])

    def read() -> str:
        awaited, line = next(typed)
        screen.wait_for(awaited)
        return line

    monkeypatch.setattr("builtins.input", read)
    async with playing(sqlite_database, company) as page:
        network = page.services.twilio
        console = Console(file=screen, width=400)
        await phone.place(console, network.api_url, "key-of-the-phone", "030 23125010", LINE, "DE")
        [call] = network.calls.values()
        assert call.is_over
    assert call.number == CALLER
    assert f"de-DE Sie haben gesagt: {MARKUP}" in screen.getvalue()
    assert "The call has ended." in screen.getvalue()
