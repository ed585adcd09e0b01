"""The playground over HTTP: each of its routes drives the real webhooks, and whatever is sent, none of them breaks."""

from __future__ import annotations

import asyncio
import json
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from crm_core.callcenter.calls import Call
from crm_core.company import Company
from crm_core.db import Database
from crm_core.sales.deals import Deal
from crm_core.support.tickets import Ticket
from tests.webhooks.console.playing import JONAS, MIRA, Json, Playing, playing, text_of
from webhooks import transcriber
from webhooks.console.snapshot import snapshot
from webhooks.demo.company import CALLER

ROUTES = ("phone", "agent-phone", "slack", "telegram", "race", "everywhere")
MARKUP = '<img src=x onerror="alert(1)"> & <script>alert(2)</script>'
SURROGATE = r"\ud83d"


async def _newest(page: Playing, column: InstrumentedAttribute[Any], number: InstrumentedAttribute[int]) -> Any:
    async with page.database.transaction() as session:
        return await session.scalar(select(column).order_by(number.desc()).limit(1))


async def _count(page: Playing, table: type[Ticket] | type[Call]) -> int:
    async with page.database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def _open_ticket(page: Playing, subject: str) -> Json:
    """By Mira, in Slack; the card that everybody sees."""
    await page.post("slack", who=MIRA, text=f"open ticket {subject}")
    state = await page.until(lambda state: any(_is_card(message, subject) for message in state["slack"][JONAS]))
    card: Json = next(message for message in reversed(state["slack"][JONAS]) if _is_card(message, subject))
    return card


def _whispers(state: Json, who: str) -> list[Json]:
    return [message for message in state["slack"][who] if message["whisper"]]


def _is_card(message: Json, subject: str) -> bool:
    return subject in text_of(message["blocks"]) and not message["whisper"]


async def test_the_page_names_the_company_its_line_and_its_people(page: Playing) -> None:
    async with page.http.get("/") as response:
        html = await response.text()
    assert response.status == 200
    for shown in ("Nordlicht Haustechnik", "+493023125100", "Greta Sommer", CALLER, MIRA, JONAS):
        assert shown in html


async def test_the_page_runs_its_own_scripts_only(page: Playing) -> None:
    async with page.http.get("/") as response:
        policy = response.headers["Content-Security-Policy"]
        html = await response.text()
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in html
    for file in ("playground.css", "playground.js", "messages.js"):
        async with page.http.get(f"/playground/static/{file}") as response:
            assert response.status == 200


async def test_a_company_with_markup_in_its_name_is_written_as_text(
    sqlite_database: Database, company: Company
) -> None:
    named = company.model_copy(update={"name": MARKUP})
    async with playing(sqlite_database, named) as page, page.http.get("/") as response:
        html = await response.text()
    assert MARKUP not in html
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in html


@pytest.mark.parametrize("path", ["/playground/static/../playground.py", "/playground/static/%2e%2e/playground.py"])
async def test_nothing_beside_the_static_files_is_served(page: Playing, path: str) -> None:
    async with page.http.get(path) as response:
        assert response.status in {403, 404}


async def test_a_dialled_call_is_recorded_and_its_card_is_in_everybodys_slack(page: Playing) -> None:
    await page.post("phone", do="dial", **{"from": CALLER})
    state = await page.until(lambda state: "CALL-" in text_of(state["slack"][MIRA]))
    assert "Greta Sommer" in text_of(state["slack"][JONAS])
    assert state["phone"]["doing"] == "gathering"
    assert {row["what"] for row in state["feed"] if row["who"] == "Twilio"} == {"/twilio/voice"}
    assert await _newest(page, Call.from_number, Call.id) == CALLER


async def test_keys_and_words_on_the_phone_open_a_ticket(page: Playing) -> None:
    await page.post("phone", do="dial", **{"from": CALLER})
    await page.post("phone", do="press", **{"with": "2"})
    await page.post("phone", do="say", **{"with": "Die Backofenlüftung ist ausgefallen"})
    await page.post("phone", do="press", **{"with": "1"})
    assert await _newest(page, Ticket.subject, Ticket.id) == "Die Backofenlüftung ist ausgefallen"
    assert "Ihre Vorgangsnummer ist" in text_of(page.shown["phone"]["prompts"])


async def test_somebody_writes_out_what_is_said_on_the_voicemail(page: Playing) -> None:
    is_good, said = await transcriber.describe(page.runtime.settings)
    assert is_good, said
    assert page.services.transcriber.refused == []


async def test_hanging_up_ends_the_call_in_the_database_too(page: Playing) -> None:
    await page.post("phone", do="dial", **{"from": CALLER})
    await page.post("phone", do="hang_up")
    assert page.shown["phone"]["doing"] == "ended"
    assert await _newest(page, Call.carrier_status, Call.id) == "completed"


async def _ring_the_agent(page: Playing) -> None:
    await page.post("phone", do="dial", **{"from": CALLER})
    await page.post("phone", do="press", **{"with": "3"})
    call = await _newest(page, Call.id, Call.id)
    await page.post("slack", who=MIRA, text=f"accept CALL-{call}")
    await page.until(lambda state: state["agentPhone"] and state["agentPhone"]["doing"] == "ringing")


async def test_the_agents_phone_takes_the_call_and_both_talk(page: Playing) -> None:
    await _ring_the_agent(page)
    await page.post("agent-phone", do="answer")
    await page.post("agent-phone", do="press", **{"with": "1"})
    state = await page.until(lambda state: state["agentPhone"]["doing"].startswith("in conference"))
    assert state["agentPhone"]["doing"] == state["phone"]["doing"]


async def test_an_agent_who_declines_leaves_the_caller_waiting(page: Playing) -> None:
    await _ring_the_agent(page)
    await page.post("agent-phone", do="decline")
    assert page.shown["agentPhone"]["status"] == "busy"
    assert await _newest(page, Call.state, Call.id) == "queued"
    assert not page.services.twilio.calls[page.shown["phone"]["sid"]].is_over


async def test_words_in_slack_are_answered_to_who_wrote_them_only(page: Playing) -> None:
    await page.post("slack", who=MIRA, text="tickets")
    state = await page.until(lambda state: _whispers(state, MIRA))
    assert "Boiler pressure keeps dropping" in text_of(_whispers(state, MIRA))
    assert _whispers(state, JONAS) == []


async def test_a_mention_in_slack_is_an_event_of_its_own(page: Playing) -> None:
    await page.post("slack", who=MIRA, text="@Offhook open ticket the gate squeaks")
    await page.until(lambda state: any(_is_card(message, "the gate squeaks") for message in state["slack"][JONAS]))
    assert "event.app_mention" in [row["what"] for row in page.shown["feed"]]
    assert await _newest(page, Ticket.subject, Ticket.id) == "the gate squeaks"


async def test_a_button_in_slack_claims_the_ticket_for_who_pressed_it(page: Playing) -> None:
    card = await _open_ticket(page, "the gate squeaks")
    await page.post("slack", who=JONAS, channel=card["channel"], message=card["id"], button=0)
    await page.until(lambda state: "gehört Ihnen" in text_of(_whispers(state, JONAS)))
    assert await _newest(page, Ticket.assignee_id, Ticket.id) is not None


async def test_telegram_answers_words_and_buttons(page: Playing) -> None:
    await page.post("telegram", text="/pipeline")
    state = await page.until(lambda state: "Pipeline:" in text_of(state["telegram"]))
    assert state["telegram"][0]["from"] == "Lena"
    await page.post("telegram", text="ticket anlegen Der Aufzug steht")
    state = await page.until(lambda state: state["telegram"][-1]["buttons"])
    card = state["telegram"][-1]
    await page.post("telegram", message=card["id"], button=0)
    await page.until(lambda state: [row["what"] for row in state["feed"]].count("callback_query") == 1)
    async with page.database.transaction() as session:
        assert await session.scalar(select(Ticket.assignee_id).where(Ticket.subject == "Der Aufzug steht"))


async def test_of_two_who_claim_at_once_one_wins_and_one_is_told_who(page: Playing) -> None:
    await _open_ticket(page, "the gate squeaks")
    answers = (await page.post("race"))["answers"]
    assert set(answers) == {MIRA, JONAS}
    [winner] = [name for name, answer in answers.items() if "is yours" in answer or "gehört Ihnen" in answer]
    [loser] = [name for name in answers if name != winner]
    assert winner in answers[loser]
    assert "claimed it" in answers[loser] or "hat es übernommen" in answers[loser]


async def test_a_race_for_no_ticket_is_refused_in_one_sentence(page: Playing) -> None:
    async with page.http.post("/playground/race", json={}) as response:
        assert response.status == 400
        assert (await response.json(content_type=None))["detail"] == "No ticket is free to claim. Open one first."


async def test_one_sentence_is_answered_alike_in_four_places(page: Playing) -> None:
    before = await _count(page, Ticket)
    answers = (await page.post("everywhere", text="ticket anlegen Der Aufzug steht"))["answers"]
    assert list(answers) == ["Slack", "Telegram", "Terminal", "Phone"]
    for answer in answers.values():
        assert "ist eröffnet: Der Aufzug steht" in answer
    assert await _count(page, Ticket) == before + 4


async def test_every_step_went_through_the_signed_webhooks(page: Playing) -> None:
    await page.post("everywhere", text="hilfe")
    state = await page.until(lambda state: len({row["who"] for row in state["feed"]}) == 3)
    assert {row["status"] for row in state["feed"]} == {200}
    form = {"CallSid": "CA" + "1" * 32, "From": CALLER, "To": "+493023125100"}
    async with page.http.post("/twilio/voice", data=form, headers={"X-Twilio-Signature": "forged"}) as response:
        assert response.status == 403


async def _next_state(stream: Any) -> Json:
    while True:
        line = await asyncio.wait_for(stream.content.readline(), 10)
        assert line, "the stream has ended"
        if line.startswith(b"data: "):
            found: Json = json.loads(line.removeprefix(b"data: "))
            return found


async def test_an_open_page_is_sent_the_state_at_once_and_at_each_change(page: Playing) -> None:
    async with page.http.get("/playground/events") as stream:
        assert stream.content_type == "text/event-stream"
        assert (await _next_state(stream))["phone"] is None
        await page.post("phone", do="dial", **{"from": CALLER})
        while (state := await _next_state(stream))["phone"] is None:
            continue
    assert state["phone"]["number"] == CALLER


MALFORMED: list[str | bytes] = ["", "{", "[" * 100_000, "[]", "null", '"text"', b'{"text": "\xff"}']
MISSING: dict[str, list[Json]] = {
    "phone": [{}, {"do": "dial"}, {"do": "press"}, {"do": "press", "with": "1"}, {"do": "hang_up"}, {"do": "fly"}],
    "agent-phone": [{}, {"do": "answer"}, {"do": "fly"}],
    "slack": [
        {},
        {"who": MIRA},
        {"who": "Nobody", "text": "help"},
        {"who": MIRA, "button": 0},
        {"who": MIRA, "button": "first", "channel": "C1", "message": "1"},
        {"who": MIRA, "button": 0, "channel": "C1", "message": "1"},
    ],
    "telegram": [{}, {"button": 0}, {"button": 0, "message": "x"}, {"button": 0, "message": 4711}],
    "everywhere": [{}, {"words": "help"}],
}


async def _refused(page: Playing, route: str, body: str | bytes | BytesIO) -> None:
    headers = {"Content-Type": "application/json"}
    async with page.http.post(f"/playground/{route}", data=body, headers=headers) as response:
        assert 400 <= response.status < 500, await response.text()
        assert response.content_type == "application/problem+json"
        assert (await response.json(content_type=None))["title"]


@pytest.mark.parametrize("route", ROUTES)
async def test_a_malformed_body_is_refused(page: Playing, route: str) -> None:
    for body in MALFORMED:
        await _refused(page, route, body)
    assert page.shown["feed"] == []


@pytest.mark.parametrize("route", MISSING)
async def test_what_is_missing_or_unknown_is_refused(page: Playing, route: str) -> None:
    for body in MISSING[route]:
        await _refused(page, route, json.dumps(body))
    assert page.shown["feed"] == []


async def test_an_unknown_action_on_a_living_call_is_refused_and_the_call_goes_on(page: Playing) -> None:
    await page.post("phone", do="dial", **{"from": CALLER})
    await _refused(page, "phone", json.dumps({"do": "fly"}))
    assert page.shown["phone"]["doing"] == "gathering"


async def test_a_button_that_is_not_there_is_refused(page: Playing) -> None:
    card = await _open_ticket(page, "the gate squeaks")
    for button in (99, "9" * 3000, "-99"):
        body = {"who": MIRA, "channel": card["channel"], "message": card["id"], "button": button}
        await _refused(page, "slack", json.dumps(body))


async def test_a_body_beyond_all_measure_is_refused(page: Playing) -> None:
    await _refused(page, "telegram", BytesIO(json.dumps({"text": "x" * 2_000_000}).encode()))


WORDS = [
    pytest.param(json.dumps(MARKUP), id="markup"),
    pytest.param(json.dumps("x" * 500_000), id="absurdly long"),
    pytest.param(f'"half {SURROGATE} a pair"', id="half a surrogate pair"),
    pytest.param(json.dumps("zero \x00 character \x1b[31m"), id="control characters"),
    pytest.param('{"a": [1, null]}', id="no text at all"),
]


@pytest.mark.parametrize("words", WORDS)
async def test_whatever_is_typed_no_delivery_fails_and_open_pages_live_on(page: Playing, words: str) -> None:
    bodies = [
        ("phone", f'{{"do": "dial", "from": {words}}}'),
        ("phone", f'{{"do": "dial", "from": "{CALLER}"}}'),
        ("phone", f'{{"do": "say", "with": {words}}}'),
        ("phone", '{"do": "hang_up"}'),
        ("slack", f'{{"who": "{MIRA}", "text": {words}}}'),
        ("slack", f'{{"who": "{JONAS}", "text": "@" }}'),
        ("telegram", f'{{"text": {words}}}'),
        ("everywhere", f'{{"text": {words}}}'),
    ]
    async with page.http.get("/playground/events") as stream:
        await _next_state(stream)
        for route, body in bodies:
            async with page.http.post(f"/playground/{route}", data=body) as response:
                assert response.status < 500, await response.text()
        await page.post("slack", who=MIRA, text="open ticket the gate is stuck")
        while not any(_is_card(card, "the gate is stuck") for card in (await _next_state(stream))["slack"][JONAS]):
            continue
    assert {row["status"] for row in page.shown["feed"]} == {200}
    assert page.services.twilio.errors == []


async def test_markup_and_quotes_reach_the_page_as_they_were_typed(page: Playing) -> None:
    subject = """5*4 <b>rooms</b> & "doors" &lt;"""
    await page.post("telegram", text=f"ticket anlegen {subject}")
    state = await page.until(lambda state: state["telegram"][-1]["buttons"])
    title = next(line for line in state["telegram"][-1]["lines"] if any(bold for _text, bold in line))
    [[text, _bold]] = title
    assert text.endswith(subject)


async def test_the_page_shows_the_stand_ins_and_nothing_that_only_the_database_knows(page: Playing) -> None:
    async with page.database.transaction() as session:
        titles = list(await session.scalars(select(Deal.title)))
    assert titles
    assert not [title for title in titles if title in text_of(snapshot(page.services))]
