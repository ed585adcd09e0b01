"""Kill -9 after every single commit of a call: what is open afterwards finds its end, and nobody is dialled unasked."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.agents import BUSY, Presence
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg
from crm_core.callcenter.states import FINAL
from crm_core.company import Company
from crm_core.db import Database
from tests.scenarios.floor import GRETA, PHONES, CallCentre, open_centre, restarted

MIRA = next(iter(PHONES))
SHARDS = 4
WORKER_SECONDS = 10


class Killed(Exception):
    """The process is gone: nothing more is committed."""


class Mortal(Database):
    """Dies right after a commit, before anything that follows from it."""

    commits = 0
    dies_after: int | None = None

    @property
    def is_dead(self) -> bool:
        return self.dies_after is not None and self.commits >= self.dies_after

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        if self.is_dead:
            raise Killed
        async with super().transaction() as session:
            yield session
        self.commits += 1
        if self.is_dead:
            raise Killed


async def _one_call(centre: CallCentre) -> None:
    """Rings, waits, is taken, talked, ended."""
    caller = await centre.queued()
    await centre.talk(caller, MIRA)
    await centre.later(20)
    await caller.hang_up()
    await centre.later(40)


async def _played_until_killed(centre: CallCentre, database: Mortal, kill_after: int | None) -> None:
    centre.rule(routing="longest-idle")
    await centre.hire(MIRA)
    database.commits, database.dies_after = 0, kill_after
    try:
        await _one_call(centre)
    except (Killed, AssertionError, LookupError):
        assert kill_after is not None


async def _commits(template: Path, folder: Path, company: Company) -> int:
    """How many a call takes from its first ring to the end."""
    shutil.copy(template, folder / "whole.db")
    database = Mortal(f"sqlite:///{folder / 'whole.db'}", company)
    async with open_centre(database, company, None) as centre:
        await _played_until_killed(centre, database, None)
    await database.close()
    return database.commits


@pytest.mark.parametrize("shard", range(SHARDS))
async def test_after_a_kill_at_any_moment_every_call_comes_to_its_end(
    shard: int, sqlite_template: Path, tmp_path: Path, company: Company
) -> None:
    commits = await _commits(sqlite_template, tmp_path, company)
    assert commits > 20
    for kill_after in range(1 + shard, commits + 1, SHARDS):
        await _killed(sqlite_template, tmp_path / f"{kill_after}.db", company, kill_after)


async def _killed(template: Path, file: Path, company: Company, kill_after: int) -> None:
    shutil.copy(template, file)
    database = Mortal(f"sqlite:///{file}", company)
    async with open_centre(database, company, None) as centre:
        await _played_until_killed(centre, database, kill_after)
        database.dies_after = None
        await restarted(centre)
        await centre.later(WORKER_SECONDS)
        await _is_right(centre, kill_after)
        for phone in list(centre.twilio.calls.values()):
            await phone.hang_up()
        await centre.end()
        await centre.check()
        assert centre.dialled(GRETA) == 0
    await database.close()


async def _is_right(centre: CallCentre, kill_after: int) -> None:
    """What is over at the carrier is over here, agents are busy only with what is not, and a leg was dialled once."""
    network = centre.twilio.calls
    async with centre.database.transaction() as session:
        for call in await session.scalars(select(Call)):
            is_over = call.sid is not None and network[call.sid].is_over
            assert not is_over or call.state in {*FINAL, "wrap-up"}, (kill_after, call.state)
        live = [leg for leg in await session.scalars(select(CallLeg)) if not leg.is_over]
        gone = [leg.state for leg in live if leg.sid is not None and network[leg.sid].is_over]
        assert gone == [], kill_after
        rows = len((await session.scalars(select(CallLeg))).all())
    assert centre.dialled(PHONES[MIRA]) <= rows, kill_after
    if not live:
        assert await centre.presence(MIRA) not in BUSY - {Presence.WRAP_UP}, kill_after
