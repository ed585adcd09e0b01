"""What a company adds of its own: folders that lie beside the company file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo

from crm_core.company.part import Part


def _beside(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str | Path) or not str(value).strip():
        raise ValueError("name a folder, seen from this file")
    base: Path = (info.context or {}).get("folder", Path())
    return base / Path(value).expanduser()


def _existing(value: object, info: ValidationInfo) -> Path:
    folder = _beside(value, info)
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")
    return folder


class Extensions(Part):
    """`training` may come to be later: `offhook nlu review` writes there what was labelled."""

    commands: Annotated[Path, BeforeValidator(_existing)] | None = None
    languages: Annotated[Path, BeforeValidator(_existing)] | None = None
    training: Annotated[Path, BeforeValidator(_beside)] | None = None
