"""The company file as YAML, and on which line of it everything stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode


@dataclass(frozen=True, slots=True)
class Place:
    """`path` as people read it: without steps that stand nowhere in the file."""

    line: int
    path: str


class Lines:
    """Raises yaml.YAMLError for what is no YAML."""

    def __init__(self, text: str) -> None:
        loader = yaml.SafeLoader(text)
        try:
            self._root = loader.get_single_node()
            self.doubled = list(_doubled(self._root, "", set())) if self._root is not None else []
            self.content: Any = loader.construct_document(self._root) if self._root is not None else None
        finally:
            loader.dispose()

    def place(self, path: Sequence[str | int]) -> Place:
        """Of the last step that stands in the file."""
        node, line = self._root, 1
        shown: list[str] = []
        for step in path:
            found = _step(node, step) if node is not None else None
            if found is not None:
                line, node = found
                shown.append(str(step))
        return Place(line, ".".join(shown))


def _step(node: Node, step: str | int) -> tuple[int, Node] | None:
    """The line on which a key or an entry begins, and what stands under it."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode) and key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        entry = node.value[step]
        return entry.start_mark.line + 1, entry
    return None


def _doubled(node: Node, path: str, seen: set[int]) -> Iterator[tuple[Place, int]]:
    """Keys that stand in one mapping twice, each with the line of the first: YAML would silently take the last."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, SequenceNode):
        for number, entry in enumerate(node.value):
            yield from _doubled(entry, f"{path}.{number}" if path else str(number), seen)
    if isinstance(node, MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                continue
            inner = f"{path}.{key.value}" if path else key.value
            line = key.start_mark.line + 1
            if key.value in first:
                yield Place(line, inner), first[key.value]
            first.setdefault(key.value, line)
            yield from _doubled(value, inner, seen)
