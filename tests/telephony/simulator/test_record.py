"""Messages that callers leave."""

from __future__ import annotations

from telephony.simulator import Call
from tests.telephony.simulator.desk import GRETA, LINE, Desk

WORDS = "Bitte rufen Sie mich zurück, es ist dringend"


async def _recording(desk: Desk, attributes: str = "action='/left'") -> Call:
    desk.says["/voice"] = f"<Record {attributes}/><Say>nothing was said</Say>"
    return await desk.network.dial(GRETA, LINE)


async def test_a_message_ends_with_a_key(desk: Desk) -> None:
    call = await _recording(desk, "action='/left' finishOnKey='#'")
    assert (call.doing, call.sounds) == ("recording", ["beep"])
    await call.say(WORDS)
    await call.press("1")
    assert desk.at("/left") == []
    await call.press("#")
    [form] = desk.at("/left")
    assert (form["Digits"], form["RecordingDuration"]) == ("#", "4")
    assert form["RecordingUrl"].endswith(f"/Recordings/{form['RecordingSid']}")


async def test_a_message_ends_with_silence(desk: Desk) -> None:
    call = await _recording(desk, "action='/left' timeout='3'")
    await call.say(WORDS)
    await call.wait()
    assert desk.told("/left", "Digits") == [""]


async def test_a_message_ends_at_its_longest(desk: Desk) -> None:
    call = await _recording(desk, "action='/left' timeout='30' maxLength='40'")
    await desk.network.advance(20)
    await call.say(WORDS)
    await desk.network.advance(20)
    assert len(desk.at("/left")) == 1


async def test_an_empty_message_falls_through(desk: Desk) -> None:
    call = await _recording(desk, "action='/left' recordingStatusCallback='/recorded'")
    await call.wait()
    assert call.heard == "nothing was said"
    assert desk.at("/left") == desk.at("/recorded") == []


async def test_an_empty_message_is_told_as_absent_where_that_is_wanted(desk: Desk) -> None:
    call = await _recording(desk, "recordingStatusCallback='/recorded' recordingStatusCallbackEvent='completed absent'")
    await call.press("#")
    assert desk.told("/recorded", "RecordingStatus") == ["absent"]


async def test_without_an_action_the_document_is_asked_again_and_again(desk: Desk) -> None:
    call = await _recording(desk, "")
    for _time in range(3):
        await call.say(WORDS)
        await call.press("#")
    assert [bool(url) for url in desk.told("/voice", "RecordingUrl")] == [False, True, True, True]
    assert call.doing == "recording"


async def test_who_hangs_up_has_left_a_message(desk: Desk) -> None:
    call = await _recording(desk, "action='/left' recordingStatusCallback='/recorded'")
    await call.say(WORDS)
    await call.hang_up()
    [form] = desk.at("/left")
    assert (form["Digits"], form["CallStatus"]) == ("hangup", "completed")
    assert desk.told("/recorded", "RecordingStatus") == ["completed"]


async def test_that_a_recording_is_there_is_told_after_the_call_has_gone_on(desk: Desk) -> None:
    desk.says["/left"] = "<Say>thank you</Say>"
    call = await _recording(desk, "action='/left' recordingStatusCallback='/recorded'")
    await call.say(WORDS)
    await call.press("#")
    assert [asked.path for asked in desk.asked] == ["/voice", "/left", "/status", "/recorded"]
    [form] = desk.at("/recorded")
    assert form["RecordingSource"] == "RecordVerb"
    assert (form["CallSid"], form["RecordingChannels"], form["RecordingDuration"]) == (call.sid, "1", "4")
    assert "From" not in form


async def test_what_was_said_is_written_down_where_that_is_wanted(desk: Desk) -> None:
    call = await _recording(desk, "action='/left' transcribe='true' transcribeCallback='/written'")
    await call.say(WORDS)
    await call.press("#")
    [form] = desk.at("/written")
    assert (form["TranscriptionText"], form["TranscriptionStatus"]) == (WORDS, "completed")
    assert form["RecordingSid"] == desk.at("/left")[0]["RecordingSid"]
