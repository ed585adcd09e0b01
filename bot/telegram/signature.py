"""Is this update from Telegram? It repeats the secret that was given when the webhook was registered."""

from __future__ import annotations

import hmac


def is_genuine(secret: str, sent: str | None) -> bool:
    """Compared as bytes, so that no header can raise."""
    return sent is not None and hmac.compare_digest(sent.encode("utf-8", "surrogateescape"), secret.encode())
