"""Leads in a talk: only where the house allows it, and never in secret."""

from datetime import datetime

import pytest
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import agents
from crm_core.activity import Activity
from crm_core.agents import Actor, Role
from crm_core.callcenter import legs, passing, supervision
from crm_core.callcenter.legs import Mode, Party
from crm_core.callcenter.transfers import Kind
from crm_core.errors import NotAllowed, Refused
from crm_core.outbox import EffectKind
from tests.crm_core.callcenter.stage import Floor

MIRA, LENA = "Mira Okafor", "Lena Brandt"


async def _talk(floor: Floor, supervision: str = "barge") -> tuple[int, Actor]:
    """Mira talks; Lena leads."""
    floor.set(supervision=supervision)
    floor.rule(routing="ordered", members=[MIRA])
    await floor.hire(MIRA)
    async with floor.database.transaction() as session:
        await agents.link(session, await agents.find_agent(session, "Mira"), "slack", "U1", floor.now)
    lena = await floor.hire(LENA, role=Role.LEAD.name.lower())
    call = await floor.caller()
    await floor.press_one(MIRA)
    return call, lena


async def _supervise(floor: Floor, lena: Actor, call: int, mode: Mode) -> None:
    await floor.does(supervision.supervise, _lead(lena), call, mode)


def _lead(actor: Actor) -> Actor:
    return Actor(actor.name, actor.channel, actor.language, Role.LEAD, actor.agent_id)


async def _did(floor: Floor, *verbs: str) -> list[tuple[str, str]]:
    async with floor.database.transaction() as session:
        found = await session.execute(
            select(Activity.actor_name, Activity.verb).where(Activity.verb.in_(verbs)).order_by(Activity.id)
        )
        return [(name, verb) for name, verb in found]


async def test_the_agent_is_told_and_it_is_logged_when_a_lead_listens(floor: Floor) -> None:
    call, lena = await _talk(floor)
    await _supervise(floor, lena, call, Mode.LISTEN)
    assert (await floor.presence(LENA), await floor.effects(EffectKind.NOTICE)) == ("reserved", [])
    assert await floor.picks_up(call, Party.SUPERVISOR) is not None
    [told] = await floor.effects(EffectKind.NOTICE)
    assert (told.payload["id"], told.payload["place"]) == ("notice.supervision-listen", "slack:U1")
    assert told.payload["params"] == {"name": LENA}
    assert await floor.does(lambda session, _now: supervision.company_in(session, call)) == [(LENA, "listen")]
    assert (await floor.presence(LENA), await floor.state(call)) == ("on-call", "talking")
    await floor.reports_of(call, Party.SUPERVISOR, "completed")
    assert (await floor.presence(LENA), await floor.state(call)) == ("available", "talking")
    verbs = ("call.supervised", "call.supervision-ended")
    assert await _did(floor, *verbs) == [(LENA, verb) for verb in verbs]


@pytest.mark.parametrize(
    ("allowed", "mode", "why"),
    [
        ("off", Mode.LISTEN, "supervision.off"),
        ("listen", Mode.WHISPER, "supervision.only"),
        ("whisper", Mode.BARGE, "supervision.only"),
    ],
)
async def test_no_more_than_the_company_file_allows(floor: Floor, allowed: str, mode: Mode, why: str) -> None:
    call, lena = await _talk(floor, allowed)
    with pytest.raises(Refused) as refused:
        await _supervise(floor, lena, call, mode)
    assert refused.value.message.id == why


async def test_off_is_what_a_house_has_that_says_nothing(floor: Floor) -> None:
    assert floor.company.callcenter.supervision == "off"


async def test_agents_do_not_listen_to_each_other(floor: Floor) -> None:
    call, _lena = await _talk(floor)
    jonas = await floor.hire("Jonas Weber")
    with pytest.raises(NotAllowed):
        await floor.does(supervision.supervise, jonas, call, Mode.LISTEN)


async def test_who_listens_goes_on_to_whisper_and_to_join_in(floor: Floor) -> None:
    call, lena = await _talk(floor)
    await _supervise(floor, lena, call, Mode.LISTEN)
    await floor.picks_up(call, Party.SUPERVISOR)
    await _supervise(floor, lena, call, Mode.WHISPER)
    await _supervise(floor, lena, call, Mode.BARGE)
    await _supervise(floor, lena, call, Mode.BARGE)
    agent_leg = 1
    assert [effect.payload["wished"] for effect in await floor.effects(EffectKind.PARTICIPANT)] == [
        {"muted": False, "coached": agent_leg},
        {"muted": False, "coached": None},
    ]
    assert len(await floor.effects(EffectKind.DIAL)) == 2


async def test_a_lead_alone_keeps_no_conference_alive(floor: Floor) -> None:
    call, lena = await _talk(floor)
    await _supervise(floor, lena, call, Mode.LISTEN)
    await floor.picks_up(call, Party.SUPERVISOR)
    await floor.report(MIRA, "completed")
    assert [effect.payload["to"] for effect in await floor.effects(EffectKind.REDIRECT)] == ["conference", "farewell"]
    async with floor.database.transaction() as session:
        [leg] = await legs.live_legs(session, call, Party.SUPERVISOR)
    assert leg.id in [effect.payload["leg"] for effect in await floor.effects(EffectKind.HANG_UP)]


async def test_a_caller_who_hangs_up_ends_it_for_the_lead_too(floor: Floor) -> None:
    call, lena = await _talk(floor)
    await _supervise(floor, lena, call, Mode.LISTEN)
    await floor.hang_up(call)
    assert await floor.presence(LENA) == "available"
    await floor.report(MIRA, "completed")
    assert await floor.state(call) == "done"


async def test_a_talk_that_ended_meanwhile_is_not_joined(floor: Floor) -> None:
    call, lena = await _talk(floor)
    await _supervise(floor, lena, call, Mode.LISTEN)
    await floor.report(LENA, "ringing")
    await floor.hang_up(call)
    assert await floor.picks_up(call, Party.SUPERVISOR) is None
    await floor.report(LENA, "completed")
    assert await floor.presence(LENA) == "available"


async def test_a_phone_that_never_reports_leaves_the_lead_free(floor: Floor) -> None:
    call, lena = await _talk(floor)
    await _supervise(floor, lena, call, Mode.LISTEN)
    await floor.report(LENA, "ringing")
    await floor.pass_time(66)
    assert (await floor.presence(LENA), await floor.state(call)) == ("available", "talking")


async def test_the_next_agent_is_not_overheard_without_knowing(floor: Floor) -> None:
    call, lena = await _talk(floor)
    await floor.hire("Jonas Weber")
    await _supervise(floor, lena, call, Mode.LISTEN)
    await floor.picks_up(call, Party.SUPERVISOR)

    async def give(session: AsyncSession, now: datetime) -> None:
        jonas = await agents.find_agent(session, "Jonas")
        mira = agents.actor_of(await agents.find_agent(session, MIRA), "x")
        await passing.to_agent(session, mira, call, jonas, now, kind=Kind.BLIND)

    await floor.does(give)
    async with floor.database.transaction() as session:
        [leg] = await legs.live_legs(session, call, Party.SUPERVISOR)
    assert leg.id in [effect.payload["leg"] for effect in await floor.effects(EffectKind.HANG_UP)]


async def test_nobody_supervises_their_own_talk_or_none(floor: Floor) -> None:
    call, lena = await _talk(floor)
    mira = agents.actor_of(await floor.does(lambda session, _now: agents.find_agent(session, MIRA)), "x")
    with pytest.raises(Refused) as own:
        await floor.does(supervision.supervise, _lead(mira), call, Mode.LISTEN)
    waiting = await floor.caller("+493023125011")
    with pytest.raises(Refused) as none:
        await _supervise(floor, lena, waiting, Mode.LISTEN)
    assert [one.value.message.id for one in (own, none)] == ["supervision.own-talk", "call.not-now"]


async def test_an_agent_without_chat_is_told_on_the_phone(floor: Floor) -> None:
    call, lena = await _talk(floor)
    async with floor.database.transaction() as session:
        await session.execute(delete(agents.Identity))
    await _supervise(floor, lena, call, Mode.LISTEN)
    assert await floor.picks_up(call, Party.SUPERVISOR) is not None
    assert await floor.effects(EffectKind.NOTICE) == []
    told = [effect.payload for effect in await floor.effects(EffectKind.PARTICIPANT)][-1]
    async with floor.database.transaction() as session:
        hers, lenas = await legs.live_legs(session, call)
    assert (told["leg"], told["wished"]) == (hers.id, {"told": lenas.id})
