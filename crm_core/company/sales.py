"""Pipelines, reasons, products and quotes, as offhook.yml describes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from crm_core.company.part import Fault, LocalText, Mistake, Part, Path

DEFAULT_PIPELINE = "sales"

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
DealField = Literal["value", "expected_close", "contact", "next_step"]


class StageRule(Part):
    """`rotten_after_days`: how long a deal may rest here. `required`: what a deal needs before it comes here."""

    key: Key
    name: LocalText
    probability: Annotated[int, Field(ge=0, le=100)]
    outcome: Literal["open", "won", "lost"] = "open"
    rotten_after_days: Annotated[int, Field(ge=1)] | None = None
    required: list[DealField] = []

    @model_validator(mode="after")
    def _only_open_ones_rot(self) -> StageRule:
        if self.rotten_after_days is not None and self.outcome != "open":
            raise ValueError(f"{self.key} is an end: leave out rotten_after_days")
        return self


class PipelineRule(Part):
    name: LocalText = {}
    stages: Annotated[list[StageRule], Field(min_length=1)]


class Reasons(Part):
    """Why deals are won and lost, by key. `others: false` refuses what is not among them."""

    won: dict[Key, LocalText] = {}
    lost: dict[Key, LocalText] = {}
    others: bool = True


def stages_by_key(pipelines: dict[str, PipelineRule]) -> dict[str, tuple[str, StageRule]]:
    """By the key under which a stage is kept: outside the default pipeline it begins with the pipeline's own.

    Raises Mistake for stages that would be taken for one another.
    """
    found: dict[str, tuple[str, StageRule]] = {}
    for pipeline, described in pipelines.items():
        for number, rule in enumerate(described.stages):
            key = rule.key if pipeline == DEFAULT_PIPELINE else f"{pipeline}-{rule.key}"
            if key in found:
                at: Path = (
                    ("stages", number) if pipeline == DEFAULT_PIPELINE else ("pipelines", pipeline, "stages", number)
                )
                raise Mistake(Fault(at, f"pipelines.{pipeline}: the stage {key} is described twice"))
            found[key] = (pipeline, rule)
    return found


class Product(Part):
    """Something with a price, before VAT. Without a rate of its own it has the one of `quotes.vat`."""

    name: LocalText
    price: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
    vat: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] | None = None


class Quotes(Part):
    """`vat` in percent; `sender`: the lines of the house's own address on a quote; `closing`: the last words."""

    valid_days: Annotated[int, Field(ge=1, le=366)] = 30
    vat: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] = Decimal(19)
    sender: list[str] = []
    closing: LocalText = {}


class Assignment(Part):
    """Whose a deal is that comes in without an owner: the members of `team` in turn.

    With `by_postcode` a branch that looks after the postcode comes first: the members of its teams in turn.
    """

    team: str | None = None
    by_postcode: bool = False
