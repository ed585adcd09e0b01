"""The company file, offhook.yml: a company's own lines, menus, hours, queues, stages and languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.company.callcenter import CallCenter, QueueRule
from crm_core.company.extensions import Extensions
from crm_core.company.fields import CustomField
from crm_core.company.figures import Figures
from crm_core.company.fitting import spoken_texts, unfitting
from crm_core.company.hours import Hours
from crm_core.company.keeping import Files, Retention
from crm_core.company.part import Fault, LocalText, Mistake, Part, Path, refuse
from crm_core.company.people import Branch, Team, known_zone
from crm_core.company.phone import Phone
from crm_core.company.projects import Projects
from crm_core.company.sales import (
    DEFAULT_PIPELINE,
    Assignment,
    Key,
    PipelineRule,
    Product,
    Quotes,
    Reasons,
    StageRule,
    stages_by_key,
)
from crm_core.company.shifts import Shift
from crm_core.company.staffing import misplaced
from crm_core.company.support import Macro, MacroKey, SatisfactionQuestion, Sla


class CardPlace(Part):
    """Where cards of some kinds are posted: `slack:C123`. `floor` is the one of the call centre as a whole."""

    place: str
    language: str = "en"
    kinds: list[Literal["ticket", "call", "deal", "task", "floor"]]


class Company(Part):
    name: str
    languages: Annotated[list[str], Field(min_length=1)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    time_zone: str
    hours: Hours
    phone: Phone
    queues: dict[str, QueueRule]
    callcenter: CallCenter = CallCenter()
    stages: list[StageRule] = []
    pipelines: dict[str, PipelineRule] = {}
    reasons: Reasons = Reasons()
    products: dict[Key, Product] = {}
    quotes: Quotes = Quotes()
    assignment: Assignment = Assignment()
    figures: Figures = Figures()
    cards: list[CardPlace] = []
    branches: dict[str, Branch] = {}
    teams: dict[str, Team] = {}
    contact_fields: list[CustomField] = []
    ticket_fields: list[CustomField] = []
    deal_fields: list[CustomField] = []
    sla: Sla = Sla()
    macros: dict[MacroKey, Macro] = {}
    satisfaction: SatisfactionQuestion | None = None
    projects: Projects = Projects()
    files: Files = Files()
    retention: Retention = Retention()
    shifts: list[Shift] = []
    extensions: Extensions = Extensions()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return known_zone(value)

    @model_validator(mode="after")
    def _speaks_all_languages(self) -> Company:
        refuse(
            Fault(at, f"has no text in: {', '.join(missing)}")
            for at, text in self._texts()
            if (missing := [language for language in self.languages if language not in text])
        )
        return self

    def _texts(self) -> Iterator[tuple[Path, LocalText]]:
        """What is said to customers and colleagues, and so in each of their languages."""
        yield from spoken_texts(self)
        for key, macro in self.macros.items():
            if macro.text:
                yield ("macros", key, "text"), macro.text
        for key, name in self.callcenter.pauses.items():
            yield ("callcenter", "pauses", key), name
        for key, name in self.callcenter.dispositions.items():
            yield ("callcenter", "dispositions", key), name
        for key, queue in self.queues.items():
            yield ("queues", key, "name"), queue.name
        for key, team in self.teams.items():
            yield ("teams", key, "name"), team.name
        if self.callcenter.missed_sms:
            yield ("callcenter", "missed_sms"), self.callcenter.missed_sms
        if self.callcenter.rating_sms:
            yield ("callcenter", "rating_sms"), self.callcenter.rating_sms
        if self.satisfaction is not None:
            yield ("satisfaction", "text"), self.satisfaction.text

    @model_validator(mode="after")
    def _menu_fits(self) -> Company:
        refuse(unfitting(self))
        return self

    @model_validator(mode="after")
    def _teams_work_somewhere(self) -> Company:
        refuse(
            Fault(("teams", key, "branch"), f"names a branch that is not described: {team.branch}")
            for key, team in self.teams.items()
            if team.branch is not None and team.branch not in self.branches
        )
        return self

    @model_validator(mode="after")
    def _queues_and_shifts_are_of_somebody(self) -> Company:
        refuse(misplaced(self))
        return self

    @model_validator(mode="after")
    def _fields_are_told_apart(self) -> Company:
        declared = {
            "contact_fields": self.contact_fields,
            "ticket_fields": self.ticket_fields,
            "deal_fields": self.deal_fields,
        }
        for place, fields in declared.items():
            keys = [field.key for field in fields]
            twice = next((key for key in keys if keys.count(key) > 1), None)
            if twice is not None:
                raise ValueError(f"{place} describes {twice} twice")
            of_contacts = next((field for field in fields if isinstance(field.required, str)), None)
            if of_contacts is not None and place != "contact_fields":
                raise ValueError(f"{place}: {of_contacts.key} is required of every one or of none: true or false")
        return self

    @model_validator(mode="after")
    def _promises_can_be_kept(self) -> Company:
        refuse(self._empty_promises())
        return self

    def _empty_promises(self) -> Iterator[Fault]:
        for number, policy in enumerate(self.sla.policies):
            at: Path = ("sla", "policies", number)
            if policy.queue is not None and policy.queue not in self.queues:
                yield Fault(
                    (*at, "queue"), f"sla policy {policy.name} names a queue that is not described: {policy.queue}"
                )
            if policy.branch is not None and policy.branch not in self.branches:
                yield Fault(
                    (*at, "branch"), f"sla policy {policy.name} names a branch that is not described: {policy.branch}"
                )
                continue
            branch = self.branches[policy.branch] if policy.branch is not None else None
            hours = branch.hours if branch is not None and branch.hours is not None else self.hours
            if not hours.are_ever_open:
                yield Fault(at, f"sla policy {policy.name} counts opening hours, but there are none")

    @model_validator(mode="after")
    def _deals_go_to_a_team_that_is_there(self) -> Company:
        team = self.assignment.team
        if team is not None and team not in self.teams:
            raise Mistake(Fault(("assignment", "team"), f"names a team that is not described: {team}"))
        return self

    @model_validator(mode="after")
    def _pipelines_are_told_apart(self) -> Company:
        if self.stages and DEFAULT_PIPELINE in self.pipelines:
            raise Mistake(
                Fault(
                    ("pipelines", DEFAULT_PIPELINE),
                    f"`stages` is the pipeline {DEFAULT_PIPELINE}: describe it there or in pipelines, not twice",
                )
            )
        if not self.all_stages:
            raise ValueError("there is no pipeline: describe `stages`")
        return self

    @property
    def all_pipelines(self) -> dict[str, PipelineRule]:
        """`stages` alone is the default one."""
        return ({DEFAULT_PIPELINE: PipelineRule(stages=self.stages)} if self.stages else {}) | self.pipelines

    @property
    def all_stages(self) -> dict[str, tuple[str, StageRule]]:
        """The pipeline and the rule of each stage, by the key under which it is kept."""
        return stages_by_key(self.all_pipelines)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def language(self) -> str:
        """The first one is the house's own."""
        return self.languages[0]

    def is_open(self, now: datetime) -> bool:
        return self.hours.are_open(now, self.zone)

    def shift_of(self, name: str, team: str | None) -> Shift | None:
        """An agent's own, else that of their team."""
        own = next((shift for shift in self.shifts if name in shift.agents), None)
        return own or next((shift for shift in self.shifts if team is not None and shift.team == team), None)

    def card_places(self, kind: str) -> list[CardPlace]:
        return [place for place in self.cards if kind in place.kinds]


def company_of(session: AsyncSession) -> Company:
    """The company a transaction works for; `Database.transaction` puts it there."""
    company = session.info["company"]
    assert isinstance(company, Company)
    return company
