"""Whose a deal is that came in without an owner: everybody in a team in turn, or in the branch of the territory."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.agents import Agent, Role
from crm_core.company import Company, company_of
from crm_core.db import Base, BigId

_SELLERS = [role.name.lower() for role in Role if role >= Role.AGENT]


class AssignmentTurn(Base):
    """How often a group had its turn. Its row is locked until the deal is there, so that nobody is passed over."""

    __tablename__ = "assignment_turn"

    group: Mapped[str] = mapped_column("group_key", primary_key=True)
    turn: Mapped[int] = mapped_column(BigId)


async def next_owner(session: AsyncSession, postcode: str | None = None) -> int | None:
    """The agent whose turn it is; None when offhook.yml assigns to nobody."""
    company = company_of(session)
    for group, teams in _groups(company, postcode):
        members = await _members(session, teams)
        if members:
            return members[(await _turn(session, group) - 1) % len(members)]
    return None


def branch_of(company: Company, postcode: str) -> str | None:
    """The branch that names the longest beginning of the postcode."""
    digits = postcode.replace(" ", "").upper()
    fitting = [
        (len(beginning), key)
        for key, branch in company.branches.items()
        for beginning in branch.postcodes
        if digits.startswith(beginning.replace(" ", "").upper())
    ]
    return max(fitting, key=lambda found: found[0])[1] if fitting else None


def _groups(company: Company, postcode: str | None) -> list[tuple[str, list[str]]]:
    """Where to look, in order: the territory's branch, then the team."""
    rule = company.assignment
    groups = []
    branch = branch_of(company, postcode) if rule.by_postcode and postcode else None
    if branch is not None:
        groups.append((f"branch:{branch}", [key for key, team in company.teams.items() if team.branch == branch]))
    if rule.team is not None:
        groups.append((f"team:{rule.team}", [rule.team]))
    return groups


async def _members(session: AsyncSession, teams: Sequence[str]) -> Sequence[int]:
    query = select(Agent.id).where(Agent.team.in_(teams), Agent.role.in_(_SELLERS)).order_by(Agent.id)
    return (await session.scalars(query)).all()


async def _turn(session: AsyncSession, group: str) -> int:
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    table = AssignmentTurn.__table__
    statement = (
        make(AssignmentTurn)
        .values(group=group, turn=1)
        .on_conflict_do_update(index_elements=[table.c.group_key], set_={"turn": table.c.turn + 1})
        .returning(table.c.turn)
    )
    return int((await session.execute(statement)).scalar_one())
