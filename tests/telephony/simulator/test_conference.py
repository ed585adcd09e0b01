"""Rooms where calls meet: who hears whom, what is told, and how they end."""

from __future__ import annotations

import pytest

from telephony.simulator import Call
from tests.telephony.simulator.desk import GRETA, JONAS, LENA, LINE, MIRA, SIP, Desk

EVENTS = "statusCallback='/room' statusCallbackEvent='start end join leave mute hold modify announcement'"
CALLER = f"startConferenceOnEnter='false' endConferenceOnExit='true' beep='false' {EVENTS}"


def _room(attributes: str = "", name: str = "call-1") -> str:
    return f"<Dial action='/done'><Conference {attributes}>{name}</Conference></Dial>"


async def _caller(desk: Desk, attributes: str = CALLER) -> Call:
    desk.says["/voice"] = _room(attributes)
    return await desk.network.dial(GRETA, LINE)


async def _agent(desk: Desk, number: str = MIRA, attributes: str = "beep='false'") -> Call:
    path = f"/agent-{number[-3:]}"
    desk.says[path] = _room(attributes)
    await desk.call(number, Url=f"{desk.url}{path}")
    agent = desk.network.phone(number)
    await agent.answer()
    return agent


def _sid(desk: Desk) -> str:
    return desk.at("/room")[0]["ConferenceSid"]


async def _change(desk: Desk, call: Call, **changes: str) -> None:
    await desk.rest("POST", f"Conferences/{_sid(desk)}/Participants/{call.sid}", **changes)
    await desk.network.settle()


async def test_it_starts_when_somebody_comes_who_starts_it(desk: Desk) -> None:
    greta = await _caller(desk)
    assert (greta.hears, greta.doing) == ([], "in conference call-1")
    mira = await _agent(desk)
    assert (greta.hears, mira.hears) == ([MIRA], [GRETA])
    assert desk.told("/room", "StatusCallbackEvent") == ["participant-join", "participant-join", "conference-start"]
    assert desk.told("/room", "SequenceNumber") == ["1", "2", "3"]
    joined = desk.at("/room")[0]
    assert (joined["CallSid"], joined["FriendlyName"]) == (greta.sid, "call-1")
    assert (joined["StartConferenceOnEnter"], joined["EndConferenceOnExit"]) == ("false", "true")


async def test_two_who_do_not_start_it_wait(desk: Desk) -> None:
    greta = await _caller(desk)
    mira = await _agent(desk, attributes="startConferenceOnEnter='false'")
    assert (greta.hears, mira.hears) == ([], [])


async def test_who_waits_hears_music_until_it_starts(desk: Desk) -> None:
    desk.says["/music"] = "<Say>Please hold</Say><Play>/music.mp3</Play><Redirect>/music</Redirect>"
    greta = await _caller(desk, f"{CALLER} waitUrl='/music'")
    await desk.network.advance(31)
    assert greta.heard == "Please hold Please hold"
    await _agent(desk)
    asked = len(desk.at("/music"))
    await desk.network.advance(60)
    assert len(desk.at("/music")) == asked == 2


async def test_music_that_has_run_out_is_silence(desk: Desk) -> None:
    desk.says["/music"] = "<Say>Please hold</Say>"
    await _caller(desk, f"{CALLER} waitUrl='/music'")
    await desk.network.advance(60)
    assert len(desk.at("/music")) == 1


async def test_what_each_says_the_others_hear(desk: Desk) -> None:
    greta, mira, jonas = await _caller(desk), await _agent(desk), await _agent(desk, JONAS)
    await greta.say("Mein Ofen ist kalt")
    assert [(call.prompts[-1].text, call.prompts[-1].speaker) for call in (mira, jonas)] == [
        ("Mein Ofen ist kalt", GRETA)
    ] * 2
    assert greta.heard == ""


async def test_who_is_muted_hears_and_is_not_heard(desk: Desk) -> None:
    greta, mira = await _caller(desk), await _agent(desk)
    await _change(desk, mira, Muted="true")
    assert (greta.hears, mira.hears) == ([], [GRETA])
    await _change(desk, mira, Muted="true")
    await _change(desk, mira, Muted="false")
    assert greta.hears == [MIRA]
    assert desk.told("/room", "StatusCallbackEvent")[3:] == ["participant-mute", "participant-unmute"]


async def test_who_is_on_hold_hears_music_and_nobody(desk: Desk) -> None:
    desk.says["/hold"] = "<Say>One moment</Say>"
    greta, mira = await _caller(desk), await _agent(desk)
    await _change(desk, greta, Hold="true", HoldUrl=f"{desk.url}/hold", HoldMethod="POST")
    assert (greta.hears, mira.hears, greta.heard) == ([], [], "One moment")
    assert greta.doing == "on hold in call-1"
    await mira.say("We are alone")
    await desk.network.advance(10)
    await _change(desk, greta, Hold="false")
    assert (greta.hears, "alone" in greta.heard) == ([MIRA], False)
    told = [form for form in desk.at("/room") if "hold" in form["StatusCallbackEvent"]]
    assert [(form["StatusCallbackEvent"], form["Hold"]) for form in told] == [
        ("participant-hold", "true"),
        ("participant-unhold", "false"),
    ]
    await _change(desk, greta, Hold="true", HoldUrl=f"{desk.url}/hold", HoldMethod="POST")
    assert greta.heard == "One moment One moment"


async def test_who_coaches_is_heard_by_one_alone(desk: Desk) -> None:
    greta, mira = await _caller(desk), await _agent(desk)
    lena = await _agent(desk, LENA, f"coach='{mira.sid}' beep='false'")
    assert (greta.hears, sorted(mira.hears), sorted(lena.hears)) == ([MIRA], [GRETA, LENA], [GRETA, MIRA])
    await lena.say("Offer a discount")
    assert ("discount" in mira.heard, "discount" in greta.heard) == (True, False)
    await _change(desk, lena, Coaching="false")
    assert sorted(greta.hears) == [MIRA, LENA]
    assert desk.told("/room", "StatusCallbackEvent")[-1] == "participant-modify"


async def test_nobody_coaches_who_is_not_there(desk: Desk) -> None:
    await _caller(desk)
    await _agent(desk, LENA, f"coach='CA{'0' * 32}'")
    assert desk.told("/done", "DialCallStatus") == ["failed"]
    assert desk.network.errors.pop().startswith("13240")


async def test_an_agent_who_leaves_does_not_end_it(desk: Desk) -> None:
    greta, mira = await _caller(desk), await _agent(desk)
    await mira.hang_up()
    assert not greta.is_over
    left = desk.at("/room")[-1]
    assert (left["StatusCallbackEvent"], left["ReasonParticipantLeft"]) == ("participant-leave", "participant_hung_up")
    assert left["ParticipantCallStatus"] == "completed"


async def test_it_ends_with_the_caller_and_the_agent_goes_on(desk: Desk) -> None:
    desk.says["/done"] = "<Say>they are gone</Say>"
    greta, mira = await _caller(desk), await _agent(desk)
    await greta.hang_up()
    assert mira.heard == "they are gone"
    assert desk.told("/done", "DialCallStatus") == ["answered", "answered"]
    assert desk.told("/done", "CallStatus") == ["completed", "in-progress"]
    assert desk.told("/room", "StatusCallbackEvent")[3:] == [
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    end = desk.at("/room")[-1]
    assert end["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert end["CallSidEndingConference"] == greta.sid
    assert [form["ReasonParticipantLeft"] for form in desk.at("/room")[3:5]] == [
        "participant_hung_up",
        "moderator_ended_conference",
    ]


async def test_it_ends_with_the_last_who_leaves(desk: Desk) -> None:
    greta = await _caller(desk, EVENTS)
    await greta.hang_up()
    assert desk.told("/room", "StatusCallbackEvent") == ["participant-join", "participant-leave", "conference-end"]
    assert desk.at("/room")[-1]["ReasonConferenceEnded"] == "last-participant-left"


async def test_a_name_is_free_again_when_its_conference_is_over(desk: Desk) -> None:
    await (await _caller(desk)).hang_up()
    await _caller(desk)
    joined = [form for form in desk.at("/room") if form["StatusCallbackEvent"] == "participant-join"]
    assert len({form["ConferenceSid"] for form in joined}) == 2


async def test_only_the_first_says_who_is_told(desk: Desk) -> None:
    await _caller(desk)
    await _agent(desk, attributes="statusCallback='/other' statusCallbackEvent='join leave'")
    assert desk.at("/other") == []
    assert len(desk.at("/room")) == 3


async def test_events_that_were_not_asked_for_are_not_told(desk: Desk) -> None:
    await _caller(desk, "statusCallback='/room' statusCallbackEvent='leave'")
    await _agent(desk)
    assert desk.at("/room") == []


async def test_who_is_removed_goes_on_in_their_document(desk: Desk) -> None:
    desk.says["/done"] = "<Say>removed</Say>"
    greta, mira = await _caller(desk), await _agent(desk)
    await desk.rest("DELETE", f"Conferences/{_sid(desk)}/Participants/{mira.sid}")
    await desk.network.settle()
    assert (mira.heard, greta.is_over) == ("removed", False)
    assert desk.at("/room")[-1]["ReasonParticipantLeft"] == "participant_updated_via_api"


async def test_it_can_be_ended_by_request(desk: Desk) -> None:
    greta, mira = await _caller(desk), await _agent(desk)
    await desk.rest("POST", f"Conferences/{_sid(desk)}", Status="completed")
    await desk.network.settle()
    assert greta.is_over and mira.is_over
    assert desk.at("/room")[-1]["ReasonConferenceEnded"] == "conference-ended-via-api"
    assert (await desk.try_rest("POST", f"Conferences/{_sid(desk)}", Status="completed"))[0] == 404


async def test_one_or_all_hear_an_announcement(desk: Desk) -> None:
    desk.says["/announce"] = "<Say>This call is recorded</Say>"
    desk.says["/for-you"] = "<Say>Your time is up</Say>"
    greta, mira = await _caller(desk), await _agent(desk)
    await desk.rest("POST", f"Conferences/{_sid(desk)}", AnnounceUrl=f"{desk.url}/announce")
    await _change(desk, mira, AnnounceUrl=f"{desk.url}/for-you")
    assert (greta.heard, mira.heard) == ("This call is recorded", "This call is recorded Your time is up")
    told = [form for form in desk.at("/room") if form["StatusCallbackEvent"] == "announcement-end"]
    assert [form.get("CallSid") for form in told] == [None, mira.sid]


async def test_lists_are_a_second_late(desk: Desk) -> None:
    greta, mira = await _caller(desk), await _agent(desk)
    assert (await desk.rest("GET", "Conferences", FriendlyName="call-1"))["conferences"] == []
    participants = f"Conferences/{_sid(desk)}/Participants"
    assert (await desk.rest("GET", participants))["participants"] == []
    assert (await desk.rest("GET", f"Conferences/{_sid(desk)}"))["status"] == "in-progress"
    await desk.network.advance(1)
    [room] = (await desk.rest("GET", "Conferences", FriendlyName="call-1", Status="in-progress"))["conferences"]
    assert room["sid"] == _sid(desk)
    rows = (await desk.rest("GET", participants))["participants"]
    assert [row["call_sid"] for row in rows] == [mira.sid, greta.sid]
    await greta.hang_up()
    assert len((await desk.rest("GET", participants))["participants"]) == 2
    assert (await desk.rest("GET", "Conferences", Status="completed"))["conferences"] == []
    await desk.network.advance(1)
    assert (await desk.rest("GET", participants))["participants"] == []


async def test_somebody_is_called_into_it(desk: Desk) -> None:
    greta = await _caller(desk)
    added = await desk.rest(
        "POST",
        f"Conferences/{_sid(desk)}/Participants",
        From=LINE,
        To=SIP,
        Label="mira",
        EndConferenceOnExit="true",
        StatusCallback=f"{desk.url}/leg",
        StatusCallbackEvent=["initiated", "ringing", "answered", "completed"],
    )
    assert (added["status"], added["label"]) == ("queued", "mira")
    await desk.network.settle()
    mira = desk.network.phone(SIP)
    await mira.answer()
    assert greta.hears == [SIP]
    assert [form["ConferenceSid"] for form in desk.at("/leg")] == [_sid(desk)] * 3
    await desk.rest("POST", f"Conferences/{_sid(desk)}/Participants/mira", Muted="true")
    assert greta.hears == []
    await mira.hang_up()
    assert greta.is_over
    assert desk.told("/leg", "CallStatus") == ["initiated", "ringing", "in-progress", "completed"]
    assert desk.at("/room")[-1]["ParticipantLabelEndingConference"] == "mira"


async def test_a_phone_that_rings_for_a_conference_stops_when_that_is_over(desk: Desk) -> None:
    greta = await _caller(desk)
    leg = {"StatusCallback": f"{desk.url}/leg"}
    await desk.rest("POST", f"Conferences/{_sid(desk)}/Participants", From=LINE, To=JONAS, **leg)
    await desk.network.settle()
    await greta.hang_up()
    assert desk.told("/leg", "CallStatus") == ["canceled"]
    assert desk.told("/room", "StatusCallbackEvent")[-1] == "conference-end"


async def test_a_conference_is_opened_by_calling_somebody_into_it(desk: Desk) -> None:
    told = {"ConferenceStatusCallback": f"{desk.url}/room", "ConferenceStatusCallbackEvent": "join"}
    await desk.rest("POST", "Conferences/call-9/Participants", From=LINE, To=MIRA, **told)
    await desk.network.settle()
    await desk.network.phone(MIRA).answer()
    assert desk.told("/room", "FriendlyName") == ["call-9"]
    unknown = f"Conferences/CF{'0' * 32}/Participants"
    assert (await desk.try_rest("POST", unknown, From=LINE, To=MIRA))[0] == 404


async def test_somebody_who_is_called_and_does_not_answer_never_joins(desk: Desk) -> None:
    greta = await _caller(desk)
    await desk.rest("POST", f"Conferences/{_sid(desk)}/Participants", From=LINE, To=JONAS, Timeout="20")
    await desk.network.advance(20)
    left = desk.at("/room")[-1]
    assert (left["ReasonParticipantLeft"], left["ParticipantCallStatus"]) == ("participant_add_failed", "no-answer")
    assert not greta.is_over


@pytest.mark.parametrize("beep", ["true", "onEnter", "onExit", "false"])
async def test_a_beep_tells_who_comes_and_goes(desk: Desk, beep: str) -> None:
    greta = await _caller(desk, "beep='false'")
    mira = await _agent(desk, attributes=f"beep='{beep}'")
    entered = greta.sounds.count("beep")
    await mira.hang_up()
    left = greta.sounds.count("beep") - entered
    assert (entered, left) == {"true": (1, 1), "onEnter": (1, 0), "onExit": (0, 1), "false": (0, 0)}[beep]


async def test_it_is_recorded_from_its_start(desk: Desk) -> None:
    greta = await _caller(desk, f"{CALLER} record='record-from-start' recordingStatusCallback='/recorded'")
    await desk.network.advance(30)
    mira = await _agent(desk)
    await greta.say("Mein Ofen")
    await mira.say("Ich komme")
    await desk.network.advance(45)
    await greta.hang_up()
    [form] = desk.at("/recorded")
    assert (form["RecordingSource"], form["RecordingDuration"]) == ("Conference", "45")
    assert form["ConferenceSid"] == _sid(desk)
    assert desk.network.recordings[form["RecordingSid"]].words == ["Mein Ofen", "Ich komme"]


async def test_who_is_sent_elsewhere_leaves_it(desk: Desk) -> None:
    greta, mira = await _caller(desk), await _agent(desk)
    desk.says["/elsewhere"] = "<Say>transferred</Say>"
    await desk.rest("POST", f"Calls/{mira.sid}", Url=f"{desk.url}/elsewhere")
    await desk.network.settle()
    assert (mira.heard, greta.is_over, greta.hears) == ("transferred", False, [])
    assert desk.at("/room")[-1]["ReasonParticipantLeft"] == "participant_updated_via_api"
