"""What the simulator takes and answers is what Twilio publishes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from telephony.simulator import network as _network  # noqa: F401 (registers the verbs)
from telephony.simulator.rest import ENDPOINTS
from telephony.simulator.rest.endpoint import Endpoint
from telephony.simulator.verbs import KNOWN
from tests.contracts import twilio, twiml
from tests.contracts.location import load
from tests.telephony.simulator.desk import ACCOUNT, GRETA, LENA, LINE, MIRA, Desk


def _shape(path: str) -> str:
    return re.sub(r"{\w+}", "{}", path)


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    for path, operations in load("twilio/api_v2010.json")["paths"].items():
        if _shape(path) == _shape(f"/2010-04-01/Accounts/{{A}}/{endpoint.path}.json"):
            found: dict[str, Any] = operations[endpoint.method.lower()]
            return found
    raise AssertionError(f"{endpoint.path} is not published")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_every_request_is_published_with_its_parameters(endpoint: Endpoint) -> None:
    operation = _operation(endpoint)
    body = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
    in_query = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"}
    published = set(body.get("schema", {}).get("properties", {})) | in_query
    assert endpoint.known <= published
    assert set(body.get("schema", {}).get("required", [])) <= set(endpoint.required) <= endpoint.known


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_every_verb_and_attribute_is_published(name: str) -> None:
    published = load("twiml/attributes.json")["attributes"].get(name, {})
    assert KNOWN[name].attributes <= set(published)
    assert KNOWN[name].children <= twiml.CHILDREN.get(name, set())


async def _a_busy_hour(desk: Desk) -> None:
    """Each request once, so that each kind of answer is seen."""
    desk.says["/voice"] = "<Enqueue waitUrl='/wait'>support</Enqueue>"
    desk.says["/wait"] = "<Pause length='600'/>"
    desk.says["/meet"] = (
        "<Dial><Conference record='record-from-start' participantLabel='who' endConferenceOnExit='true'>c</Conference>"
        "</Dial>"
    )
    greta = await desk.network.dial(GRETA, LINE)
    queue = (await desk.rest("GET", "Queues"))["queues"][0]["sid"]
    await desk.rest("GET", f"Queues/{queue}")
    await desk.rest("GET", f"Queues/{queue}/Members")
    await desk.rest("GET", f"Queues/{queue}/Members/{greta.sid}")
    await desk.rest("POST", f"Queues/{queue}/Members/{greta.sid}", Url=f"{desk.url}/meet", Method="POST")
    await desk.network.advance(2)
    room = (await desk.rest("GET", "Conferences"))["conferences"][0]["sid"]
    await desk.rest("POST", f"Conferences/{room}/Participants", From=LINE, To=MIRA, Label="mira", Muted="true")
    await desk.network.settle()
    await desk.network.phone(MIRA).answer()
    await desk.network.advance(2)
    await _in_the_room(desk, room, greta.sid)
    await _on_the_call(desk, greta.sid)
    await greta.hang_up()
    await desk.rest("GET", f"Conferences/{room}")
    await _afterwards(desk)


async def _in_the_room(desk: Desk, room: str, sid: str) -> None:
    await desk.rest("GET", f"Conferences/{room}/Participants", Muted="true")
    await desk.rest("GET", f"Conferences/{room}/Participants/{sid}")
    await desk.rest("POST", f"Conferences/{room}/Participants/{sid}", Hold="true", HoldUrl=f"{desk.url}/hold")
    await desk.rest("POST", f"Conferences/{room}", AnnounceUrl=f"{desk.url}/announce")
    recording = (await desk.rest("GET", f"Conferences/{room}/Recordings"))["recordings"][0]["sid"]
    await desk.rest("GET", f"Conferences/{room}/Recordings/{recording}")
    await desk.rest("POST", f"Conferences/{room}/Recordings/{recording}", Status="paused", PauseBehavior="skip")
    await desk.rest("POST", f"Conferences/{room}/Recordings/{recording}", Status="stopped")
    await desk.rest("DELETE", f"Conferences/{room}/Recordings/{recording}")
    await desk.rest("DELETE", f"Conferences/{room}/Participants/{desk.network.phone(MIRA).sid}")


async def _on_the_call(desk: Desk, sid: str) -> None:
    made = await desk.rest("POST", f"Calls/{sid}/Recordings", RecordingChannels="dual")
    await desk.rest("POST", f"Calls/{sid}/Recordings/{made['sid']}", Status="stopped")
    await desk.rest("GET", f"Calls/{sid}/Recordings")
    await desk.rest("GET", f"Calls/{sid}/Recordings/{made['sid']}")
    await desk.rest("GET", f"Calls/{sid}")
    await desk.rest("POST", f"Calls/{sid}", Url=f"{desk.url}/voice")
    await desk.network.settle()
    await desk.rest("GET", f"Recordings/{made['sid']}")
    await desk.rest("GET", "Recordings", CallSid=sid)
    await desk.rest("DELETE", f"Recordings/{made['sid']}")


async def _afterwards(desk: Desk) -> None:
    await desk.call(LENA)
    await desk.network.phone(LENA).decline()
    await desk.rest("GET", "Calls", PageSize="1")
    await desk.rest("POST", "Messages", To=GRETA, From=LINE, Body="Bis gleich", MediaUrl=["https://x/1", "https://x/2"])
    desk.network.handset(LENA).refuses_texts = 30006
    sent = await desk.rest("POST", "Messages", To=LENA, From=LINE, Body="hallo")
    await desk.network.text(GRETA, LINE, "hallo")
    await desk.rest("GET", f"Messages/{sent['sid']}")
    await desk.rest("GET", "Messages", PageSize="1")
    await desk.rest("DELETE", f"Messages/{sent['sid']}")
    number = (await desk.rest("GET", "IncomingPhoneNumbers"))["incoming_phone_numbers"][0]["sid"]
    await desk.rest("GET", f"IncomingPhoneNumbers/{number}")
    await desk.rest("POST", f"IncomingPhoneNumbers/{number}", SmsUrl="https://x/sms", SmsMethod="POST")


async def test_every_answer_is_what_is_published(desk: Desk) -> None:
    await _a_busy_hour(desk)
    base = f"/2010-04-01/Accounts/{ACCOUNT}/"
    for answered in desk.answered:
        assert twilio.check(answered.method, answered.path, answered.form) == []
        assert twilio.check_answer(answered.method, answered.path, answered.status, answered.body) == []
    asked = {(one.method, _known(one.path.removeprefix(base))) for one in desk.answered}
    missing = {(one.method, _shape(f"{one.path}.json")) for one in ENDPOINTS} - asked
    assert missing <= {("DELETE", "Calls/{}/Recordings/{}.json")}


def _known(path: str) -> str:
    return re.sub(r"[A-Z]{2}[0-9a-f]{32}", "{}", path)
