"""What is said, and what it is understood as."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from intents.understand.grammar import understand

# The sentence, the command it means, the words of its arguments.
Said: TypeAlias = tuple[str, str, dict[str, str]]


def assert_meant(language: str, table: Sequence[Said]) -> None:
    """All that are understood as something else, not only the first."""
    wrong = [f"{text!r}: {meant}" for text, *wanted in table if (meant := _meant(text, language)) != wanted]
    assert not wrong, "\n".join(wrong)


def _meant(text: str, language: str) -> list[object]:
    understood = understand(text, language)
    return [understood.command.name, understood.words] if understood else []
