import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.fakes.telegram import FakeTelegram
from bot.telegram.messages import messages
from crm_core import agents
from crm_core.company import Company
from crm_core.contacts import chat_identities
from crm_core.contacts.chat_identities import Messenger
from crm_core.db import Base, Database
from crm_core.inbox import Receipt
from crm_core.lease import State
from crm_core.outbox import Effect, EffectKind
from crm_core.sales.deals import Deal
from crm_core.support.tickets import Ticket
from intents.reply import Choice, Choices, Fields
from tests import people
from tests.contracts import location
from tests.contracts import telegram as contract
from tests.product import Product, running

TOKEN, SECRET = "1234567890:" + "A" * 35, "webhook-secret"


@dataclass(slots=True)
class Field:
    product: Product
    telegram: FakeTelegram
    lena: int

    async def ask(self, text: str, user: int | None = None) -> str:
        """The last answer in the chat."""
        delivery = await self.telegram.text(user or self.lena, text)
        assert delivery.status == 200
        await self.product.work()
        return str(self.last(user).text)

    def last(self, user: int | None = None) -> Any:
        return self.telegram.chat_messages(user or self.lena)[-1]

    async def count(self, table: type[Base]) -> int:
        async with self.product.database.transaction() as session:
            return await session.scalar(select(func.count()).select_from(table)) or 0


@asynccontextmanager
async def _field(database: Database, company: Company) -> AsyncIterator[Field]:
    async with FakeTelegram(TOKEN, SECRET) as telegram:
        lena = telegram.add_user("Lena Brandt", "lena", "de")
        async with database.transaction() as session:
            await people.add_agent(session, "Lena Brandt", agents.Role.LEAD, language="de", telegram=str(lena))
        settings = {
            "telegram_bot_token": SecretStr(TOKEN),
            "telegram_webhook_secret": SecretStr(SECRET),
            "telegram_api_url": telegram.api_url,
        }
        async with running(database, company, lambda: datetime.now(UTC), **settings) as product:
            telegram.webhook_url = str(product.client.make_url("/telegram"))
            yield Field(product, telegram, lena)
        for call in telegram.calls:
            assert contract.check(call.method, call.arguments) == [], call.method


@pytest.fixture
async def field(database: Database, company: Company) -> AsyncIterator[Field]:
    async with _field(database, company) as found:
        yield found


@pytest.fixture
async def on_sqlite(sqlite_database: Database, company: Company) -> AsyncIterator[Field]:
    async with _field(sqlite_database, company) as found:
        yield found


async def test_the_pipeline_is_answered_in_the_language_of_the_question(field: Field) -> None:
    assert "offene Deals" in await field.ask("wie läuft die Pipeline?")
    assert "open deals" in await field.ask("how is the pipeline doing")


async def test_a_command_with_a_slash_is_the_same_command(field: Field) -> None:
    assert "Pipeline" in await field.ask("/pipeline")


async def test_an_address_that_is_told_once_is_not_kept(field: Field) -> None:
    assert "/calendar/" in await field.ask("Kalender")
    async with field.product.database.transaction() as session:
        assert "/calendar/" not in str(list(await session.scalars(select(Effect.payload))))


async def test_a_deal_moves_by_button(field: Field) -> None:
    await field.ask("neuer Deal Heizung über 12.000 €")
    label = field.last().reply_markup["inline_keyboard"][0][0]["text"]
    await field.telegram.press(field.lena, field.last().message_id, label)
    await field.product.work()
    assert "Besichtigung" in field.last().text
    async with field.product.database.transaction() as session:
        deal = (await session.scalars(select(Deal))).one()
    assert deal.version == 2


async def test_a_stale_button_changes_nothing(field: Field) -> None:
    await field.ask("neuer Deal Heizung über 12.000 €")
    old = field.last()
    await field.ask("D-1 nach Angebot")
    await field.telegram.press(field.lena, old.message_id, 0)
    await field.product.work()
    assert "hat sich inzwischen geändert: Lena Brandt" in field.last().text


async def test_an_invite_code_links_a_person(field: Field) -> None:
    sam = field.telegram.add_user("Sam Carter", "sam", "en")
    async with field.product.database.transaction() as session:
        agent = await people.add_agent(session, "Sam Carter")
        code = await agents.invite(session, agent, datetime.now(UTC))
    assert "Sam Carter" in await field.ask(f"/start {code}", sam)
    assert "invite code" in await field.ask(f"/start {code}", sam) or "code" in field.last(sam).text.lower()


async def test_a_stranger_learns_nothing(field: Field) -> None:
    stranger = field.telegram.add_user("Nobody", "nobody", "en")
    async with field.product.database.transaction() as session:
        await people.add_contact(session)
    answer = await field.ask("find Sommer", stranger)
    assert "Greta" not in answer
    assert "Einladungscode" in answer or "invite code" in answer


async def test_a_known_customer_opens_and_sees_their_own_tickets_and_no_others(field: Field) -> None:
    greta = field.telegram.add_user("Gretchen", "greta_s", "en")
    async with field.product.database.transaction() as session:
        contact = await people.add_contact(session)
        await chat_identities.add_identity(session, contact.id, Messenger.TELEGRAM, str(greta), people.NOW)
    await field.ask("ticket anlegen Aufzug steht")
    assert "T-2 ist eröffnet: Heizung kalt" in await field.ask("Ticket anlegen Heizung kalt", greta)
    mine = await field.ask("meine Tickets", greta)
    assert "T-2" in mine and "T-1" not in mine
    assert await field.ask("zeige T-1", greta) == "Ein Ticket T-1 gibt es nicht."
    assert "unserem Team vorbehalten" in await field.ask("suche Sommer", greta)
    assert "meine Tickets; zeige Ticket T-7" in await field.ask("/start", greta)
    async with field.product.database.transaction() as session:
        ticket = (await session.scalars(select(Ticket).where(Ticket.id == 2))).one()
        [known] = await chat_identities.identities_of(session, contact.id)
    assert (ticket.contact_id, ticket.channel, known.name) == (contact.id, "telegram", "Gretchen")


async def test_the_same_update_twice_has_one_effect(field: Field) -> None:
    first = await field.telegram.text(field.lena, "ticket anlegen einmal")
    again = await asyncio.gather(*(field.telegram.redeliver(first) for _time in range(4)))
    assert {delivery.status for delivery in again} == {200}
    await field.product.work()
    assert await field.count(Ticket) == 1


@pytest.mark.parametrize("secret", ["", "wrong", "\u00e4"])
async def test_without_the_secret_nothing_is_written(on_sqlite: Field, secret: str) -> None:
    delivery = await on_sqlite.telegram.deliver({"update_id": 1}, secret=secret)
    assert delivery.status == 403
    assert await on_sqlite.count(Receipt) == 0


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"null", b"\xff\xfe", b'{"update_id": "1"}', b'{"update_id": true}', b"{}"]
)
async def test_what_is_no_update_is_said(on_sqlite: Field, body: bytes) -> None:
    assert (await on_sqlite.telegram.deliver(body)).status == 400


async def test_every_recorded_update_is_taken_calmly(field: Field) -> None:
    for number, update in enumerate(_recorded()):
        delivery = await field.telegram.deliver({**update, "update_id": 10_000 + number})
        assert delivery.status == 200
    await field.product.work()
    async with field.product.database.transaction() as session:
        states = set(await session.scalars(select(Receipt.state)))
    assert states <= {State.DONE, State.DEAD}


def _recorded() -> list[dict[str, Any]]:
    files = sorted((location.contracts_directory() / "telegram" / "updates").glob("*.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


@pytest.mark.parametrize(
    "update",
    [
        {"message": {}},
        {"message": {"message_id": 1, "date": 10**30, "chat": {"id": 1, "type": "private"}, "text": "x"}},
        {"message": {"chat": {"id": "x"}, "text": 5}},
        {"callback_query": {"id": "1"}},
        {"message": {"text": "\x00\ud800"}, "nan": float("nan")},
    ],
)
async def test_an_update_that_cannot_be_read_is_buried_where_people_see_it(
    field: Field, update: dict[str, Any]
) -> None:
    delivery = await field.telegram.deliver({"update_id": 77, **update})
    assert delivery.status == 200
    await field.product.work()
    async with field.product.database.transaction() as session:
        assert await session.scalar(select(Receipt.state)) in {State.DEAD, State.DONE}


@pytest.mark.parametrize("text", ["<b>bold</b> & <script>", "<a href='tg://user?id=1'>x</a>", "&lt;", "</b>"])
async def test_what_people_write_stays_text(on_sqlite: Field, text: str) -> None:
    assert text in await on_sqlite.ask(f"ticket anlegen {text}")


async def test_patience_is_kept(on_sqlite: Field) -> None:
    on_sqlite.telegram.fail_next("sendMessage", status=429, retry_after=40)
    await on_sqlite.telegram.text(on_sqlite.lena, "hilfe")
    await on_sqlite.product.work()
    async with on_sqlite.product.database.transaction() as session:
        posts = select(Effect).where(Effect.kind == EffectKind.POST).order_by(Effect.id)
        effect = (await session.scalars(posts)).all()[0]
    assert effect.state == State.PENDING
    assert (effect.due_at - datetime.now(UTC)).total_seconds() > 35


@pytest.mark.parametrize("story", ["word " * 3000, "&" * 9000, "😀" * 5000, "line\n" * 3000])
def test_long_answers_are_split_within_the_limit(story: str) -> None:
    buttons = Choices([Choice("Claim", "claim T-1")])
    pages = messages("Text", [Fields("Title", [("a", "b")], story), buttons], ["token"])
    assert len(pages) > 1
    assert all(len(page["text"].encode("utf-16-le")) // 2 <= 4096 for page in pages)
    assert [index for index, page in enumerate(pages) if "reply_markup" in page] == [len(pages) - 1]
    assert all(contract.check("sendMessage", {"chat_id": 1, **page}) == [] for page in pages)


async def test_what_is_secret_is_kept_nowhere_once_it_was_understood(field: Field) -> None:
    assert (await field.ask("meine PIN 80351")).startswith("Ihre PIN ist gesetzt")
    async with field.product.database.transaction() as session:
        receipts = list(await session.scalars(select(Receipt.payload)))
        effects = list(await session.scalars(select(Effect.payload)))
    assert receipts == [{}]
    assert "80351" not in str(effects)
