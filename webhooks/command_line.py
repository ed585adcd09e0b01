"""What every command of the terminal does: read the settings, run to the end, print."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from pydantic import ValidationError
from rich.console import Console

from webhooks.settings import Settings


def settings() -> Settings:
    """Raises Complaint."""
    from webhooks.complaints import Complaint

    try:
        return Settings()
    except ValidationError as error:
        # What is wrong with several together bears no name of its own.
        named = [("_".join(str(step) for step in fault["loc"]).upper(), fault["msg"]) for fault in error.errors()]
        lines = [f"  {name}: {said}" if name else f"  {said}" for name, said in named]
        raise Complaint("The settings are not usable:\n" + "\n".join(lines)) from error


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def show(text: str) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)


def show_fault(text: str) -> None:
    """Beside the result, for who looks."""
    Console(stderr=True, soft_wrap=True).print(text, style="yellow", markup=False, highlight=False)
