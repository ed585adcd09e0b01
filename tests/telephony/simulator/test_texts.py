"""Texts in both directions."""

from __future__ import annotations

import pytest

from telephony.simulator import Text
from tests.telephony.simulator.desk import GRETA, LINE, MIRA, Desk


async def _send(desk: Desk, body: str = "Wir kommen um 14 Uhr", **more: str) -> tuple[int, dict[str, object]]:
    sent = await desk.try_rest("POST", "Messages", To=GRETA, From=LINE, Body=body, **more)
    await desk.network.settle()
    return sent


async def test_a_text_arrives_and_what_became_of_it_is_told(desk: Desk) -> None:
    status, made = await _send(desk, StatusCallback=f"{desk.url}/text")
    assert (status, made["status"], made["direction"]) == (201, "queued", "outbound-api")
    [text] = desk.network.handset(GRETA).texts
    assert (text.from_, text.body, text.sid) == (LINE, "Wir kommen um 14 Uhr", made["sid"])
    assert desk.told("/text", "MessageStatus") == ["queued", "sent", "delivered"]
    assert {(form["SmsSid"], form["SmsStatus"] == form["MessageStatus"]) for form in desk.at("/text")} == {
        (made["sid"], True)
    }
    assert (await desk.rest("GET", f"Messages/{made['sid']}"))["status"] == "delivered"


async def test_a_text_that_does_not_arrive_comes_with_a_reason(desk: Desk) -> None:
    desk.network.handset(GRETA).refuses_texts = 30003
    _status, made = await _send(desk, StatusCallback=f"{desk.url}/text")
    assert desk.told("/text", "MessageStatus") == ["queued", "sent", "undelivered"]
    assert desk.told("/text", "ErrorCode") == ["", "", "30003"]
    assert (await desk.rest("GET", f"Messages/{made['sid']}"))["error_code"] == 30003
    assert desk.network.handset(GRETA).texts == []


async def test_a_caller_sees_the_texts_on_their_phone(desk: Desk) -> None:
    call = await desk.network.dial(GRETA, LINE)
    await _send(desk, MediaUrl="https://x/picture.jpg")
    assert [text.media for text in call.texts] == [("https://x/picture.jpg",)]


async def test_a_text_to_the_account_is_told_and_answered(desk: Desk) -> None:
    desk.says["/sms"] = "<Message statusCallback='/reply'>Danke!</Message><Message><Body>Ticket 1</Body></Message>"
    message = await desk.network.text(GRETA, LINE, "Mein Ofen ist kalt")
    [form] = desk.at("/sms")
    assert (form["From"], form["To"], form["Body"], form["NumMedia"]) == (GRETA, LINE, "Mein Ofen ist kalt", "0")
    assert {form["MessageSid"], form["SmsSid"], form["SmsMessageSid"]} == {message.sid}
    assert form["SmsStatus"] == "received"
    assert [text.body for text in desk.network.handset(GRETA).texts] == ["Danke!", "Ticket 1"]
    assert desk.told("/reply", "MessageStatus") == ["queued", "sent", "delivered"]


async def test_a_picture_comes_as_an_address(desk: Desk) -> None:
    await desk.network.text(GRETA, LINE, "so sieht es aus", media=("https://x/1.jpg",))
    [form] = desk.at("/sms")
    assert (form["NumMedia"], form["MediaUrl0"], form["MediaContentType0"]) == ("1", "https://x/1.jpg", "image/jpeg")
    assert form["MessageSid"].startswith("MM")


async def test_an_answer_can_come_from_somewhere_else(desk: Desk) -> None:
    desk.says["/sms"] = "<Redirect>/sms-2</Redirect>"
    desk.says["/sms-2"] = f"<Message to='{MIRA}'>Frau Sommer hat geschrieben</Message>"
    await desk.network.text(GRETA, LINE, "hallo")
    assert [text.body for text in desk.network.handset(MIRA).texts] == ["Frau Sommer hat geschrieben"]


async def test_when_nobody_answers_the_fallback_is_asked(desk: Desk) -> None:
    desk.fails["/sms"] = 500
    desk.says["/sms-fallback"] = "<Message>Bitte später</Message>"
    await desk.network.text(GRETA, LINE, "hallo")
    assert desk.told("/sms-fallback", "ErrorCode") == ["11200"]
    assert [text.body for text in desk.network.handset(GRETA).texts] == ["Bitte später"]
    desk.network.errors.clear()


async def test_who_has_sent_stop_gets_nothing_more_until_start(desk: Desk) -> None:
    await desk.network.text(GRETA, LINE, " Stop ")
    assert desk.told("/sms", "Body") == [" Stop "]
    status, body = await _send(desk)
    assert (status, body["code"]) == (400, 21610)
    desk.says["/sms"] = "<Message>you will not see this</Message>"
    await desk.network.text(GRETA, LINE, "hallo")
    desk.says["/sms"] = ""
    await desk.network.text(GRETA, LINE, "START")
    assert (await _send(desk))[0] == 201
    texts: list[Text] = desk.network.handset(GRETA).texts
    assert [text.by_carrier for text in texts] == [True, True, False]


async def test_the_german_word_for_it_is_nothing_to_the_network(desk: Desk) -> None:
    await desk.network.text(GRETA, LINE, "STOPP")
    assert (await _send(desk))[0] == 201


@pytest.mark.parametrize(
    ("form", "code", "is_mistake"),
    [
        ({"To": "0301234", "From": LINE, "Body": "x"}, 21211, False),
        ({"To": GRETA, "From": MIRA, "Body": "x"}, 21606, False),
        ({"To": GRETA, "From": LINE, "Body": "x" * 1601}, 21617, False),
        ({"To": GRETA, "From": LINE}, 21602, True),
        ({"From": LINE, "Body": "x"}, 21604, True),
        ({"To": GRETA, "Body": "x"}, 21603, True),
        ({"To": GRETA, "From": LINE, "Body": "x", "Text": "x"}, 20001, True),
    ],
)
async def test_what_cannot_be_sent_is_refused(desk: Desk, form: dict[str, str], code: int, is_mistake: bool) -> None:
    status, body = await desk.try_rest("POST", "Messages", **form)
    assert (status, body["code"]) == (400, code)
    assert bool(desk.network.errors) == is_mistake
    desk.network.errors.clear()


async def test_texts_are_listed_and_deleted(desk: Desk) -> None:
    _status, made = await _send(desk)
    await desk.network.text(GRETA, LINE, "hallo")
    assert len((await desk.rest("GET", "Messages"))["messages"]) == 2
    [row] = (await desk.rest("GET", "Messages", To=GRETA))["messages"]
    assert row["sid"] == made["sid"]
    await desk.rest("DELETE", f"Messages/{made['sid']}")
    assert (await desk.try_rest("GET", f"Messages/{made['sid']}"))[0] == 404
    assert len((await desk.rest("GET", "Messages"))["messages"]) == 1


async def test_a_verb_of_calls_answers_no_text(desk: Desk) -> None:
    desk.says["/sms"] = "<Say>hello</Say>"
    await desk.network.text(GRETA, LINE, "hallo")
    assert "<Say>" in desk.network.errors.pop()
