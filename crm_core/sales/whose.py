"""Whose deals are meant: everybody's, one's own, a colleague's, a team's or a branch's."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import agents, rights
from crm_core.agents import Actor, Agent, Role
from crm_core.company import company_of
from crm_core.errors import NotAllowed, NotFound, Refused
from crm_core.names import fold

FEWEST_FOR_RATES = 5


@dataclass(frozen=True, slots=True)
class Whose:
    """`owner_ids`: None for everybody. `name` is a person's, a team's or a branch's."""

    owner_ids: tuple[int, ...] | None = None
    name: str | None = None

    def require_enough(self, actor: Actor) -> None:
        """A rate over a few people would tell about each of them."""
        if self.owner_ids is None or self.owner_ids == (actor.agent_id,):
            return
        if 1 < len(self.owner_ids) < FEWEST_FOR_RATES:
            raise Refused("figures.too-few", name=self.name, fewest=FEWEST_FOR_RATES)


EVERYBODY = Whose()


def own(actor: Actor) -> Whose:
    return Whose((actor.agent_id,) if actor.agent_id is not None else (), actor.name)


async def find_whose(session: AsyncSession, actor: Actor, name: str) -> Whose:
    """A team or branch by key or name, else a colleague. Raises NotFound, or NotAllowed for another's figures."""
    rights.require(actor, "deal.read")
    company, wanted = company_of(session), fold(name.strip())
    for key, team in company.teams.items():
        if wanted in {fold(key), *(fold(label) for label in team.name.values())}:
            return await _members(session, actor, [key], team.name.get(actor.language, key))
    for key, branch in company.branches.items():
        if wanted in {fold(key), fold(branch.name)}:
            theirs = [team_key for team_key, team in company.teams.items() if team.branch == key]
            return await _members(session, actor, theirs, branch.name)
    try:
        agent = await agents.find_agent(session, name)
    except NotFound as error:
        raise NotFound("figures.nobody", name=name[:60]) from error
    _require_about(session, actor, agent.id)
    return Whose((agent.id,), agent.name)


async def _members(session: AsyncSession, actor: Actor, teams: list[str], name: str) -> Whose:
    ids = tuple(await session.scalars(select(Agent.id).where(Agent.team.in_(teams)).order_by(Agent.id)))
    if len(ids) == 1:
        _require_about(session, actor, ids[0])
    return Whose(ids, name)


def _require_about(session: AsyncSession, actor: Actor, agent_id: int) -> None:
    """Figures about one person are theirs; offhook.yml decides who else sees them."""
    allowed = company_of(session).figures.about_agents
    is_lead = actor.role is not None and actor.role >= Role.LEAD
    if agent_id != actor.agent_id and allowed != "all" and not (allowed == "lead" and is_lead):
        raise NotAllowed("figures.about-one")
