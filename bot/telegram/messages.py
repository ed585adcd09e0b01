"""Reply to Telegram's HTML and keyboards, split where a message would be too long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, assert_never

from crm_core.conversation import Offered
from intents.reply import Choice, Choices, Fields, Form, Part, Table

LONGEST_MESSAGE = 4096
LONGEST_LABEL = 60
MOST_BUTTONS = 24
BUTTONS_A_ROW = 2

Message = dict[str, Any]


def offered(parts: Sequence[Part]) -> list[Offered]:
    """The buttons that need tokens, in the order in which `messages` uses them."""
    return [Offered(choice.say, choice.record, choice.version, choice.question) for choice in _choices(parts)]


def messages(text: str, parts: Sequence[Part], tokens: Sequence[str]) -> list[Message]:
    """At least one; the keyboard hangs on the last. `text` may be empty for a card, whose fields say it all."""
    lines = [escape(line, quote=False) for line in text.splitlines()]
    for part in parts:
        lines += _lines(part)
    pages = list(_pages(lines)) or ["…"]
    found: list[Message] = [{"text": page, "parse_mode": "HTML"} for page in pages]
    keyboard = _keyboard(_choices(parts), tokens)
    if keyboard:
        found[-1]["reply_markup"] = {"inline_keyboard": keyboard}
    return found


def _lines(part: Part) -> list[str]:
    match part:
        case Fields():
            pairs = [f"{escape(label, quote=False)}: {escape(value, quote=False)}" for label, value in part.pairs]
            body = ["", *(escape(line, quote=False) for line in part.body.splitlines())] if part.body else []
            return ["", f"<b>{escape(part.title, quote=False)}</b>", *pairs, *body]
        case Table():
            return ["", *(_row(row) for row in part.rows)]
        case Choices() | Form():
            return []
        case _:
            assert_never(part)


def _row(cells: list[str]) -> str:
    first, *rest = [escape(cell, quote=False) for cell in cells]
    return f"<b>{first}</b>  {' · '.join(rest)}"


def _pages(lines: Sequence[str]) -> Iterator[str]:
    """Split between lines; a line too long alone is split between characters, never inside an entity or tag."""
    page = ""
    for line in (piece for whole in lines for piece in _fitting(whole)):
        joined = f"{page}\n{line}" if page else line
        if _units(joined) > LONGEST_MESSAGE:
            yield page
            page = line
        else:
            page = joined
    if page.strip():
        yield page.strip("\n")


def _fitting(line: str) -> Iterator[str]:
    if _units(line) <= LONGEST_MESSAGE:
        yield line
        return
    bare = line.replace("<b>", "").replace("</b>", "")
    piece = ""
    for token in _tokens(bare):
        if _units(piece) + _units(token) > LONGEST_MESSAGE:
            yield piece
            piece = ""
        piece += token
    yield piece


def _tokens(line: str) -> Iterator[str]:
    """Characters, an entity such as `&amp;` counting as one."""
    position = 0
    while position < len(line):
        end = line.find(";", position, position + 6) + 1 if line[position] == "&" else 0
        yield line[position : end or position + 1]
        position = end or position + 1


def _units(text: str) -> int:
    """Telegram counts UTF-16 units; entities count more here than there, which errs on the safe side."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _keyboard(choices: Sequence[Choice], tokens: Sequence[str]) -> list[list[dict[str, str]]]:
    keys = [
        {"text": choice.label[:LONGEST_LABEL] or "…", "callback_data": token}
        for choice, token in zip(choices, tokens, strict=True)
    ]
    return [keys[start : start + BUTTONS_A_ROW] for start in range(0, len(keys), BUTTONS_A_ROW)]


def _choices(parts: Sequence[Part]) -> list[Choice]:
    found = [choice for part in parts if isinstance(part, Choices) for choice in part.choices]
    return found[:MOST_BUTTONS]
