"""`offhook serve` and `offhook work` that die by SIGKILL at one transition of a call, and share a clock."""

from __future__ import annotations

import asyncio
import os
import signal
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import event, inspect
from sqlalchemy.orm import ORMExecuteState, Session

from tests.forks import fork
from webhooks import serve, worker
from webhooks.runtime import Runtime
from webhooks.settings import Settings

POLL_SECONDS = 0.05
Command = Literal["serve", "work"]


@dataclass(frozen=True)
class Fate:
    """`dies_at`: a transition, as `journal` has them, and whether it is committed then: "call ivr>queued|before".

    `died`: a file that whoever dies leaves, so that nobody else does. `journal`: where every transition is written.
    `begun`: a folder in which each worker leaves its number once it has looked at what was left to it.
    """

    clock: Path
    journal: Path
    died: Path
    begun: Path
    dies_at: str = ""


def write_clock(file: Path, now: datetime) -> None:
    with file.open("r+b" if file.exists() else "wb") as opened:
        opened.write(struct.pack("d", now.timestamp()))


def start(command: Command, settings: dict[str, Any], fate: Fate) -> BaseProcess:
    return fork(_run, command, settings, fate)


def _run(command: Command, settings: dict[str, Any], fate: Fate) -> None:
    _tell_time(fate.clock)
    _tell_of_beginning(fate.begun)
    worker.POLL_SECONDS = POLL_SECONDS
    chosen = Settings(_env_file=None, **settings)
    with watched(fate, lambda _is_committed: os.kill(os.getpid(), signal.SIGKILL)):
        asyncio.run(serve.serve(chosen, with_worker=False) if command == "serve" else serve.work(chosen))


def _tell_time(file: Path) -> None:
    opened, build = os.open(file, os.O_RDONLY), serve.build_runtime

    def now() -> datetime:
        (moment,) = struct.unpack("d", os.pread(opened, 8, 0))
        return datetime.fromtimestamp(moment, UTC)

    def with_clock(settings: Settings) -> Runtime:
        runtime = build(settings)
        runtime.clock = now
        return runtime

    serve.build_runtime = with_clock


def _tell_of_beginning(folder: Path) -> None:
    begin = worker.Worker.begin

    async def told(self: worker.Worker) -> None:
        await begin(self)
        (folder / str(os.getpid())).touch()

    worker.Worker.begin = told  # type: ignore[method-assign]


@contextmanager
def watched(fate: Fate, die: Callable[[bool], None]) -> Iterator[None]:
    """What this process commits is noted, and it dies where it should; `die` hears whether that is committed."""
    journal = os.open(fate.journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def flushed(session: Session, _context: object) -> None:
        session.info["moves"] = [*session.info.get("moves", []), *_moves(session)]

    def executed(state: ORMExecuteState) -> None:
        if state.is_insert and getattr(state.statement, "table", None) is not None:
            name = state.statement.table.name  # type: ignore[attr-defined]
            if name == "call":
                state.session.info["moves"] = [*state.session.info.get("moves", []), "call >begun"]

    def committing(session: Session) -> None:
        _perhaps_die(session.info.get("moves", []), fate, "before", die)

    def committed(session: Session) -> None:
        moves = session.info.pop("moves", [])
        _perhaps_die(moves, fate, "after", die)
        os.write(journal, "".join(f"{move}\n" for move in moves).encode())

    listeners: dict[str, Callable[..., None]] = {
        "after_flush": flushed,
        "do_orm_execute": executed,
        "before_commit": committing,
        "after_commit": committed,
    }
    for name, listener in listeners.items():
        event.listen(Session, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(Session, name, listener)
        os.close(journal)


def _moves(session: Session) -> Iterator[str]:
    """Of everything that has a state."""
    for row in [*session.new, *session.dirty]:
        state = inspect(row).attrs.get("state")
        if state is not None and state.history.added:
            before = state.history.deleted[0] if state.history.deleted else ""
            yield f"{row.__tablename__} {before}>{state.history.added[0]}"


def _perhaps_die(moves: list[str], fate: Fate, when: str, die: Callable[[bool], None]) -> None:
    move, _bar, wanted = fate.dies_at.partition("|")
    if when != wanted or move not in moves:
        return
    try:
        fate.died.touch(exist_ok=False)
    except FileExistsError:
        return
    die(when == "after")
