"""The checker of Twilio requests accepts what Twilio accepts and names what it refuses."""

from typing import Any

import pytest

from tests.contracts.twilio import Form, check, check_answer

ACCOUNT = "AC" + "a" * 32
CALL = "CA" + "b" * 32
BASE = f"/2010-04-01/Accounts/{ACCOUNT}"
CALLS = f"{BASE}/Calls.json"
DIAL: Form = [("To", "+4930900001"), ("From", "+4930900002"), ("Url", "https://crm.example/twilio/agent?leg=1")]
SMS: Form = [("To", "+4930900001"), ("From", "+4930900002"), ("Body", "Ihr Ticket ist offen")]


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("POST", CALLS, DIAL),
        (
            "POST",
            CALLS,
            [*DIAL, ("StatusCallback", "https://crm.example/s"), ("StatusCallbackMethod", "POST")]
            + [("StatusCallbackEvent", event) for event in ("ringing", "answered")]
            + [("Timeout", "20"), ("Record", "false"), ("MachineDetection", "Enable")],
        ),
        ("POST", CALLS, [*DIAL[:2], ("Twiml", "<Response><Say>Hello</Say></Response>")]),
        ("POST", CALLS, [("To", "client:ann"), ("From", "sip:a@b.c"), DIAL[2]]),
        ("POST", f"{BASE}/Calls/{CALL}.json", [("Status", "completed")]),
        ("GET", f"{BASE}/Calls/{CALL}.json", []),
        ("GET", f"{CALLS}?Status=in-progress&PageSize=50", []),
        ("GET", f"{BASE}/Conferences.json", [("FriendlyName", "call-1"), ("Status", "in-progress")]),
        ("POST", f"{BASE}/Messages.json", SMS),
        ("POST", f"{BASE}/Conferences/CF{'c' * 32}/Participants/{CALL}.json", [("Hold", "true")]),
        ("POST", f"{BASE}/IncomingPhoneNumbers/PN{'d' * 32}.json", [("VoiceUrl", "https://crm.example/twilio/voice")]),
        ("GET", f"{BASE}/IncomingPhoneNumbers/Local.json", []),
        ("DELETE", f"{BASE}/Recordings/RE{'e' * 32}.json", []),
    ],
)
def test_right_requests_pass(method: str, path: str, form: Form) -> None:
    assert check(method, path, form) == []


@pytest.mark.parametrize(
    ("method", "path", "form", "says"),
    [
        ("POST", f"{BASE}/Kalls.json", DIAL, "no such path"),
        ("POST", CALLS.removesuffix(".json"), DIAL, "no such path"),
        ("DELETE", CALLS, [], "DELETE is not allowed"),
        ("POST", CALLS.replace(ACCOUNT, "AC1"), DIAL, "AccountSid 'AC1'"),
        ("POST", f"{BASE}/Calls/CA1.json", [("Status", "completed")], "Sid 'CA1'"),
        ("POST", CALLS, DIAL[1:], "To is required"),
        ("POST", CALLS, [*DIAL, ("StatusCallbacks", "https://crm.example")], "StatusCallbacks is unknown"),
        ("POST", CALLS, [*DIAL, ("Timeout", "soon")], "no integer"),
        ("POST", CALLS, [*DIAL, ("Record", "yes")], "no boolean"),
        ("POST", CALLS, [*DIAL, ("Method", "PUT")], "none of GET, POST"),
        ("POST", CALLS, [*DIAL, ("Timeout", "1"), ("Timeout", "2")], "given 2 times"),
        ("POST", CALLS, [*DIAL, ("StatusCallbackEvent", "ringing answered")], "repeated parameters"),
        ("POST", CALLS, [*DIAL, ("StatusCallbackEvent", "['ringing', 'answered']")], "repeated parameters"),
        ("POST", CALLS, [("To", "030 900001"), *DIAL[1:]], "no phone number"),
        ("POST", CALLS, [*DIAL[:2], ("Url", "/twilio/agent")], "absolute"),
        ("POST", CALLS, [*DIAL[:2], ("Url", "http://my_host/agent")], "absolute"),
        ("POST", CALLS, DIAL[:2], "exactly one of"),
        ("POST", CALLS, [*DIAL, ("Twiml", "<Response/>")], "exactly one of"),
        ("POST", CALLS, [*DIAL[:2], ("Twiml", "<Response><Speak>Hello</Speak></Response>")], "<Speak>"),
        ("POST", f"{CALLS}?To=1", DIAL, "query parameters"),
        ("POST", f"{BASE}/Calls/{CALL}.json", [("Status", "done")], "none of canceled, completed"),
        ("GET", CALLS, [("Stat", "busy")], "Stat is unknown"),
        ("GET", CALLS, [("PageSize", "1001")], "beyond the maximum"),
        ("POST", f"{BASE}/Messages.json", SMS[:2], "Body, MediaUrl or ContentSid"),
        ("POST", f"{BASE}/Messages.json", [SMS[0], SMS[2]], "From or MessagingServiceSid"),
        ("POST", f"{BASE}/Messages.json", [*SMS[:2], ("Body", "x" * 1601)], "1600"),
    ],
)
def test_wrong_requests_are_named(method: str, path: str, form: Form, says: str) -> None:
    assert says in "\n".join(check(method, path, form))


def test_right_answers_pass() -> None:
    call = {"sid": CALL, "status": "queued", "duration": None, "date_created": "Mon, 23 Nov 2026 10:00:00 +0000"}
    page = {"calls": [call], "page": 0, "next_page_uri": None}
    assert check_answer("POST", CALLS, 201, call) == []
    assert check_answer("GET", CALLS, 200, page) == []
    assert check_answer("DELETE", f"{BASE}/Recordings/RE{'e' * 32}.json", 204, None) == []


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (200, {"sid": CALL}, "200 is none of 201"),
        (201, {"sid": "CA1"}, "does not look like"),
        (201, {"sid": CALL, "status": "initiated"}, "none of queued"),
        (201, {"sid": CALL, "stat": "x"}, ".stat is unknown"),
        (201, {"sid": 7}, "is no string"),
        (201, {"date_created": "Mon, 23 Nov 2026 10:00:00"}, "has no zone"),
    ],
)
def test_wrong_answers_are_named(status: int, body: dict[str, Any], says: str) -> None:
    found = check_answer("POST", CALLS, status, body)
    assert says in "\n".join(found)
