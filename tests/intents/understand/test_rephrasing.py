import pytest

from intents.registry import commands
from intents.understand.rephrasing import sentence


@pytest.mark.parametrize(
    ("command", "words", "language", "said"),
    [
        ("ticket.claim", {"ticket": "T-7"}, "en", "claim T-7"),
        ("ticket.claim", {"ticket": "T-7"}, "de", "T-7 übernehmen"),
        ("ticket.claim", {}, "en", "claim"),
        ("ticket.assign", {"ticket": "T-7", "agent": "Mira"}, "en", "assign T-7 to Mira"),
    ],
)
def test_a_command_is_said_so_that_it_is_understood_again(
    command: str, words: dict[str, str], language: str, said: str
) -> None:
    assert sentence(commands()[command], words, language) == said


def test_what_would_be_understood_otherwise_is_not_said() -> None:
    assert sentence(commands()["ticket.claim"], {"ticket": "the red one"}, "en") is None
    assert sentence(commands()["ticket.claim"], {"ticket": "T-7", "pin": "1"}, "en") is None
