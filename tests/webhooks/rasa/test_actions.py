"""The action server, as a Rasa server asks it."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from crm_core.activity import Activity
from crm_core.agents import Agent
from crm_core.company import Company
from crm_core.conversation import Speaker
from crm_core.db import Database
from crm_core.support import tickets
from crm_core.support.tickets import Ticket
from tests import people
from tests.people import NOW, as_actor
from tests.product import Product, running
from tests.webhooks.rasa.calls import MIRA, TOKEN, answered, buttons, call, post, sender_of, slots_set, texts
from webhooks.complaints import Complaint
from webhooks.rasa.actions import LARGEST_CALL


@pytest.fixture
async def product(database: Database, company: Company) -> AsyncIterator[Product]:
    """Mira is there, and a ticket that nobody has."""
    async with running(database, company, rasa_action_token=TOKEN) as found:
        async with database.transaction() as session:
            mira = as_actor(await people.add_agent(session, "Mira Okafor", slack=MIRA.account))
            await tickets.open_ticket(session, mira, subject="Heating is cold", now=NOW)
        yield found


@pytest.fixture
async def locked(sqlite_database: Database, company: Company) -> AsyncIterator[Product]:
    async with running(sqlite_database, company, rasa_action_token=TOKEN) as found:
        yield found


async def _ticket(product: Product) -> Ticket:
    async with product.database.transaction() as session:
        return await session.get_one(Ticket, 1)


async def test_without_a_token_there_is_no_action_server(sqlite_database: Database, company: Company) -> None:
    async with running(sqlite_database, company) as product:
        assert (await product.client.post("/rasa/webhook", json={})).status == 404


@pytest.mark.parametrize("query", ["", "?token=", "?token=another", "?token=%00%FF"])
async def test_who_has_not_the_token_is_refused(locked: Product, query: str) -> None:
    response = await locked.client.post(f"/rasa/webhook{query}", data=b"not even read")
    assert response.status == 403


async def test_the_token_may_stand_in_the_address_or_in_a_header(locked: Product) -> None:
    wanted = call("action_help", "somebody")
    for address, headers in (
        (f"/rasa/webhook?token={TOKEN}", {}),
        ("/rasa/webhook", {"Authorization": f"Bearer {TOKEN}"}),
    ):
        assert (await locked.client.post(address, json=wanted, headers=headers)).status == 200


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[]", "object"),
        (b'{"tracker": {"sender_id": "x"}}', "next_action"),
        (b'{"next_action": "action_help"}', "tracker"),
        (b'{"next_action": "action_help", "tracker": {}}', "tracker.sender_id"),
        (b'{"next_action": "action_help", "tracker": {"sender_id": 7}}', "tracker.sender_id"),
        (b'{"next_action": "action_help", "tracker": {"sender_id": "x", "events": [7]}}', "tracker.events.0"),
        (b"[" * 100_000, "JSON"),
    ],
)
async def test_what_is_no_call_is_told_what_is_wrong(locked: Product, body: bytes, wrong: str) -> None:
    response = await locked.client.post(f"/rasa/webhook?token={TOKEN}", data=body)
    told = await response.json()
    assert (response.status, told["action_name"]) == (400, "")
    assert wrong in told["error"]


async def test_a_call_that_is_too_large_is_not_read_to_its_end(locked: Product) -> None:
    packed = zlib.compress(b" " * (LARGEST_CALL + 1))
    headers = {"Content-Encoding": "deflate"}
    response = await locked.client.post(f"/rasa/webhook?token={TOKEN}", data=packed, headers=headers)
    assert response.status == 413


async def test_a_long_conversation_is_read_deflated_too(product: Product) -> None:
    wanted = call("action_help", await sender_of(product.database), "help")
    wanted["tracker"]["events"] += [{"event": "bot", "text": "x" * 1000}] * 2000
    packed = zlib.compress(json.dumps(wanted).encode())
    headers = {"Content-Encoding": "deflate", "Content-Type": "application/json"}
    response = await product.client.post(f"/rasa/webhook?token={TOKEN}", data=packed, headers=headers)
    assert response.status == 200


async def test_an_action_that_nobody_knows_is_not_found(locked: Product) -> None:
    response = await post(locked, call("action_fly", "somebody"))
    told = await response.json()
    assert (response.status, told["action_name"]) == (404, "action_fly")
    assert "action_fly" in told["error"]


async def test_an_action_is_carried_out_for_who_speaks_in_the_conversation(product: Product) -> None:
    sender = await sender_of(product.database)
    body = await answered(product, call("action_ticket_claim", sender, "claim T-1", "ticket.claim", ticket="T-1"))
    assert "T-1" in texts(body)[0]
    assert slots_set(body) == {"ticket": None}
    async with product.database.transaction() as session:
        mira = await session.scalar(select(Agent.id).where(Agent.name == "Mira Okafor"))
        latest = await session.scalar(select(Activity).order_by(Activity.id.desc()).limit(1))
    assert (await _ticket(product)).assignee_id == mira
    assert latest is not None and (latest.verb, latest.actor_name, latest.channel) == (
        "ticket.claimed",
        "Mira Okafor",
        "slack",
    )


async def test_that_one_is_what_was_shown_before(product: Product) -> None:
    sender = await sender_of(product.database)
    await answered(product, call("action_ticket_show", sender, "show T-1", "ticket.show", ticket="T-1"))
    await answered(product, call("action_ticket_claim", sender, "claim it", "ticket.claim", ticket="it"))
    assert (await _ticket(product)).assignee_id is not None


async def test_a_sender_that_we_did_not_name_does_nothing(product: Product) -> None:
    for sender in ("slack:D1:U01MIRA", "U01MIRA", "Mira Okafor", "1", ""):
        body = await answered(product, call("action_ticket_claim", sender, "", "ticket.claim", ticket="T-1"))
        assert "dieses gespräch kenne ich nicht" in texts(body)[0].casefold()
        assert body["events"] == []
    assert (await _ticket(product)).assignee_id is None


async def test_a_stranger_has_no_rights_by_being_driven(product: Product) -> None:
    sender = await sender_of(product.database, Speaker("slack", "U99", "somebody", is_public=False))
    body = await answered(product, call("action_ticket_claim", sender, "", "ticket.claim", ticket="T-1"))
    assert len(texts(body)) == 1
    assert (await _ticket(product)).assignee_id is None


async def test_who_left_has_no_rights_any_more(product: Product) -> None:
    sender = await sender_of(product.database)
    async with product.database.transaction() as session:
        (await session.get_one(Agent, 1)).left_at = NOW
    await answered(product, call("action_ticket_claim", sender, "", "ticket.claim", ticket="T-1"))
    assert (await _ticket(product)).assignee_id is None


async def test_what_is_missing_is_asked_for(product: Product) -> None:
    sender = await sender_of(product.database, language="de")
    body = await answered(product, call("action_ticket_claim", sender, "", "ticket.claim"))
    assert texts(body) == ["Welches Ticket? Zum Beispiel T-7."]


async def test_a_refusal_leaves_nothing_behind(product: Product) -> None:
    sender = await sender_of(product.database)
    body = await answered(product, call("action_ticket_claim", sender, "", "ticket.claim", ticket="T-99"))
    assert "T-99" in texts(body)[0]
    assert slots_set(body) == {"ticket": None}


@pytest.mark.parametrize("value", [["T-7", "T-1"], " T-1\x00", 1])
async def test_a_slot_is_read_whatever_rasa_made_of_it(product: Product, value: object) -> None:
    sender = await sender_of(product.database)
    await answered(product, call("action_ticket_claim", sender, "", "ticket.claim", ticket=value))
    assert (await _ticket(product)).assignee_id is not None


@pytest.mark.parametrize("value", [{"a": 1}, True, [], ""])
async def test_what_is_no_word_counts_as_not_said(product: Product, value: object) -> None:
    sender = await sender_of(product.database)
    await answered(product, call("action_ticket_claim", sender, "", "ticket.claim", ticket=value))
    assert (await _ticket(product)).assignee_id is None


async def test_a_change_that_was_hardly_understood_is_shown_first(product: Product) -> None:
    sender = await sender_of(product.database)
    wanted = call("action_ticket_claim", sender, "T-1 gimme", "ticket.claim", 0.6, ticket="T-1")
    body = await answered(product, wanted)
    assert (await _ticket(product)).assignee_id is None
    assert [(button["title"], button["payload"]) for button in buttons(body)] == [
        ("claim T-1", '/ticket.claim{"ticket": "T-1"}')
    ]


async def test_a_change_that_nobody_asked_for_is_shown_first(product: Product) -> None:
    sender = await sender_of(product.database)
    await answered(product, call("action_ticket_claim", sender, "hello", "help", ticket="T-1"))
    assert (await _ticket(product)).assignee_id is None


async def test_what_only_reads_is_told_at_once(product: Product) -> None:
    sender = await sender_of(product.database)
    body = await answered(product, call("action_ticket_show", sender, "", "ticket.show", 0.6, ticket="T-1"))
    assert "Heating is cold" in texts(body)[0]


async def test_several_that_are_called_so_are_offered(product: Product) -> None:
    async with product.database.transaction() as session:
        for name in ("Greta Sommer", "Greta Winter"):
            await people.add_contact(session, name)
    sender = await sender_of(product.database)
    body = await answered(product, call("action_contact_show", sender, "", "contact.show", contact="Greta"))
    offered = buttons(body)
    assert [button["title"].split(",")[0] for button in offered] == ["Greta Sommer", "Greta Winter"]
    assert all(button["payload"].startswith("/") for button in offered)


async def test_a_secret_is_neither_asked_for_nor_told_through_rasa(product: Product) -> None:
    sender = await sender_of(product.database)
    body = await answered(product, call("action_calendar_renew", sender, "", "calendar.renew"))
    assert "offhook ask" in texts(body)[0]
    body = await answered(product, call("action_agent_pin", sender, "my pin", "agent.pin"))
    assert "offhook ask" in texts(body)[0]
    body = await answered(product, call("action_agent_pin", sender, "my pin is 471199", "agent.pin", pin="471199"))
    assert "offhook ask" in texts(body)[0]
    async with product.database.transaction() as session:
        changed = await session.scalar(select(func.count()).where(Activity.verb.like("%pin%")))
    assert changed == 0


async def test_a_form_says_what_is_wrong_and_asks_again(product: Product) -> None:
    sender = await sender_of(product.database)
    loop = "ticket_claim_form"
    asked = call(f"validate_{loop}", sender, "the red one", active_loop=loop, candidates={"ticket": "the red one"})
    body = await answered(product, asked)
    assert "the red one" in texts(body)[0]
    assert slots_set(body) == {"ticket": None}
    understood = call(f"validate_{loop}", sender, "t 1", active_loop=loop, candidates={"ticket": "t 1"})
    body = await answered(product, understood)
    assert (texts(body), slots_set(body)) == ([], {"ticket": "t 1"})


async def test_cancel_ends_a_form_and_does_nothing(product: Product) -> None:
    sender, loop = await sender_of(product.database), "ticket_claim_form"
    asked = call(f"validate_{loop}", sender, "cancel", active_loop=loop, candidates={"ticket": "cancel"})
    body = await answered(product, asked)
    assert slots_set(body) == {"ticket": None, "requested_slot": None}
    body = await answered(product, call("action_ticket_claim", sender, "cancel", "cancel"))
    assert texts(body) == ["All right, nothing was done."]


async def test_a_question_is_asked_in_the_language_of_the_conversation(product: Product) -> None:
    sender = await sender_of(product.database, language="de")
    wanted = call("action_ask_ticket", sender, "übernehmen", "ticket.claim", active_loop="ticket_claim_form")
    assert texts(await answered(product, wanted)) == ["Welches Ticket? Zum Beispiel T-7."]


async def test_an_answer_is_in_the_language_of_what_was_said_before_it(product: Product) -> None:
    wanted = call("action_ask_ticket", await sender_of(product.database), "T-1", active_loop="ticket_claim_form")
    wanted["tracker"]["events"].insert(0, {"event": "user", "text": "bitte ein Ticket für mich übernehmen"})
    assert texts(await answered(product, wanted)) == ["Welches Ticket? Zum Beispiel T-7."]


async def test_what_was_not_understood_gets_the_nearest_commands(product: Product) -> None:
    sender = await sender_of(product.database)
    body = await answered(product, call("action_not_understood", sender, "pipelin", "nlu_fallback"))
    assert "/pipeline" in [button["payload"].partition("{")[0].replace("deal.", "") for button in buttons(body)]


async def test_without_the_sdk_it_is_said_how_to_get_it(
    sqlite_database: Database, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith(("rasa_sdk", "intents.rasa"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "rasa_sdk", None)
    with pytest.raises(Complaint, match=r"rasa-sdk is missing: pip install '\.\[rasa\]'"):
        async with running(sqlite_database, company, rasa_action_token=TOKEN):
            raise AssertionError("it started")


def test_the_sdk_is_loaded_only_where_it_is_wanted() -> None:
    """It takes most of a second and some 40 MB."""
    loads = "import sys, webhooks.serve, webhooks.doctor, webhooks.talk, webhooks.rasa.courier; "
    told = subprocess.run([sys.executable, "-c", f"{loads}print('rasa_sdk' in sys.modules)"], capture_output=True)
    assert told.stdout.decode().strip() == "False", told.stderr
