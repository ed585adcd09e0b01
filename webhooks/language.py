"""What `offhook language check` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table

from intents.extensions import Fault, completeness
from intents.extensions.completeness import Part
from intents.extensions.languages import is_language
from webhooks.complaints import Complaint
from webhooks.serve import load_extensions
from webhooks.settings import Settings

_NAMED = 5


def check(settings: Settings, code: str, *, everything: bool, as_json: bool) -> bool:
    """Prints it; False where something is missing. Raises Complaint, CompanyFileError or CrmError."""
    if not is_language(code):
        raise Complaint(f"{code} is no language: use two letters such as fr, it or pt.")
    faults = load_extensions(settings)
    parts = completeness.parts(code)
    if as_json:
        sys.stdout.write(json.dumps(_figures(code, parts, faults), ensure_ascii=False) + "\n")
    else:
        _draw(code, parts, faults, None if everything else _NAMED)
    return not faults and not any(part.missing for part in parts)


def _figures(code: str, parts: Sequence[Part], faults: Sequence[Fault]) -> dict[str, Any]:
    return {
        "language": code,
        "wanted": sum(part.wanted for part in parts),
        "done": sum(part.done for part in parts),
        "parts": [
            {"name": part.name, "wanted": part.wanted, "done": part.done, "missing": part.missing} for part in parts
        ],
        "faults": [str(fault) for fault in faults],
        "notes": completeness.notes(code),
    }


def _draw(code: str, parts: Sequence[Part], faults: Sequence[Fault], most: int | None) -> None:
    console = Console(soft_wrap=True, highlight=False)
    whole = Part(f"all of {code}", sum(part.wanted for part in parts), [one for part in parts for one in part.missing])
    table = Table(box=SIMPLE, show_header=False)
    for part in (*parts, whole):
        bar = ProgressBar(total=max(part.wanted, 1), completed=part.done, width=24)
        table.add_row(part.name, bar, f"{part.done:,} of {part.wanted:,}")
    console.print(table)
    for part in parts:
        for one in part.missing[:most]:
            console.print(f"  {part.name}: {one}", markup=False)
        if most is not None and len(part.missing) > most:
            console.print(f"  {part.name}: and {len(part.missing) - most:,} more (--all)", style="dim", markup=False)
    for fault in faults:
        console.print(f"Wrong: {fault}", style="red", markup=False)
    for note in completeness.notes(code):
        console.print(note, style="dim", markup=False)
