"""The lead's view: one message that is edited in place."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr

from bot.fakes.slack import FakeSlack
from crm_core.company import CardPlace, Company
from crm_core.db import Database
from tests.contracts import slack as contract
from tests.crm_core.callcenter.stage import Floor
from tests.people import NOW
from tests.product import Product, running
from tests.telephony.carrier import listening

SECRET, TOKEN = "signing-secret", "xoxb-token"


@dataclass
class View:
    floor: Floor
    slack: FakeSlack
    product: Product
    clock: list[datetime] = field(default_factory=lambda: [NOW])

    async def after(self, seconds: float) -> list[Any]:
        """What the channel shows when so much time has gone by."""
        self.floor.later(seconds)
        self.clock[0] = self.floor.now
        await self.product.work()
        return [json.dumps(message.blocks) for message in self.slack.workspace.messages]

    def calls(self) -> list[str]:
        return [call.method for call in self.slack.calls if call.method.startswith("chat.")]


@pytest.fixture
async def view(database: Database, company: Company) -> AsyncIterator[View]:
    clock = [NOW]
    async with FakeSlack(SECRET, TOKEN) as slack, listening() as carrier:
        place = CardPlace(place=f"slack:{slack.add_channel('leads')}", kinds=["floor"])
        company = company.model_copy(update={"cards": [place]})
        database.works_for(company)
        settings = {
            "slack_bot_token": SecretStr(TOKEN),
            "slack_signing_secret": SecretStr(SECRET),
            "slack_api_url": slack.api_url,
            "twilio_api_url": carrier.api_url,
        }
        async with running(database, company, lambda: clock[0], **settings) as product:
            yield View(Floor(database, company), slack, product, clock)


async def test_one_message_follows_the_floor_at_most_every_five_seconds(view: View) -> None:
    view.floor.rule(routing="longest-idle")
    await view.floor.hire("Mira Okafor")
    call = await view.floor.caller()
    assert await view.after(0) == [], "not at once: more may change"
    [shown] = await view.after(5)
    assert "Waiting" in shown
    await view.floor.press_one("Mira Okafor")
    for second in range(4):
        await view.floor.caller(f"+4930231250{second:02}")
        await view.after(0.5)
    assert view.calls() == ["chat.postMessage"]
    [shown] = await view.after(5)
    assert view.calls() == ["chat.postMessage", "chat.update"]
    assert f"on a call (CALL-{call})" in shown
    assert "4, the longest since" in shown
    await view.after(60)
    assert len(view.calls()) == 2, "nothing has changed since"
    assert [problem for made in view.slack.calls for problem in contract.check(made.method, made.arguments)] == []


async def test_the_button_of_a_missed_call_asks_to_call_back(view: View) -> None:
    call = await view.floor.caller()
    view.floor.later(30)
    await view.floor.hang_up(call)
    [shown] = await view.after(5)
    assert f"Call back CALL-{call}" in shown
