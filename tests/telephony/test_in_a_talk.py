"""What is said on the phones of a talk: to a colleague, somebody outside, a lead, and the customer who is asked."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import select

from crm_core import agents
from crm_core.agents import Actor, Presence, Role, actor_of
from crm_core.callcenter import arrivals, calls, offers, outgoing, passing, presence, queues, supervision, talks, taping
from crm_core.callcenter.legs import CallLeg, Mode
from crm_core.callcenter.offers import Offer
from crm_core.callcenter.recordings import Recording
from crm_core.callcenter.states import EntryState, OfferState
from crm_core.callcenter.transfers import Kind
from crm_core.company import Company
from crm_core.contacts.consents import Consent
from crm_core.db import Database
from tests import people
from tests.contracts import twiml
from tests.people import NOW, as_actor
from tests.product import Product, running
from tests.telephony.carrier import AGENT_SID
from tests.telephony.phone import GRETA, LINE, Phone
from tests.telephony.talking import CALLER_SID, talk

OUTSIDE = "+493023125077"


@pytest.fixture
async def product(database: Database, company: Company) -> AsyncIterator[Product]:
    async with running(database, company) as started:
        yield started


@pytest.fixture
async def on_sqlite(sqlite_database: Database, company: Company) -> AsyncIterator[Product]:
    async with running(sqlite_database, company) as started:
        yield started


async def _ask(product: Product, path: str, sid: str = "CA9", **form: str) -> Any:
    response = await product.twilio(path, **{"CallSid": sid, "From": LINE, "To": OUTSIDE, **form})
    body = (await response.read()).decode()
    assert response.status == 200, body
    assert twiml.check(body) == []
    return etree.fromstring(body.encode())


def _heard(document: Any) -> str:
    return " ".join(say.text for say in document.iter("Say"))


def _key(document: Any) -> str:
    return str(document.find(".//Gather").get("action"))


async def _jonas(product: Product) -> None:
    async with product.database.transaction() as session:
        jonas = await people.add_agent(session, "Jonas Weber", phone="+493023125202")
        await presence.set_presence(session, as_actor(jonas), Presence.AVAILABLE, NOW)


async def _pass(product: Product, actor: Actor, to: str, kind: Kind) -> None:
    async with product.database.transaction() as session:
        if to == OUTSIDE:
            await passing.to_number(session, actor, 1, to, NOW, kind=kind)
        else:
            await passing.to_agent(session, actor, 1, await agents.find_agent(session, to), NOW, kind=kind)


async def _state(product: Product) -> str:
    async with product.database.transaction() as session:
        return (await calls.lock_call(session, 1)).state


@pytest.mark.parametrize(
    ("kind", "offer"),
    [
        (Kind.BLIND, "Mira Okafor passes Greta Sommer on to you. Press 1 to take the call."),
        (Kind.WARM, "Mira Okafor has a question about Greta Sommer. Press 1 to talk to Mira Okafor."),
    ],
)
async def test_a_colleague_hears_whom_they_get_and_from_whom(product: Product, kind: Kind, offer: str) -> None:
    mira = await talk(product.database)
    await _jonas(product)
    await _pass(product, mira, "Jonas", kind)
    document = await _ask(product, "/twilio/agent?leg=2")
    assert offer in _heard(document)
    joined = await _ask(product, _key(document), Digits="1")
    assert joined.find("Dial/Conference").text == "call-1"
    assert await _state(product) == ("talking" if kind == Kind.BLIND else "hold")


async def test_who_passed_it_on_in_vain_hears_that_nobody_took_it(on_sqlite: Product) -> None:
    mira = await talk(on_sqlite.database)
    await _jonas(on_sqlite)
    await _pass(on_sqlite, mira, "Jonas", Kind.BLIND)
    await _ask(on_sqlite, "/twilio/leg?leg=1", AGENT_SID, CallStatus="completed", CallDuration="9")
    await _ask(on_sqlite, "/twilio/leg?leg=2", CallStatus="no-answer")
    async with on_sqlite.database.transaction() as session:
        newest = (await session.scalars(select(CallLeg.id).order_by(CallLeg.id.desc()).limit(1))).one()
    document = await _ask(on_sqlite, f"/twilio/agent?leg={newest}")
    assert _heard(document).startswith("Nobody took Greta Sommer.")


async def test_somebody_outside_presses_a_key_so_that_no_mailbox_gets_a_caller(product: Product) -> None:
    mira = await talk(product.database)
    await _pass(product, mira, OUTSIDE, Kind.BLIND)
    document = await _ask(product, "/twilio/third?leg=2")
    assert "Hier ist Nordlicht Haustechnik mit einem Anruf für Sie." in _heard(document)
    other = await _ask(product, _key(document), Digits="5")
    assert (other.find("Dial"), await _state(product)) == (None, "connecting")
    joined = await _ask(product, _key(document), Digits="1")
    conference = joined.find("Dial/Conference")
    assert (conference.text, conference.get("startConferenceOnEnter")) == ("call-1", "true")
    assert await _state(product) == "talking"


async def test_somebody_outside_who_is_asked_first_speaks_to_the_agent_at_once(on_sqlite: Product) -> None:
    mira = await talk(on_sqlite.database)
    await _pass(on_sqlite, mira, OUTSIDE, Kind.WARM)
    joined = await _ask(on_sqlite, "/twilio/third?leg=2")
    assert joined.find("Dial/Conference").text == "call-1"
    assert await _state(on_sqlite) == "hold"


async def test_somebody_outside_whom_nobody_wants_any_more_hears_so(on_sqlite: Product) -> None:
    mira = await talk(on_sqlite.database)
    await _pass(on_sqlite, mira, OUTSIDE, Kind.WARM)
    async with on_sqlite.database.transaction() as session:
        await passing.take_back(session, mira, 1, NOW)
    document = await _ask(on_sqlite, "/twilio/third?leg=2")
    assert (document.find("Dial"), document.find("Hangup") is not None) == (None, True)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(Mode.LISTEN, ("true", None)), (Mode.WHISPER, ("false", AGENT_SID)), (Mode.BARGE, ("false", None))],
)
async def test_a_lead_is_put_in_as_they_wished(
    on_sqlite: Product, company: Company, mode: Mode, expected: tuple[str, str | None]
) -> None:
    rules = company.callcenter.model_copy(update={"supervision": "barge"})
    on_sqlite.database.works_for(company.model_copy(update={"callcenter": rules}))
    await talk(on_sqlite.database)
    async with on_sqlite.database.transaction() as session:
        lena = as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD, phone="+493023125203"))
        await supervision.supervise(session, lena, 1, mode, NOW)
    document = await _ask(on_sqlite, "/twilio/supervisor?leg=2")
    assert "Talk of Mira Okafor with Greta Sommer" in _heard(document)
    joined = await _ask(on_sqlite, _key(document), Digits="1")
    conference = joined.find("Dial/Conference")
    assert (conference.get("muted"), conference.get("coach")) == expected
    assert (conference.get("startConferenceOnEnter"), conference.get("endConferenceOnExit")) == ("false", "false")
    # What is said to one in a conference is asked for without the number of a call.
    told = await on_sqlite.twilio("/twilio/supervised?leg=2", ConferenceSid="CF1", AccountSid="AC1")
    assert (told.status, "Lena Brandt" in await told.text()) == (200, True)


async def test_callers_are_told_beforehand_where_leads_may_listen(on_sqlite: Product, company: Company) -> None:
    notice = "Zur Schulung kann eine Vorgesetzte oder ein Vorgesetzter dieses Gespräch mithören."
    assert notice not in (await Phone(on_sqlite).ring()).heard
    rules = company.callcenter.model_copy(update={"supervision": "listen"})
    on_sqlite.database.works_for(company.model_copy(update={"callcenter": rules}))
    assert notice in (await Phone(on_sqlite, sid="CA2").ring()).heard
    async with on_sqlite.database.transaction() as session:
        mira = await people.add_agent(session)
        call = await outgoing.dial(session, actor_of(mira, "x"), OUTSIDE, NOW)
    await _ask(on_sqlite, "/twilio/agent/accept?leg=1", Digits="1")
    greeting = await _ask(on_sqlite, "/twilio/customer?leg=2")
    assert notice in _heard(greeting)
    assert greeting.find("Dial/Conference").text == f"call-{call.id}"


async def _asked(product: Product) -> Any:
    mira = await talk(product.database)
    async with product.database.transaction() as session:
        await taping.ask(session, mira, 1, NOW)
    return await _ask(product, "/twilio/consent?call=1&effect=9", CALLER_SID, From=GRETA)


async def _recording(product: Product) -> Recording:
    async with product.database.transaction() as session:
        return (await session.scalars(select(Recording))).one()


async def test_after_the_key_the_customer_is_back_with_a_star_that_takes_it_back(product: Product) -> None:
    document = await _asked(product)
    announced = _heard(document)
    assert "drücken Sie jetzt die 1" in announced
    back = await _ask(product, _key(document), CALLER_SID, Digits="1")
    dial = back.find("Dial")
    assert (dial.get("hangupOnStar"), dial.find("Conference").get("endConferenceOnExit")) == ("true", "false")
    found = await _recording(product)
    assert (found.state, found.wording) == ("starting", announced)
    await _ask(product, "/twilio/recorded?recording=1", RecordingSid="RE1", RecordingStatus="in-progress")
    assert (await _recording(product)).state == "recording"
    after = await _ask(product, dial.get("action"), CALLER_SID, CallStatus="in-progress")
    assert "wird gelöscht" in _heard(after)
    assert after.find("Dial").get("hangupOnStar") is None
    assert (await _recording(product)).state == "withdrawn"
    async with product.database.transaction() as session:
        assert [one.is_given for one in await session.scalars(select(Consent).order_by(Consent.id))] == [True, False]


@pytest.mark.parametrize("key", ["2", ""])
async def test_another_key_and_silence_are_no_consent(on_sqlite: Product, key: str) -> None:
    document = await _asked(on_sqlite)
    path = _key(document) if key else document.find("Redirect").text
    back = await _ask(on_sqlite, path, CALLER_SID, **({"Digits": key} if key else {}))
    assert "Es wird nichts aufgezeichnet" in _heard(back)
    assert back.find("Dial/Conference").get("endConferenceOnExit") == "true"
    assert (await _recording(on_sqlite)).state == "refused"


async def test_to_hang_up_while_recorded_takes_nothing_back(on_sqlite: Product) -> None:
    back = await _ask(on_sqlite, _key(await _asked(on_sqlite)), CALLER_SID, Digits="1")
    await _ask(on_sqlite, back.find("Dial").get("action"), CALLER_SID, CallStatus="completed")
    assert (await _recording(on_sqlite)).state == "starting"


async def test_back_in_the_queue_the_caller_waits_as_before(on_sqlite: Product) -> None:
    mira = await talk(on_sqlite.database)
    await _jonas(on_sqlite)
    async with on_sqlite.database.transaction() as session:
        await passing.to_queue(session, mira, 1, "support", NOW)
    document = await _ask(on_sqlite, "/twilio/requeue?call=1&effect=5", CALLER_SID)
    enqueue = document.find("Enqueue")
    assert enqueue.text == "support"
    response = await on_sqlite.twilio(enqueue.get("waitUrl"), CallSid=CALLER_SID, From=GRETA, To=LINE)
    waiting = (await response.read()).decode()
    assert twiml.check(waiting, place="queue-wait") == []
    assert "Sie sind als Nächstes dran." in waiting


async def test_another_key_than_one_is_a_no_and_no_missed_call(product: Product) -> None:
    async with product.database.transaction() as session:
        mira = await people.add_agent(session)
        await presence.set_presence(session, as_actor(mira), Presence.AVAILABLE, NOW)
        inbound = await arrivals.answer(session, CALLER_SID, GRETA, LINE, {}, NOW)
        call = await calls.lock_call(session, inbound.id)
        entry = await queues.join(session, call, "support", NOW)
        await offers.make(session, call.id, mira, NOW, ring_for=timedelta(seconds=25), queue="support")
        entry.move_to(EntryState.OFFERED)
    heard = _heard(await _ask(product, "/twilio/agent/accept?leg=1", AGENT_SID, Digits="2"))
    assert heard == "All right, the caller keeps waiting. Goodbye."
    async with product.database.transaction() as session:
        assert [offer.state for offer in await session.scalars(select(Offer))] == [OfferState.DECLINED]


async def test_who_takes_a_caller_from_the_line_is_not_thrown_out_of_the_room_they_are_still_leaving(
    on_sqlite: Product,
) -> None:
    mira = await talk(on_sqlite.database)
    await _jonas(on_sqlite)
    async with on_sqlite.database.transaction() as session:
        await passing.to_queue(session, mira, 1, "support", NOW)
        await talks.accept(session, as_actor(await agents.find_agent(session, "Jonas")), 1, NOW)
    joined = await _ask(on_sqlite, _key(await _ask(on_sqlite, "/twilio/agent?leg=2")), Digits="1")
    customer = await _ask(on_sqlite, "/twilio/conference?call=1&effect=7", CALLER_SID)
    assert [one.find("Dial/Conference").text for one in (joined, customer)] == ["call-1-2", "call-1-2"]
