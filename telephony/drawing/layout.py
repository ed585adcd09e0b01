"""Where the boxes of a plan stand: in columns, so that every drawn line leads from left to right.

A way back, or to a box in the same column, is no line: its name at the end of the label says where it goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from telephony.drawing.plan import BEGINNING, Plan

SWEEPS = 12
GAP = 26.0
PORT = 22.0
"""Between two lines that leave or reach the same box."""


@dataclass(slots=True)
class Cell:
    """A box or an entry; or, with a height of nothing, the place where a long line passes a column."""

    name: str
    column: int
    height: float
    y: float = 0.0
    before: list[Cell] = field(default_factory=list)
    behind: list[Cell] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Line:
    """Through the cells from left to right. Without `cells` behind the first it is a way back to `target`."""

    label: str
    target: str
    cells: list[Cell]

    @property
    def is_back(self) -> bool:
        return len(self.cells) == 1


@dataclass(frozen=True, slots=True)
class Layout:
    """`columns` from left to right, each from top to bottom; the first holds the entries."""

    columns: list[list[Cell]]
    lines: list[Line]


def entry_name(number: int) -> str:
    """A name that no box has: keys of the company file are never empty."""
    return f"\x00{number}"


def laid_out(plan: Plan, heights: Mapping[str, float]) -> Layout:
    """`heights` by box, without the room that its lines need."""
    leading = {box.name: plan.leading_from(box.name) for box in plan.boxes}
    columns_of = _columns_of(plan)
    cells = {
        name: Cell(name, column, max(heights.get(name, PORT), PORT * (len(leading.get(name, [])) + 1)))
        for name, column in columns_of.items()
    }
    columns: list[list[Cell]] = [[] for _ in range(max(columns_of.values()) + 1)]
    for cell in cells.values():
        columns[cell.column].append(cell)
    lines = []
    for number, (_label, name) in enumerate(plan.entries):
        lines.append(Line("", name, _chain(cells[entry_name(number)], cells[name], columns)))
    for box in plan.boxes:
        for arrow in leading[box.name]:
            source = cells[arrow.source]
            target = cells[arrow.target] if arrow.target is not None else source
            chain = _chain(source, target, columns) if target.column > source.column else [source]
            lines.append(Line(arrow.label, arrow.target or BEGINNING, chain))
    _order(columns)
    _stand(columns)
    return Layout(columns, lines)


def _columns_of(plan: Plan) -> dict[str, int]:
    """One right of the rightmost box that leads there, ways back not counted."""
    columns = {entry_name(number): 0 for number in range(len(plan.entries))}
    under_way: set[str] = set()

    def visit(name: str, column: int) -> None:
        if name in under_way or columns.get(name, 0) >= column:
            return
        columns[name] = column
        under_way.add(name)
        for arrow in plan.leading_from(name):
            if arrow.target is not None:
                visit(arrow.target, column + 1)
        under_way.discard(name)

    for _label, name in plan.entries:
        visit(name, 1)
    kept = {column: place for place, column in enumerate(sorted(set(columns.values())))}
    return {name: kept[column] for name, column in columns.items()}


def _chain(source: Cell, target: Cell, columns: list[list[Cell]]) -> list[Cell]:
    chain = [source]
    for column in range(source.column + 1, target.column):
        passing = Cell("", column, 0.0)
        columns[column].append(passing)
        chain.append(passing)
    chain.append(target)
    for left, right in pairwise(chain):
        left.behind.append(right)
        right.before.append(left)
    return chain


def _order(columns: Sequence[list[Cell]]) -> None:
    """Near what they hang together with, so that few lines cross."""
    for column in columns:
        _number(column)
    for sweep in range(SWEEPS):
        forwards = sweep % 2 == 0
        for column in columns[1:] if forwards else list(columns[-2::-1]):
            # While they are ordered, `y` is the place in the column.
            column.sort(key=lambda cell: _mean([near.y for near in (cell.before if forwards else cell.behind)], cell.y))
            _number(column)


def _number(column: list[Cell]) -> None:
    for place, cell in enumerate(column):
        cell.y = float(place)


def _stand(columns: Sequence[list[Cell]]) -> None:
    """As high as their neighbours, and never on one another."""
    for column in columns:
        y = 0.0
        for cell in column:
            cell.y = y
            y += cell.height + GAP
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 else columns[::-1]:
            wanted = [
                _mean([near.middle for near in (*cell.before, *cell.behind)], cell.middle) - cell.height / 2
                for cell in column
            ]
            for cell, y in zip(column, _apart(column, wanted), strict=True):
                cell.y = y
    top = min((cell.y for column in columns for cell in column), default=0.0)
    for column in columns:
        for cell in column:
            cell.y -= top


def _apart(column: list[Cell], wanted: list[float]) -> list[float]:
    """Between what comes out pushing downwards and what comes out pushing upwards; both keep the order and the gaps."""
    steps = [cell.height + GAP for cell in column]
    down = list(wanted)
    for index in range(1, len(down)):
        down[index] = max(down[index], down[index - 1] + steps[index - 1])
    up = list(wanted)
    for index in range(len(up) - 2, -1, -1):
        up[index] = min(up[index], up[index + 1] - steps[index])
    return [(low + high) / 2 for low, high in zip(down, up, strict=True)]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
