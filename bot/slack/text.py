"""Slack's own writing: what it wraps on the way in, what must be escaped on the way out."""

from __future__ import annotations

import html
import re

_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")
_LINK = re.compile(r"<(?:tel:|mailto:)?([^|>@#!][^|>]*)(?:\|([^>]*))?>")


def heard(text: str) -> str:
    """What the person typed, without the mention of us and without Slack's wrapping of numbers and addresses."""
    bare = _MENTION.sub(" ", text)
    return html.unescape(_LINK.sub(lambda match: match[2] or match[1], bare)).strip()


def escaped(text: str) -> str:
    """Also defuses `<!channel>` and `<@U…>`."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, most: int) -> str:
    """Escaped text, at most so long, never ending inside an entity."""
    if len(text) <= most:
        return text
    return re.sub(r"&[a-z]*\Z", "", text[: most - 1]) + "…"
