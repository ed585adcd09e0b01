"""`offhook quote`: a quote as a page in a file."""

from __future__ import annotations

import asyncio
from pathlib import Path

from crm_core import references
from crm_core.agents import SYSTEM
from crm_core.errors import NotFound
from webhooks.quote_page import drawn
from webhooks.serve import open_runtime, require_migrated
from webhooks.settings import Settings


async def write(settings: Settings, ref: str, file: Path) -> str:
    """Raises NotFound."""
    parsed = references.parse(ref, "quote")
    if parsed is None or parsed[0] != "quote":
        raise NotFound("quote.unknown", ref=ref[:40])
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            document = await drawn(session, SYSTEM, runtime, parsed[1], runtime.clock())
    await asyncio.to_thread(file.write_text, document.html, encoding="utf-8")
    return f"{file} is {references.ref(*parsed)}. Open it in a browser and print it to PDF."
