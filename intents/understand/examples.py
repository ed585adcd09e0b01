"""Utterances that show an intent: from Rasa training data (YAML 3.1), or from a table of text, intent and split."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML was built without libyaml.
    from yaml import SafeLoader  # type: ignore[assignment]

from crm_core.errors import Invalid, NotFound

# What Rasa calls the intent of utterances that ask for nothing we do.
OUT_OF_SCOPE = "out_of_scope"
TRAINING = Path(__file__).parent.parent / "training"
_MARK = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
_COLUMNS = ("text", "intent", "split")


@dataclass(frozen=True, slots=True)
class Example:
    """`values` are the places of the tokens (`intents.understand.gist.tokens`) that belong to an argument."""

    text: str
    intent: str
    values: tuple[int, ...] = ()


def read_folder(folder: Path) -> list[Example]:
    """As they are said. Raises as `read_marked` does."""
    return [Example(unmarked(example.text), example.intent) for example in read_marked(folder)]


def read_marked(folder: Path) -> list[Example]:
    """Of every file below. Raises NotFound where there is none, Invalid for one that is no training data."""
    files = sorted(folder.rglob("*.yml"))
    examples = [example for file in files for example in read_file(file)]
    if not examples:
        raise NotFound("nlu.no-examples", folder=str(folder))
    return examples


def read_file(file: Path) -> Iterator[Example]:
    """As they are marked. Raises Invalid."""
    for intent, text in read_blocks(file, "intent"):
        yield Example(text, intent)


def read_blocks(file: Path, kind: str) -> Iterator[tuple[str, str]]:
    """What the blocks of a kind (`intent`, `synonym`, `lookup`) are called, and each of their lines. Raises Invalid."""
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=SafeLoader)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Invalid("nlu.unreadable", file=str(file), because=" ".join(str(error).split())) from error
    blocks = content.get("nlu") if isinstance(content, dict) else None
    if not isinstance(blocks, list):
        raise Invalid("nlu.no-training-data", file=str(file))
    for block in blocks:
        if isinstance(block, dict) and kind in block:
            yield from _read_block(file, block, kind)


def _read_block(file: Path, block: dict[str, Any], kind: str) -> Iterator[tuple[str, str]]:
    name, lines = block[kind], block.get("examples")
    if not isinstance(name, str) or not isinstance(lines, str):
        raise Invalid("nlu.no-examples-of", file=str(file), intent=str(name))
    for line in lines.splitlines():
        item = line.strip()
        if not item:
            continue
        if not item.startswith("- "):
            raise Invalid("nlu.no-list-item", file=str(file), intent=name, line=item)
        yield name, item[2:].strip()


def unmarked(text: str) -> str:
    """`close T-7` of `close [T-7](ticket)`."""
    return _MARK.sub(r"\1", text)


def read_table(file: Path) -> dict[str, list[Example]]:
    """The examples of each split. Raises Invalid."""
    splits: dict[str, list[Example]] = {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            table = csv.DictReader(stream)
            missing = [column for column in _COLUMNS if column not in (table.fieldnames or ())]
            if missing:
                raise Invalid("nlu.no-column", file=str(file), column=missing[0])
            for row in table:
                text, intent, split = (row[column] for column in _COLUMNS)
                if not text or not text.strip() or not intent or not split:
                    raise Invalid("nlu.empty-cell", file=str(file), line=table.line_num)
                splits.setdefault(split, []).append(Example(text, intent))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Invalid("nlu.unreadable", file=str(file), because=str(error)) from error
    return splits


def split_of(splits: dict[str, list[Example]], name: str) -> list[Example]:
    """Raises NotFound, naming those that there are."""
    if name not in splits:
        raise NotFound("nlu.no-split", split=name, splits=", ".join(sorted(splits)) or "–")
    return splits[name]
