"""YAML as Rasa reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml


class Lines(str):
    """Examples, one a line: written as a block, as Rasa's training data is."""

    __slots__ = ()

    def __new__(cls, lines: Iterable[str]) -> Lines:
        return super().__new__(cls, "".join(f"- {line}\n" for line in lines))


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _block(dumper: yaml.SafeDumper, lines: Lines) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(lines), style="|")


_Dumper.add_representer(Lines, _block)


def write(file: Path, content: Mapping[str, Any]) -> None:
    text = yaml.dump(dict(content), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    file.write_text(text, encoding="utf-8")
