"""Is this request from Twilio? Judged by Twilio's own library over the address that Twilio called."""

from __future__ import annotations

from collections.abc import Mapping

from twilio.request_validator import RequestValidator


def is_genuine(auth_token: str, url: str, form: Mapping[str, str], signature: str | None) -> bool:
    """`url`: PUBLIC_BASE_URL plus path and query, byte for byte. Never raises: what cannot be judged is not genuine."""
    if not signature or not signature.isascii():
        return False
    try:
        return bool(RequestValidator(auth_token).validate(url, form, signature))
    except (TypeError, ValueError, LookupError, AttributeError):
        return False


def sign(auth_token: str, url: str, form: Mapping[str, str]) -> str:
    """As Twilio would, for proving the way to ourselves."""
    return str(RequestValidator(auth_token).compute_signature(url, form))
