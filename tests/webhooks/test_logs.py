import pytest

from webhooks.logs import masked

BOT_TOKEN = "1234567890:AAExampleExampleExampleExampleExamp"


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-1234567890-abcDEF_123",
        "xoxp-1-2-3-abc",
        "xoxe-1-My0xLWFiYw",
        BOT_TOKEN,
        "AC" + "0123456789abcdef" * 2,
        "SK" + "0123456789abcdef" * 2,
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "refused: {}", "token={}, again", '{{"token": "{}"}}', "/Accounts/{}/Calls.json"]
)
def test_a_secret_is_masked_wherever_it_stands(secret: str, around: str) -> None:
    assert masked(around.format(secret)) == around.format("***")


def test_a_bot_token_in_the_address_of_a_request_is_masked() -> None:
    assert masked(f"https://api.telegram.org/bot{BOT_TOKEN}/getMe") == "https://api.telegram.org/bot***/getMe"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://offhook:s3cret@db:5432/offhook", "postgresql://***@db:5432/offhook"),
        ("postgresql+asyncpg://offhook:p%40ss@db/offhook", "postgresql+asyncpg://***@db/offhook"),
        ("https://user:pass@example.com/?a=b", "https://***@example.com/?a=b"),
        ("redis://:s3cret@cache/0", "redis://***@cache/0"),
    ],
)
def test_a_password_in_an_address_is_masked(address: str, shown: str) -> None:
    assert masked(f"cannot reach {address} today") == f"cannot reach {shown} today"


def test_several_secrets_in_one_line_are_all_masked() -> None:
    line = f"xoxb-1-a and {BOT_TOKEN} and postgresql://a:b@db/x"
    assert masked(line) == "*** and *** and postgresql://***@db/x"


@pytest.mark.parametrize(
    "harmless",
    [
        "T-42 was claimed at 10:00:00",
        "CA" + "0123456789abcdef" * 2,
        "https://crm.example.com:8080/twilio/voice",
        "sqlite:///offhook.db",
        "12345:short",
    ],
)
def test_what_is_no_secret_is_left_alone(harmless: str) -> None:
    assert masked(harmless) == harmless
