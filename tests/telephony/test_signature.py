from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pytest
from multidict import MultiDict

from telephony.signature import is_genuine, is_genuine_socket, sign

TOKEN = "twilio-auth-token-of-the-tests"
URL = "https://crm.example.com/twilio/ivr?step=2&name=M%C3%BCller"
FORM = {"CallSid": "CA1", "SpeechResult": "Müller & Söhne", "From": "+493023125010"}


def test_what_twilio_signed_is_genuine() -> None:
    assert is_genuine(TOKEN, URL, FORM, sign(TOKEN, URL, FORM))


def test_a_parameter_given_twice_counts_twice() -> None:
    form = MultiDict([("Digits", "1"), ("Digits", "2")])
    signature = sign(TOKEN, URL, form)
    assert is_genuine(TOKEN, URL, form, signature)
    assert not is_genuine(TOKEN, URL, {"Digits": "1"}, signature)


@pytest.mark.parametrize(
    ("url", "form"),
    [
        (URL.replace("step=2", "step=3"), FORM),
        (URL.replace("https", "http"), FORM),
        (URL, FORM | {"From": "+493023125011"}),
        (URL, FORM | {"Digits": ""}),
        (URL, {}),
    ],
)
def test_a_signature_is_worth_nothing_on_another_request(url: str, form: Mapping[str, str]) -> None:
    genuine = sign(TOKEN, URL, FORM)
    assert not is_genuine(TOKEN, url, form, genuine)


def test_another_token_signs_differently() -> None:
    assert not is_genuine("another-token", URL, FORM, sign(TOKEN, URL, FORM))


@pytest.mark.parametrize("signature", [None, "", "ü", "wrong", "=" * 10_000])
def test_a_signature_that_is_missing_or_odd_is_not_genuine(signature: str | None) -> None:
    assert not is_genuine(TOKEN, URL, FORM, signature)


@pytest.mark.parametrize("form", [b"CallSid=CA1", '{"CallSid": "CA1"}', None, 7])
@pytest.mark.parametrize("url", [URL, URL + "&bodySHA256=abc", "https://crm.example.com:nowhere/x", ""])
def test_what_cannot_be_judged_is_not_genuine(url: str, form: Any) -> None:
    assert not is_genuine(TOKEN, url, form, "c2lnbmF0dXJl")


def test_a_json_body_is_genuine_by_its_digest_in_the_address() -> None:
    body = '{"CallSid": "CA1", "name": "Müller"}'
    url = f"{URL}&bodySHA256={sha256(body.encode()).hexdigest()}"
    signature = sign(TOKEN, url, {})
    assert is_genuine(TOKEN, url, body, signature)
    assert not is_genuine(TOKEN, url, body + " ", signature)


def test_a_socket_is_signed_under_its_own_scheme_with_the_query_as_fields() -> None:
    url, query = "https://crm.example.com/twilio/relay?call=7", {"call": "7"}
    signature = sign(TOKEN, "wss://crm.example.com/twilio/relay", query)
    assert is_genuine_socket(TOKEN, url, query, signature)
    assert not is_genuine_socket(TOKEN, url, {"call": "8"}, signature)
    assert not is_genuine(TOKEN, url, query, signature)
