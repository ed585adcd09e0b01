"""Reading the company file; whatever is wrong in it is told with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from crm_core.company.file import Company
from crm_core.company.lines import Lines, Place
from crm_core.company.part import Fault, Mistake


class CompanyFileError(Exception):
    """The complaints, each with file and line, fit to print."""


def read_company(path: Path) -> Company:
    """Raises CompanyFileError."""
    try:
        lines = Lines(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CompanyFileError(f"{path}: there is no such file (OFFHOOK_CONFIG names it)") from error
    except UnicodeDecodeError as error:
        raise CompanyFileError(f"{path}: not readable as UTF-8: {error}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise CompanyFileError(f"{path}:{line}: not readable as YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise CompanyFileError(f"{path}: not readable as YAML: {error}") from error
    if lines.doubled:
        raise CompanyFileError(
            "\n".join(
                f"{path}:{place.line}: {place.path} is described twice, first on line {first}"
                for place, first in lines.doubled
            )
        )
    try:
        return Company.model_validate(lines.content, context={"folder": path.parent})
    except ValidationError as error:
        complaints = sorted(set(_complaints(error, lines)))
        raise CompanyFileError("\n".join(f"{path}:{line}: {text}" for line, text in complaints)) from error


def located(path: Path, faults: Iterable[Fault]) -> list[str]:
    """Each with file and line, of a file that was read before."""
    lines = Lines(path.read_text(encoding="utf-8"))
    return [f"{path}:{place.line}: {place.path}: {fault.text}" for place, fault in _placed(lines, faults)]


def _placed(lines: Lines, faults: Iterable[Fault]) -> list[tuple[Place, Fault]]:
    placed = [(lines.place(fault.at), fault) for fault in faults]
    return sorted(placed, key=lambda one: one[0].line)


def _complaints(error: ValidationError, lines: Lines) -> Iterator[tuple[int, str]]:
    """Line and text."""
    for found in error.errors():
        raised: Any = found.get("ctx", {}).get("error")
        if isinstance(raised, Mistake):
            for fault in raised.faults:
                place = lines.place((*found["loc"], *fault.at))
                yield place.line, f"{place.path or 'file'}: {fault.text}"
            continue
        place = lines.place(found["loc"])
        path = [place.path] if place.path else []
        missing = [str(found["loc"][-1])] if found["type"] == "missing" else []
        text = found["msg"].removeprefix("Value error, ")
        yield place.line, f"{'.'.join([*path, *missing]) or 'file'}: {text}"
