"""The stages of the pipeline, as offhook.yml declares them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import JSON, CheckConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.company import Company
from crm_core.db import Base, BigId
from crm_core.errors import NotFound
from crm_core.names import fold


class Stage(Base):
    """`name` by language. A stage that left offhook.yml keeps its deals and has no position any more."""

    __tablename__ = "stage"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    position: Mapped[int | None]
    probability: Mapped[int]
    outcome: Mapped[str]
    __table_args__ = (CheckConstraint("outcome IN ('open', 'won', 'lost')", name="outcome"),)

    def shown(self, language: str) -> str:
        return self.name.get(language) or next(iter(self.name.values()))


async def apply_stages(session: AsyncSession, company: Company) -> None:
    known = {stage.key: stage for stage in await session.scalars(select(Stage))}
    for stage in known.values():
        stage.position = None
    for position, rule in enumerate(company.stages):
        stage = known.get(rule.key) or Stage(key=rule.key)
        stage.name = dict(rule.name)
        stage.position = position
        stage.probability = rule.probability
        stage.outcome = rule.outcome
        session.add(stage)
    await session.flush()


async def list_stages(session: AsyncSession) -> Sequence[Stage]:
    """In the order of offhook.yml."""
    return (await session.scalars(select(Stage).where(Stage.position.is_not(None)).order_by(Stage.position))).all()


async def find_stage(session: AsyncSession, name: str) -> Stage:
    """By key or name in any language, or an unambiguous beginning of one. Raises NotFound listing what there is."""
    stages = await list_stages(session)
    wanted = fold(name.strip())
    labels = {stage.id: {fold(stage.key), *(fold(label) for label in stage.name.values())} for stage in stages}
    exact = [stage for stage in stages if wanted in labels[stage.id]]
    begins = [stage for stage in stages if any(label.startswith(wanted) for label in labels[stage.id])]
    if exact or (wanted and len(begins) == 1):
        return (exact or begins)[0]
    raise NotFound("stage.unknown", name=name[:60], stages=", ".join(stage.key for stage in stages))
