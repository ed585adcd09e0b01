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
        lines = [f"{'_'.join(str(step) for step in fault['loc']).upper()}: {fault['msg']}" for fault in error.errors()]
        raise Complaint("The settings are not usable:\n" + "\n".join(f"  {line}" for line in lines)) from error


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def show(text: str) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)


def show_fault(text: str) -> None:
    """Beside the result, for who looks."""
    Console(stderr=True, soft_wrap=True).print(text, style="yellow", markup=False, highlight=False)
