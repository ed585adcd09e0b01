"""Checks one call of Slack's Web API against its published schema and the documented limits."""

import functools
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from tests.contracts.location import contracts_directory, load

Json = dict[str, Any]

# What the documentation limits and the schemas do not: (what holds the text, its key) -> longest.
LONGEST = {
    ("section", "text"): 3000,
    ("section", "fields"): 2000,
    ("header", "text"): 150,
    ("button", "text"): 75,
    ("button", "value"): 2000,
    ("option", "text"): 75,
    ("option", "value"): 150,
    ("view", "title"): 24,
    ("view", "submit"): 24,
    ("view", "close"): 24,
    ("view", "private_metadata"): 3000,
    ("card", "title"): 150,
    ("card", "subtitle"): 150,
    ("card", "body"): 200,
}
MOST = {
    ("actions", "elements"): 25,
    ("context", "elements"): 10,
    ("section", "fields"): 10,
    ("overflow", "options"): 5,
    ("static_select", "options"): 100,
    ("multi_static_select", "options"): 100,
    ("table", "rows"): 100,
}
# Newer than the published types.
UNPUBLISHED_BLOCKS = {"data_visualization"}
RESPONSE_URL_ARGUMENTS = {
    "text",
    "blocks",
    "attachments",
    "response_type",
    "replace_original",
    "delete_original",
    "thread_ts",
    "unfurl_links",
    "unfurl_media",
    "metadata",
}


def check(method: str, arguments: Json) -> list[str]:
    """Violations of a Web API call, or of an answer to a response_url (method "response_url")."""
    found = list(_response_url(arguments)) if method == "response_url" else _schema_violations(method, arguments)
    if isinstance(arguments.get("blocks"), list):
        found += _blocks(arguments["blocks"], most=50, in_message=True)
    if isinstance(arguments.get("view"), dict):
        found += _view(arguments["view"])
    if len(str(arguments.get("text") or "")) > 40_000:
        found.append("text: longer than 40000 characters")
    return found


def check_event(kind: str, event: Json) -> list[str]:
    """Violations of an inbound event; `kind` as the contract names it, for example AppMentionEvent."""
    schema = {**load("slack/events.schema.json"), "$ref": f"#/definitions/{kind}"}
    return [line for problem in Draft7Validator(schema).iter_errors(event) for line in _explained(problem, kind)]


def _schema_violations(method: str, arguments: Json) -> list[str]:
    name = "".join(part[:1].upper() + part[1:] for part in method.split("."))
    path = f"slack/web-api/{name}.schema.json"
    if "." not in method or not (contracts_directory() / path).is_file():
        return [f"{method}: no such method in the contract"]
    return _violations(path, _with_booleans(arguments, load(path)), method)


@functools.cache
def _validator(path: str) -> Draft7Validator:
    return Draft7Validator(load(path))


def _violations(path: str, value: Any, where: str) -> list[str]:
    return [line for problem in _validator(path).iter_errors(value) for line in _explained(problem, where)]


def _explained(problem: ValidationError, where: str) -> list[str]:
    """Of alternatives, what is wrong with the one that comes closest: its type fits and it has the fewest errors."""
    branches: dict[object, list[ValidationError]] = {}
    for inner in problem.context or []:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    if branches:
        closest = min(branches.values(), key=lambda errors: (_other_type(errors), len(errors)))
        return [line for inner in closest for line in _explained(inner, where)]
    at = "".join(f"[{step!r}]" for step in problem.absolute_path)
    return [f"{where}{at}: {problem.message[:300]}"]


def _other_type(errors: list[ValidationError]) -> bool:
    return any(error.validator in ("const", "not") for error in errors)


def _with_booleans(arguments: Json, schema: Json) -> Json:
    """Outside JSON the SDK sends booleans as "1" and "0": read as booleans where the schema wants one."""
    flags: set[str] = set()
    for definition in schema["definitions"].values():
        for alternative in definition.get("anyOf", [definition]):
            properties = alternative.get("properties", {})
            flags |= {key for key, shape in properties.items() if shape.get("type") == "boolean"}
    written = {"1": True, "true": True, "0": False, "false": False}
    return {k: written.get(v, v) if k in flags and isinstance(v, str) else v for k, v in arguments.items()}


def _response_url(arguments: Json) -> Iterator[str]:
    for name in arguments.keys() - RESPONSE_URL_ARGUMENTS:
        yield f"response_url: unknown argument {name}"
    if arguments.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
        yield "response_url: response_type must be ephemeral or in_channel"
    if not arguments.get("delete_original") and not arguments.get("text") and not arguments.get("blocks"):
        yield "response_url: neither text nor blocks"


def _view(view: Json) -> list[str]:
    found = _violations("slack/view.schema.json", view, "view")
    found += _lengths(view, "view", "view")
    if isinstance(view.get("blocks"), list):
        found += _blocks(view["blocks"], most=100, in_message=False)
    return found


def _blocks(blocks: list[Any], *, most: int, in_message: bool) -> list[str]:
    found = [f"blocks: {len(blocks)} of them, at most {most} are allowed"] if len(blocks) > most else []
    kinds = [block.get("type") for block in blocks if isinstance(block, dict)]
    for position, block in enumerate(blocks):
        where = f"blocks[{position}]"
        if not isinstance(block, dict) or block.get("type") not in UNPUBLISHED_BLOCKS:
            found += _violations("slack/blocks.schema.json", [block], where)
        found += _walk(block, where)
    if in_message and "alert" in kinds:
        found.append("blocks: alert is for modals only")
    if kinds.count("data_visualization") > 2:
        found.append("blocks: more than 2 data_visualization")
    written = sum(len(str(b.get("text", ""))) for b in blocks if isinstance(b, dict) and b.get("type") == "markdown")
    if written > 12_000:
        found.append("blocks: markdown of more than 12000 characters")
    names = [block["block_id"] for block in blocks if isinstance(block, dict) and block.get("block_id")]
    return found + [
        f"blocks: block_id {name} is used twice" for name in sorted({n for n in names if names.count(n) > 1})
    ]


def _walk(part: Any, where: str, kind: str = "") -> list[str]:
    if isinstance(part, list):
        return [line for position, item in enumerate(part) for line in _walk(item, f"{where}[{position}]", kind)]
    if not isinstance(part, dict):
        return []
    found = _lengths(part, str(part.get("type") or kind), where)
    for key, inner in part.items():
        found += _walk(inner, f"{where}.{key}", "option" if key in ("options", "initial_option") else "")
    return found


def _lengths(part: Json, kind: str, where: str) -> list[str]:
    found = []
    for (holder, key), longest in LONGEST.items():
        texts = part.get(key) if isinstance(part.get(key), list) else [part.get(key)]
        if holder == kind:
            found += [f"{where}.{key}: longer than {longest}" for text in texts or [] if _length(text) > longest]
    for (holder, key), most in MOST.items():
        if holder == kind and len(part.get(key) or []) > most:
            found.append(f"{where}.{key}: more than {most}")
    if kind in ("table", "data_table") and any(len(row) > 20 for row in part.get("rows") or []):
        found.append(f"{where}.rows: more than 20 cells in a row")
    if kind == "button" and not _length(part.get("text")):
        found.append(f"{where}.text: a button needs a text")
    if kind == "section" and part.get("text") is not None and not _length(part["text"]):
        found.append(f"{where}.text: empty")
    if kind == "actions" and not part.get("elements"):
        found.append(f"{where}.elements: empty")
    names = [str(e["action_id"]) for e in part.get("elements") or [] if isinstance(e, dict) and e.get("action_id")]
    return found + [
        f"{where}: action_id {name} is used twice" for name in sorted({n for n in names if names.count(n) > 1})
    ]


def _length(text: Any) -> int:
    return len(str(text.get("text", ""))) if isinstance(text, dict) else len(text) if isinstance(text, str) else 0
