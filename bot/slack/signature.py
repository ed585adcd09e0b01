"""Is this request from Slack? Judged by Slack's own library over the raw bytes."""

from __future__ import annotations

from datetime import datetime

from slack_sdk.signature import Clock, SignatureVerifier


class _At(Clock):
    def __init__(self, now: datetime) -> None:
        self._now = now.timestamp()

    def now(self) -> float:
        return self._now


def is_genuine(signing_secret: str, body: bytes, timestamp: str | None, signature: str | None, now: datetime) -> bool:
    """False for what is unsigned, older than five minutes or not even readable; never raises."""
    if not timestamp or not signature or not signature.isascii():
        return False
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
        return False
    try:
        return SignatureVerifier(signing_secret, clock=_At(now)).is_valid(body, timestamp, signature)
    except UnicodeDecodeError:
        # Slack sends UTF-8, and its library signs nothing else.
        return False
