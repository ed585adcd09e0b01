"""How Telegram reads a text: HTML into plain text with entities, lengths in UTF-16 units, commands and addresses."""

import html
import re
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

ENTITY_OF_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
TAG = re.compile(r"<(/?)([^\s<>/]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
REFERENCE = re.compile(r"&(#x[0-9a-fA-F]+|#[0-9]+|[a-z]+);")
ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
COMMAND = re.compile(r"(?<![\w/])/([A-Za-z0-9_]{1,32})(?:@(\w+))?")


class BadEntities(Exception):
    """The text cannot be parsed; the message is what Telegram says after "can't parse entities"."""


@dataclass
class _Open:
    tag: str
    offset: int
    extra: Json


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Plain text and its entities; raises BadEntities for tags that Telegram does not know or that do not match."""
    text, entities, stack, position = "", list[Json](), list[_Open](), 0
    while position < len(source):
        character = source[position]
        if character == "<":
            tag = TAG.match(source, position)
            if tag is None:
                raise BadEntities(f"Unclosed start tag at byte offset {_bytes(source, position)}")
            if tag[1]:
                _close(tag[2].lower(), stack, text, entities, _bytes(source, position))
            else:
                stack.append(_opened(tag, text, _bytes(source, position)))
            position = tag.end()
        elif character == "&" and (reference := REFERENCE.match(source, position)):
            text += _referenced(reference)
            position = reference.end()
        else:
            text += character
            position += 1
    if stack:
        raise BadEntities(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    return text, entities


def _bytes(source: str, position: int) -> int:
    return len(source[:position].encode())


def _opened(tag: re.Match[str], text: str, offset: int) -> _Open:
    name = tag[2].lower()
    if name not in ENTITY_OF_TAG:
        raise BadEntities(f'Unsupported start tag "{name}" at byte offset {offset}')
    found = ATTRIBUTE.findall(tag[3])
    attributes = {key.lower(): html.unescape(first or second or third) for key, first, second, third in found}
    extra: Json = {}
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise BadEntities(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    if name == "a":
        extra = {"url": attributes.get("href", "")}
    if name == "tg-emoji":
        extra = {"custom_emoji_id": attributes.get("emoji-id", "")}
    return _Open(name, utf16_length(text), extra)


def _close(name: str, stack: list[_Open], text: str, entities: list[Json], offset: int) -> None:
    if not stack:
        raise BadEntities(f"Unexpected end tag at byte offset {offset}")
    opened = stack.pop()
    if opened.tag != name:
        raise BadEntities(f'Unmatched end tag at byte offset {offset}, expected "</{opened.tag}>", found "</{name}>"')
    length = utf16_length(text) - opened.offset
    if length:
        entities.append(
            {"type": ENTITY_OF_TAG[name], "offset": opened.offset, "length": length, **opened.extra},
        )


def _referenced(reference: re.Match[str]) -> str:
    name = reference[1]
    if name.startswith("#"):
        number = int(name[2:], 16) if name[1] == "x" else int(name[1:])
        return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else reference[0]
    return NAMED.get(name, reference[0])


def command_entities(text: str) -> list[Json]:
    """Telegram marks commands wherever they stand in a text that a person sends."""
    return [
        {
            "type": "bot_command",
            "offset": utf16_length(text[: found.start()]),
            "length": utf16_length(found[0]),
        }
        for found in COMMAND.finditer(text)
    ]


def addressed_to(text: str, bot_name: str) -> bool:
    """Whether a bot in privacy mode gets to see this text in a group."""
    if f"@{bot_name.lower()}" in text.lower():
        return True
    found = COMMAND.match(text)
    return found is not None and found[2] is None
