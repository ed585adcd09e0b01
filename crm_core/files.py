"""Files: a name and a type on a record. The bytes are kept once, however many records have them."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath, PureWindowsPath
from typing import Protocol, cast

from sqlalchemy import Index, LargeBinary, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, cards, file_types, outbox, references, rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.db import Base, BigId, Record
from crm_core.errors import Invalid
from crm_core.outbox import EffectKind

CHUNK = 256 * 1024
LONGEST_NAME = 200
CARRIERS = frozenset({"contact", "ticket", "deal", "task"})


class Store(Protocol):
    """Where contents lie that are not in the database, by their digest. None for one that is not there."""

    async def get(self, digest: str) -> bytes | None: ...


class File(Record):
    """`kind` and `record_id` name what it belongs to. `media_type` is what its bytes are, whatever its name says."""

    __tablename__ = "file"

    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    record_id: Mapped[int] = mapped_column(BigId)
    created_by: Mapped[str]
    __table_args__ = (Index("ix_file_record", "kind", "record_id", "id"), {"sqlite_autoincrement": True})

    @property
    def ref(self) -> str:
        return references.ref("file", self.id)


class FileBytes(Base):
    """A piece of a content. None of them is here once the content was carried to the S3 store."""

    __tablename__ = "file_bytes"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    # So that a backup holds a few megabytes in memory and not a few hundred.
    __table_args__ = ({"info": {"batch": 16}},)


async def attach(
    session: AsyncSession, actor: Actor, kind: str, record_id: int, name: str, data: bytes, now: datetime
) -> File:
    """Raises NotFound for the record, Invalid for what is empty, too large or of a type that is not taken."""
    rights.require(actor, "file.attach")
    if kind not in CARRIERS:
        raise Invalid("file.no-carrier", ref=references.ref(kind, record_id))
    carrier = await references.lock(session, kind, record_id)
    clean = _clean(name)
    media_type = _checked(session, clean, data)
    digest = hashlib.sha256(data).hexdigest()
    # Each content once: what has a file already is here or in the store.
    if not await is_wanted(session, digest):
        await keep(session, digest, data, now)
    file = File(
        name=clean,
        media_type=media_type,
        size=len(data),
        sha256=digest,
        kind=kind,
        record_id=record_id,
        created_by=actor.name,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(file)
    # Undoing the opening of a record that has a file since would take the file with it.
    carrier.version += 1
    carrier.updated_at = now
    await session.flush()
    await activity.created(session, actor, file, "file.attached", now)
    await cards.refresh(session, kind, record_id, now)
    return file


async def files_of(session: AsyncSession, actor: Actor, kind: str, record_id: int) -> Sequence[File]:
    """Newest first. Raises NotFound for the record."""
    rights.require(actor, "file.read")
    await references.read(session, kind, record_id)
    return await on(session, kind, record_id)


async def on(session: AsyncSession, kind: str, record_id: int) -> Sequence[File]:
    found = await session.scalars(
        select(File).where(File.kind == kind, File.record_id == record_id).order_by(File.id.desc()).limit(50)
    )
    return found.all()


async def count_on(session: AsyncSession, kind: str, record_id: int) -> int:
    query = select(func.count()).select_from(File).where(File.kind == kind, File.record_id == record_id)
    return await session.scalar(query) or 0


async def read(session: AsyncSession, actor: Actor, file_id: int) -> tuple[File, bytes | None]:
    """None for the bytes when they lie in the S3 store. Raises NotFound."""
    rights.require(actor, "file.read")
    file = cast("File", await references.read(session, "file", file_id))
    return file, await content(session, file.sha256)


async def content(session: AsyncSession, digest: str) -> bytes | None:
    parts = (
        await session.scalars(select(FileBytes.data).where(FileBytes.sha256 == digest).order_by(FileBytes.part))
    ).all()
    return b"".join(parts) if parts else None


async def is_wanted(session: AsyncSession, digest: str) -> bool:
    return await session.scalar(select(File.id).where(File.sha256 == digest).limit(1)) is not None


async def let_go(session: AsyncSession, digest: str) -> None:
    """The bytes lie elsewhere now, or belong to nothing."""
    await session.execute(delete(FileBytes).where(FileBytes.sha256 == digest))


async def remove(session: AsyncSession, ids: Sequence[int], now: datetime) -> None:
    """Of a person who is erased or a record that falls to retention."""
    digests = set(await session.scalars(select(File.sha256).where(File.id.in_(ids))))
    await session.execute(delete(File).where(File.id.in_(ids)))
    for digest in sorted(digests):
        await _forget_unless_wanted(session, digest, now)


async def remove_parts(session: AsyncSession, file_id: int) -> None:
    """Before undo deletes the row itself."""
    file = await session.get(File, file_id)
    if file is None:
        return
    others = select(File.id).where(File.sha256 == file.sha256, File.id != file_id).limit(1)
    if await session.scalar(others) is None:
        await _forget(session, file.sha256, file.created_at)
    await cards.refresh(session, file.kind, file.record_id, file.created_at)


async def _forget_unless_wanted(session: AsyncSession, digest: str, now: datetime) -> None:
    if not await is_wanted(session, digest):
        await _forget(session, digest, now)


async def _forget(session: AsyncSession, digest: str, now: datetime) -> None:
    here = select(FileBytes.part).where(FileBytes.sha256 == digest).limit(1)
    if await session.scalar(here) is None or company_of(session).files.storage == "s3":
        await outbox.enqueue(session, EffectKind.FORGET, f"s3:{digest}", {}, now)
    await let_go(session, digest)


async def keep(session: AsyncSession, digest: str, data: bytes, now: datetime) -> None:
    """They are here until the store has them, so that nothing is lost on the way."""
    pieces = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
    statement = outbox.insert_ignoring(session, FileBytes.__table__)
    await session.execute(statement, [{"sha256": digest, "part": n, "data": p} for n, p in enumerate(pieces)])
    if company_of(session).files.storage == "s3":
        await outbox.enqueue(session, EffectKind.STORE, f"s3:{digest}", {}, now)


async def elsewhere(session: AsyncSession) -> Sequence[str]:
    """The contents that lie in the store alone."""
    here = select(FileBytes.sha256).where(FileBytes.sha256 == File.sha256)
    found = await session.scalars(select(File.sha256).where(~here.exists()).distinct().order_by(File.sha256))
    return found.all()


def _checked(session: AsyncSession, name: str, data: bytes) -> str:
    largest = company_of(session).files.largest_bytes
    if not data:
        raise Invalid("file.empty", name=name)
    if len(data) > largest:
        raise Invalid("file.too-large", name=name, size=shown_size(len(data)), limit=shown_size(largest))
    found = file_types.media_type(data)
    if found is None:
        raise Invalid("file.type-refused", name=name)
    return found


def _clean(name: str) -> str:
    """Without folders and without what a terminal or a file system would obey."""
    last = PureWindowsPath(PurePath(name).name).name
    visible = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    return visible.strip(" .")[-LONGEST_NAME:] or "file"


def shown_size(size: int) -> str:
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
