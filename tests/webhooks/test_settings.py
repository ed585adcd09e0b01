import pytest
from pydantic import ValidationError

from webhooks.settings import Settings


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def _settings(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings(_env_file=None)


def test_without_an_environment_it_is_sqlite_on_8080(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _settings(monkeypatch)
    assert (settings.database_url, settings.port) == ("sqlite:///offhook.db", 8080)
    assert not (settings.has_slack or settings.has_telegram or settings.has_twilio)


def test_the_real_services_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _settings(monkeypatch)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.twilio_api_url == "https://api.twilio.com"


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _settings(monkeypatch, PORT="", SLACK_BOT_TOKEN="", SLACK_SIGNING_SECRET="").port == 8080


def test_half_a_channel_is_no_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not _settings(monkeypatch, SLACK_BOT_TOKEN="xoxb-1").has_slack


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("PORT", "70000"),
        ("DATABASE_URL", "mysql://x/y"),
        ("OFFHOOK_TRANSCRIBER_URL", "localhost:9000"),
        ("OFFHOOK_TRANSCRIBER_URL", "https://"),
        ("RASA_URL", "localhost:5005"),
        ("RASA_MODE", "both"),
        ("RASA_MODE", "understand,drive"),
    ],
)
def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        _settings(monkeypatch, **{name: value})
    assert name.lower() in str(refused.value)


def test_a_transcriber_needs_an_address_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not _settings(monkeypatch, OFFHOOK_TRANSCRIBER_KEY="sk-1").has_transcriber
    settings = _settings(monkeypatch, OFFHOOK_TRANSCRIBER_URL="http://10.0.0.7:8000/v1/")
    assert settings.has_transcriber
    assert (settings.offhook_transcriber_url, settings.offhook_transcriber_model) == (
        "http://10.0.0.7:8000/v1",
        "whisper-1",
    )


def test_a_rasa_server_understands_unless_it_is_told_to_drive(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _settings(monkeypatch, RASA_URL="http://127.0.0.1:5005/")
    assert (settings.rasa_url, settings.is_driven) == ("http://127.0.0.1:5005", False)
    driven = _settings(monkeypatch, RASA_MODE="drive", RASA_ACTION_TOKEN="t")
    assert driven.is_driven


@pytest.mark.parametrize(
    ("environment", "missing"),
    [({"RASA_ACTION_TOKEN": "t"}, "RASA_URL"), ({"RASA_URL": "http://127.0.0.1:5005"}, "RASA_ACTION_TOKEN")],
)
def test_a_server_that_drives_is_reached_and_reaches_us(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], missing: str
) -> None:
    with pytest.raises(ValidationError, match=f"RASA_MODE=drive needs {missing}"):
        _settings(monkeypatch, RASA_MODE="drive", **environment)


def test_that_it_is_one_or_the_other_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError, match="does one of them, not both"):
        _settings(monkeypatch, RASA_MODE="understand,drive", RASA_URL="http://127.0.0.1:5005", RASA_ACTION_TOKEN="t")


def test_secrets_do_not_show_in_a_printed_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "xoxb-secret" not in repr(_settings(monkeypatch, SLACK_BOT_TOKEN="xoxb-secret"))


def test_signatures_are_over_the_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _settings(monkeypatch, PUBLIC_BASE_URL="https://crm.example.com/").base_url == "https://crm.example.com"
