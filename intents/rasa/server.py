"""The action server: what Rasa asks for is carried out by rasa-sdk's executor, for who speaks in a conversation of
ours."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from rasa_sdk.executor import ActionExecutor, ActionExecutorRunResult
from rasa_sdk.interfaces import ActionNotFoundException
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.company import company_of
from crm_core.message import Message
from intents import catalogue
from intents.rasa.actions import every_action
from intents.rasa.dispatcher import Dispatcher
from intents.rasa.turn import open_turn

MOST_TEXTS = 4


class _Heard(BaseModel):
    """What Rasa sends is read by rasa-sdk without a look: these are the shapes that it relies on."""

    model_config = ConfigDict(extra="allow", strict=True)

    sender_id: str
    slots: dict[str, Any] = {}
    latest_message: dict[str, Any] | None = None
    events: list[dict[str, Any]] = []
    active_loop: dict[str, Any] | None = None


class ActionCall(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    next_action: str
    tracker: _Heard

    @property
    def text(self) -> str:
        text = (self.tracker.latest_message or {}).get("text")
        return text if isinstance(text, str) else ""

    @property
    def texts(self) -> list[str]:
        """What was said lately, the latest first: `T-42` alone tells no language."""
        said = (event.get("text") for event in reversed(self.tracker.events) if event.get("event") == "user")
        return [self.text, *(text for text in said if isinstance(text, str))][:MOST_TEXTS]


class UnknownAction(Exception):
    """Said in the words of rasa-sdk."""

    def __init__(self, name: str) -> None:
        super().__init__(ActionNotFoundException(name).message)
        self.name = name


class ActionServer:
    def __init__(self) -> None:
        self._executor = ActionExecutor()
        for action in every_action():
            self._executor.register_action(action)

    async def run(self, session: AsyncSession, call: ActionCall, now: datetime) -> ActionExecutorRunResult:
        """On the caller's transaction. Raises UnknownAction."""
        if call.next_action not in self._executor.actions:
            raise UnknownAction(call.next_action)
        turn = await open_turn(session, call.tracker.sender_id, call.texts, now)
        dispatcher = Dispatcher(turn)
        if turn is None:
            company = company_of(session)
            dispatcher.utter_message(text=catalogue.render(Message("rasa.stranger"), company.language, company.zone))
            return ActionExecutorRunResult(events=[], responses=dispatcher.messages)
        # The domain is what we wrote ourselves: it is neither needed nor kept.
        wanted = {"next_action": call.next_action, "tracker": call.tracker.model_dump(), "domain": {}}
        return await self._executor.run(wanted, dispatcher=dispatcher)
