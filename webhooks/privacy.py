"""`offhook privacy`: what is known of a person, as JSON or as a page to hand over; and to be forgotten."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from crm_core import agents, files
from crm_core.message import say
from crm_core.privacy.privacy import erase as erase_person
from crm_core.privacy.privacy import known_of
from intents import catalogue
from webhooks.complaints import Complaint
from webhooks.files import fetched, store_of
from webhooks.keeping import contact_id
from webhooks.runtime import Runtime
from webhooks.serve import open_runtime, require_migrated
from webhooks.settings import Settings

TEMPLATES = Path(__file__).parent / "console" / "templates"

Known = dict[str, list[dict[str, Any]]]


async def export(settings: Settings, ref: str, file: Path) -> str:
    """HTML for a file of that name, else JSON. Raises NotFound."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            known = await known_of(session, agents.SYSTEM, contact_id(ref))
        written = await _write_files(runtime, [int(row["id"]) for row in known["file"]], file)
        text = _page(runtime, ref, known) if file.suffix in {".html", ".htm"} else _json(known)
    await asyncio.to_thread(file.write_text, text, encoding="utf-8")
    beside = f" {written} files lie in {_folder(file)}." if written else ""
    return f"{file} holds {sum(map(len, known.values())):,} rows about {ref}.{beside}"


async def erase(settings: Settings, ref: str, *, confirmed: bool) -> str:
    """Raises Complaint without a confirmation: it cannot be undone."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            person = contact_id(ref)
            if not confirmed:
                known = await known_of(session, agents.SYSTEM, person)
                counted = ", ".join(f"{name} {len(rows)}" for name, rows in known.items() if rows)
                raise Complaint(f"This erases {ref} for good ({counted}). Say it again with --yes.")
            done = await erase_person(session, agents.SYSTEM, person, runtime.clock())
    left = "\n".join(f"  {line}" for line in done.elsewhere)
    return f"{ref} is erased: {sum(done.rows.values()):,} rows. What Offhook cannot reach:\n{left}"


async def _write_files(runtime: Runtime, ids: list[int], file: Path) -> int:
    """Beside the export: `F-3 photo.jpg`."""
    async with store_of(runtime) as store:
        for file_id in ids:
            async with runtime.database.transaction() as session:
                found, data = await files.read(session, agents.SYSTEM, file_id)
            await asyncio.to_thread(_folder(file).mkdir, exist_ok=True)
            content = data if data is not None else await fetched(store, found)
            await asyncio.to_thread((_folder(file) / f"{found.ref} {found.name}").write_bytes, content)
    return len(ids)


def _folder(file: Path) -> Path:
    return file.with_name(f"{file.name}.files")


def _page(runtime: Runtime, ref: str, known: Known) -> str:
    """In the person's own language where it is one of the house's."""
    spoken = known["contact"][0]["language"] if known["contact"] else None
    language = spoken if spoken in runtime.company.languages else runtime.company.language
    zone = runtime.company.zone

    def text(id: str, **values: str) -> str:
        return catalogue.render(say(id, **values), language, zone)

    sections = [(text(f"privacy.{name}"), rows) for name, rows in known.items() if rows]
    template = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).get_template("person.html")
    return template.render(
        language=language,
        title=text("privacy.title", ref=ref, company=runtime.company.name),
        intro=text("privacy.intro"),
        sections=[(heading, [_readable(row) for row in rows]) for heading, rows in sections],
    )


def _json(known: Known) -> str:
    readable = {name: [_readable(row) for row in rows] for name, rows in known.items()}
    return json.dumps(readable, ensure_ascii=False, indent=2)


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                return base64.b64encode(value).decode()
        case _:
            return value
