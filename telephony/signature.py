"""Is this request from Twilio? Judged by Twilio's own library over the address that Twilio called."""

from __future__ import annotations

from collections.abc import Mapping

from twilio.request_validator import RequestValidator


def is_genuine(auth_token: str, url: str, body: Mapping[str, str] | str, signature: str | None) -> bool:
    """`url`: PUBLIC_BASE_URL plus path and query, byte for byte. `body`: the form; or the text of a JSON body, whose
    digest stands in the signed address. Never raises: what cannot be judged is not genuine.
    """
    if not signature or not signature.isascii():
        return False
    try:
        return bool(RequestValidator(auth_token).validate(url, body, signature))
    except (TypeError, ValueError, LookupError, AttributeError):
        return False


def is_genuine_socket(auth_token: str, url: str, query: Mapping[str, str], signature: str | None) -> bool:
    """Of a request to open a WebSocket, Twilio signs `wss://…` without the query, and what the query says as a form."""
    address = url.partition("?")[0]
    return is_genuine(auth_token, "ws" + address.removeprefix("http"), query, signature)


def sign(auth_token: str, url: str, form: Mapping[str, str]) -> str:
    """As Twilio would, for proving the way to ourselves."""
    return str(RequestValidator(auth_token).compute_signature(url, form))
