"""What a caller hears, and where a document leads."""

from __future__ import annotations

import pytest

from telephony.simulator import Heard
from tests.telephony.simulator.desk import GRETA, LINE, Desk


async def _heard(desk: Desk) -> str:
    return (await desk.network.dial(GRETA, LINE)).heard


async def test_words_are_heard_in_their_language_and_voice(desk: Desk) -> None:
    desk.says["/voice"] = (
        '<Say language="de-DE" voice="Polly.Vicki">Guten <emphasis>Tag</emphasis></Say><Say loop="2">Hello</Say>'
    )
    call = await desk.network.dial(GRETA, LINE)
    german = Heard("Guten Tag", "de-DE", "Polly.Vicki")
    assert call.prompts == [german, Heard("Hello"), Heard("Hello")]
    assert call.is_over


async def test_files_and_keys_are_played(desk: Desk) -> None:
    desk.says["/voice"] = '<Play>/music.mp3</Play><Play digits="1w2"/><Pause length="3"/>'
    call = await desk.network.dial(GRETA, LINE)
    assert call.sounds == ["/music.mp3", "1w2"]
    assert not call.is_over
    await call.wait()
    assert call.is_over


async def test_an_endless_prompt_goes_on_until_somebody_hangs_up(desk: Desk) -> None:
    desk.says["/voice"] = '<Play loop="0">/music.mp3</Play><Say>never heard</Say>'
    call = await desk.network.dial(GRETA, LINE)
    await desk.network.advance(3600)
    await call.press("1")
    assert (call.heard, call.is_over) == ("", False)
    await call.hang_up()
    assert call.is_over


async def test_a_document_leads_to_the_next_relative_to_its_own_address(desk: Desk) -> None:
    desk.says["/voice"] = '<Say>one</Say><Redirect method="GET">menu/two?x=a%20b</Redirect><Say>never</Say>'
    desk.says["/menu/two"] = "<Say>two</Say><Redirect>three</Redirect>"
    desk.says["/menu/three"] = "<Say>three</Say><Hangup/><Say>never</Say>"
    assert await _heard(desk) == "one two three"
    assert [(asked.path, asked.method) for asked in desk.asked][:3] == [
        ("/voice", "POST"),
        ("/menu/two", "GET"),
        ("/menu/three", "POST"),
    ]
    assert desk.asked[1].form["x"] == "a b"


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
async def test_a_rejected_call_is_never_answered(desk: Desk, reason: str, status: str) -> None:
    desk.says["/voice"] = f'<Reject reason="{reason}"/>'
    call = await desk.network.dial(GRETA, LINE)
    assert (call.status, call.answered_at) == (status, None)
    assert desk.told("/status", "CallStatus") == [status]
    assert desk.told("/status", "CallDuration") == ["0"]


async def test_rejecting_later_is_hanging_up(desk: Desk) -> None:
    desk.says["/voice"] = "<Say>hello</Say><Reject/>"
    assert (await desk.network.dial(GRETA, LINE)).status == "completed"


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ("<Shout>hey</Shout>", "<Shout> in a call"),
        ("<Gather><Redirect>/x</Redirect></Gather>", "<Redirect> in <Gather>"),
        ("<Say>a<Dial>b</Dial></Say>", "<Dial> in <Say>"),
        ("<Connect><Stream url='wss://x'/></Connect>", "<Connect> in a call"),
        ("<Dial><Client>mira</Client></Dial>", "<Client> in <Dial>"),
    ],
)
async def test_what_it_does_not_know_ends_the_call_loudly(desk: Desk, document: str, complaint: str) -> None:
    desk.says["/voice"] = document
    call = await desk.network.dial(GRETA, LINE)
    assert call.status == "failed"
    [error] = desk.network.errors
    assert complaint in error
    desk.network.errors.clear()


async def test_an_unknown_attribute_is_ignored_loudly(desk: Desk) -> None:
    desk.says["/voice"] = '<Say speed="2">hello</Say>'
    assert await _heard(desk) == "hello"
    assert desk.network.errors == ["12200 <Say>: unknown attribute speed"]
    desk.network.errors.clear()


async def test_documents_that_lead_to_each_other_without_end_are_stopped(desk: Desk) -> None:
    desk.says["/voice"] = "<Say>again</Say><Redirect>/voice</Redirect>"
    call = await desk.network.dial(GRETA, LINE)
    assert call.is_over
    assert "without end" in desk.network.errors.pop()


async def test_when_a_document_cannot_be_had_the_fallback_is_asked_once(desk: Desk) -> None:
    desk.fails["/voice"] = 500
    desk.says["/fallback"] = "<Say>please call later</Say>"
    assert await _heard(desk) == "please call later"
    [form] = desk.at("/fallback")
    assert (form["ErrorCode"], form["ErrorUrl"]) == ("11200", f"{desk.url}/voice")
    assert "11200" in desk.network.errors.pop()


async def test_without_a_fallback_the_call_ends_with_an_apology(desk: Desk) -> None:
    desk.fails["/voice"] = desk.fails["/fallback"] = 404
    call = await desk.network.dial(GRETA, LINE)
    assert (call.status, call.sounds) == ("completed", ["application error"])
    assert len(desk.network.errors) == 2
    desk.network.errors.clear()


async def test_what_is_no_document_counts_as_not_had(desk: Desk) -> None:
    desk.says["/voice"] = "<Say>"
    desk.says["/fallback"] = "<Say>sorry</Say>"
    assert await _heard(desk) == "sorry"
    assert desk.told("/fallback", "ErrorCode") == ["12100"]
    desk.network.errors.clear()


async def test_nobody_there_is_tried_twice_with_one_token(desk: Desk) -> None:
    desk.network.numbers[LINE].voice_url = "http://127.0.0.1:1/voice"
    desk.says["/fallback"] = "<Say>sorry</Say>"
    assert await _heard(desk) == "sorry"
    first, second = desk.network.deliveries[:2]
    assert (first.status, second.status, first.token) == (0, 0, second.token)
    assert desk.told("/fallback", "ErrorCode") == ["11205"]
    desk.network.errors.clear()


@pytest.mark.parametrize("address", ["/über", "/a b", "http://[", "ftp://x/y"])
async def test_an_address_that_is_none_is_refused_loudly(desk: Desk, address: str) -> None:
    desk.says["/voice"] = f"<Redirect>{address}</Redirect>"
    await desk.network.dial(GRETA, LINE)
    assert desk.told("/fallback", "ErrorCode") == ["11205"]
    assert "11205" in desk.network.errors.pop()
