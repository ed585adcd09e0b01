"""Slack's own writing: what it wraps on the way in, what must be escaped on the way out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|([^<>]*))?>")
_LINK = re.compile(r"<([a-z][a-z0-9+.-]*:[^|<>]*)(?:\|([^<>]*))?>")
_PLACE = re.compile(r"<([#!])([^|<>]*)(?:\|([^<>]*))?>")
_HALF_ENTITY = re.compile(r"&[a-z]{0,3}\Z")


def mentioned(text: str) -> list[str]:
    """The accounts that are named, in order."""
    return [match[1] for match in _MENTION.finditer(text)]


def heard(text: str, names: Mapping[str, str]) -> str:
    """What the person typed: numbers, addresses and mentions without Slack's wrapping.

    `names` says what mentioned accounts are called; our own is called "", which takes the mention away.
    """
    named = _MENTION.sub(lambda match: names.get(match[1], f"@{match[2] or match[1]}"), text)
    linked = _LINK.sub(lambda match: match[2] or re.sub(r"\A(?:tel|mailto):", "", match[1]), named)
    placed = _PLACE.sub(_place, linked)
    bare = placed.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return re.sub(r"[ \t\xa0]+", " ", bare).strip(" \t\n,:")


def escaped(text: str) -> str:
    """Also defuses `<!channel>` and `<@U…>`."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, most: int) -> str:
    """Escaped text, at most so long, never ending inside an entity."""
    if len(text) <= most:
        return text
    return _HALF_ENTITY.sub("", text[: most - 1]) + "…"


def pages(text: str, most: int) -> Iterator[str]:
    """Escaped text in pieces of at most `most`: between lines or words where it can be, never inside an entity."""
    rest = text.strip()
    while len(rest) > most:
        ends = (rest.rfind(gap, most // 2, most) for gap in "\n ")
        end = next((at for at in ends if at > 0), None) or len(_HALF_ENTITY.sub("", rest[:most]))
        yield rest[:end].rstrip()
        rest = rest[end:].lstrip()
    yield rest


def _place(match: re.Match[str]) -> str:
    """`<#C1|general>` and `<!here>`."""
    name = match[3] or match[2]
    return name if name.startswith("@") else ("#" if match[1] == "#" else "@") + name
