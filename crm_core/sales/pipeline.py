"""The sums of the pipeline, kept in the transaction of whoever changes a deal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, ForeignKey, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, Mapper, mapped_column
from sqlalchemy.orm.attributes import get_history

from crm_core import rights
from crm_core.agents import Actor
from crm_core.company import company_of
from crm_core.db import Base, BigId
from crm_core.money import Money, rounded_together
from crm_core.sales.deals import Deal
from crm_core.sales.stages import Stage, list_stages
from crm_core.sales.whose import EVERYBODY, Whose

NOBODY = 0


class PipelineSum(Base):
    """How many deals of one owner are in a stage, and what they are worth in one currency.

    By owner, so that two colleagues never wait for each other's row; teams and branches are sums of these.
    """

    __tablename__ = "pipeline_sum"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    owner_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    value_minor: Mapped[int] = mapped_column(BigId)


@dataclass(frozen=True, slots=True)
class StageSum:
    """The open deals of one stage in one currency; `weighted` is value times the stage's probability.

    The weighted values of a currency add up to their exact sum, rounded once.
    """

    stage: Stage
    count: int
    value: Money
    weighted: Money


class _Place(NamedTuple):
    stage_id: int
    owner_id: int
    currency: str


async def pipeline_summary(
    session: AsyncSession, actor: Actor, whose: Whose = EVERYBODY, pipeline: str | None = None
) -> list[StageSum]:
    """Open stages in order; a stage without deals counts zero in the house currency."""
    rights.require(actor, "deal.read")
    stages = [stage for stage in await list_stages(session, pipeline) if stage.outcome == "open"]
    sums = PipelineSum.stage_id, PipelineSum.currency, func.sum(PipelineSum.count), func.sum(PipelineSum.value_minor)
    query = (
        select(*sums)
        .where(PipelineSum.stage_id.in_([stage.id for stage in stages]), PipelineSum.count > 0)
        .group_by(PipelineSum.stage_id, PipelineSum.currency)
        .order_by(PipelineSum.currency)
    )
    if whose.owner_ids is not None:
        query = query.where(PipelineSum.owner_id.in_(whose.owner_ids))
    by_stage: dict[int, list[tuple[int, Money]]] = {}
    for stage_id, currency, count, minor in await session.execute(query):
        by_stage.setdefault(stage_id, []).append((int(count), Money(int(minor), currency)))
    nothing = [(0, Money(0, company_of(session).currency))]
    return _weighted([(stage, *line) for stage in stages for line in by_stage.get(stage.id, nothing)])


def _weighted(lines: Sequence[tuple[Stage, int, Money]]) -> list[StageSum]:
    weighted = weigh([(value.currency, value.minor * stage.probability) for stage, _count, value in lines])
    return [StageSum(stage, count, value, share) for (stage, count, value), share in zip(lines, weighted, strict=True)]


def weigh(hundredths: Sequence[tuple[str, int]]) -> list[Money]:
    """Values times their percentages, each with its currency; in the sum of a currency no cent is lost or won."""
    found = [Money(0, currency) for currency, _part in hundredths]
    for currency in {currency for currency, _part in hundredths}:
        places = [place for place, (other, _part) in enumerate(hundredths) if other == currency]
        shares = rounded_together([hundredths[place][1] for place in places])
        for place, minor in zip(places, shares, strict=True):
            found[place] = Money(minor, currency)
    return found


@event.listens_for(Deal, "after_insert")
def _added(_mapper: Mapper[Deal], connection: Connection, deal: Deal) -> None:
    _shift(connection, {_place(deal): (1, deal.value_minor)})


@event.listens_for(Deal, "after_update")
def _changed(_mapper: Mapper[Deal], connection: Connection, deal: Deal) -> None:
    """Whoever changes a deal, undo included, comes by here; only bulk statements would not, and none is used."""
    old, new = (_was(deal, "stage_id"), _was(deal, "owner_id"), _was(deal, "currency")), _place(deal)
    before, value_before = _Place(old[0], old[1] or NOBODY, old[2]), _was(deal, "value_minor")
    if before == new:
        if value_before != deal.value_minor:
            _shift(connection, {new: (0, deal.value_minor - value_before)})
    else:
        _shift(connection, {before: (-1, -value_before), new: (1, deal.value_minor)})


@event.listens_for(Deal, "after_delete")
def _removed(_mapper: Mapper[Deal], connection: Connection, deal: Deal) -> None:
    _shift(connection, {_place(deal): (-1, -deal.value_minor)})


def _place(deal: Deal) -> _Place:
    return _Place(deal.stage_id, deal.owner_id or NOBODY, deal.currency)


def _was(deal: Deal, name: str) -> Any:
    deleted = get_history(deal, name).deleted
    return deleted[0] if deleted else getattr(deal, name)


def _shift(connection: Connection, by: dict[_Place, tuple[int, int]]) -> None:
    """In one order, so that two moves in opposite directions do not wait for each other in a circle."""
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    for place, (count, minor) in sorted(by.items()):
        statement = make(PipelineSum).values(**place._asdict(), count=count, value_minor=minor)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["stage_id", "owner_id", "currency"],
                set_={
                    "count": PipelineSum.count + statement.excluded.count,
                    "value_minor": PipelineSum.value_minor + statement.excluded.value_minor,
                },
            )
        )
