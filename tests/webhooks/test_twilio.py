import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime
from io import BytesIO
from itertools import permutations
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import event, func, select

from crm_core.agents import Presence
from crm_core.callcenter import presence, talks
from crm_core.callcenter.calls import Call
from crm_core.callcenter.recordings import Recording
from crm_core.company import Company
from crm_core.db import Base, Database
from crm_core.inbox import Receipt
from crm_core.outbox import Effect, EffectKind
from crm_core.support.tickets import Ticket
from tests import people
from tests.contracts import twiml
from tests.people import NOW, as_actor
from tests.product import Product, running

GRETA = "+493023125010"
LINE = "+493023125100"
ROUTES = [
    "voice", "ivr?step=1", "partial?call=1", "wait?call=1", "wait-key?call=1", "left?call=1", "conference?call=1",
    "farewell?call=1", "again?call=1", "voicemail?call=1", "recording?call=1", "agent?leg=1", "agent/accept?leg=1",
    "leg?leg=1", "status", "fallback", "requeue?call=1", "overflow?call=1", "third?leg=1",
    "third/accept?leg=1", "supervisor?leg=1",
    "supervisor/accept?leg=1", "consent?call=1", "consent/key?call=1", "withdrawn?call=1", "recorded?recording=1",
    "colleague?step=1", "colleague/number?step=1", "colleague/pin?step=1",
]  # fmt: skip


@pytest.fixture
async def product(database: Database, company: Company) -> AsyncIterator[Product]:
    async with running(database, company) as started:
        yield started


@pytest.fixture
async def on_sqlite(sqlite_database: Database, company: Company) -> AsyncIterator[Product]:
    async with running(sqlite_database, company) as started:
        yield started


async def _say(product: Product, path: str, sid: str = "CA1", **form: str) -> Any:
    """The document that answers; checked against the published attributes and nesting on the way."""
    response = await product.twilio(path, CallSid=sid, **{"From": GRETA, "To": LINE, **form})
    body = await response.read()
    assert response.status == 200, body
    assert response.content_type == "text/xml"
    assert twiml.check(body.decode(), place="queue-wait" if "/wait" in path else "call") == []
    return etree.fromstring(body)


def _heard(document: Any) -> str:
    return " ".join(say.text for say in document.iter("Say"))


def _action(document: Any) -> str:
    return str(document.find(".//Gather").get("action"))


async def _count(product: Product, table: type[Base]) -> int:
    async with product.database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def _available(product: Product, name: str = "Mira Okafor") -> Any:
    async with product.database.transaction() as session:
        agent = await people.add_agent(session, name)
        await presence.set_presence(session, as_actor(agent), Presence.AVAILABLE, NOW)
        return as_actor(agent)


async def test_a_known_caller_is_greeted_by_name_and_english_is_offered_first(product: Product) -> None:
    async with product.database.transaction() as session:
        await people.add_contact(session)
    document = await _say(product, "/twilio/voice")
    first = next(document.iter("Say"))
    assert (first.text, first.get("language")) == ("For English, press 9.", "en-US")
    assert "Guten Tag, Greta Sommer." in _heard(document)


async def test_an_english_contact_is_greeted_in_english(product: Product) -> None:
    async with product.database.transaction() as session:
        await people.add_contact(session, "Emily Clarke", "+442079460123", language="en")
    document = await _say(product, "/twilio/voice", From="+442079460123")
    assert next(document.iter("Say")).get("language") == "de-DE"
    assert "Hello, Emily Clarke." in _heard(document)


@pytest.mark.parametrize("number", ["anonymous", "+4930999999999", ""])
async def test_an_unknown_caller_is_greeted_without_a_name(on_sqlite: Product, number: str) -> None:
    document = await _say(on_sqlite, "/twilio/voice", From=number)
    assert "Guten Tag" not in _heard(document)


async def test_the_chosen_language_is_remembered_for_the_next_call(product: Product) -> None:
    document = await _say(product, "/twilio/voice", From="+442079460999")
    document = await _say(product, _action(document), From="+442079460999", Digits="9")
    assert "For your tickets press 1" in _heard(document)
    again = await _say(product, "/twilio/voice", "CA2", From="+442079460999")
    assert "Welcome to Nordlicht" in _heard(again)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("signature", ["", "wrong", "ü", "a" * 5000])
async def test_a_request_that_twilio_did_not_sign_is_refused_and_writes_nothing(
    on_sqlite: Product, route: str, signature: str
) -> None:
    if signature == "ü":
        signature = "\u00fc"
    response = await on_sqlite.twilio(f"/twilio/{route}", signature=signature, CallSid="CA1", CallStatus="completed")
    assert response.status == 403
    assert [await _count(on_sqlite, table) for table in (Receipt, Call, Effect)] == [0, 0, 0]


async def test_an_inbound_call_costs_at_most_eight_statements(product: Product) -> None:
    async with product.database.transaction() as session:
        await people.add_contact(session)
    statements: list[str] = []
    engine = product.database.engine.sync_engine

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    await _say(product, "/twilio/voice")
    event.remove(engine, "before_cursor_execute", note)
    assert 0 < len(statements) <= 8, statements


async def test_a_repeated_delivery_gets_the_same_bytes_and_makes_one_call(product: Product) -> None:
    forms = {"CallSid": "CA1", "From": GRETA, "To": LINE}
    answers = await asyncio.gather(*(product.twilio("/twilio/voice", token="t-1", **forms) for _time in range(8)))
    late = await product.twilio("/twilio/voice", token="t-1", **forms)
    bodies = {await answer.read() for answer in [*answers, late]}
    assert len(bodies) == 1
    assert await _count(product, Call) == 1
    assert await _count(product, Effect) == 1


async def test_without_a_token_the_same_request_is_still_the_same_delivery(product: Product) -> None:
    first = _heard(await _say(product, "/twilio/voice"))
    assert _heard(await _say(product, "/twilio/voice")) == first
    assert await _count(product, Receipt) == 1


async def _tell(product: Product, text: str) -> Any:
    document = await _say(product, "/twilio/voice")
    document = await _say(product, _action(document), Digits="2")
    return await _say(product, _action(document), SpeechResult=text)


async def test_a_ticket_is_told_read_back_and_sent(product: Product) -> None:
    async with product.database.transaction() as session:
        greta = await people.add_contact(session)
    document = await _tell(product, "Die Heizung ist kalt")
    assert "Die Heizung ist kalt" in _heard(document)
    document = await _say(product, _action(document), Digits="1")
    assert "T 1" in _heard(document)
    async with product.database.transaction() as session:
        [ticket] = await session.scalars(select(Ticket))
    assert (ticket.subject, ticket.contact_id, ticket.channel) == ("Die Heizung ist kalt", greta.id, "phone")


async def test_what_is_said_cannot_become_a_verb(product: Product) -> None:
    document = await _tell(product, '</Say><Dial>+1900</Dial><Say> & "x"')
    assert [element.tag for element in document.iter("Dial")] == []
    assert "</Say><Dial>+1900</Dial>" in _heard(document)


async def test_a_caller_can_say_it_again(on_sqlite: Product) -> None:
    document = await _tell(on_sqlite, "falsch verstanden")
    document = await _say(on_sqlite, _action(document), Digits="2")
    document = await _say(on_sqlite, _action(document), SpeechResult="Der Boiler tropft")
    await _say(on_sqlite, _action(document), SpeechResult="ja")
    async with on_sqlite.database.transaction() as session:
        assert (await session.scalars(select(Ticket.subject))).all() == ["Der Boiler tropft"]


@pytest.mark.parametrize("how_far", ["partial", "full"])
async def test_who_hangs_up_in_the_middle_of_telling_leaves_a_ticket(product: Product, how_far: str) -> None:
    document = await _say(product, "/twilio/voice")
    document = await _say(product, _action(document), Digits="2")
    if how_far == "partial":
        callback = document.find(".//Gather").get("partialResultCallback")
        await _say(product, callback, UnstableSpeechResult="Der Keller", SequenceNumber="0")
        await _say(
            product, callback, StableSpeechResult="Der Keller steht", UnstableSpeechResult="unter", SequenceNumber="1"
        )
    else:
        await _say(product, _action(document), SpeechResult="Der Keller steht unter")
    for _time in range(2):
        await _say(product, "/twilio/status", CallStatus="completed", CallDuration="20")
    async with product.database.transaction() as session:
        assert (await session.scalars(select(Ticket.subject))).all() == ["Der Keller steht unter"]


async def test_my_tickets_are_chosen_without_knowing_a_number(product: Product) -> None:
    mira = await _available(product)
    async with product.database.transaction() as session:
        greta = await people.add_contact(session)
        from crm_core.support import tickets

        await tickets.open_ticket(session, mira, subject="Heizung kalt", contact_id=greta.id, now=NOW)
    document = await _say(product, "/twilio/voice")
    document = await _say(product, _action(document), SpeechResult="Meine Anliegen bitte")
    assert "Für Heizung kalt drücken Sie die 1." in _heard(document)
    document = await _say(product, _action(document), Digits="1")
    assert "T 1: Heizung kalt. Stand: neu." in _heard(document)


async def test_an_unknown_caller_hears_of_no_ticket(on_sqlite: Product) -> None:
    document = await _say(on_sqlite, "/twilio/voice", From="anonymous")
    document = await _say(on_sqlite, _action(document), From="anonymous", Digits="1")
    assert "kein offenes Anliegen" in _heard(document)


async def test_a_whole_wish_said_at_once_is_understood(on_sqlite: Product) -> None:
    document = await _say(on_sqlite, "/twilio/voice")
    document = await _say(on_sqlite, _action(document), SpeechResult="Ticket anlegen Drucker brennt")
    assert "T 1 ist eröffnet: Drucker brennt" in _heard(document)
    async with on_sqlite.database.transaction() as session:
        [ticket] = await session.scalars(select(Ticket))
        [call] = await session.scalars(select(Call))
    assert ticket.call_id == call.id


async def test_a_caller_cannot_do_what_agents_do(on_sqlite: Product) -> None:
    document = await _say(on_sqlite, "/twilio/voice")
    document = await _say(on_sqlite, _action(document), SpeechResult="Pipeline")
    assert "€" not in _heard(document)


async def test_after_three_misunderstandings_there_is_a_way_out(on_sqlite: Product) -> None:
    document = await _say(on_sqlite, "/twilio/voice")
    for words in ("Blumenkohl", "", "Rhabarber"):
        document = await _say(on_sqlite, _action(document), SpeechResult=words)
    assert document.find("Record") is not None


@pytest.mark.parametrize("wish", [{"Digits": "0"}, {"SpeechResult": "Mitarbeiter"}, {"SpeechResult": "agent please"}])
async def test_zero_or_the_word_reaches_a_person(on_sqlite: Product, wish: dict[str, str]) -> None:
    await _available(on_sqlite)
    document = await _say(on_sqlite, "/twilio/voice")
    if "agent" in wish.get("SpeechResult", ""):
        document = await _say(on_sqlite, _action(document), Digits="9")
    document = await _say(on_sqlite, _action(document), **wish)
    assert document.find("Enqueue").text == "support"


async def test_star_repeats(on_sqlite: Product) -> None:
    document = await _say(on_sqlite, "/twilio/voice")
    document = await _say(on_sqlite, _action(document), Digits="*")
    assert "Für Ihre Anliegen drücken Sie die 1" in _heard(document)


async def _queued(product: Product) -> Any:
    document = await _say(product, "/twilio/voice")
    return await _say(product, _action(document), Digits="3")


async def test_who_waits_hears_the_position_and_can_leave(product: Product) -> None:
    await _available(product)
    enqueue = (await _queued(product)).find("Enqueue")
    waiting = await _say(product, enqueue.get("waitUrl"))
    assert "Sie sind als Nächstes dran." in _heard(waiting)
    left = await _say(product, _action(waiting), Digits="1")
    assert left.find("Leave") is not None
    done = await _say(product, enqueue.get("action"), QueueResult="leave")
    assert "Wir rufen Sie" in _heard(done)
    async with product.database.transaction() as session:
        assert (await session.scalars(select(Ticket.subject))).all() == ["Rückruf für +49 30 23125010"]


async def test_an_agent_accepts_presses_one_and_both_meet(product: Product) -> None:
    mira = await _available(product)
    await _queued(product)
    async with product.database.transaction() as session:
        await talks.accept(session, mira, 1, NOW)
    offered = await _say(product, "/twilio/agent?leg=1", "CA-agent")
    assert "+49 30 23125010" in _heard(offered)
    joined = await _say(product, _action(offered), "CA-agent", Digits="1")
    conference = joined.find("Dial/Conference")
    assert (conference.text, conference.get("startConferenceOnEnter")) == ("call-1", "true")
    caller = (await _say(product, "/twilio/conference?call=1")).find("Dial/Conference")
    assert (caller.text, caller.get("endConferenceOnExit")) == ("call-1", "true")
    async with product.database.transaction() as session:
        kinds = (await session.scalars(select(Effect.kind).where(Effect.kind == EffectKind.REDIRECT))).all()
    assert len(kinds) == 1


async def test_a_mailbox_never_gets_a_customer(product: Product) -> None:
    mira = await _available(product)
    await _queued(product)
    async with product.database.transaction() as session:
        await talks.accept(session, mira, 1, NOW)
    offered = await _say(product, "/twilio/agent?leg=1", "CA-agent")
    assert [child.tag for child in offered] == ["Gather", "Say", "Hangup"]
    for status in ("in-progress", "completed"):
        await _say(product, "/twilio/leg?leg=1", "CA-agent", CallStatus=status)
    async with product.database.transaction() as session:
        call = (await session.scalars(select(Call))).one()
    assert (call.state, call.agent_id) == ("queued", None)


async def test_outside_opening_hours_there_is_voicemail_or_a_callback(on_sqlite: Product) -> None:
    on_sqlite.runtime.clock = lambda: NOW + timedelta(hours=12)
    document = await _say(on_sqlite, "/twilio/voice")
    assert "geschlossen" in _heard(document)
    document = await _say(on_sqlite, _action(document), Digits="2")
    document = await _say(on_sqlite, _action(document), Digits="1")
    assert "Wir rufen Sie morgen um 8 Uhr zurück." in _heard(document)


@pytest.mark.parametrize("order", list(permutations(["action", "callback", "callback"])))
async def test_a_voicemail_is_one_ticket_however_it_is_reported(on_sqlite: Product, order: tuple[str, ...]) -> None:
    document = await _say(on_sqlite, "/twilio/voice")
    document = await _say(on_sqlite, _action(document), Digits="4")
    record = document.find("Record")
    made = {"RecordingSid": "RE1", "RecordingUrl": "https://api.twilio.com/RE1", "RecordingDuration": "7"}
    for number, which in enumerate(order):
        path = record.get("action" if which == "action" else "recordingStatusCallback")
        await _say(on_sqlite, path, **made, SequenceNumber=str(number))
    assert (await _count(on_sqlite, Ticket), await _count(on_sqlite, Recording)) == (1, 1)


REPORTS = [("queued", 0), ("initiated", 1), ("ringing", 2), ("in-progress", 9), ("completed", 60), ("completed", 60)]


async def test_six_status_callbacks_in_all_720_orders_give_one_and_the_same_call(on_sqlite: Product) -> None:
    """The call itself arrives before, between or after them."""
    for number, order in enumerate(permutations(enumerate(REPORTS))):
        ringing = {"CallSid": f"CA{number}", "From": GRETA, "To": LINE}
        steps = [("status", ringing | _report(sequence, *report)) for sequence, report in order]
        steps.insert(number % 7, ("voice", ringing))
        for path, form in steps:
            assert (await on_sqlite.twilio(f"/twilio/{path}", **form)).status == 200
    table = Call.__table__
    columns = [column for column in table.columns if column.name not in {"id", "sid"}]
    async with on_sqlite.database.transaction() as session:
        ends = (await session.execute(select(*columns, func.count()).group_by(*columns))).all()
    assert [(end.state, end.carrier_status, end.duration_seconds, end[-1]) for end in ends] == [
        ("done", "completed", 51, 720)
    ]


def _report(sequence: int, status: str, second: int) -> dict[str, str]:
    at = NOW + timedelta(seconds=second)
    form = {"CallStatus": status, "SequenceNumber": str(sequence), "Timestamp": format_datetime(at)}
    return form | ({"CallDuration": "51"} if status == "completed" else {})


async def test_a_status_that_overtakes_its_call_is_not_lost(product: Product) -> None:
    await _say(product, "/twilio/status", CallStatus="completed", CallDuration="3")
    await _say(product, "/twilio/voice")
    async with product.database.transaction() as session:
        call = (await session.scalars(select(Call))).one()
    assert (call.state, call.duration_seconds) == ("done", 3)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/twilio/voice", {}),
        ("/twilio/voice", {"CallSid": "x" * 500}),
        ("/twilio/status", {"CallSid": "CA1"}),
        ("/twilio/wait", {"CallSid": "CA1"}),
        ("/twilio/wait?call=abc", {"CallSid": "CA1"}),
        ("/twilio/wait?call=" + "9" * 400, {"CallSid": "CA1"}),
        ("/twilio/recording?call=1", {"CallSid": "CA1", "RecordingUrl": "javascript:alert(1)", "RecordingSid": "R"}),
        ("/twilio/ivr?step=1", {"CallSid": "CA-never-seen"}),
        ("/twilio/leg?leg=77", {"CallSid": "CA1", "CallStatus": "completed"}),
    ],
)
async def test_what_is_missing_is_said_clearly(product: Product, path: str, form: dict[str, str]) -> None:
    response = await product.twilio(path, **form)
    assert response.status in {400, 404}
    assert (await response.json(content_type=None))["title"]


@pytest.mark.parametrize("status", ["completed", "new-in-2030", "'; DROP TABLE call; --"])
@pytest.mark.parametrize("stamp", ["Mon, 23 Nov 2026 10:01:00 +0000", "yesterday", "", "Mon, 99 Nov 99999 10:01:00"])
async def test_strange_reports_are_taken_calmly(product: Product, status: str, stamp: str) -> None:
    await _say(product, "/twilio/voice")
    form = {
        "CallStatus": status,
        "Timestamp": stamp,
        "CallDuration": "9" * 40,
        "From": "\x00' OR 1=1",
        "SequenceNumber": "x",
    }
    assert (await product.twilio("/twilio/status", CallSid="CA1", **form)).status == 200


@pytest.mark.parametrize("body", [b"\xff\xfe=\xff", b"CallSid=%ff%fe", b"{}", b"\x00", b"a" * 2_000_000])
async def test_a_broken_body_is_refused_and_never_our_fault(product: Product, body: bytes) -> None:
    response = await product.client.post("/twilio/voice", data=BytesIO(body), headers={"X-Twilio-Signature": "x"})
    assert response.status in {400, 403, 413}


async def test_other_methods_are_not_allowed(on_sqlite: Product) -> None:
    response = await on_sqlite.client.get("/twilio/voice")
    assert (response.status, response.headers["Allow"]) == (405, "POST")


async def test_the_fallback_apologises_in_both_languages(on_sqlite: Product) -> None:
    document = await _say(on_sqlite, "/twilio/fallback", ErrorCode="11200", ErrorUrl="https://x")
    assert {say.get("language") for say in document.iter("Say")} == {"de-DE", "en-US"}


async def test_the_end_of_a_conference_names_no_call_and_is_taken_all_the_same(on_sqlite: Product) -> None:
    await _say(on_sqlite, "/twilio/voice")
    told = {"ConferenceSid": "CF1", "StatusCallbackEvent": "conference-end", "SequenceNumber": "5"}
    response = await on_sqlite.twilio("/twilio/room?call=1", token="end-1", **told)
    assert response.status == 200
