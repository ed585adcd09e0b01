"""The lengths and counts that Slack refuses with `invalid_blocks`."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]

MESSAGE_TEXT = 40_000
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_TOTAL = 12_000
ONLY_IN_MODALS = {"alert"}
MESSAGE_ONLY = {"table", "data_table", "data_visualization", "markdown"}
OPTIONS = {
    "static_select": 100,
    "multi_static_select": 100,
    "overflow": 5,
    "checkboxes": 10,
    "radio_buttons": 10,
}


def text_of(value: Any) -> str:
    return str(value.get("text", "")) if isinstance(value, dict) else ""


def message_problems(blocks: Any) -> list[str]:
    if not isinstance(blocks, list) or not all(isinstance(block, dict) and block.get("type") for block in blocks):
        return ["blocks must be a list of objects with a type"]
    found = list(_block_list_problems(blocks, MESSAGE_BLOCKS))
    found += [f"{block['type']} is not allowed in messages" for block in blocks if block["type"] in ONLY_IN_MODALS]
    if sum(block["type"] == "data_visualization" for block in blocks) > 2:
        found.append("more than 2 data_visualization blocks")
    if sum(len(str(block.get("text", ""))) for block in blocks if block["type"] == "markdown") > MARKDOWN_TOTAL:
        found.append("markdown blocks hold more than 12000 characters")
    return found


def view_problems(view: Any) -> list[str]:
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return ["view.type must be modal or home"]
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or not all(isinstance(block, dict) and block.get("type") for block in blocks):
        return ["view.blocks must be a list of objects with a type"]
    found = list(_block_list_problems(blocks, VIEW_BLOCKS))
    if view["type"] == "modal" and not text_of(view.get("title")):
        found.append("a modal needs a title")
    for part in ("title", "submit", "close"):
        found += _too_long(text_of(view.get(part)), 24, f"view {part}")
    found += _too_long(str(view.get("private_metadata", "")), 3000, "private_metadata")
    found += _too_long(str(view.get("callback_id", "")), 255, "callback_id")
    found += [f"{block['type']} is not allowed in views" for block in blocks if block["type"] in MESSAGE_ONLY]
    if any(block["type"] == "input" for block in blocks) and view["type"] == "modal" and not view.get("submit"):
        found.append("a modal with inputs needs submit")
    return found


def _too_long(text: str, most: int, what: str) -> list[str]:
    return [f"{what} is longer than {most} characters"] if len(text) > most else []


def _block_list_problems(blocks: list[Json], most: int) -> Iterator[str]:
    if len(blocks) > most:
        yield f"more than {most} blocks"
    yield from _repeated((block.get("block_id") for block in blocks), "block_id")
    for block in blocks:
        yield from _too_long(str(block.get("block_id", "")), 255, "block_id")
        yield from _block_problems(block)


def _repeated(values: Iterable[Any], what: str) -> list[str]:
    counted = Counter(str(value) for value in values if value)
    return [f"{what} {value} is used more than once" for value, count in counted.items() if count > 1]


def _block_problems(block: Json) -> Iterator[str]:
    kind = block["type"]
    if kind == "section":
        yield from _section_problems(block)
    elif kind == "header":
        yield from _too_long(text_of(block.get("text")), 150, "header text")
        if not text_of(block.get("text")):
            yield "header without text"
    elif kind == "context" and not 1 <= len(block.get("elements") or []) <= 10:
        yield "context needs 1 to 10 elements"
    elif kind == "actions" and not 1 <= len(block.get("elements") or []) <= 25:
        yield "actions needs 1 to 25 elements"
    elif kind in ("table", "data_table"):
        yield from _table_problems(block)
    elif kind == "input":
        yield from _too_long(text_of(block.get("label")), 2000, "input label")
        yield from _too_long(text_of(block.get("hint")), 2000, "input hint")
        if not isinstance(block.get("element"), dict):
            yield "input without element"
    elements = interactive_elements(block)
    yield from _repeated((element.get("action_id") for element in elements), "action_id")
    for element in elements:
        yield from _element_problems(element)


def _section_problems(block: Json) -> Iterator[str]:
    fields = block.get("fields") or []
    if not text_of(block.get("text")) and not fields:
        yield "section needs text or fields"
    yield from _too_long(text_of(block.get("text")), 3000, "section text")
    if len(fields) > 10:
        yield "more than 10 fields in a section"
    for item in fields:
        yield from _too_long(text_of(item), 2000, "section field")
        if not text_of(item):
            yield "section field without text"


def _table_problems(block: Json) -> Iterator[str]:
    rows = block.get("rows") or []
    if not 1 <= len(rows) <= 100:
        yield "a table needs 1 to 100 rows"
    if any(not isinstance(row, list) or not 1 <= len(row) <= 20 for row in rows):
        yield "a table row needs 1 to 20 cells"


def interactive_elements(block: Json) -> list[Json]:
    """Everything in a block that a person can press or choose."""
    candidates: list[Any] = []
    if block.get("type") in ("actions", "context_actions"):
        candidates += block.get("elements") or []
    if block.get("type") == "card":
        candidates += block.get("actions") or []
    candidates += [block.get("accessory"), block.get("element")]
    return [item for item in candidates if isinstance(item, dict) and item.get("type") != "image"]


def _element_problems(element: Json) -> Iterator[str]:
    kind = element.get("type")
    yield from _too_long(str(element.get("action_id", "")), 255, "action_id")
    yield from _too_long(text_of(element.get("placeholder")), 150, "placeholder")
    if kind == "button":
        if not text_of(element.get("text")):
            yield "button without text"
        yield from _too_long(text_of(element.get("text")), 75, "button text")
        yield from _too_long(str(element.get("value", "")), 2000, "button value")
        yield from _too_long(str(element.get("url", "")), 3000, "button url")
    if kind == "plain_text_input":
        yield from _too_long(str(element.get("initial_value", "")), 3000, "initial_value")
    if kind in OPTIONS and not element.get("option_groups"):
        options = element.get("options") or []
        if not 1 <= len(options) <= OPTIONS[kind]:
            yield f"{kind} needs 1 to {OPTIONS[kind]} options"
        for option in options:
            yield from _too_long(text_of(option.get("text")), 75, "option text")
            yield from _too_long(str(option.get("value", "")), 150, "option value")
