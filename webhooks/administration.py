"""What an administrator does once: tables, company file, people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import crm_core
from crm_core import agents, leaving, phones, schema
from crm_core.agents import Agent, Identity, Role
from crm_core.callcenter import abilities, devices, pins, teams
from crm_core.company import Company, company_of, located, read_company
from crm_core.company.part import Fault
from crm_core.company.staffing import strangers
from crm_core.sales.stages import apply_stages
from intents import extensions
from intents.tongues import code_of
from webhooks.complaints import Complaint
from webhooks.serve import current_revision, open_runtime, require_migrated
from webhooks.settings import Settings


@dataclass(frozen=True, slots=True)
class Abilities:
    """What decides who rings for whom, as it is said on the command line."""

    team: str | None = None
    speaks: Sequence[str] = ()
    knows: Sequence[str] = ()


async def migrate(settings: Settings) -> str:
    """Tables first, then what offhook.yml declares."""
    async with open_runtime(settings) as runtime:
        before = await current_revision(runtime)
        await schema.migrate(runtime.database)
        async with runtime.database.transaction() as session:
            await apply_stages(session, runtime.company)
        after = await schema.revision(runtime.database)
    return f"The database is at revision {after}." + ("" if before == after else f" It was at {before or 'none'}.")


async def apply(settings: Settings) -> str:
    """Raises Complaint where a command of the company's own is faulty, before anything is applied."""
    check(settings)
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            await apply_stages(session, runtime.company)
            empty = await teams.empty(session)
            names = set(await session.scalars(select(Agent.name).where(Agent.left_at.is_(None))))
        company = runtime.company
    teamless = (Fault(("teams", key), f"nobody is in it (offhook agents team NAME {key})") for key in empty)
    warnings = located(settings.offhook_config, [*strangers(company, names), *teamless])
    return "\n".join([f"{_counted(company)} are in order and applied.", *(f"Warning: {text}" for text in warnings)])


def check(settings: Settings) -> str:
    """The file and the commands it names, without a database. Raises CompanyFileError or Complaint."""
    crm_core.load()
    company = read_company(settings.offhook_config)
    faults = [*extensions.load(company.extensions), *extensions.clashes()]
    if faults:
        raise Complaint("\n".join(map(str, faults)))
    return f"{_counted(company)} are in order. Nothing was applied."


def _counted(company: Company) -> str:
    nodes, stages = len(company.phone.nodes), len(company.all_stages)
    own = sum(len(extension.commands) for extension in extensions.loaded())
    counted = [f"{nodes} phone nodes", f"{stages} stages", *([f"{own} commands of your own"] if own else [])]
    return f"{company.name}: {', '.join(counted[:-1])} and {counted[-1]}"


async def invite(
    settings: Settings, name: str, role: str, language: str | None, phone: str | None, able: Abilities = Abilities()
) -> str:
    """Somebody who is there already gets a new code. Raises Invalid for a team or a language that is not known."""
    name = " ".join(name.split())
    if not name:
        raise Complaint("A person needs a name.")
    if role.upper() not in Role.__members__:
        raise Complaint(f"{role} is no role; choose one of viewer, agent, lead, admin.")
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        now = runtime.clock()
        spoken = language or runtime.company.language
        if spoken not in runtime.company.languages:
            raise Complaint(
                f"{spoken} is not among the languages of offhook.yml: {', '.join(runtime.company.languages)}."
            )
        number = phones.require_device(phone, runtime.company.country) if phone else None
        async with runtime.database.transaction() as session:
            agent = await session.scalar(select(Agent).where(Agent.name == name))
            if agent is None:
                agent = await agents.add_agent(
                    session, name=name, role=Role[role.upper()], language=spoken, phone=number, now=now
                )
            agent.left_at = None
            await _enable(session, agent, able, now)
            code = await agents.invite(session, agent, now)
    return (
        f"{agent.name} ({agent.role}) can link an account within seven days:\n"
        f"  Telegram  send the bot:   /start {code}\n"
        f"  Slack     type anywhere:  /offhook link {code}"
    )


async def set_phone(settings: Settings, name: str, phone: str) -> str:
    """Raises NotFound or Invalid."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            agent = await agents.find_agent(session, name)
            changed = await devices.set_phone(session, agents.SYSTEM, agent.id, phone, runtime.clock())
    return f"Calls for {changed.name} ring at {changed.phone}."


async def set_team(settings: Settings, name: str, team: str | None) -> str:
    """Raises NotFound or Invalid."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        key = teams.key_of(runtime.company, team, agents.SYSTEM.language) if team is not None else None
        async with runtime.database.transaction() as session:
            agent = await agents.find_agent(session, name)
            changed = await teams.put_into(session, agents.SYSTEM, agent.id, key, runtime.clock())
    return f"{changed.name} is in the team {key}." if key is not None else f"{changed.name} is in no team."


async def set_pin(settings: Settings, name: str, pin: str) -> str:
    """Raises NotFound or Invalid. The PIN itself is not repeated."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            agent = await agents.find_agent(session, name)
            await pins.set_pin(session, agents.SYSTEM, agent.id, pin, runtime.clock())
        key = runtime.company.phone.agent_key
    asked = f"after {key}" if key else "once offhook.yml names a key for it (phone.agent_key)"
    return f"{agent.name} has a PIN; the line asks for it {asked}. From another phone their number is {agent.id}."


async def leave(settings: Settings, name: str, to: str) -> str:
    """Raises NotFound, Invalid or Refused."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            leaver, heir = await agents.find_agent(session, name), await agents.find_agent(session, to)
            count = await leaving.leave(session, agents.SYSTEM, leaver, heir, runtime.clock())
    return f"{leaver.name} has left; {heir.name} looks after {count} more records. No account of theirs is linked."


async def _enable(session: AsyncSession, agent: Agent, able: Abilities, now: datetime) -> None:
    if able.team is not None:
        key = teams.key_of(company_of(session), able.team, agents.SYSTEM.language)
        await teams.put_into(session, agents.SYSTEM, agent.id, key, now)
    if able.speaks:
        codes = {word: code_of(word) for word in able.speaks}
        unknown = [word for word, code in codes.items() if code is None]
        if unknown:
            raise Complaint(f"{', '.join(unknown)}: no such language; write de, en or German, English.")
        await abilities.speaks(session, agents.SYSTEM, agent.id, [code for code in codes.values() if code], now)
    if able.knows:
        await abilities.knows(session, agents.SYSTEM, agent.id, able.knows, now)


async def list_agents(settings: Settings) -> str:
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            people = list(await session.scalars(select(Agent).order_by(Agent.name)))
            accounts = list(await session.scalars(select(Identity)))
    if not people:
        return "Nobody yet. Begin with: offhook agents invite YOUR-NAME --role admin"
    linked = {agent.id: [a.channel for a in accounts if a.agent_id == agent.id] for agent in people}
    return "\n".join(
        f"{agent.name:24} {agent.role:7} {agent.language}  {agent.phone or 'no phone':16}"
        f" {'has left' if agent.left_at else ', '.join(linked[agent.id]) or 'no account linked'}"
        for agent in people
    )
