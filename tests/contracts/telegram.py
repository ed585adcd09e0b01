"""Checks one call of Telegram's Bot API against its published specification and the documented limits."""

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any

from tests.contracts.location import load

Json = dict[str, Any]

HTML_TAGS = {
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "span",
    "tg-spoiler",
    "tg-emoji",
    "a",
    "code",
    "pre",
    "blockquote",
}
BUTTON_KINDS = {
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
}
PLAIN: dict[str, type | tuple[type, ...]] = {
    "Integer": int,
    "Float": (int, float),
    "String": str,
    "Boolean": bool,
    "True": bool,
}
LONGEST = {"text": 4096, "caption": 1024}


def check(method: str, arguments: Json) -> list[str]:
    """Violations of a call. Arguments are decoded; an uploaded file is bytes or anything with a `content`."""
    known = load("telegram/api.json")["methods"].get(method)
    if known is None:
        return [f"{method}: no such method in the contract"]
    found = list(_fields(method, known.get("fields", []), arguments))
    found += _limits(method, arguments)
    return found


def check_object(kind: str, value: Json) -> list[str]:
    """Violations of an object such as an Update or a Message."""
    return _violations(kind, kind, value)


def _fields(where: str, fields: list[Json], values: Json) -> Iterator[str]:
    by_name = {field["name"]: field for field in fields}
    for name, field in by_name.items():
        if field["required"] and name not in values:
            yield f"{where}: {name} is required"
    for name, value in values.items():
        if name not in by_name:
            yield f"{where}: {name} is unknown"
        else:
            yield from _any_of(f"{where}.{name}", by_name[name]["types"], value)


def _any_of(where: str, types: list[str], value: Any) -> list[str]:
    """No violation when one of the types fits; otherwise those of the closest."""
    attempts = [_violations(where, kind, value) for kind in types]
    return min(attempts, key=len)


def _violations(where: str, kind: str, value: Any) -> list[str]:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return [f"{where}: must be a list", f"{where}: is {value!r}"]
        inner = kind.removeprefix("Array of ")
        return [line for at, item in enumerate(value) for line in _violations(f"{where}[{at}]", inner, item)]
    plain: dict[str, type | tuple[type, ...]] = {
        "Integer": int,
        "Float": (int, float),
        "String": str,
        "Boolean": bool,
        "True": bool,
    }
    if kind in plain:
        fits = isinstance(value, plain[kind]) and (kind in ("Boolean", "True") or not isinstance(value, bool))
        return [] if fits else [f"{where}: must be {kind}, is {value!r}"]
    if kind == "InputFile":
        return [] if isinstance(value, bytes) or hasattr(value, "content") else [f"{where}: must be a file"]
    shape = load("telegram/api.json")["types"][kind]
    if shape.get("subtypes"):
        return _any_of(where, shape["subtypes"], value)
    if not isinstance(value, dict):
        return [f"{where}: must be {kind}", f"{where}: is {value!r}"]
    found = list(_fields(where, shape.get("fields", []), value))
    return found + (_inline_button(where, value) if kind == "InlineKeyboardButton" else [])


def _inline_button(where: str, button: Json) -> list[str]:
    found = []
    if len(BUTTON_KINDS & button.keys()) != 1:
        found.append(f"{where}: a button does exactly one thing")
    data = button.get("callback_data")
    if isinstance(data, str) and not 1 <= len(data.encode()) <= 64:
        found.append(f"{where}.callback_data: must be 1 to 64 bytes")
    if not str(button.get("text", "")).strip():
        found.append(f"{where}.text: empty")
    return found


def _limits(method: str, arguments: Json) -> Iterator[str]:
    for name, longest in LONGEST.items():
        if isinstance(arguments.get(name), str) and method != "answerCallbackQuery":
            yield from _text(f"{method}.{name}", arguments[name], arguments.get("parse_mode"), longest)
    if method == "answerCallbackQuery" and len(str(arguments.get("text", ""))) > 200:
        yield f"{method}.text: longer than 200 characters"
    if arguments.get("parse_mode") not in (None, "HTML", "MarkdownV2", "Markdown"):
        yield f"{method}.parse_mode: {arguments['parse_mode']!r} is unknown"
    if method == "setWebhook" and not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", str(arguments.get("secret_token", ""))):
        yield f"{method}.secret_token: 1 to 256 of A-Z a-z 0-9 _ -"
    for command in arguments.get("commands") or [] if method == "setMyCommands" else []:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command", ""))):
            yield f"{method}.commands: {command.get('command')!r} is no command name"
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            yield f"{method}.commands: the description must have 1 to 256 characters"


def _text(where: str, text: str, parse_mode: Any, longest: int) -> Iterator[str]:
    shown = text
    if parse_mode == "HTML":
        reader = _Reader()
        reader.feed(text)
        reader.close()
        yield from (
            f"{where}: {problem}" for problem in [*reader.problems, *(f"<{tag}> stays open" for tag in reader.open)]
        )
        shown = unescape(re.sub(r"<[^>]*>", "", text))
    if len(shown.encode("utf-16-le")) // 2 > longest:
        yield f"{where}: longer than {longest} UTF-16 units"
    if where.endswith(".text") and not shown.strip():
        yield f"{where}: empty"


class _Reader(HTMLParser):
    """Follows the tags as they open and close."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in HTML_TAGS or (tag == "span" and dict(attrs).get("class") != "tg-spoiler"):
            self.problems.append(f"<{tag}> is not allowed")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if "<" in data:
            self.problems.append("a bare <")
