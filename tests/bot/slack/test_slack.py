import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.fakes.slack import FakeSlack
from bot.slack.manifest import manifest
from crm_core import agents
from crm_core.agents import SYSTEM
from crm_core.company import CardPlace, Company
from crm_core.contacts import chat_identities
from crm_core.contacts.chat_identities import Messenger
from crm_core.conversation import ChoiceToken
from crm_core.db import Base, Database
from crm_core.inbox import Receipt
from crm_core.lease import State
from crm_core.outbox import Effect, EffectKind
from crm_core.support import tickets
from crm_core.support.tickets import Ticket
from tests import people
from tests.contracts import location
from tests.contracts import slack as contract
from tests.product import Product, running

SECRET, TOKEN = "signing-secret", "xoxb-token"


@dataclass(slots=True)
class Team:
    product: Product
    slack: FakeSlack
    mira: str
    jonas: str
    channel: str

    async def work(self) -> None:
        await self.product.work()

    def last(self, channel: str | None = None) -> Any:
        return self.slack.channel_messages(channel or self.channel)[-1]

    async def open_ticket(self, subject: str = "Boiler drips") -> Ticket:
        async with self.product.database.transaction() as session:
            found = await tickets.open_ticket(session, SYSTEM, subject=subject, now=datetime.now(UTC))
        await self.work()
        return found

    def card(self) -> Any:
        return next(message for message in self.slack.channel_messages(self.channel) if not message.ephemeral_to)

    async def count(self, table: type[Base]) -> int:
        async with self.product.database.transaction() as session:
            return await session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
async def team(database: Database, company: Company) -> AsyncIterator[Team]:
    async with _team(database, company) as found:
        yield found


@pytest.fixture
async def on_sqlite(sqlite_database: Database, company: Company) -> AsyncIterator[Team]:
    async with _team(sqlite_database, company) as found:
        yield found


@asynccontextmanager
async def _team(database: Database, company: Company) -> AsyncIterator[Team]:
    async with FakeSlack(SECRET, TOKEN) as slack:
        mira, jonas = slack.add_user("Mira", "mira@example.com"), slack.add_user("Jonas", "jonas@example.com")
        channel = slack.add_channel("support")
        place = CardPlace(place=f"slack:{channel}", kinds=["ticket", "call"])
        moved = company.model_copy(update={"cards": [place]})
        database.works_for(moved)
        async with database.transaction() as session:
            for name, account in (("Mira Okafor", mira), ("Jonas Weber", jonas)):
                await people.add_agent(session, name, slack=account)
        settings = {
            "slack_bot_token": SecretStr(TOKEN),
            "slack_signing_secret": SecretStr(SECRET),
            "slack_api_url": slack.api_url,
        }
        async with running(database, moved, lambda: datetime.now(UTC), **settings) as product:
            slack.events_url = str(product.client.make_url("/slack/events"))
            yield Team(product, slack, mira, jonas, channel)
        _check_contract(slack)


def _check_contract(slack: FakeSlack) -> None:
    """Every call that the product made in these tests, against the published schemas and limits."""
    for call in slack.calls:
        assert contract.check(call.method, call.arguments) == [], call.method


async def test_a_slash_command_is_answered_to_the_one_who_asked(team: Team) -> None:
    delivery = await team.slack.slash(team.mira, team.channel, "open ticket printer is on fire")
    assert delivery.status == 200
    await team.work()
    answer = next(message for message in team.slack.channel_messages(team.channel) if message.ephemeral_to)
    assert answer.ephemeral_to == team.mira
    assert "T-1 is open: printer is on fire" in answer.text


async def test_a_mention_is_answered_in_its_thread_without_customer_data(team: Team) -> None:
    async with team.product.database.transaction() as session:
        await people.add_contact(session)
    await team.slack.mention(team.mira, team.channel, "find Sommer")
    await team.work()
    assert "Greta" not in json.dumps([team.last().text, team.last().blocks])


async def test_a_direct_message_gets_the_whole_answer(team: Team) -> None:
    async with team.product.database.transaction() as session:
        await people.add_contact(session)
    direct = team.slack.direct_channel(team.mira)
    await team.slack.message(team.mira, direct, "suche Sommer")
    await team.work()
    assert "Greta Sommer" in json.dumps([team.last(direct).text, team.last(direct).blocks])


async def test_an_address_that_is_told_once_is_not_kept(team: Team) -> None:
    direct = team.slack.direct_channel(team.mira)
    await team.slack.message(team.mira, direct, "calendar")
    await team.work()
    assert "/calendar/" in team.last(direct).text
    async with team.product.database.transaction() as session:
        assert "/calendar/" not in str(list(await session.scalars(select(Effect.payload))))


async def test_a_ticket_is_a_card_that_is_edited_in_place(team: Team) -> None:
    await team.open_ticket()
    card = team.card()
    await team.slack.press(team.mira, team.channel, card.ts, "Claim")
    await team.work()
    cards = [message for message in team.slack.channel_messages(team.channel) if not message.ephemeral_to]
    assert len(cards) == 1
    assert cards[0].edited
    assert "Mira Okafor" in json.dumps(cards[0].blocks)
    assert "Claim" not in json.dumps(cards[0].blocks)


async def test_a_second_claimer_is_told_who_was_first(team: Team) -> None:
    await team.open_ticket()
    card = team.card()
    await asyncio.gather(
        team.slack.press(team.mira, team.channel, card.ts, "Claim"),
        team.slack.press(team.jonas, team.channel, card.ts, "Claim"),
    )
    await team.work()
    answers = {message.ephemeral_to: message.text for message in team.slack.messages if message.ephemeral_to}
    winner = next(user for user, text in answers.items() if "T-1 is yours" in text)
    loser = team.jonas if winner == team.mira else team.mira
    assert ("Mira Okafor" if winner == team.mira else "Jonas Weber") in answers[loser]


async def test_the_same_delivery_twice_has_one_effect(team: Team) -> None:
    first = await team.slack.slash(team.mira, team.channel, "open ticket once")
    again = await asyncio.gather(*(team.slack.redeliver(first) for _time in range(4)))
    assert {delivery.status for delivery in again} == {200}
    await team.work()
    assert (await team.count(Receipt), await team.count(Ticket)) == (1, 1)


async def test_somebody_unknown_is_told_how_to_be_known(team: Team) -> None:
    stranger = team.slack.add_user("Stranger", "s@example.com")
    await team.slack.slash(stranger, team.channel, "pipeline")
    await team.work()
    assert "Einladungscode" in team.last().text or "invite code" in team.last().text


async def test_a_known_customer_opens_and_sees_their_own_tickets_and_no_others(team: Team) -> None:
    greta = team.slack.add_user("Gretchen", "g@example.com")
    async with team.product.database.transaction() as session:
        contact = await people.add_contact(session, language="en")
        await chat_identities.add_identity(session, contact.id, Messenger.SLACK, greta, people.NOW)
    await team.open_ticket("Lift stands still")
    direct = team.slack.direct_channel(greta)
    for said, answer in (
        ("open ticket no hot water", "T-2 is open: no hot water"),
        ("my tickets", "1 ticket is yours: T-2 no hot water"),
        ("show T-1", "There is no ticket T-1."),
        ("find Sommer", "That is for our team."),
    ):
        await team.slack.message(greta, direct, said)
        await team.work()
        assert team.last(direct).text.startswith(answer)
    async with team.product.database.transaction() as session:
        ticket = (await session.scalars(select(Ticket).where(Ticket.id == 2))).one()
    assert (ticket.contact_id, ticket.channel) == (contact.id, "slack")


async def test_an_invite_code_links_the_account(team: Team) -> None:
    stranger = team.slack.add_user("Sam", "sam@example.com")
    async with team.product.database.transaction() as session:
        sam = await people.add_agent(session, "Sam Carter")
        code = await agents.invite(session, sam, datetime.now(UTC))
    await team.slack.slash(stranger, team.channel, f"link {code}")
    await team.work()
    async with team.product.database.transaction() as session:
        actor = await agents.identify(session, "slack", stranger)
    assert actor is not None
    assert actor.agent_id == sam.id


@pytest.mark.parametrize(
    "text", ["<!channel> & <b>x</b>", "*bold* <https://evil.example|click>", "</blocks>", "\u202egnp.exe"]
)
async def test_what_people_write_stays_text(on_sqlite: Team, text: str) -> None:
    await on_sqlite.open_ticket(text)
    drawn = json.dumps(on_sqlite.card().blocks, ensure_ascii=False)
    assert "<!channel>" not in drawn
    assert "<https" not in drawn
    assert "<b>" not in drawn


async def test_a_very_long_story_fits_into_a_card(on_sqlite: Team) -> None:
    await on_sqlite.open_ticket("&<>" * 4000)
    assert on_sqlite.card().blocks


@pytest.mark.parametrize(
    ("timestamp", "signature"),
    [(None, ""), (None, "v0=wrong"), (None, "v0=\u00fc"), ("0", None), ("soon", None), ("", None), ("9" * 40, None)],
)
async def test_what_slack_did_not_sign_is_refused_and_writes_nothing(
    on_sqlite: Team, timestamp: str | None, signature: str | None
) -> None:
    body = urlencode({"command": "/offhook", "text": "next", "user_id": "U1", "channel_id": "C1"}).encode()
    delivery = await on_sqlite.slack.deliver(
        body, "application/x-www-form-urlencoded", timestamp=timestamp, signature=signature
    )
    assert delivery.status == 403
    assert await on_sqlite.count(Receipt) == 0


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"payload=%7Bnot", "application/x-www-form-urlencoded"),
        (b"", "application/json"),
        (b"[" * 100_000, "application/json"),
    ],
)
async def test_what_cannot_be_read_is_said(on_sqlite: Team, body: bytes, kind: str) -> None:
    assert (await on_sqlite.slack.deliver(body, kind)).status == 400
    assert await on_sqlite.count(Receipt) == 0


async def test_bytes_that_are_no_text_are_refused(on_sqlite: Team) -> None:
    stamp = str(int(datetime.now(UTC).timestamp()))
    headers = {"X-Slack-Signature": "v0=" + "0" * 64, "X-Slack-Request-Timestamp": stamp}
    response = await on_sqlite.product.client.post("/slack/events", data=BytesIO(b"\xff\xfe"), headers=headers)
    assert response.status == 403


async def test_a_challenge_is_answered(on_sqlite: Team) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"}).encode()
    delivery = await on_sqlite.slack.deliver(body, "application/json")
    assert (delivery.status, delivery.text) == (200, "abc")


def _recorded() -> list[tuple[str, dict[str, Any]]]:
    folder: Path = location.contracts_directory() / "slack" / "payloads"
    files = sorted(folder.glob("*.json"))
    return [(file.name, json.loads(file.read_text(encoding="utf-8"))) for file in files]


async def test_every_recorded_payload_is_taken_calmly(on_sqlite: Team) -> None:
    for name, payload in _recorded():
        is_command = name.startswith("slash_command")
        if name.startswith("event") or "event" in payload:
            body, kind = json.dumps(payload).encode(), "application/json"
        else:
            form = payload if is_command else {"payload": json.dumps(payload)}
            body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        delivery = await on_sqlite.slack.deliver(body, kind)
        assert delivery.status in {200, 400}, name
    await on_sqlite.work()
    async with on_sqlite.product.database.transaction() as session:
        left = await session.scalar(select(func.count()).select_from(Receipt).where(Receipt.state != State.DONE))
    assert left == 0


async def test_patience_is_kept_and_a_revoked_token_is_a_dead_letter_with_advice(on_sqlite: Team) -> None:
    on_sqlite.slack.fail_next("chat.postMessage", status=429, retry_after=30)
    await on_sqlite.open_ticket()
    async with on_sqlite.product.database.transaction() as session:
        effect = (await session.scalars(select(Effect).where(Effect.kind == EffectKind.CARD))).one()
    assert effect.state == State.PENDING
    assert (effect.due_at - datetime.now(UTC)).total_seconds() > 25
    on_sqlite.slack.fail_next("chat.postMessage", status=200, error="token_revoked")
    await on_sqlite.open_ticket("another")
    async with on_sqlite.product.database.transaction() as session:
        dead = (await session.scalars(select(Effect).where(Effect.state == State.DEAD))).one()
    assert "install the app again" in (dead.error or "")


async def test_undo_of_opening_takes_the_card_back(team: Team) -> None:
    await team.slack.slash(team.mira, team.channel, "open ticket by mistake")
    await team.work()
    await team.slack.slash(team.mira, team.channel, "undo")
    await team.work()
    assert "withdrawn" in team.card().text


def test_the_manifest_fits_slacks_schema() -> None:
    import jsonschema

    schema = json.loads((location.contracts_directory() / "slack" / "manifest.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(manifest("Nordlicht", "https://crm.example.com"), schema)


async def test_what_is_secret_is_kept_nowhere_once_it_was_understood(team: Team) -> None:
    direct = team.slack.direct_channel(team.mira)
    await team.slack.message(team.mira, direct, "my pin 80351")
    await team.slack.slash(team.mira, team.channel, "my pin 80352")
    await team.slack.message(team.mira, direct, "change my pin")
    await team.slack.message(team.mira, direct, "80353")
    await team.slack.message(team.mira, direct, "team")
    await team.work()
    async with team.product.database.transaction() as session:
        receipts = json.dumps(list(await session.scalars(select(Receipt.payload))))
        effects = json.dumps(list(await session.scalars(select(Effect.payload))))
    assert effects.count("Your PIN is set") == 6, "each answer as text and as a block"
    assert '"text": "team"' in receipts
    assert "8035" not in receipts + effects


def _inputs(message: Any) -> dict[str, Any]:
    return {block["block_id"]: block for block in message.blocks if block["type"] == "input"}


async def test_what_is_missing_is_a_form_in_the_message(team: Team) -> None:
    await team.open_ticket()
    await team.slack.slash(team.mira, team.channel, "assign")
    await team.work()
    asked = team.last()
    assert asked.text == "Which ticket? For example T-7."
    labels = [block["label"]["text"] for block in _inputs(asked).values()]
    assert labels == ["Which ticket? For example T-7.", "Which colleague?"]
    await team.slack.press(team.mira, team.channel, asked.ts, "Send", {"ticket": "T-1", "agent": "Jonas"})
    await team.work()
    async with team.product.database.transaction() as session:
        assert (await session.get_one(Ticket, 1)).assignee_id == 2


async def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(team: Team) -> None:
    await team.open_ticket()
    await team.slack.slash(team.mira, team.channel, "assign")
    await team.work()
    asked = team.last()
    await team.slack.press(team.mira, team.channel, asked.ts, "Send", {"ticket": "the red one", "agent": "Jonas"})
    await team.work()
    again = team.last()
    fields = _inputs(again)
    assert again.ts == asked.ts
    assert fields["ticket"]["element"]["initial_value"] == "the red one"
    assert "the red one" in fields["ticket"]["hint"]["text"]
    assert fields["agent"]["element"]["initial_value"] == "Jonas"
    await team.slack.press(team.mira, team.channel, again.ts, "Send", {"ticket": "T-1", "agent": ""})
    await team.work()
    assert _inputs(team.last())["agent"]["hint"]["text"].endswith("This is needed.")
    await team.slack.press(team.mira, team.channel, team.last().ts, "Send", {"agent": "Nobody"})
    await team.work()
    last = team.last()
    assert last.text == "I know no colleague called Nobody."
    assert _inputs(last)["ticket"]["element"]["initial_value"] == "T-1"
    await team.slack.press(team.mira, team.channel, last.ts, "Send", {"agent": "Jonas"})
    await team.work()
    assert _inputs(team.last()) == {}
    async with team.product.database.transaction() as session:
        assert (await session.get_one(Ticket, 1)).assignee_id == 2


async def test_a_form_that_was_sent_or_left_is_sent_no_more(team: Team) -> None:
    await team.slack.slash(team.mira, team.channel, "open a ticket")
    await team.work()
    asked = team.last()
    button = next(element["value"] for _block, element in asked.buttons() if element["text"]["text"] == "Send")
    await team.slack.press(team.mira, team.channel, asked.ts, "Cancel")
    await team.work()
    assert team.last().text == "All right, nothing was done."
    async with team.product.database.transaction() as session:
        tokens = await session.scalars(select(ChoiceToken.token).where(ChoiceToken.token == button))
        assert len(tokens.all()) == 1
    await team.slack.slash(team.mira, team.channel, "open a ticket")
    await team.work()
    new = team.last()
    await team.slack.press(team.mira, team.channel, new.ts, "Send", {"subject": "Boiler drips"})
    await team.work()
    assert await team.count(Ticket) == 1


async def test_the_form_can_be_answered_by_typing_too(team: Team) -> None:
    await team.slack.slash(team.mira, team.channel, "open a ticket")
    await team.slack.slash(team.mira, team.channel, "Boiler drips")
    await team.work()
    assert await team.count(Ticket) == 1
