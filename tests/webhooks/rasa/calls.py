"""What a Rasa server sends to have an action carried out, in the shape of a real one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse

from crm_core import conversation
from crm_core.conversation import Speaker
from crm_core.db import Database
from tests.people import NOW
from tests.product import Product

TOKEN = "token-of-the-action-server"
# An exchange of a real Rasa 3.6.21, trained with what `offhook rasa export` writes: what it asked and what it answered,
# with its domain left out.
RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "payloads" / "rasa-3.6.21.json").read_text(encoding="utf-8")
)
MIRA = Speaker("slack", "U01MIRA", "mira", is_public=False)


async def sender_of(database: Database, speaker: Speaker = MIRA, language: str | None = None) -> str:
    """The name under which Rasa knows the conversation of an account."""
    async with database.transaction() as session:
        key = f"{speaker.channel}:D1:{speaker.account}"
        remembered = await conversation.remembered(session, key, NOW)
        remembered.language = language
        return conversation.known_as(remembered, speaker)


def call(
    action: str,
    sender: str,
    text: str = "",
    intent: str | None = None,
    confidence: float = 1.0,
    active_loop: str | None = None,
    candidates: dict[str, Any] | None = None,
    **slots: Any,
) -> dict[str, Any]:
    """`candidates` are slots that were just filled, as a form sends them to be validated."""
    parsed = {"intent": {"name": intent, "confidence": confidence}, "entities": [], "text": text}
    filled = [{"event": "slot", "name": name, "value": value} for name, value in (candidates or {}).items()]
    return {
        "next_action": action,
        "sender_id": sender,
        "tracker": {
            "sender_id": sender,
            "slots": {**slots, **(candidates or {})},
            "latest_message": parsed,
            "events": [{"event": "user", "text": text, "parse_data": parsed}, *filled],
            "paused": False,
            "followup_action": None,
            "active_loop": {"name": active_loop} if active_loop else {},
            "latest_action_name": "action_listen",
        },
        "domain": {"intents": []},
        "version": "3.6.21",
    }


async def post(product: Product, wanted: dict[str, Any]) -> ClientResponse:
    return await product.client.post(f"/rasa/webhook?token={TOKEN}", json=wanted)


async def answered(product: Product, wanted: dict[str, Any]) -> dict[str, Any]:
    response = await post(product, wanted)
    body: dict[str, Any] = await response.json()
    assert response.status == 200, body
    return body


def texts(body: dict[str, Any]) -> list[str]:
    return [response["text"] for response in body["responses"]]


def buttons(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [button for response in body["responses"] for button in response["buttons"]]


def slots_set(body: dict[str, Any]) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in body["events"] if event["event"] == "slot"}
