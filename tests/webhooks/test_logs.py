from __future__ import annotations

import pytest

from webhooks.logs import masked


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("xoxb-123-abcDEF", "token xoxb-123-abcDEF was refused"),
        ("7654321098:AAExampleExampleExampleExampleExampl", "bot7654321098:AAExampleExampleExampleExampleExampl/getMe"),
        ("SK" + "0a" * 16, "key SK" + "0a" * 16),
        ("AC" + "0a" * 16, "/Accounts/AC" + "0a" * 16 + "/Calls"),
        ("geheim", "postgresql+asyncpg://offhook:geheim@db/offhook"),
    ],
)
def test_a_secret_is_masked(secret: str, text: str) -> None:
    assert secret in text
    assert secret not in masked(text)


@pytest.mark.parametrize("text", ["T-42 is open", "http://127.0.0.1:8080/healthz", "12:30 until 14:00"])
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text
