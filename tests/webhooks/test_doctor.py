from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import unused_port
from pydantic import SecretStr

from crm_core import schema
from crm_core.company import Company
from crm_core.db import Database
from tests import people
from tests.journeys.stage import LINE, TELEGRAM_TOKEN, Stage, set_stage
from webhooks import doctor
from webhooks.settings import Settings

ROOT = Path(__file__).parent.parent.parent
GOOD, OFF, WRONG = "✓", "○", "✗"


class Examination:
    """What was printed, by subject; the live line of a subject comes after the one about its settings."""

    def __init__(self, printed: str, is_healthy: bool) -> None:
        self.is_healthy = is_healthy
        self.printed = printed
        self.lines = [(line[0], line[2:16].strip(), line[17:]) for line in printed.splitlines()]

    def of(self, subject: str) -> list[tuple[str, str]]:
        return [(mark, text) for mark, named, text in self.lines if named == subject]

    @property
    def wrong(self) -> set[str]:
        return {subject for mark, subject, _text in self.lines if mark == WRONG}


def _settings(database: Database, **more: Any) -> Settings:
    chosen = {
        "database_url": database.url.render_as_string(hide_password=False),
        "offhook_config": ROOT / "offhook.yml",
        "public_base_url": "https://crm.example.com",
        **more,
    }
    return Settings(_env_file=None, **chosen)


async def _examine(capsys: pytest.CaptureFixture[str], settings: Settings, *, live: bool = False) -> Examination:
    capsys.readouterr()
    is_healthy = await doctor.examine(settings, live=live)
    return Examination(capsys.readouterr().out, is_healthy)


@pytest.fixture
async def staffed(database: Database) -> Database:
    async with database.transaction() as session:
        await people.add_agent(session)
    return database


async def test_nothing_is_wrong_with_a_finished_installation(
    staffed: Database, capsys: pytest.CaptureFixture[str], company: Company
) -> None:
    found = await _examine(capsys, _settings(staffed))
    assert (found.is_healthy, found.wrong) == (True, set())
    assert found.of("company file") == [(GOOD, f"{ROOT / 'offhook.yml'}: {company.name}")]
    assert found.of("people") == [(GOOD, "1 agents")]
    assert found.of("address") == [(GOOD, "https://crm.example.com")]
    [(mark, text)] = found.of("database")
    assert mark == GOOD
    assert text.endswith(f" at revision {schema.newest_revision()}")


@pytest.mark.parametrize(
    ("content", "complaint"), [("name: [unclosed", "not readable as YAML"), ("name: Nobody\n", "phone")]
)
async def test_a_broken_company_file_is_the_only_finding(
    sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, complaint: str
) -> None:
    file = tmp_path / "offhook.yml"
    file.write_text(content, encoding="utf-8")
    found = await _examine(capsys, _settings(sqlite_database, offhook_config=file))
    assert not found.is_healthy
    assert found.printed.startswith(f"{WRONG} company file")
    assert str(file) in found.printed
    assert complaint in found.printed
    assert found.of("database") == []


async def test_a_company_file_that_is_not_there_is_named(
    sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = await _examine(capsys, _settings(sqlite_database, offhook_config=tmp_path / "none.yml"))
    assert found.wrong == {"company file"}
    assert "OFFHOOK_CONFIG" in found.printed


async def test_a_database_without_tables_wants_a_migration(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await schema.roll_back(database)
    found = await _examine(capsys, _settings(database))
    [(mark, text)] = found.of("database")
    assert (found.is_healthy, mark) == (False, WRONG)
    assert text.endswith(" is at revision none: run `offhook migrate`.")
    assert found.of("people") == []


@pytest.mark.parametrize("kind", ["SQLite", "PostgreSQL"])
async def test_a_database_that_does_not_answer_is_said_so(
    kind: str, sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = {
        "SQLite": f"sqlite:///{tmp_path}/no-such-folder/offhook.db",
        "PostgreSQL": f"postgresql://offhook:s3cret@127.0.0.1:{unused_port()}/offhook",
    }
    found = await _examine(capsys, _settings(sqlite_database, database_url=urls[kind]))
    [(mark, text)] = found.of("database")
    assert (found.is_healthy, mark) == (False, WRONG)
    assert text.startswith(f"{kind} does not answer")
    assert "s3cret" not in found.printed


async def test_an_installation_without_people_says_how_to_begin(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    found = await _examine(capsys, _settings(database))
    assert (found.is_healthy, found.wrong) == (False, {"people"})
    assert "offhook agents invite" in found.printed


@pytest.mark.parametrize(
    ("address", "complaint"),
    [("", "PUBLIC_BASE_URL is not set"), ("http://crm.example.com", "http://crm.example.com is not https")],
)
async def test_an_address_that_services_cannot_use_is_wrong(
    staffed: Database, capsys: pytest.CaptureFixture[str], address: str, complaint: str
) -> None:
    found = await _examine(capsys, _settings(staffed, public_base_url=address))
    assert (found.is_healthy, found.wrong) == (False, {"address"})
    assert complaint in found.printed


CHANNELS = [
    ("Twilio", {"twilio_account_sid": "AC" + "0" * 32}, {"twilio_auth_token": SecretStr("t0ken")}),
    ("Slack", {"slack_bot_token": SecretStr("xoxb-token")}, {"slack_signing_secret": SecretStr("t0ken")}),
    ("Telegram", {"telegram_bot_token": SecretStr("1:A")}, {"telegram_webhook_secret": SecretStr("t0ken")}),
]


@pytest.mark.parametrize(("name", "first", "second"), CHANNELS)
async def test_a_channel_is_off_half_set_or_set(
    sqlite_database: Database,
    capsys: pytest.CaptureFixture[str],
    name: str,
    first: dict[str, Any],
    second: dict[str, Any],
) -> None:
    [one], [other] = [[field.upper() for field in half] for half in (first, second)]
    off = await _examine(capsys, _settings(sqlite_database))
    assert off.of(name) == [(OFF, f"is off; {one} and {other} turn it on")]
    for half, missing in ((first, other), (second, one)):
        found = await _examine(capsys, _settings(sqlite_database, **half))
        assert found.of(name) == [(WRONG, f"is half set: {missing} is missing")]
    whole = await _examine(capsys, _settings(sqlite_database, **first, **second))
    assert whole.of(name) == [(GOOD, "is set")]
    assert "t0ken" not in whole.printed


@pytest.fixture
async def stage(database: Database, company: Company) -> AsyncIterator[Stage]:
    async with set_stage(database, company) as found:
        yield found


def _on(stage: Stage, **changed: Any) -> Settings:
    """The settings of the product that runs, as the doctor beside it reads them."""
    database_url = stage.runtime.database.url.render_as_string(hide_password=False)
    update = {"database_url": database_url, "offhook_config": ROOT / "offhook.yml", **changed}
    return stage.runtime.settings.model_copy(update=update)


async def test_every_way_there_and_back_is_proved(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    found = await _examine(capsys, _on(stage), live=True)
    assert found.wrong == {"address"}
    assert found.of("round trip") == [(GOOD, f"{stage.base_url} answers, and takes a request signed for it")]
    assert found.of("Twilio")[1:] == [(GOOD, f"{LINE} calls this server")]
    assert found.of("Telegram")[1:] == [(GOOD, "@offhook_bot sends its messages here")]
    [(mark, text)] = found.of("Slack")[1:]
    assert (mark, text.startswith("speaks as ")) == (GOOD, True)


async def test_nothing_is_asked_of_the_services_unless_it_is_live(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    await _examine(capsys, _on(stage))
    assert (stage.slack.calls, stage.telegram.calls, stage.twilio.requests) == ([], [], [])


async def test_what_is_asked_of_the_services_fits_their_contracts(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    await _examine(capsys, _on(stage), live=True)
    assert stage.violations() == []


@pytest.mark.parametrize(
    ("subject", "setting", "wrong"),
    [
        ("Twilio", "twilio_auth_token", "another-auth-token"),
        ("Slack", "slack_bot_token", "xoxb-another-token"),
        ("Telegram", "telegram_bot_token", TELEGRAM_TOKEN[:-1] + "B"),
    ],
)
async def test_a_wrong_token_is_a_finding_that_does_not_show_it(
    stage: Stage, capsys: pytest.CaptureFixture[str], subject: str, setting: str, wrong: str
) -> None:
    found = await _examine(capsys, _on(stage, **{setting: SecretStr(wrong)}), live=True)
    assert not found.is_healthy
    [(mark, text)] = found.of(subject)[1:]
    assert mark == WRONG
    assert text
    assert wrong not in found.printed


async def test_a_server_with_another_token_refuses_what_the_doctor_signs(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    found = await _examine(capsys, _on(stage, twilio_auth_token=SecretStr("another")), live=True)
    [(mark, text)] = found.of("round trip")
    assert mark == WRONG
    assert "403" in text


async def test_a_server_that_is_not_running_is_a_finding(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = f"http://127.0.0.1:{unused_port()}"
    found = await _examine(capsys, _on(stage, public_base_url=nowhere), live=True)
    [(mark, _text)] = found.of("round trip")
    assert mark == WRONG


async def test_a_number_and_a_bot_that_point_elsewhere_say_which_command_mends_it(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.twilio.numbers[LINE].voice_url = "https://old.example.com/voice"
    stage.telegram.webhook_url = ""
    found = await _examine(capsys, _on(stage), live=True)
    assert found.of("Twilio")[1][1] == f"{LINE} calls https://old.example.com/voice: run `offhook connect twilio`"
    assert found.of("Telegram")[1][1] == "@offhook_bot sends its messages to nobody: run `offhook connect telegram`"
    assert found.wrong == {"address", "Twilio", "Telegram"}


async def test_a_number_of_somebody_else_is_said_in_words(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    found = await _examine(capsys, _on(stage, twilio_number="+493023125177"), live=True)
    assert found.of("Twilio")[1:] == [(WRONG, "The Twilio account does not own +493023125177.")]
