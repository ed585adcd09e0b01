"""The checker of TwiML accepts what Twilio runs and names what it refuses."""

import pytest
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from tests.contracts.twiml import Place, check


def voice_menu() -> str:
    response = VoiceResponse()
    gather = response.gather(
        input="dtmf speech",
        action="/twilio/ivr/menu?call=1",
        method="POST",
        num_digits=1,
        timeout=5,
        speech_timeout="auto",
        language="de-DE",
        hints="Ticket, Mitarbeiter",
        action_on_empty_result=True,
        finish_on_key="",
    )
    gather.say("Grüß Gott & willkommen", voice="Polly.Vicki-Neural", language="de-DE")
    gather.pause(length=1)
    response.redirect("/twilio/ivr/menu?again=1", method="POST")
    return str(response)


def bridge() -> str:
    response = VoiceResponse()
    dial = response.dial(action="/twilio/done", caller_id="+4930900002", timeout=20)
    dial.conference(
        "call-1",
        start_conference_on_enter=False,
        end_conference_on_exit=True,
        wait_url="https://crm.example/twilio/wait",
        status_callback_event="start end join leave",
        status_callback="https://crm.example/twilio/conference",
        beep="false",
    )
    return str(response)


def queue() -> str:
    response = VoiceResponse()
    response.enqueue("support", wait_url="/twilio/wait", action="/twilio/queue")
    response.record(action="/twilio/voicemail", max_length=120, play_beep=True, finish_on_key="#", transcribe=False)
    response.hangup()
    return str(response)


def sms() -> str:
    response = MessagingResponse()
    response.message("T-42 is open", to="+4930900001")
    return str(response)


def inner(xml: str) -> str:
    return f"<Response>{xml}</Response>"


@pytest.mark.parametrize(
    "xml",
    [
        voice_menu(),
        bridge(),
        queue(),
        sms(),
        "<Response/>",
        inner('<Dial><Number url="/whisper" statusCallbackEvent="ringing answered">+4930900001</Number></Dial>'),
        inner("<Dial>+4930900001</Dial>"),
        inner('<Say>Number <say-as interpret-as="digits">42</say-as><break time="1s"/></Say>'),
        inner('<Connect action="/a"><ConversationRelay url="wss://crm.example/relay" language="de-DE"/></Connect>'),
        inner('<Start><Stream url="wss://crm.example/s"><Parameter name="a" value="b"/></Stream></Start>'),
        inner('<Reject reason="busy"/>'),
    ],
)
def test_right_documents_pass(xml: str) -> None:
    assert check(xml) == []


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        ("<Response><Say>", "not XML"),
        ("", "not XML"),
        ("<response/>", "the root is <response>"),
        ("<Response>hello</Response>", "text outside"),
        (inner("<Speak>x</Speak>"), "<Speak> may not stand"),
        (inner("<say>x</say>"), "<say> may not stand"),
        (inner('<Say speed="2">x</Say>'), "unknown attribute speed"),
        (inner('<Say voice="Polly.Nobody">x</Say>'), "voice: 'Polly.Nobody'"),
        (inner('<Say language="deutsch">x</Say>'), "language"),
        (inner("<Say/>"), "says nothing"),
        (inner(f"<Say>{'x' * 4097}</Say>"), "4096"),
        (inner("<Say>x<b>y</b></Say>"), "<b> may not stand in <Say>"),
        (inner("<Gather><Redirect>/x</Redirect></Gather>"), "<Redirect> may not stand in <Gather>"),
        (inner("<Gather><Gather/></Gather>"), "<Gather> may not stand in <Gather>"),
        (inner("<Gather>words</Gather>"), "may not hold text"),
        (inner('<Gather input="dtmf,speech"/>'), "blanks between"),
        (inner('<Gather input="voice"/>'), "not allowed"),
        (inner('<Gather numDigits="one"/>'), "no number"),
        (inner('<Gather actionOnEmptyResult="yes"/>'), "not true or false"),
        (inner('<Gather num_digits="1"/>'), "unknown attribute num_digits"),
        (inner('<Gather method="PUT"/>'), "GET or POST"),
        (inner('<Gather action="a b"/>'), "no address"),
        (inner('<Gather finishOnKey="12"/>'), "one key"),
        (inner("<Dial/>"), "calls nobody"),
        (inner("<Dial>+49301<Number>+49302</Number></Dial>"), "as text and a noun"),
        (inner("<Dial><Say>x</Say></Dial>"), "<Say> may not stand in <Dial>"),
        (inner("<Dial><Conference>a</Conference><Number>+49301</Number></Dial>"), "stands alone"),
        (inner("<Dial><Number/></Dial>"), "<Number> is empty"),
        (inner(f"<Dial>{'<Number>+49301</Number>' * 11}</Dial>"), "at most ten"),
        (inner("<Dial><Conference muted='maybe'>a</Conference></Dial>"), "muted"),
        (inner("<Dial><Conference statusCallbackEvent='joined'>a</Conference></Dial>"), "not allowed"),
        (inner("<Number>+49301</Number>"), "<Number> may not stand in <Response>"),
        (inner("<Enqueue/>"), "either a queue name"),
        (inner(f"<Enqueue>{'q' * 65}</Enqueue>"), "64"),
        (inner("<Enqueue>support<Say>x</Say></Enqueue>"), "<Say> may not stand in <Enqueue>"),
        (inner("<Redirect/>"), "<Redirect> is empty"),
        (inner("<Play/>"), "address or digits"),
        (inner("<Hangup>now</Hangup>"), "may not hold text"),
        (inner("<Hangup reason='x'/>"), "unknown attribute reason"),
        (inner("<Connect/>"), "exactly one connection"),
        (inner('<Connect><ConversationRelay url="https://a.b"/></Connect>'), "wss://"),
        (inner("<Message>x</Message><Say>y</Say>"), "<Say> may not stand"),
        (inner("<Say>y</Say>" * 6000), "larger than"),
    ],
)
def test_wrong_documents_are_named(xml: str, says: str) -> None:
    assert says in "\n".join(check(xml))


@pytest.mark.parametrize(
    ("place", "allowed", "refused"),
    [
        ("queue-wait", "<Gather/><Leave/>", "<Dial>+49301</Dial>"),
        ("conference-wait", "<Play>/m.mp3</Play>", "<Gather/>"),
        ("whisper", "<Gather/><Hangup/>", "<Dial>+49301</Dial>"),
    ],
)
def test_what_runs_beside_the_call_may_hold_fewer_verbs(place: Place, allowed: str, refused: str) -> None:
    assert check(inner(allowed), place) == []
    assert check(inner(refused), place) != []
    assert check(inner(refused)) == []
