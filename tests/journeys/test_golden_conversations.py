"""The same sentence in every mouth and in both languages is the same change."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml
from pydantic import SecretStr

from bot import terminal
from bot.fakes.slack import FakeSlack
from bot.fakes.telegram import FakeTelegram
from crm_core import agents, rows
from crm_core.company import Company
from crm_core.db import Database, UtcDateTime
from tests.product import Product, running
from webhooks.demo import company as sample

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("golden.yml").read_text(encoding="utf-8"))
CHANNELS = ("slack", "telegram", "terminal")
SPEAKER = "Lena Brandt"
SLACK_SECRET, SLACK_TOKEN = "signing-secret", "xoxb-token"
TELEGRAM_SECRET, TELEGRAM_TOKEN = "webhook-secret", "1234567890:" + "A" * 35
# How a sentence came and what it was answered; the records are what counts.
ENVELOPES = {"receipt", "effect", "conversation", "choice_token", "card", "identity", "invite"}
# And what tells one claim from the next.
ELSEWHERE = {"channel", "updated_at", "lease_token"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+]+")

Content = dict[str, dict[str, str]]


class Mouth:
    """One person who can speak through each channel. `_known`: of each table the rows as stored, and as compared."""

    def __init__(
        self, product: Product, slack: FakeSlack, telegram: FakeTelegram, accounts: tuple[str, int], filled: Path
    ) -> None:
        self._product, self._slack, self._telegram = product, slack, telegram
        self._accounts, self._filled = accounts, filled
        self._known: dict[str, tuple[list[Any], dict[str, str]]] = {}

    async def say(self, channel: str, text: str) -> None:
        account, user = self._accounts
        if channel == "slack":
            assert (await self._slack.slash(account, next(iter(self._slack.workspace.channels)), text)).status == 200
        elif channel == "telegram":
            assert (await self._telegram.text(user, text)).status == 200
        else:
            await terminal.ask(self._product.database, SPEAKER, text, self._product.runtime.clock())
        await self._product.work()

    async def begin_anew(self) -> None:
        """The company as it was filled, with nothing said yet."""
        async with self._stored() as driver:
            with closing(sqlite3.connect(self._filled)) as filled:
                filled.backup(driver)

    async def content(self) -> Content:
        """What is stored as it was is not read again."""
        compared = [table for table in rows.tables() if table.name not in ENVELOPES]
        async with self._stored() as driver:
            stored = {table.name: driver.execute(f'SELECT * FROM "{table.name}"').fetchall() for table in compared}
        async with self._product.database.transaction() as session:
            for table in compared:
                if table.name not in self._known or self._known[table.name][0] != stored[table.name]:
                    plain = {
                        str([row[key.name] for key in table.primary_key]): _plain(table, row)
                        async for batch in rows.read(session, table)
                        for row in batch
                    }
                    self._known[table.name] = (stored[table.name], plain)
        return {table.name: self._known[table.name][1] for table in compared}

    @asynccontextmanager
    async def _stored(self) -> AsyncIterator[sqlite3.Connection]:
        async with self._product.database.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).dbapi_connection
            assert isinstance(driver, sqlite3.Connection)
            yield driver


def _plain(table: Any, row: dict[str, Any]) -> str:
    """Without the moment at which it was said."""
    timeless = {
        column.name: row[column.name]
        for column in table.columns
        if column.name not in ELSEWHERE and not (isinstance(column.type, UtcDateTime) and column.name != "due_at")
    }
    return _TIME.sub("…", str(timeless))


@pytest.fixture(scope="session")
def sample_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, company: Company) -> Path:
    path = tmp_path_factory.mktemp("sample") / "sample.db"
    shutil.copy(sqlite_template, path)

    async def fill() -> None:
        database = Database(f"sqlite:///{path}", company)
        async with database.transaction() as session:
            await sample.fill(session, datetime.now(UTC))
        await database.close()

    asyncio.run(fill())
    return path


@asynccontextmanager
async def _speaking(template: Path, file: Path, company: Company) -> AsyncIterator[Mouth]:
    shutil.copy(template, file)
    database = Database(f"sqlite:///{file}", company)
    async with FakeSlack(SLACK_SECRET, SLACK_TOKEN) as slack, FakeTelegram(TELEGRAM_TOKEN, TELEGRAM_SECRET) as telegram:
        account, user = slack.add_user(SPEAKER, "lena@example.com"), telegram.add_user(SPEAKER, "lena", "de")
        slack.add_channel("sales")
        async with database.transaction() as session:
            agent = await agents.find_agent(session, SPEAKER)
            await agents.link(session, agent, "slack", account, agent.created_at)
            await agents.link(session, agent, "telegram", str(user), agent.created_at)
        settings = {
            "slack_bot_token": SecretStr(SLACK_TOKEN),
            "slack_signing_secret": SecretStr(SLACK_SECRET),
            "slack_api_url": slack.api_url,
            "telegram_bot_token": SecretStr(TELEGRAM_TOKEN),
            "telegram_webhook_secret": SecretStr(TELEGRAM_SECRET),
            "telegram_api_url": telegram.api_url,
        }
        # One moment for all: what is promised counts from it, in opening hours by the second.
        now = datetime.now(UTC)
        async with running(database, company, lambda: now, **settings) as running_product:
            slack.events_url = str(running_product.client.make_url("/slack/events"))
            telegram.webhook_url = str(running_product.client.make_url("/telegram"))
            # The cards of the company are out before anything is said.
            await running_product.work()
            filled = file.with_suffix(".filled")
            with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(filled)) as target:
                source.backup(target)
            yield Mouth(running_product, slack, telegram, (account, user), filled)


def _difference(before: Content, after: Content) -> Content:
    found = {}
    for name, rows_after in after.items():
        changed = {key: row for key, row in rows_after.items() if before[name].get(key) != row}
        gone = dict.fromkeys(before[name].keys() - rows_after.keys(), "gone")
        if changed or gone:
            found[name] = changed | gone
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mouth(
    sample_template: Path, tmp_path_factory: pytest.TempPathFactory, company: Company
) -> AsyncIterator[Mouth]:
    async with _speaking(sample_template, tmp_path_factory.mktemp("golden") / "company.db", company) as found:
        yield found


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("case", CASES, ids=[case["en"] for case in CASES])
async def test_it_is_the_same_change_in_every_mouth(case: dict[str, Any], mouth: Mouth) -> None:
    differences = {}
    for channel, language in product(CHANNELS, ("en", "de")):
        await mouth.begin_anew()
        for text in case.get("before", []):
            await mouth.say(channel, text)
        before = await mouth.content()
        await mouth.say(channel, case[language])
        differences[channel, language] = _difference(before, await mouth.content())
    first = differences["terminal", "en"]
    for name in case.get("changes", []):
        assert name in first, first
    if "changes" not in case:
        assert first == {}
    for mouth_, difference in differences.items():
        assert difference == first, mouth_
