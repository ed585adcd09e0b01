"""The plan as a Mermaid flowchart, for wikis and repositories that draw it."""

from __future__ import annotations

import re

from telephony.drawing.plan import BEGINNING, Box, Plan, Role

SHAPES = {Role.ASKS: ('["', '"]'), Role.PASSES: ('{{"', '"}}'), Role.PERSON: ('(["', '"])'), Role.ENDS: ('(["', '"])')}
# In a quoted label these mean something else than themselves.
_SPECIAL = re.compile(r"""["#&<>`\\|{}\[\]()]""")


def drawn(plan: Plan) -> str:
    ids = {box.name: f"n{number}" for number, box in enumerate(plan.boxes)}
    lines = ["flowchart LR"]
    lines += [f"  {ids[box.name]}{_shaped(box)}" for box in plan.boxes]
    for number, (label, name) in enumerate(plan.entries):
        lines.append(f'  e{number}(("{_plain(label)}")) --> {ids[name]}')
    for arrow in plan.arrows:
        label = f'|"{_plain(arrow.label)}"|' if arrow.label else ""
        lines.append(f"  {ids[arrow.source]} -->{label} {ids[arrow.target] if arrow.target is not None else 'b'}")
    if any(arrow.target is None for arrow in plan.arrows):
        lines.append(f'  b(("{BEGINNING}"))')
    return "\n".join(lines) + "\n"


def _shaped(box: Box) -> str:
    opening, closing = SHAPES[box.role]
    words = [_plain(box.name), _plain(box.kind) if box.kind != box.name else "", _plain(box.text)]
    return opening + "<br/>".join(filter(None, words)) + closing


def _plain(text: str) -> str:
    flat = " ".join(text.split())
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", flat)
