"""A caller is put through to somebody whose phone rings."""

from __future__ import annotations

import pytest

from telephony.simulator import Call, Habit
from tests.telephony.simulator.desk import GRETA, JONAS, LINE, MIRA, SIP, Desk


async def _dialled(desk: Desk, targets: str = MIRA, attributes: str = "") -> Call:
    desk.says["/voice"] = f"<Dial action='/done' {attributes}>{targets}</Dial><Say>next verb</Say>"
    return await desk.network.dial(GRETA, LINE)


async def test_two_talk_until_one_hangs_up(desk: Desk) -> None:
    desk.says["/done"] = "<Say>goodbye</Say>"
    greta = await _dialled(desk)
    mira = desk.network.phone(MIRA)
    assert (greta.doing, mira.doing) == ("hearing it ring", "ringing")
    assert (mira.from_, mira.direction) == (GRETA, "outbound-dial")
    await mira.answer()
    assert (greta.hears, mira.hears) == ([MIRA], [GRETA])
    await greta.say("Guten Tag")
    assert mira.heard == "Guten Tag"
    await desk.network.advance(90)
    await mira.hang_up()
    [form] = desk.at("/done")
    assert (form["DialCallStatus"], form["DialCallDuration"], form["DialBridged"]) == ("completed", "90", "true")
    assert form["DialCallSid"] == mira.sid
    assert greta.heard == "goodbye"


@pytest.mark.parametrize(
    ("habit", "seconds", "status"),
    [(Habit.IS_BUSY, 0, "busy"), (Habit.RINGS, 30, "no-answer"), (Habit.IS_OFF, 0, "failed")],
)
async def test_why_nobody_answered_is_told(desk: Desk, habit: Habit, seconds: int, status: str) -> None:
    desk.network.handset(MIRA).habit = habit
    await _dialled(desk)
    await desk.network.advance(seconds)
    [form] = desk.at("/done")
    assert (form["DialCallStatus"], form["DialBridged"], "DialCallDuration" in form) == (status, "false", False)


async def test_who_declines_is_busy(desk: Desk) -> None:
    await _dialled(desk, attributes="timeout='10'")
    await desk.network.phone(MIRA).decline()
    assert desk.told("/done", "DialCallStatus") == ["busy"]


async def test_it_rings_as_long_as_it_is_told(desk: Desk) -> None:
    greta = await _dialled(desk, attributes="timeout='10'")
    await desk.network.advance(9)
    assert greta.doing == "hearing it ring"
    await desk.network.advance(1)
    assert desk.told("/done", "DialCallStatus") == ["no-answer"]


async def test_without_an_action_the_next_verb_follows(desk: Desk) -> None:
    desk.says["/voice"] = f"<Dial>{MIRA}</Dial><Say>next verb</Say>"
    greta = await desk.network.dial(GRETA, LINE)
    await desk.network.phone(MIRA).ignore()
    assert greta.heard == "next verb"


SCREENED = f"<Number url='/whisper'>{MIRA}</Number>"


async def test_the_called_hear_something_before_they_are_put_through(desk: Desk) -> None:
    desk.says["/whisper"] = "<Gather numDigits='1' action='/accepted'><Say>A call. Press 1</Say></Gather><Hangup/>"
    greta = await _dialled(desk, SCREENED)
    mira = desk.network.phone(MIRA)
    await mira.answer()
    assert (mira.heard, greta.heard, greta.hears) == ("A call. Press 1", "", [])
    assert desk.at("/whisper")[0]["ParentCallSid"] == greta.sid
    await mira.press("1")
    assert greta.hears == [MIRA]


async def test_a_mailbox_never_presses_a_key(desk: Desk) -> None:
    """It counts as completed all the same: only DialBridged tells."""
    desk.network.handset(MIRA).habit = Habit.MAILBOX
    desk.says["/whisper"] = "<Gather numDigits='1'><Say>Press 1</Say></Gather><Hangup/>"
    greta = await _dialled(desk, SCREENED)
    await desk.network.advance(15)
    assert desk.network.phone(MIRA).heard == "Press 1"
    await desk.network.advance(5)
    [form] = desk.at("/done")
    assert (form["DialCallStatus"], form["DialBridged"], greta.hears) == ("completed", "false", [])


async def test_a_mailbox_comes_too_late_for_a_short_ring(desk: Desk) -> None:
    desk.network.handset(MIRA).habit = Habit.MAILBOX
    await _dialled(desk, attributes="timeout='12'")
    await desk.network.advance(12)
    assert desk.told("/done", "DialCallStatus") == ["no-answer"]


async def test_of_many_who_are_rung_at_once_the_first_gets_the_call(desk: Desk) -> None:
    await _dialled(desk, f"<Number>{MIRA}</Number><Sip>{SIP}</Sip>")
    mira, softphone = desk.network.phone(MIRA), desk.network.phone(SIP)
    await softphone.answer()
    assert (softphone.hears, mira.status) == ([GRETA], "canceled")


async def test_the_other_phone_still_rings_when_one_declines(desk: Desk) -> None:
    greta = await _dialled(desk, f"<Number>{MIRA}</Number><Number>{JONAS}</Number>")
    await desk.network.phone(MIRA).decline()
    assert greta.doing == "hearing it ring"
    await desk.network.phone(JONAS).answer()
    assert greta.hears == [JONAS]


async def test_one_after_the_other_where_that_is_wanted(desk: Desk) -> None:
    greta = await _dialled(desk, f"<Number>{MIRA}</Number><Number>{JONAS}</Number>", "sequential='true' timeout='10'")
    assert desk.network.ringing(JONAS) is None
    await desk.network.advance(10)
    await desk.network.phone(JONAS).answer()
    assert greta.hears == [JONAS]


async def test_a_caller_who_hangs_up_silences_the_phones(desk: Desk) -> None:
    greta = await _dialled(desk)
    mira = desk.network.phone(MIRA)
    await greta.hang_up()
    assert mira.status == "canceled"
    [form] = desk.at("/done")
    assert (form["DialCallStatus"], form["CallStatus"]) == ("no-answer", "completed")


async def test_what_becomes_of_the_called_is_told_in_order(desk: Desk) -> None:
    events = "initiated ringing answered completed"
    await _dialled(desk, f"<Number statusCallback='/leg' statusCallbackEvent='{events}'>{MIRA}</Number>")
    mira = desk.network.phone(MIRA)
    await mira.answer()
    await mira.hang_up()
    assert desk.told("/leg", "CallStatus") == ["initiated", "ringing", "in-progress", "completed"]
    assert desk.told("/leg", "SequenceNumber") == ["0", "1", "2", "3"]


async def test_star_and_a_time_limit_end_the_talk_for_the_caller(desk: Desk) -> None:
    desk.says["/done"] = "<Say>that was it</Say>"
    for act in ("star", "limit"):
        greta = await _dialled(desk, attributes="hangupOnStar='true' timeLimit='60'")
        mira = desk.network.phone(MIRA)
        await mira.answer()
        await (greta.press("*") if act == "star" else desk.network.advance(60))
        assert (greta.heard, mira.is_over) == ("that was it", True)


async def test_a_call_can_ring_on_until_somebody_answers(desk: Desk) -> None:
    greta = await _dialled(desk, attributes="answerOnBridge='true'")
    assert greta.status == "ringing"
    await desk.network.phone(MIRA).answer()
    assert greta.status == "in-progress"


async def test_a_talk_is_recorded_where_that_is_wanted(desk: Desk) -> None:
    await _dialled(desk, attributes="record='record-from-answer-dual' recordingStatusCallback='/recorded'")
    mira = desk.network.phone(MIRA)
    await mira.answer()
    await mira.say("Guten Tag")
    await desk.network.advance(30)
    await mira.hang_up()
    [form] = desk.at("/recorded")
    assert (form["RecordingSource"], form["RecordingDuration"], form["RecordingChannels"]) == ("DialVerb", "30", "2")
    assert desk.at("/done")[0]["RecordingUrl"] == form["RecordingUrl"]


async def test_the_called_can_be_sent_elsewhere_and_the_caller_goes_on(desk: Desk) -> None:
    desk.says["/done"] = "<Say>alone again</Say>"
    greta = await _dialled(desk)
    mira = desk.network.phone(MIRA)
    await mira.answer()
    await desk.rest("POST", f"Calls/{mira.sid}", Twiml="<Response><Pause length='9'/></Response>")
    await desk.network.settle()
    assert greta.heard == "alone again"
    assert not mira.is_over


async def test_a_number_stands_beside_no_conference(desk: Desk) -> None:
    await _dialled(desk, f"<Conference>x</Conference><Number>{MIRA}</Number>")
    assert "stands alone" in desk.network.errors.pop()
