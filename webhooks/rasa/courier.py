"""Hands what was said to the Rasa server that drives, and posts what it says where it was asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import conversation
from crm_core.company import company_of
from crm_core.contacts import customers
from crm_core.db import Database
from crm_core.message import Message
from crm_core.outbox import Effect
from intents import catalogue
from intents.ask import Ask
from intents.rasa import reading
from intents.reply import Reply, Tone
from intents.router import answer
from webhooks.rasa.client import NoAnswer, NotReached, RasaClient

# Posts a reply at a place of a channel, whose buttons are for one conversation.
Post = Callable[[AsyncSession, Mapping[str, Any], Reply, str, datetime], Awaitable[None]]

log = structlog.get_logger()


class RasaCourier:
    """`posts` by channel."""

    def __init__(self, database: Database, client: RasaClient, posts: Mapping[str, Post]) -> None:
        self._database = database
        self._client = client
        self._posts = posts

    async def deliver(self, effect: Effect, now: datetime) -> None:
        """At most once: a server that may have done it is not asked again."""
        said, sender = effect.payload, str(effect.payload["sender"])
        try:
            reply: Reply | None = await self._client.talk(sender, said["text"])
        except NotReached as error:
            log.warning("rasa.not-driving", error=str(error))
            reply = None
        except NoAnswer as error:
            log.warning("rasa.no-answer", error=str(error))
            reply = Reply("")
        async with self._database.transaction() as session:
            found = await conversation.of_sender(session, sender)
            if found is None:
                return  # erased meanwhile
            remembered, speaker = found
            actor = await customers.speaker(session, speaker.channel, speaker.account, speaker.name, now)
            if reply is None:
                ask = Ask(
                    speaker.channel,
                    remembered.key,
                    speaker.account,
                    said["text"],
                    is_public=speaker.is_public,
                    meant=reading.intended(said["text"]),
                )
                reply = await answer(session, actor, ask, now)
            told = reply if reply.text else _silent(session, remembered.language or actor.language)
            await self._posts[speaker.channel](session, said["place"], told, said["key"], now)


def _silent(session: AsyncSession, language: str) -> Reply:
    """A server that says nothing may have done something."""
    text = catalogue.render(Message("rasa.no-answer"), language, company_of(session).zone)
    return Reply(text, tone=Tone.ERROR, language=language)
