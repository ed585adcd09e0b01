"""What a real Rasa server asked is asked again, and what it answered is read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from crm_core.agents import SYSTEM
from crm_core.company import Company
from crm_core.db import Database
from crm_core.support import tickets
from crm_core.support.tickets import Ticket
from intents.rasa import reading
from intents.reply import Choices
from tests import people
from tests.people import NOW
from tests.product import Product, running
from tests.webhooks.rasa.calls import MIRA, RECORDED, TOKEN, answered, buttons, sender_of
from tests.webhooks.rasa.rasa_server import RasaServer
from webhooks.rasa.client import RasaClient

STEPS = [step for talk in RECORDED["talks"].values() for step in talk]


@pytest.fixture
async def product(database: Database, company: Company) -> AsyncIterator[Product]:
    async with running(database, company, rasa_action_token=TOKEN) as found:
        async with database.transaction() as session:
            await people.add_agent(session, "Mira Okafor", slack=MIRA.account)
            for name in ("Greta Sommer", "Greta Winter"):
                await people.add_contact(session, name)
            await tickets.open_ticket(session, SYSTEM, subject="Heating is cold", now=NOW)
        yield found


def _sent_by(request: dict[str, Any], sender: str) -> dict[str, Any]:
    return {**request, "sender_id": sender, "tracker": {**request["tracker"], "sender_id": sender}}


async def test_what_it_asked_for_is_carried_out_as_it_was_then(product: Product) -> None:
    sender = await sender_of(product.database)
    for step in STEPS:
        for action in step["actions"]:
            body = await answered(product, _sent_by(action["request"], sender))
            then = action["response"]
            assert body["events"] == then["events"]
            assert [bool(one["text"]) for one in body["responses"]] == [True] * len(then["responses"])
            assert buttons(body) == buttons(then)
    async with product.database.transaction() as session:
        ticket = await session.get_one(Ticket, 1)
    assert ticket.assignee_id is not None


async def test_what_it_said_is_a_reply(product: Product) -> None:
    """Each message of an action comes back in the channel `rest`, its buttons as they were."""
    async with RasaServer(says={step["request"]["message"]: step["response"] for step in STEPS}) as rasa:
        client = RasaClient(rasa.url, None)
        for step in STEPS:
            reply = await client.talk("sender", step["request"]["message"])
            said = [one["text"] for action in step["actions"] for one in action["response"]["responses"]]
            assert reply.text == "\n\n".join(said)
            drawn = [button for action in step["actions"] for button in buttons(action["response"])]
            kept = [choice for part in reply.parts if isinstance(part, Choices) for choice in part.choices]
            assert [(choice.label, choice.say, choice.record, choice.version) for choice in kept] == [
                (button["title"], button["payload"], button.get("record"), button.get("version")) for button in drawn
            ]
        await client.close()


@pytest.mark.parametrize(
    "exchange", RECORDED["parsed"], ids=[exchange["request"]["text"] for exchange in RECORDED["parsed"]]
)
def test_what_it_understood_is_a_command_and_its_words(exchange: dict[str, Any]) -> None:
    answer = exchange["response"]
    meant = reading.meaning(json.dumps(answer).encode())
    assert meant is not None
    expected = answer["intent"]["name"]
    assert meant.intent == (None if expected in {"out_of_scope", "nlu_fallback"} else expected)
    assert meant.confidence == answer["intent"]["confidence"]
    assert set(meant.words.values()) <= {entity["value"] for entity in answer["entities"]}
