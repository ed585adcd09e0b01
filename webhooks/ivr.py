"""The phone menu for people: as a tree in the terminal, and as drawings in files."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text
from rich.tree import Tree

from crm_core.company import Company, read_company
from telephony.drawing import mermaid, svg
from telephony.drawing.plan import BEGINNING, Box, Plan, Role, plan_of
from webhooks.complaints import Complaint
from webhooks.settings import Settings

COLOURS = {Role.ASKS: "blue", Role.PASSES: "bright_black", Role.PERSON: "green", Role.ENDS: "yellow"}


def show(settings: Settings, language: str | None, mermaid_file: Path | None, svg_file: Path | None) -> Tree:
    """Needs no database. Raises CompanyFileError, and Complaint for what is not spoken or cannot be written."""
    company = read_company(settings.offhook_config)
    if language is not None and language not in company.languages:
        raise Complaint(f"{language} is not among the languages of offhook.yml: {', '.join(company.languages)}.")
    plan = plan_of(company.phone, language or company.language)
    title = _title(company)
    if mermaid_file is not None:
        _write(mermaid_file, mermaid.drawn(plan).encode())
    if svg_file is not None:
        _write(svg_file, svg.drawn(plan, title))
    return tree(plan, title)


def tree(plan: Plan, title: str) -> Tree:
    """Each node is told once, where it is met first; elsewhere only its name."""
    root = Tree(Text(title, style="bold"))
    boxes = {box.name: box for box in plan.boxes}
    told: set[str] = set()
    for label, name in plan.entries:
        _grow(root, plan, boxes, told, label, name)
    root.add(Text(f"0 and three misunderstandings lead to {plan.rescue}, * repeats", style="dim"))
    return root


def _grow(above: Tree, plan: Plan, boxes: dict[str, Box], told: set[str], label: str, name: str | None) -> None:
    line = Text(f"{label} → " if label else "→ ")
    if name is None or name in told:
        line.append(name or BEGINNING, style="dim")
        above.add(line)
        return
    told.add(name)
    box = boxes[name]
    line.append(name, style=f"bold {COLOURS[box.role]}")
    if box.kind != name:
        line.append(f"  {box.kind}", style=COLOURS[box.role])
    if box.text:
        line.append(f"  {box.text}", style="dim")
    below = above.add(line)
    for arrow in plan.leading_from(name):
        _grow(below, plan, boxes, told, arrow.label, arrow.target)


def _title(company: Company) -> str:
    return f"{company.name} · {company.phone.number}"


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Complaint(f"{file} cannot be written: {error.strerror}.") from error
