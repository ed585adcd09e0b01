"""Addresses of this server that open something to whoever has them: a token in them, of which only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """192 bits, fit for an address."""
    return secrets.token_urlsafe(24)


def digest(token: str) -> str:
    """What is kept and looked up: the time that takes tells nothing of the token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
