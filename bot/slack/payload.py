"""What Slack sends, read without trusting its shape."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from crm_core import inbox

Payload = dict[str, Any]


def parsed(body: bytes, content_type: str) -> Payload | None:
    """JSON, or a form that may hold JSON in `payload`; None for what is neither."""
    try:
        text = body.decode("utf-8")
        if "json" in content_type.lower():
            found = json.loads(text)
        else:
            form = dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict"))
            found = json.loads(form["payload"]) if "payload" in form else form
        found = inbox.storable(found)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found else None


def text_at(payload: object, *path: str | int) -> str:
    """The text at the end of this path; "" where it is missing or something else."""
    for step in path:
        match payload, step:
            case dict(), str():
                payload = payload.get(step)
            case list(), int() if step < len(payload):
                payload = payload[step]
            case _:
                return ""
    return payload if isinstance(payload, str) else ""


def is_direct(event: object) -> bool:
    """Said to us alone."""
    return text_at(event, "channel_type") == "im" or text_at(event, "channel").startswith("D")
