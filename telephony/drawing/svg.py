"""The plan as an SVG picture that stands alone: no script, no font, no style sheet of somebody else's."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from telephony.drawing.layout import PORT, Cell, Layout, Line, entry_name, laid_out
from telephony.drawing.plan import Box, Plan, Role

MARGIN = 28.0
HEAD = 54.0
BOX_WIDTH, ENTRY_WIDTH = 216.0, 108.0
TEXT_LINE, LONGEST_LINE = 16.0, 31
LETTER = 6.4
"""How wide one is at most, in the size of the labels: nothing here knows a font's measures."""
CURVE = 64.0
# Fill and border.
COLOURS = {
    Role.ASKS: ("#eaf2fd", "#3b74c4"),
    Role.PASSES: ("#f4f4f5", "#8a8f98"),
    Role.PERSON: ("#e8f6ec", "#2f8f4e"),
    Role.ENDS: ("#fdf2e3", "#c4822a"),
}
FONT = "Helvetica, Arial, sans-serif"
INK, FAINT, WAY = "#1c2430", "#5c6673", "#6b7684"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Where each column begins, how wide its boxes are, and how wide the labels right of them."""

    x: list[float]
    widths: list[float]
    labels: list[float]

    def right(self, cell: Cell) -> float:
        return self.x[cell.column] + self.widths[cell.column]


def drawn(plan: Plan, title: str) -> bytes:
    texts = {box.name: textwrap.wrap(box.text, LONGEST_LINE) for box in plan.boxes}
    layout = laid_out(plan, {name: 50.0 + TEXT_LINE * len(lines) for name, lines in texts.items()})
    sheet = _sheet(layout)
    width = sheet.x[-1] + max(sheet.widths[-1] + sheet.labels[-1], BOX_WIDTH) + MARGIN
    height = max(cell.y + cell.height for column in layout.columns for cell in column) + HEAD + 2 * MARGIN
    root = Element("svg", xmlns="http://www.w3.org/2000/svg", width=_n(width), height=_n(height), role="img")
    root.set("viewBox", f"0 0 {_n(width)} {_n(height)}")
    root.set("font-family", FONT)
    SubElement(root, "title").text = title
    _arrowhead(root)
    SubElement(root, "rect", width="100%", height="100%", fill="#ffffff")
    _write(root, MARGIN, MARGIN + 6, title, size=17, weight="bold")
    note = f"From everywhere: 0 and three misunderstandings lead to {plan.rescue}, * repeats."
    _write(root, MARGIN, MARGIN + 28, note, size=12, fill=FAINT)
    page = SubElement(root, "g", transform=f"translate(0 {_n(HEAD + MARGIN)})")
    lines, labels = SubElement(page, "g"), SubElement(page, "g")
    for line, leaves, arrives in _ports(layout):
        _draw_line(lines, sheet, line, leaves, arrives)
        _draw_label(labels, sheet, line, leaves)
    boxes = {box.name: box for box in plan.boxes}
    entries = {entry_name(number): label for number, (label, _name) in enumerate(plan.entries)}
    for column in layout.columns:
        for cell in column:
            if cell.name in boxes:
                _draw_box(page, sheet, cell, boxes[cell.name], texts[cell.name])
            elif cell.name in entries:
                _draw_entry(page, sheet, cell, entries[cell.name])
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode").encode()


def _sheet(layout: Layout) -> _Sheet:
    widths = [ENTRY_WIDTH, *(BOX_WIDTH for _ in layout.columns[1:])]
    labels = [0.0 for _ in layout.columns]
    for line in layout.lines:
        column = line.cells[0].column
        labels[column] = max(labels[column], _label_width(line))
    x = [MARGIN]
    for width, label in zip(widths[:-1], labels[:-1], strict=True):
        x.append(x[-1] + width + label + CURVE)
    return _Sheet(x, widths, labels)


def _label_width(line: Line) -> float:
    return (len(line.label) + (len(line.target) + 3 if line.is_back else 0)) * LETTER + 22


def _ports(layout: Layout) -> list[tuple[Line, float, float]]:
    """Each line with the height at which it leaves and arrives, in the order in which it meets the others."""
    leaves: dict[int, float] = {}
    arrives: dict[int, float] = {}
    for column in layout.columns:
        for cell in column:
            if not cell.name:
                continue
            leaving = sorted(
                (line for line in layout.lines if line.cells[0] is cell),
                key=lambda line: (line.is_back, line.cells[-1].y if line.is_back else line.cells[1].middle),
            )
            for place, line in enumerate(leaving):
                leaves[id(line)] = cell.middle + (place - (len(leaving) - 1) / 2) * PORT
            arriving = sorted(
                (line for line in layout.lines if line.cells[-1] is cell and not line.is_back),
                key=lambda line: line.cells[-2].middle,
            )
            step = min(12.0, (cell.height - 12) / max(len(arriving), 1))
            for place, line in enumerate(arriving):
                arrives[id(line)] = cell.middle + (place - (len(arriving) - 1) / 2) * step
    return [(line, leaves[id(line)], arrives.get(id(line), 0.0)) for line in layout.lines]


def _draw_line(page: Element, sheet: _Sheet, line: Line, leaves: float, arrives: float) -> None:
    x = sheet.right(line.cells[0])
    path = f"M{_n(x)} {_n(leaves)}"
    if line.is_back:
        _stroke(page, f"{path}H{_n(x + 10)}")
        return
    y = leaves
    for near, cell in pairwise(line.cells):
        bends_at = sheet.right(near) + sheet.labels[near.column]
        is_last = cell is line.cells[-1]
        x, to_y = sheet.x[cell.column] - (6 if is_last else 0), arrives if is_last else cell.y
        bend = (x - bends_at) / 2
        path += f"H{_n(bends_at)}C{_n(bends_at + bend)} {_n(y)} {_n(x - bend)} {_n(to_y)} {_n(x)} {_n(to_y)}"
        y = to_y
    _stroke(page, path, marker="url(#head)")


def _draw_label(page: Element, sheet: _Sheet, line: Line, leaves: float) -> None:
    x = sheet.right(line.cells[0]) + 12
    if line.is_back:
        _write(page, x + 2, leaves + 4, f"{line.label} ↩ {line.target}".strip(), size=12, fill=FAINT)
    elif line.label:
        # First its halo, so that lines stop before the words.
        halo = _write(page, x, leaves + 4, line.label, size=12, fill="#ffffff")
        halo.set("stroke", "#ffffff")
        halo.set("stroke-width", "6")
        _write(page, x, leaves + 4, line.label, size=12)


def _draw_box(page: Element, sheet: _Sheet, cell: Cell, box: Box, lines: list[str]) -> None:
    fill, border = COLOURS[box.role]
    x = sheet.x[cell.column]
    is_end = box.role in {Role.PERSON, Role.ENDS}
    _rectangle(page, x, cell, BOX_WIDTH, fill, 18 if is_end else 7).set("stroke", border)
    top = cell.y + (cell.height - 34 - TEXT_LINE * len(lines)) / 2
    _write(page, x + 14, top + 10, box.kind, size=11, fill=border)
    _write(page, x + 14, top + 28, box.name, size=14, weight="bold")
    for number, line in enumerate(lines):
        _write(page, x + 14, top + 46 + TEXT_LINE * number, line, size=12, fill=FAINT)


def _draw_entry(page: Element, sheet: _Sheet, cell: Cell, label: str) -> None:
    x = sheet.x[cell.column]
    _rectangle(page, x, cell, ENTRY_WIDTH, INK, cell.height / 2)
    text = _write(page, x + ENTRY_WIDTH / 2, cell.middle + 4, label, size=12, fill="#ffffff")
    text.set("text-anchor", "middle")


def _arrowhead(root: Element) -> None:
    definitions = SubElement(root, "defs")
    head = SubElement(definitions, "marker", id="head", orient="auto", markerUnits="userSpaceOnUse", refX="2", refY="4")
    head.set("markerWidth", "8")
    head.set("markerHeight", "8")
    SubElement(head, "path", d="M0 0L8 4L0 8z", fill=WAY)


def _rectangle(page: Element, x: float, cell: Cell, width: float, fill: str, radius: float) -> Element:
    place = SubElement(page, "rect", x=_n(x), y=_n(cell.y), width=_n(width), height=_n(cell.height), fill=fill)
    place.set("rx", _n(radius))
    return place


def _stroke(page: Element, path: str, marker: str = "") -> None:
    line = SubElement(page, "path", d=path, fill="none", stroke=WAY)
    line.set("stroke-width", "1.4")
    if marker:
        line.set("marker-end", marker)


def _write(
    page: Element, x: float, y: float, words: str, *, size: int, fill: str = INK, weight: str = "normal"
) -> Element:
    text = SubElement(page, "text", x=_n(x), y=_n(y), fill=fill)
    text.set("font-size", str(size))
    text.set("font-weight", weight)
    text.text = words
    return text


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
