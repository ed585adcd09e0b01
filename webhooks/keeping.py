"""`offhook privacy hold`, `release`, `holds`, `evidence` and `erasures`: what is kept, and why."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from crm_core import agents, references
from crm_core.errors import NotFound
from crm_core.privacy import evidence, legal_holds
from crm_core.privacy.erasures import Erasure
from crm_core.privacy.replay import Erased
from webhooks.complaints import Complaint
from webhooks.serve import open_runtime, require_migrated
from webhooks.settings import Settings


async def hold(settings: Settings, ref: str, because: str) -> str:
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            await legal_holds.put(session, agents.SYSTEM, contact_id(ref), because, runtime.clock())
    return f"{ref} is under legal hold: nothing of theirs is erased until `offhook privacy release {ref}`."


async def release(settings: Settings, ref: str) -> str:
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            released = await legal_holds.release(session, agents.SYSTEM, contact_id(ref), runtime.clock())
    return f"{ref} is free again; the hold stood since {released.since:%Y-%m-%d}: {released.reason}."


async def list_holds(settings: Settings) -> str:
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            standing = await legal_holds.holds(session, agents.SYSTEM)
    lines = [f"{references.ref('contact', h.contact_id)}  since {h.since:%Y-%m-%d}  {h.reason}" for h in standing]
    return "\n".join(lines) or "Nobody is under legal hold."


async def show_evidence(settings: Settings, number: str) -> str:
    """Of people who were erased; of the others the contact itself shows it."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            kept = await evidence.evidence_for(session, agents.SYSTEM, number)
    if not kept:
        return "No evidence is kept for this number."
    told = [{**found.record, "keep_until": found.keep_until.isoformat()} for found in kept]
    return json.dumps(told, ensure_ascii=False, indent=2)


async def export_erasures(settings: Settings, file: Path) -> str:
    """To lie elsewhere than the backups: `offhook restore --erasures FILE` carries them out again."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            done = (await session.scalars(select(Erasure).order_by(Erasure.id))).all()
    rows = [{"contact": e.contact_id, "at": e.at.isoformat(), "by": e.actor_name} for e in done]
    await asyncio.to_thread(file.write_text, json.dumps(rows, indent=2), encoding="utf-8")
    return f"{file} names {len(rows)} erasures, by number and time alone."


def read_erasures(file: Path) -> list[Erased]:
    """Raises Complaint for what is no such list."""
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return [
            Erased(int(row["contact"]), datetime.fromisoformat(row["at"]).astimezone(UTC), str(row["by"]))
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Complaint(f"{file} is no list that `offhook privacy erasures` wrote.") from error


def contact_id(ref: str) -> int:
    """Raises NotFound."""
    parsed = references.parse(ref, "contact")
    if parsed is None or parsed[0] != "contact":
        raise NotFound("contact.unknown", ref=ref[:40])
    return parsed[1]
