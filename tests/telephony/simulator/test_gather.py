"""Keys and words that answer a prompt."""

from __future__ import annotations

import pytest

from telephony.simulator import Call
from tests.telephony.simulator.desk import GRETA, LINE, Desk

AFTER = "<Say>nobody answered</Say>"


async def _asked(desk: Desk, attributes: str, inside: str = "<Say>Press a key</Say>") -> Call:
    desk.says["/voice"] = f"<Gather action='/answer' {attributes}>{inside}</Gather>{AFTER}"
    return await desk.network.dial(GRETA, LINE)


async def test_one_key_is_enough_where_one_is_wanted(desk: Desk) -> None:
    call = await _asked(desk, 'numDigits="1"')
    assert call.doing == "gathering"
    await call.press("3")
    [form] = desk.at("/answer")
    assert (form["Digits"], form["msg"], form["CallStatus"]) == ("3", "Gather End", "in-progress")


async def test_keys_are_collected_until_the_last(desk: Desk) -> None:
    call = await _asked(desk, 'numDigits="4"')
    await call.press("123")
    assert desk.at("/answer") == []
    await call.press("4")
    assert desk.told("/answer", "Digits") == ["1234"]


@pytest.mark.parametrize(("attributes", "key"), [("", "#"), ('finishOnKey="*"', "*")])
async def test_a_key_says_that_it_was_the_last(desk: Desk, attributes: str, key: str) -> None:
    call = await _asked(desk, attributes)
    await call.press("42" + key)
    [form] = desk.at("/answer")
    assert (form["Digits"], form["FinishedOnKey"]) == ("42", key)


async def test_without_a_last_key_every_key_counts(desk: Desk) -> None:
    call = await _asked(desk, 'finishOnKey="" numDigits="2"')
    await call.press("#1")
    assert desk.told("/answer", "Digits") == ["#1"]


async def test_silence_after_some_keys_ends_them(desk: Desk) -> None:
    call = await _asked(desk, 'timeout="4"')
    await call.press("4")
    await desk.network.advance(3)
    await call.press("2")
    await desk.network.advance(3)
    assert desk.at("/answer") == []
    await desk.network.advance(1)
    assert desk.told("/answer", "Digits") == ["42"]


async def test_silence_goes_on_in_the_document(desk: Desk) -> None:
    call = await _asked(desk, 'timeout="7"')
    await desk.network.advance(6.9)
    assert call.heard == "Press a key"
    await desk.network.advance(0.1)
    assert call.heard == "Press a key nobody answered"
    assert desk.at("/answer") == []


async def test_silence_is_told_where_that_is_wanted(desk: Desk) -> None:
    call = await _asked(desk, 'actionOnEmptyResult="true"')
    await call.wait()
    assert desk.told("/answer", "Digits") == [""]


async def test_a_pause_in_the_prompt_gives_more_time(desk: Desk) -> None:
    call = await _asked(desk, 'timeout="2"', '<Say>Listen</Say><Pause length="10"/>')
    await desk.network.advance(11.9)
    assert call.doing == "gathering"


async def test_words_are_understood_with_what_they_begin_with(desk: Desk) -> None:
    call = await _asked(desk, 'input="dtmf speech" language="de-DE" partialResultCallback="/partial"')
    await call.say("der Ofen ist kalt")
    assert desk.told("/partial", "UnstableSpeechResult") == ["der Ofen", "der Ofen ist kalt"]
    assert desk.told("/partial", "SequenceNumber") == ["0", "1"]
    [form] = desk.at("/answer")
    assert (form["SpeechResult"], form["Confidence"], form["Language"]) == ("der Ofen ist kalt", "0.92", "de-DE")
    assert "Digits" not in form


async def test_somebody_who_has_begun_to_speak_is_heard_in_part(desk: Desk) -> None:
    call = await _asked(desk, 'input="speech" timeout="5" maxSpeechTime="30" partialResultCallback="/partial"')
    await call.begin_saying("der Keller steht")
    assert desk.told("/partial", "UnstableSpeechResult") == ["der", "der Keller steht"]
    await desk.network.advance(29)
    assert desk.at("/answer") == []
    await desk.network.advance(1)
    assert desk.told("/answer", "SpeechResult") == ["der Keller steht"]


async def test_words_reach_nobody_where_keys_are_wanted_and_keys_count_more(desk: Desk) -> None:
    call = await _asked(desk, 'input="dtmf"')
    await call.say("hello")
    assert desk.at("/answer") == []
    call = await _asked(desk, 'input="dtmf speech" numDigits="2"')
    await call.press("1")
    await call.say("hello")
    await call.press("2")
    assert desk.told("/answer", "Digits") == ["12"]


async def test_without_barge_in_nothing_is_heard_before_the_prompt_has_ended(desk: Desk) -> None:
    call = await _asked(desk, 'bargeIn="false" numDigits="1" timeout="5"', '<Pause length="10"/>')
    await call.press("1")
    assert desk.at("/answer") == []
    await desk.network.advance(10)
    await call.press("2")
    assert desk.told("/answer", "Digits") == ["2"]


async def test_without_an_action_the_document_itself_is_asked(desk: Desk) -> None:
    desk.says["/voice"] = lambda form: "" if "Digits" in form else '<Gather numDigits="1"/>'
    call = await desk.network.dial(GRETA, LINE)
    await call.press("5")
    assert desk.told("/voice", "Digits") == ["", "5"]


async def test_who_hangs_up_in_the_middle_answers_nothing(desk: Desk) -> None:
    call = await _asked(desk, 'numDigits="2"')
    await call.press("1")
    await call.hang_up()
    assert desk.at("/answer") == []
    assert desk.told("/status", "CallStatus") == ["completed"]
