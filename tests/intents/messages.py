"""Which catalogue entries the code speaks of, read from the code itself."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("crm_core", "intents", "bot", "telephony", "webhooks")
SPEAKERS = {"say", "reply", "Message", "CrmError", "NotFound", "Invalid", "NotAllowed", "Refused"}
# Not a parameter of the text, but of the call.
NO_PARAMETERS = {"shown", "voice"}
_ID = re.compile(r"[a-z]+(\.[a-z-]+)+")


@dataclass(frozen=True)
class Said:
    """One call that speaks: `pattern` matches its ids; `parameters` is None when they are passed on as `**more`."""

    where: str
    pattern: str
    parameters: frozenset[str] | None


@cache
def _sources() -> list[tuple[Path, ast.Module]]:
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def _pattern(node: ast.expr) -> str | None:
    """A regular expression for the value of a literal or of an f-string; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value) if _ID.fullmatch(node.value) else None
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in node.values]
        pattern = "".join(parts)
        return pattern if re.search(r"\\\.|-", pattern) and re.fullmatch(r"[a-z.+\\-]+", pattern) else None
    return None


def mentioned() -> set[str]:
    """Patterns of everything in the code that looks like an id."""
    found = (
        _pattern(node)
        for _path, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant | ast.JoinedStr)
    )
    return {pattern for pattern in found if pattern is not None}


@cache
def said() -> list[Said]:
    """Every call whose first argument is an id."""
    found = []
    for path, tree in _sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args or _name(node.func) not in SPEAKERS:
                continue
            pattern = _pattern(node.args[0])
            if pattern is not None:
                found.append(Said(f"{path.relative_to(ROOT)}:{node.lineno}", pattern, _parameters(node)))
    return found


def activity_verbs() -> set[str]:
    """`noun.past-participle` of every call that writes to the timeline."""
    verbs = set()
    for _path, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in {"record", "change", "created", "_change"}:
                verbs |= {
                    argument.value
                    for argument in node.args
                    if isinstance(argument, ast.Constant) and _ID.fullmatch(str(argument.value))
                }
    return {str(verb) for verb in verbs}


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _parameters(node: ast.Call) -> frozenset[str] | None:
    names = [keyword.arg for keyword in node.keywords]
    if len(node.args) > 1 and isinstance(node.args[1], ast.Dict):
        names += [str(key.value) for key in node.args[1].keys if isinstance(key, ast.Constant)]
    if None in names:
        return None
    return frozenset(str(name) for name in names) - NO_PARAMETERS
