"""Calls that the product makes, and what it may do with any call."""

from __future__ import annotations

import pytest

from telephony.simulator import Habit
from tests.telephony.simulator.desk import GRETA, JONAS, LINE, MIRA, SIP, Desk

ALL = ["initiated", "ringing", "answered", "completed"]


async def test_the_phone_rings_until_somebody_answers(desk: Desk) -> None:
    desk.says["/agent"] = "<Say>A call for you</Say>"
    made = await desk.call(StatusCallback=f"{desk.url}/leg", StatusCallbackEvent=ALL)
    assert (made["status"], made["direction"], made["to"]) == ("queued", "outbound-api", MIRA)
    mira = desk.network.ringing(MIRA)
    assert mira is not None and mira.sid == made["sid"]
    assert desk.at("/agent") == []
    await mira.answer()
    assert (mira.heard, mira.status) == ("A call for you", "completed")
    told = desk.at("/leg")
    assert [form["CallStatus"] for form in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in told] == ["0", "1", "2", "3"]
    assert {form["CallbackSource"] for form in told} == {"call-progress-events"}
    assert {form["Timestamp"] for form in told} == {desk.network.stamp()}
    assert [(form.get("CallDuration"), form.get("Duration"), form.get("SipResponseCode")) for form in told] == [
        (None, None, None)
    ] * 3 + [("1", "1", "200")]


async def test_only_the_end_is_told_where_nothing_else_is_asked_for(desk: Desk) -> None:
    await desk.call(StatusCallback=f"{desk.url}/leg")
    await desk.network.phone(MIRA).answer()
    assert desk.told("/leg", "CallStatus") == ["completed"]
    assert desk.told("/leg", "SequenceNumber") == ["0"]


@pytest.mark.parametrize(("act", "status"), [("decline", "busy"), ("ignore", "no-answer")])
async def test_a_call_that_nobody_takes_has_no_document(desk: Desk, act: str, status: str) -> None:
    await desk.call(StatusCallback=f"{desk.url}/leg")
    await getattr(desk.network.phone(MIRA), act)()
    [form] = desk.at("/leg")
    assert (form["CallStatus"], form["CallDuration"]) == (status, "0")
    assert desk.at("/agent") == []


async def test_it_rings_a_minute_or_as_long_as_it_is_told(desk: Desk) -> None:
    await desk.call(StatusCallback=f"{desk.url}/leg")
    await desk.call(JONAS, StatusCallback=f"{desk.url}/leg", Timeout="20")
    await desk.network.advance(20)
    assert desk.told("/leg", "To") == [JONAS]
    await desk.network.advance(40)
    assert desk.told("/leg", "CallStatus") == ["no-answer", "no-answer"]


@pytest.mark.parametrize(
    ("habit", "status"), [(Habit.IS_BUSY, "busy"), (Habit.IS_OFF, "failed"), (Habit.ANSWERS, "completed")]
)
async def test_a_phone_has_its_habits(desk: Desk, habit: Habit, status: str) -> None:
    desk.network.handset(SIP).habit = habit
    await desk.call(SIP, StatusCallback=f"{desk.url}/leg")
    assert desk.told("/leg", "CallStatus") == [status]


async def test_a_mailbox_is_recognised_where_that_is_wanted(desk: Desk) -> None:
    desk.says["/agent"] = "<Gather numDigits='1'><Say>Press 1</Say></Gather><Hangup/>"
    desk.network.handset(MIRA).habit = Habit.MAILBOX
    await desk.call(MIRA, MachineDetection="Enable")
    await desk.network.advance(15)
    await desk.call(JONAS, MachineDetection="Enable")
    await desk.network.phone(JONAS).answer()
    assert desk.told("/agent", "AnsweredBy") == ["machine_start", "human"]


async def test_a_mailbox_hangs_up_by_itself(desk: Desk) -> None:
    desk.says["/agent"] = "<Pause length='600'/>"
    desk.network.handset(MIRA).habit = Habit.MAILBOX
    made = await desk.call(MIRA)
    await desk.network.advance(15 + 90)
    assert desk.network.calls[made["sid"]].is_over


async def test_a_document_can_come_with_the_call(desk: Desk) -> None:
    await desk.call(Twiml="<Response><Say>hello</Say></Response>")
    mira = desk.network.phone(MIRA)
    await mira.answer()
    assert mira.heard == "hello"


async def test_a_call_of_its_own_has_its_own_fallback(desk: Desk) -> None:
    desk.fails["/agent"] = 503
    desk.says["/other"] = "<Say>sorry</Say>"
    await desk.call(FallbackUrl=f"{desk.url}/other")
    mira = desk.network.phone(MIRA)
    await mira.answer()
    assert mira.heard == "sorry"
    desk.network.errors.clear()


async def test_a_live_call_is_sent_elsewhere(desk: Desk) -> None:
    desk.says["/voice"] = "<Gather/>"
    desk.says["/elsewhere"] = "<Say>elsewhere</Say>"
    greta = await desk.network.dial(GRETA, LINE)
    changed = await desk.rest("POST", f"Calls/{greta.sid}", Url=f"{desk.url}/elsewhere", Method="GET")
    assert changed["status"] == "in-progress"
    await desk.network.settle()
    assert greta.heard == "elsewhere"


async def test_a_live_call_is_ended(desk: Desk) -> None:
    desk.says["/voice"] = "<Gather/>"
    greta = await desk.network.dial(GRETA, LINE)
    await desk.network.advance(3)
    await desk.rest("POST", f"Calls/{greta.sid}", Status="completed")
    await desk.network.settle()
    assert desk.told("/status", "CallDuration") == ["3"]
    assert (await desk.rest("GET", f"Calls/{greta.sid}"))["duration"] == "3"


async def test_a_ringing_call_is_taken_back(desk: Desk) -> None:
    made = await desk.call(StatusCallback=f"{desk.url}/leg")
    await desk.rest("POST", f"Calls/{made['sid']}", Status="canceled")
    await desk.network.settle()
    assert desk.told("/leg", "CallStatus") == ["canceled"]


async def test_a_call_that_is_over_or_only_rings_cannot_be_sent_elsewhere(desk: Desk) -> None:
    ringing = await desk.call()
    over = await desk.network.dial(GRETA, LINE)
    for sid in (ringing["sid"], over.sid):
        status, body = await desk.try_rest("POST", f"Calls/{sid}", Url=f"{desk.url}/x")
        assert (status, body["code"]) == (400, 21220)
    status, body = await desk.try_rest("POST", f"Calls/{over.sid}", Status="completed")
    assert (status, body["code"]) == (400, 21220)


async def test_calls_are_found_by_who_and_how_they_stand(desk: Desk) -> None:
    desk.says["/voice"] = "<Gather/>"
    greta = await desk.network.dial(GRETA, LINE)
    made = await desk.call()
    await desk.call(JONAS)
    found = (await desk.rest("GET", "Calls", To=MIRA))["calls"]
    assert [row["sid"] for row in found] == [made["sid"]]
    assert [row["sid"] for row in (await desk.rest("GET", "Calls", Status="in-progress"))["calls"]] == [greta.sid]
    assert len((await desk.rest("GET", "Calls", From=LINE, Status="ringing"))["calls"]) == 2


async def test_long_lists_come_in_pages(desk: Desk) -> None:
    for _call in range(5):
        await desk.call(JONAS)
    first = await desk.rest("GET", "Calls", PageSize="2")
    last = await desk.rest("GET", "Calls", PageSize="2", Page="2")
    assert (len(first["calls"]), len(last["calls"])) == (2, 1)
    assert first["next_page_uri"].endswith("Calls.json?PageSize=2&Page=1&PageToken=PA1")
    assert last["next_page_uri"] is None


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": "0301234", "From": LINE, "Url": "http://x/"}, 21211),
        ({"To": MIRA, "From": JONAS, "Url": "http://x/"}, 21210),
    ],
)
async def test_a_number_that_cannot_be_called_is_refused(desk: Desk, form: dict[str, str], code: int) -> None:
    status, body = await desk.try_rest("POST", "Calls", **form)
    assert (status, body["code"], body["status"]) == (400, code, 400)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": LINE, "Url": "http://x/"}, 21201),
        ({"To": MIRA, "Url": "http://x/"}, 21213),
        ({"To": MIRA, "From": LINE}, 21205),
        ({"To": MIRA, "From": LINE, "Url": "http://x/", "Uri": "x"}, 20001),
        ({"To": MIRA, "From": LINE, "Url": "http://x/", "StatusCallbackEvent": "ringing answered"}, 20001),
    ],
)
async def test_a_mistake_is_answered_loudly_and_remembered(desk: Desk, form: dict[str, str], code: int) -> None:
    status, body = await desk.try_rest("POST", "Calls", **form)
    assert (status, body["code"]) == (400, code)
    assert desk.network.errors.pop().startswith(str(code))


async def test_what_is_not_there_and_who_may_not_ask(desk: Desk) -> None:
    assert (await desk.try_rest("GET", "Calls/CA" + "0" * 32))[1]["code"] == 20404
    assert (await desk.try_rest("GET", "Faxes"))[0] == 404
    assert "Faxes" in desk.network.errors.pop()
    desk.network.auth_token = "another"
    status, body = await desk.try_rest("GET", "Calls")
    assert (status, body["code"]) == (401, 20003)
    desk.network.auth_token = "auth-token-of-the-simulator"


async def test_a_planned_failure_strikes_once(desk: Desk) -> None:
    desk.network.fail_next()
    wanted = {"To": MIRA, "From": LINE, "Url": f"{desk.url}/agent"}
    status, body = await desk.try_rest("POST", "Calls", **wanted)
    assert (status, body["code"]) == (429, 20429)
    assert desk.network.calls == {}
    assert (await desk.try_rest("POST", "Calls", **wanted))[0] == 201


async def test_the_addresses_of_a_number_are_changed(desk: Desk) -> None:
    [row] = (await desk.rest("GET", "IncomingPhoneNumbers", PhoneNumber=LINE))["incoming_phone_numbers"]
    changed = await desk.rest("POST", f"IncomingPhoneNumbers/{row['sid']}", SmsUrl="https://x/sms", VoiceMethod="POST")
    assert (changed["sms_url"], changed["voice_url"]) == ("https://x/sms", f"{desk.url}/voice")
    assert desk.network.numbers[LINE].sms_url == "https://x/sms"
    assert (await desk.try_rest("POST", f"IncomingPhoneNumbers/{row['sid']}", SmsMethod="GET"))[0] == 400
    assert "SmsMethod" in desk.network.errors.pop()
