"""A PIN is kept as a salted hash alone, slow to try."""

from __future__ import annotations

import hashlib
import hmac
import secrets

# About 20 ms and 8 MB a try: a million PINs of a stolen table take hours each.
_COST = {"n": 2**13, "r": 8, "p": 1}
_SALT_BYTES = 16


def hashed(pin: str) -> str:
    """Salt and digest."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"{salt.hex()}:{_digest(pin, salt)}"


def matches(kept: str | None, typed: str) -> bool:
    """Takes as long when there is none."""
    salt, _, digest = (kept or "").partition(":")
    return hmac.compare_digest(_digest(typed, bytes.fromhex(salt)), digest)


def _digest(typed: str, salt: bytes) -> str:
    return hashlib.scrypt(typed.encode("utf-8", "replace"), salt=salt, **_COST).hex()
