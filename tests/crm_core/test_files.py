from __future__ import annotations

import hashlib
import io
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm_core import activity, files
from crm_core.agents import SYSTEM, Role
from crm_core.company import Company
from crm_core.company.keeping import Files
from crm_core.db import Database
from crm_core.errors import Invalid, NotAllowed, NotFound, Refused
from crm_core.file_types import media_type
from crm_core.files import CHUNK, File, FileBytes
from crm_core.privacy.privacy import erase, known_of
from crm_core.support import tickets
from tests import people
from tests.people import NOW

PDF = b"%PDF-1.7\n"


def _zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


WORD = {"[Content_Types].xml": b"<x/>", "word__document.xml": b"<x/>"}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0 jfif", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        ("Grüße; 1,2\n".encode(), "text/plain"),
        (_zip(**WORD), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (_zip(mimetype=b"application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument.text"),
        (_zip(**WORD, **{"word__vbaProject.bin": b"macro"}), None),
        (_zip(**{"run.exe": b"MZ"}), None),
        (b"PK\x03\x04 broken", None),
        (b"MZ\x90\x00", None),
        (b"\x7fELF\x02", None),
        (b"<html><script>", None),
        (b'\n <?xml version="1.0"?><svg onload="x">', None),
        (b"#!/bin/sh\nrm", None),
        (b"\xef\xbb\xbf<!DOCTYPE html>", None),
        (b"\x00\x01\x02", None),
        (b"........WEBP", "text/plain"),
    ],
)
def test_a_type_is_told_by_the_content(data: bytes, found: str | None) -> None:
    assert media_type(data) == found


@given(data=st.binary(max_size=300))
def test_whatever_comes_is_of_a_known_type_or_refused(data: bytes) -> None:
    found = media_type(data)
    assert found is None or "/" in found


async def test_a_file_is_kept_with_its_record_and_got_again(database: Database) -> None:
    data = PDF + bytes(range(256)) * (CHUNK // 256 * 2)
    async with database.transaction() as session:
        mira = people.as_actor(await people.add_agent(session))
        ticket = await tickets.open_ticket(session, mira, subject="Oven", now=NOW)
        file = await files.attach(session, mira, "ticket", ticket.id, r"C:\temp\..\offer.png", data, NOW)
        assert (file.name, file.media_type, file.size, file.created_by) == (
            "offer.png",
            "application/pdf",
            len(data),
            "Mira Okafor",
        )
    async with database.transaction() as session:
        found, read = await files.read(session, mira, file.id)
        assert (found.ref, read) == ("F-1", data)
        assert await session.scalar(select(func.count()).select_from(FileBytes)) == 3
        assert [f.id for f in await files.files_of(session, mira, "ticket", ticket.id)] == [file.id]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.booleans()), max_size=8))
async def test_bytes_are_there_once_as_long_as_a_file_has_them(
    database: Database, choices: list[tuple[str, bool]]
) -> None:
    """True attaches the content once more, False takes the oldest file with it away."""
    async with database.transaction() as session:
        greta = await people.add_contact(session, phone=None)
        kept: list[File] = []
        for text, is_added in choices:
            if is_added:
                kept.append(await files.attach(session, SYSTEM, "contact", greta.id, text, text.encode(), NOW))
            elif any(file.name == text for file in kept):
                gone = next(file for file in kept if file.name == text)
                kept.remove(gone)
                await files.remove(session, [gone.id], NOW)
            wanted = {hashlib.sha256(file.name.encode()).hexdigest() for file in kept}
            assert set(await session.scalars(select(FileBytes.sha256))) == wanted
        await files.remove(session, [file.id for file in kept], NOW)


async def test_what_is_not_kept_is_refused_with_a_reason(database: Database, company: Company) -> None:
    database.works_for(company.model_copy(update={"files": Files(largest="1 kB")}))
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        for data, id in ((b"", "file.empty"), (PDF * 200, "file.too-large"), (b"MZ\x00", "file.type-refused")):
            with pytest.raises(Invalid, match=id):
                await files.attach(session, SYSTEM, "contact", greta.id, "x.pdf", data, NOW)
        agent = await people.add_agent(session)
        with pytest.raises(Invalid, match="no-carrier"):
            await files.attach(session, SYSTEM, "agent", agent.id, "x.pdf", PDF, NOW)
        with pytest.raises(NotFound):
            await files.attach(session, SYSTEM, "ticket", 4711, "x.pdf", PDF, NOW)
        viewer = people.as_actor(await people.add_agent(session, "Vera", Role.VIEWER))
        with pytest.raises(NotAllowed):
            await files.attach(session, viewer, "contact", greta.id, "x.pdf", PDF, NOW)
        assert await session.scalar(select(func.count()).select_from(FileBytes)) == 0


async def test_undo_takes_the_file_and_never_the_record_of_another(database: Database) -> None:
    async with database.transaction() as session:
        mira = people.as_actor(await people.add_agent(session))
        ida = people.as_actor(await people.add_agent(session, "Ida"))
        ticket = await tickets.open_ticket(session, ida, subject="Oven", now=NOW)
        await files.attach(session, mira, "ticket", ticket.id, "x.pdf", PDF, NOW)
        with pytest.raises(Refused):
            await activity.undo(session, ida, NOW)
        await activity.undo(session, mira, NOW)
        assert await files.count_on(session, "ticket", ticket.id) == 0
        assert await session.scalar(select(func.count()).select_from(FileBytes)) == 0


async def test_files_of_a_person_are_told_and_erased_and_those_of_others_stay(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session)
        paul = await people.add_contact(session, "Paul Winter", "+493023125011")
        ticket = await tickets.open_ticket(session, SYSTEM, subject="Oven", contact_id=greta.id, now=NOW)
        await files.attach(session, SYSTEM, "ticket", ticket.id, "oven of greta.pdf", PDF + b"1", NOW)
        await files.attach(session, SYSTEM, "contact", greta.id, "shared.pdf", PDF, NOW)
        kept = await files.attach(session, SYSTEM, "contact", paul.id, "shared.pdf", PDF, NOW)
        left, digest = kept.id, kept.sha256
        known = await known_of(session, SYSTEM, greta.id)
        assert [row["name"] for row in known["file"]] == ["oven of greta.pdf", "shared.pdf"]
        done = await erase(session, SYSTEM, greta.id, NOW)
        assert done.rows["file"] == 2
        assert (await session.scalars(select(File.id))).all() == [left]
        assert (await session.scalars(select(FileBytes.sha256))).all() == [digest]
