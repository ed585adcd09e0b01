"""The stages of the pipelines, as offhook.yml declares them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import JSON, CheckConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.company import Company, StageRule, company_of
from crm_core.company.sales import DEFAULT_PIPELINE
from crm_core.db import Base, BigId
from crm_core.errors import NotFound
from crm_core.names import fold


class Stage(Base):
    """`name` by language. A stage that left offhook.yml keeps its deals and has no position any more."""

    __tablename__ = "stage"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    pipeline: Mapped[str] = mapped_column(default=DEFAULT_PIPELINE, server_default=DEFAULT_PIPELINE)
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    position: Mapped[int | None]
    probability: Mapped[int]
    outcome: Mapped[str]
    __table_args__ = (CheckConstraint("outcome IN ('open', 'won', 'lost')", name="outcome"),)

    def shown(self, language: str) -> str:
        return self.name.get(language) or next(iter(self.name.values()))

    @property
    def short_key(self) -> str:
        """As it is written within its pipeline."""
        return self.key.removeprefix(f"{self.pipeline}-")


async def apply_stages(session: AsyncSession, company: Company) -> None:
    known = {stage.key: stage for stage in await session.scalars(select(Stage))}
    for stage in known.values():
        stage.position = None
    for position, (key, (pipeline, rule)) in enumerate(company.all_stages.items()):
        stage = known.get(key) or Stage(key=key)
        stage.pipeline = pipeline
        stage.name = dict(rule.name)
        stage.position = position
        stage.probability = rule.probability
        stage.outcome = rule.outcome
        session.add(stage)
    await session.flush()


async def list_stages(session: AsyncSession, pipeline: str | None = None) -> Sequence[Stage]:
    """In the order of offhook.yml; of the first pipeline unless another is named."""
    stages = await all_stages(session)
    wanted = pipeline or (stages[0].pipeline if stages else DEFAULT_PIPELINE)
    return [stage for stage in stages if stage.pipeline == wanted]


async def all_stages(session: AsyncSession) -> Sequence[Stage]:
    """Of every pipeline, in the order of offhook.yml."""
    return (await session.scalars(select(Stage).where(Stage.position.is_not(None)).order_by(Stage.position))).all()


async def stage_of(session: AsyncSession, stage_id: int) -> Stage:
    return await session.get_one(Stage, stage_id)


async def ending(session: AsyncSession, pipeline: str, outcome: str) -> Stage:
    """Where deals of a pipeline end. Raises NotFound when it describes no such stage."""
    for stage in await list_stages(session, pipeline):
        if stage.outcome == outcome:
            return stage
    raise NotFound("stage.no-ending", pipeline=pipeline, outcome=outcome)


async def find_stage(session: AsyncSession, name: str, pipeline: str | None = None) -> Stage:
    """By key or name in any language, or an unambiguous beginning of one. Raises NotFound listing what there is.

    The name of another pipeline means its first stage; `service-drafted` is the stage of another pipeline.
    """
    stages = await list_stages(session, pipeline)
    wanted = fold(name.strip())
    labels = {stage.id: _labels(stage) for stage in stages}
    exact = [stage for stage in stages if wanted in labels[stage.id]]
    begins = [stage for stage in stages if any(label.startswith(wanted) for label in labels[stage.id])]
    if exact or (wanted and len(begins) == 1):
        return (exact or begins)[0]
    for other in await all_stages(session):
        is_told_apart = other.key != other.short_key
        if (is_told_apart and wanted == fold(other.key)) or wanted in _names(session, other.pipeline):
            return other
    raise NotFound("stage.unknown", name=name[:60], stages=", ".join(stage.short_key for stage in stages))


def _labels(stage: Stage) -> set[str]:
    """`won` and `lost` are understood whatever the stages of an end are called."""
    ends = {stage.outcome} - {"open"}
    return {fold(stage.key), fold(stage.short_key), *ends, *(fold(label) for label in stage.name.values())}


def _names(session: AsyncSession, pipeline: str) -> set[str]:
    described = company_of(session).all_pipelines.get(pipeline)
    return {fold(pipeline), *(fold(label) for label in described.name.values())} if described is not None else set()


def rule_of(session: AsyncSession, stage: Stage) -> StageRule | None:
    """What offhook.yml says of it; None for a stage that left the file."""
    described = company_of(session).all_stages.get(stage.key)
    return described[1] if described is not None else None
