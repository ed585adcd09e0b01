from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import VoiceResponse

from crm_core.callcenter.rooms import Room
from telephony.voice import Spoken, listen, meet, meet_recorded, overhear, press, record, speak, spell, to_bytes
from tests.contracts import twiml


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("T-42", "T 4 2"),
        ("Ihre Nummer ist T-1007.", "Ihre Nummer ist T 1 0 0 7."),
        ("CALL-3 and D-12", "C A L L 3 and D 1 2"),
        ("Heizung 42 kalt", "Heizung 42 kalt"),
        ("E-Mail", "E-Mail"),
    ],
)
def test_references_are_read_digit_by_digit(written: str, spoken: str) -> None:
    assert spell(written) == spoken


@pytest.mark.parametrize(("language", "voice"), [("de", "Polly.Vicki-Neural"), ("en", "Polly.Joanna-Neural")])
def test_each_language_has_its_voice(language: str, voice: str) -> None:
    response = VoiceResponse()
    speak(response, Spoken("Hallo", language))
    [say] = ElementTree.fromstring(to_bytes(response))
    assert (say.get("voice"), say.get("language", "")[:2]) == (voice, language)


@given(st.text(st.characters(), max_size=200))
def test_no_text_breaks_the_document(text: str) -> None:
    response = VoiceResponse()
    speak(response, Spoken(f"Sie haben gesagt: {text}", "de"))
    document = to_bytes(response).decode()
    assert twiml.check(document) == []
    assert [child.tag for child in ElementTree.fromstring(document).iter()] == ["Response", "Say"]


def test_a_very_long_text_is_cut_to_what_twilio_takes() -> None:
    response = VoiceResponse()
    speak(response, Spoken("T-42 " * 4000, "de"))
    assert twiml.check(to_bytes(response).decode()) == []


def test_every_verb_is_as_published() -> None:
    response = VoiceResponse()
    spoken = Spoken("Hallo", "de")
    listen(response, [spoken], "/twilio/ivr?step=2", "de", hints="eins,zwei", partial="/twilio/partial?call=1&step=2")
    press(response, [spoken], "/twilio/wait-key?call=1&step=2&round=0")
    record(response, "/twilio/voicemail?call=1&step=3", "/twilio/recording?call=1")
    meet(response, Room(1), as_agent=False)
    meet_recorded(response, Room(1), "/twilio/withdrawn?call=1&step=2")
    overhear(response, Room(1), muted=True, coached=None)
    overhear(response, Room(1), muted=False, coached="CA" + "a" * 32)
    assert twiml.check(to_bytes(response).decode()) == []


def test_a_supervisor_neither_begins_nor_ends_a_conference_and_listens_in_silence() -> None:
    response = VoiceResponse()
    overhear(response, Room(7), muted=True, coached=None)
    conference = ElementTree.fromstring(to_bytes(response)).find("Dial/Conference")
    assert conference is not None
    wanted = ("startConferenceOnEnter", "endConferenceOnExit", "muted", "coach", "beep")
    assert [conference.get(name) for name in wanted] == ["false", "false", "true", None, "false"]


def test_the_caller_ends_the_conference_and_the_agent_begins_it() -> None:
    roles = []
    for as_agent in (True, False):
        response = VoiceResponse()
        meet(response, Room(7), as_agent=as_agent)
        conference = ElementTree.fromstring(to_bytes(response)).find("Dial/Conference")
        assert conference is not None
        assert conference.text == "call-7"
        roles.append((conference.get("startConferenceOnEnter"), conference.get("endConferenceOnExit")))
    assert roles == [("true", "false"), ("false", "true")]
