"""Queues, routing and what follows a talk, as offhook.yml describes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, model_validator

from crm_core.company.call_lists import CallLists
from crm_core.company.part import LocalText, Part, refuse
from crm_core.company.spans import Code, Span

Routing: TypeAlias = Literal["by-hand", "longest-idle", "round-robin", "fewest-calls", "ring-all", "ordered"]


class Overflow(Part):
    """Who waited `after` so long in this queue goes on to another `queue`, or to the voicemail without one."""

    after: Span
    queue: str | None = None


class QueueRule(Part):
    """Its name in each language, and how its callers reach somebody.

    `by-hand`: whoever accepts on the card; after `ring_after` phones are rung as for `longest-idle` all the same, so
    that a caller is not lost when nobody looks. `members` are names in the order of `ordered`; `team` those of a
    team; neither: everybody. `skills` are asked of an agent until a caller waited `widen_after`. Without `music` the
    carrier's own is heard.
    """

    name: LocalText
    routing: Routing = "by-hand"
    ring_after: Span | None = timedelta(seconds=30)
    ring_for: Annotated[Span, Field(ge=timedelta(seconds=5), le=timedelta(seconds=120))] = timedelta(seconds=25)
    team: str | None = None
    members: list[str] = []
    skills: list[str] = []
    widen_after: Span = timedelta(minutes=1)
    prefer_for: Span = timedelta(seconds=40)
    overflow: Overflow | None = None
    music: Annotated[str, Field(pattern=r"^https?://")] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_its_name_alone(cls, value: Any) -> Any:
        """`support: {de: Kundendienst, en: Support}` is a queue as well."""
        if isinstance(value, dict) and value and all(len(str(language)) == 2 for language in value):
            return {"name": value}
        return value

    def shown(self, language: str) -> str:
        return self.name.get(language) or next(iter(self.name.values()))


class HeadStart(Part):
    """How much earlier than they came some callers count as having come: they pass whoever waited less."""

    vip: Span = timedelta(minutes=3)
    promised: Span = timedelta(minutes=2)
    deal: Span = timedelta(minutes=1)


class ServiceLevel(Part):
    """`percent` of callers are to be answered `within` so long. Who gives up sooner than `ignore_under` counts for
    nothing: they had not begun to wait.
    """

    percent: Annotated[int, Field(ge=1, le=100)] = 80
    within: Span = timedelta(seconds=20)
    ignore_under: Span = timedelta(0)


class CallCenter(Part):
    """`vip_tag` marks contacts who pass others; `promised`: a ticket of theirs is near its breach; `deal`: an open one.

    Who is cut off and calls again within `cut_off_minutes` may go on where they were; nobody with 0.
    `missed_offers` in a row make an agent away. `wrap_up` follows each talk; with `disposition_required` it lasts
    until one of `dispositions` is chosen. `pauses` are what agents are away for. `missed_sms` is sent to who gave up
    waiting; nothing without it. `rating_sms` asks after a talk how it was, unless a key said so already.
    `supervision`: the most that leads may do in a talk; callers are told so.
    `recordings`: who may listen: the agent whose call it was (own), their team, or all; leads always.
    """

    wrap_up: Span = timedelta(0)
    dispositions: dict[Code, LocalText] = {}
    pauses: dict[Code, LocalText] = {}
    disposition_required: bool = False
    missed_offers: Annotated[int, Field(ge=1, le=20)] = 2
    service_level: ServiceLevel = ServiceLevel()
    missed_sms: dict[str, Annotated[str, Field(min_length=1, max_length=480)]] = {}
    rating_sms: dict[str, Annotated[str, Field(min_length=1, max_length=480)]] = {}
    cut_off_minutes: Annotated[int, Field(ge=0, le=60)] = 10
    vip_tag: str = "vip"
    head_start: HeadStart = HeadStart()
    call_lists: CallLists = CallLists()
    supervision: Literal["off", "listen", "whisper", "barge"] = "off"
    recordings: Literal["own", "team", "all"] = "own"

    @model_validator(mode="after")
    def _can_be_disposed(self) -> CallCenter:
        if self.disposition_required and not self.dispositions:
            raise ValueError("callcenter.disposition_required, but there are no dispositions to choose from")
        return self

    @model_validator(mode="after")
    def _outcomes_are_known(self) -> CallCenter:
        refuse(self.call_lists.unfitting(self.dispositions))
        return self
