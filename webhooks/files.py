"""`offhook files`: attach a file to a record, list what is there, get one out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from crm_core import agents, files, references
from crm_core.errors import NotFound
from crm_core.files import File
from webhooks import s3
from webhooks.complaints import Complaint
from webhooks.runtime import Runtime
from webhooks.s3 import S3Store, StoreFault
from webhooks.serve import open_runtime, require_migrated
from webhooks.settings import Settings


async def attach(settings: Settings, ref: str, path: Path) -> str:
    """Raises NotFound, Invalid, and Complaint for a file that cannot be read."""
    kind, record_id = _record(ref)
    try:
        data = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise Complaint(f"{path} cannot be read: {error.strerror}.") from error
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            file = await files.attach(session, agents.SYSTEM, kind, record_id, path.name, data, runtime.clock())
    return f"{file.name} is {file.ref} on {ref} ({file.media_type}, {files.shown_size(file.size)})."


async def list_files(settings: Settings, ref: str) -> str:
    kind, record_id = _record(ref)
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            found = await files.files_of(session, agents.SYSTEM, kind, record_id)
    lines = [f"{f.ref:8} {files.shown_size(f.size):>8}  {f.media_type:24} {f.name}" for f in found]
    return "\n".join(lines) or f"{ref} has no files."


async def get(settings: Settings, ref: str, out: Path) -> str:
    """Raises NotFound, and Complaint for a file that is there already."""
    parsed = references.parse(ref, "file")
    if parsed is None or parsed[0] != "file":
        raise NotFound("file.unknown", ref=ref[:40])
    if await asyncio.to_thread(out.exists):
        raise Complaint(f"{out} is there already; nothing is overwritten.")
    async with open_runtime(settings) as runtime, store_of(runtime) as store:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            file, data = await files.read(session, agents.SYSTEM, parsed[1])
        if data is None:
            data = await fetched(store, file)
    await asyncio.to_thread(out.write_bytes, data)
    return f"{out} is {file.ref}, {file.name} ({file.media_type}, {files.shown_size(file.size)})."


@asynccontextmanager
async def store_of(runtime: Runtime) -> AsyncIterator[S3Store | None]:
    store = s3.open_store(runtime.settings, runtime.clock)
    try:
        yield store
    finally:
        if store is not None:
            await store.close()


async def fetched(store: S3Store | None, file: File) -> bytes:
    """Raises Complaint when the store does not give it."""
    if store is None:
        raise Complaint(f"{file.ref} lies in the S3 store: set OFFHOOK_S3_ENDPOINT and what belongs to it.")
    try:
        data = await store.get(file.sha256)
    except StoreFault as fault:
        raise Complaint(f"{file.ref}: {fault}.") from fault
    if data is None:
        raise Complaint(f"{file.ref} is not in the S3 store, or is not what was put there.")
    return data


def _record(ref: str) -> tuple[str, int]:
    """Raises NotFound."""
    parsed = references.parse(ref)
    if parsed is None:
        raise NotFound("record.unknown", ref=ref[:40])
    return parsed
