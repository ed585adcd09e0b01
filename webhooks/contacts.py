"""`offhook contacts import` and `export`: many contacts at once, from and to spreadsheets and vCards."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from rich.progress import Progress

from crm_core.agents import SYSTEM
from crm_core.company import Company
from crm_core.contacts import exports, imports, mapping, sheets, vcards
from crm_core.contacts.imports import Checked
from crm_core.contacts.row import Row
from crm_core.errors import CrmError
from crm_core.message import Message
from intents import catalogue
from webhooks.complaints import Complaint
from webhooks.runtime import Runtime
from webhooks.serve import open_runtime, require_migrated
from webhooks.settings import Settings

SHOWN = 5
ADDED = ["line", "what is wrong"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source:
    """What a file says. `raw`: the cells of each line, or the one card, by its number, as they stand there."""

    told: str
    headings: list[str]
    raw: dict[int, list[str]]
    rows: list[tuple[int, Row | Message]]


async def take_in(
    settings: Settings, file: Path, chosen: Sequence[str], *, confirmed: bool, update: bool, again: bool
) -> str:
    """Without `confirmed` it only tells what would happen. Raises Complaint for a file that is not there."""
    try:
        content = await asyncio.to_thread(file.read_bytes)
    except OSError as error:
        raise Complaint(f"{file} cannot be read: {error.strerror}.") from error
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        source = _read(runtime.company, file, content, dict(_pair(one) for one in chosen))
        checked = imports.check(runtime.company, [(line, row) for line, row in source.rows if isinstance(row, Row)])
        checked.bad += [(line, row) for line, row in source.rows if isinstance(row, Message)]
        checked.bad.sort(key=lambda one: one[0])
        said = [source.told] if source.told else []
        if checked.bad:
            said.append(await asyncio.to_thread(_write_refused, file, source, checked))
        good = [row for _, row in checked.good]
        if not confirmed:
            return "\n".join([*said, await _preview(runtime, good, update=update)])
        asked = f"{update}{sorted(chosen)}".encode()
        digest = hashlib.sha256(content + asked).hexdigest()
        said.append(await _carry_out(runtime, digest, good, update=update, again=again))
    return "\n".join(said)


async def hand_out(settings: Settings, file: Path, tag: str | None) -> str:
    """A page of vCards for FILE.vcf, else CSV."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        declared, count = runtime.company.contact_fields, 0
        is_cards = _holds_cards(file)
        with file.open("w", encoding="utf-8" if is_cards else "utf-8-sig", newline="") as out:
            if not is_cards:
                out.write(sheets.written([sheets.headings(declared)]))
            async with runtime.database.reading() as session:
                async for batch in exports.exported(session, SYSTEM, tag):
                    if is_cards:
                        out.writelines(vcards.written(row) for row in batch)
                    else:
                        out.write(sheets.written(sheets.cells(row, declared) for row in batch))
                    count += len(batch)
    return f"{file} holds {count:,} contacts."


def _read(company: Company, file: Path, content: bytes, chosen: dict[str, str]) -> Source:
    if _holds_cards(file):
        found = vcards.cards(sheets.text_of(content))
        return Source("", [], {number: [card] for number, card in enumerate(found, 1)}, _each(found, vcards.read, 1))
    headings, lines = sheets.read(content)
    if headings[: len(ADDED)] == ADDED:
        headings, lines = headings[len(ADDED) :], [line[len(ADDED) :] for line in lines]
    fields = mapping.guess(headings, company.contact_fields, chosen)
    if not {"name", mapping.FIRST, mapping.LAST, "organisation"} & set(fields):
        known = ", ".join(headings)
        raise Complaint(f'No column is a name. Say which one is: --map "Heading=name". There are: {known}.')
    told = "Columns: " + ", ".join(
        f"{heading} → {field if field != mapping.IGNORED else 'left out'}"
        for heading, field in zip(headings, fields, strict=True)
    )
    rows = _each(lines, lambda line: mapping.row_of(line, fields), 2)
    return Source(told, headings, dict(enumerate(lines, 2)), rows)


def _holds_cards(file: Path) -> bool:
    return file.suffix.casefold() == ".vcf"


def _each(raw: Sequence[T], read: Callable[[T], Row], first: int) -> list[tuple[int, Row | Message]]:
    """With their line or number; what cannot be read is the complaint about it."""
    found: list[tuple[int, Row | Message]] = []
    for number, one in enumerate(raw, start=first):
        try:
            found.append((number, read(one)))
        except CrmError as error:
            found.append((number, error.message))
    return found


async def _preview(runtime: Runtime, rows: Sequence[Row], *, update: bool) -> str:
    async with runtime.database.reading() as session:
        new, known = await imports.foresee(session, SYSTEM, rows)
    verb = "would be updated" if update else "are there already and would be skipped (--update takes them over)"
    said = [f"{len(new):,} would be added{_some(new)}", f"{len(known):,} {verb}{_some(known)}"]
    return "\n".join([*said, "Nothing was written. Say --yes to do it."])


async def _carry_out(runtime: Runtime, digest: str, rows: Sequence[Row], *, update: bool, again: bool) -> str:
    now = runtime.clock()
    async with runtime.database.transaction() as session:
        run = await imports.begin(session, SYSTEM, digest, now, again=again)
    went_on = f"Going on after {run.done:,} rows. " if run.done else ""
    with Progress(transient=True) as progress:
        bar = progress.add_task("Contacts …", total=len(rows), completed=run.done)
        done = await imports.take_in(
            runtime.database, SYSTEM, run.id, rows, now, lambda count: progress.advance(bar, count), update=update
        )
    return f"{went_on}{done.added:,} added, {done.updated:,} updated, {done.skipped:,} skipped."


def _write_refused(file: Path, source: Source, checked: Checked) -> str:
    """As they stood there, with what is wrong: once corrected, this file can be imported."""
    faults = [(line, _in_words(fault)) for line, fault in checked.bad]
    if _holds_cards(file):
        to = file.with_name(f"{file.name}.errors.vcf")
        cards = [vcards.refused(source.raw[line][0], f"card {line}: {fault}") for line, fault in faults]
        to.write_text("".join(cards), encoding="utf-8")
    else:
        to = file.with_name(f"{file.name}.errors.csv")
        lines = [[str(line), fault, *map(sheets.harmless, source.raw[line])] for line, fault in faults]
        to.write_text(sheets.written([[*ADDED, *source.headings], *lines]), encoding="utf-8-sig")
    first = "; ".join(f"line {line}: {fault}" for line, fault in faults[:SHOWN])
    refused = "1 row is refused: see" if len(faults) == 1 else f"{len(faults):,} rows are refused, all of them in"
    return f"{refused} {to} ({first})"


def _in_words(fault: Message) -> str:
    return catalogue.render(fault, "en", ZoneInfo("UTC"))


def _some(rows: Sequence[Row]) -> str:
    return f": {', '.join(row.name for row in rows[:SHOWN])}{' …' if len(rows) > SHOWN else ''}" if rows else ""


def _pair(said: str) -> tuple[str, str]:
    heading, separator, field = said.rpartition("=")
    if not separator or not heading:
        raise Complaint(f'"{said}" maps nothing: write "Heading=field", for example "Handy=phone".')
    return heading.strip(), field.strip()
