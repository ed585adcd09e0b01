from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.company import Company
from telephony.drawing import mermaid, svg
from telephony.drawing.layout import Cell, Layout, entry_name, laid_out
from telephony.drawing.plan import Arrow, Box, Plan, Role, plan_of
from tests.telephony.lines import line, text

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>alert("1")</script> & | #35; ]] }} -->'


def _hostile() -> Company:
    menu = {
        "do": "menu",
        "prompt": text(HOSTILE),
        "options": [{"key": "1", "goto": HOSTILE}, {"key": "2", "goto": "first"}],
    }
    return line({"first": menu, HOSTILE: {"do": "hang-up", "prompt": text(HOSTILE)}})


def _words(picture: bytes) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_everything_of_the_sample_line_is_in_the_picture(company: Company) -> None:
    plan = plan_of(company.phone, "en")
    words = _words(svg.drawn(plan, "Nordlicht"))
    for box in plan.boxes:
        assert box.name in words
        assert "".join(box.text.split()) in "".join("".join(words).split())
    for arrow in plan.arrows:
        assert any(arrow.label in said for said in words)
    assert {"open", "closed", "key 0"} <= set(words)


def test_no_text_breaks_out_of_the_picture() -> None:
    picture = svg.drawn(plan_of(_hostile().phone, "de"), HOSTILE)
    root = ElementTree.fromstring(picture)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "defs", "marker", "path", "rect", "g", "text")
    }
    assert HOSTILE in _words(picture)


def test_no_text_breaks_out_of_the_flowchart() -> None:
    chart = mermaid.drawn(plan_of(_hostile().phone, "de"))
    for chart_line in chart.splitlines()[1:]:
        assert re.fullmatch(
            r'  \w+(?:[\[({]{1,2}"[^"<>|]*(?:<br/>[^"<>|]*)*"[\])}]{1,2})?(?: -->(?:\|"[^"<>|]*"\|)? \w+)?', chart_line
        ), chart_line


def test_the_flowchart_of_a_small_line() -> None:
    nodes = {
        "first": {"do": "menu", "prompt": text("Taste 1?"), "options": [{"key": "1", "goto": "tickets"}]},
        "tickets": {"do": "my-tickets", "else": "voicemail"},
    }
    assert mermaid.drawn(plan_of(line(nodes).phone, "de")).splitlines() == [
        "flowchart LR",
        '  n0(["voicemail"])',
        '  n1["first<br/>menu<br/>Taste 1?"]',
        '  n2["tickets<br/>my-tickets"]',
        '  e0(("open, closed")) --> n1',
        '  e1(("key 0")) --> n0',
        '  n1 -->|"1"| n2',
        '  n2 -->|"1"| b',
        '  n2 -->|"no ticket"| n0',
        '  b(("beginning"))',
    ]


@st.composite
def _plans(draw: st.DrawFn) -> Plan:
    names = [f"n{number}" for number in range(draw(st.integers(1, 12)))]
    boxes = [Box(name, "menu", Role.ASKS, "x" * draw(st.integers(0, 110))) for name in names]
    pairs = draw(st.sets(st.tuples(st.sampled_from(names), st.sampled_from([*names, None])), max_size=24))
    arrows = [Arrow(source, target, draw(st.sampled_from(["", "1", "a long condition"]))) for source, target in pairs]
    reached = {"n0"}
    while more := {a.target for a in arrows if a.source in reached and a.target} - reached:
        reached |= more
    lost = [name for name in names if name not in reached]
    return Plan(boxes, arrows, [("open", "n0"), *(("closed", name) for name in lost)], "n0")


def _cells(layout: Layout) -> list[Cell]:
    return [cell for column in layout.columns for cell in column]


@given(_plans())
def test_nothing_lies_on_anything_else_and_every_line_leads_to_the_right(plan: Plan) -> None:
    layout = laid_out(plan, {box.name: 50.0 + len(box.text) for box in plan.boxes})
    drawn = [cell.name for cell in _cells(layout) if cell.name]
    assert sorted(drawn) == sorted([box.name for box in plan.boxes] + [entry_name(n) for n in range(len(plan.entries))])
    for column in layout.columns:
        for above, below in pairwise(column):
            assert above.y + above.height <= below.y + 0.001
    for one in layout.lines:
        assert [cell.column for cell in one.cells] == list(
            range(one.cells[0].column, one.cells[0].column + len(one.cells))
        )
    assert len(layout.lines) == len(plan.arrows) + len(plan.entries)
    ElementTree.fromstring(svg.drawn(plan, "A"))


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_long_prompt_is_cut(company: Company, language: str) -> None:
    plan = plan_of(company.phone, language)
    assert max(len(box.text) for box in plan.boxes) <= 110
