"""The line and its menu, as offhook.yml describes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, model_validator

from crm_core.company.graph import faults_of
from crm_core.company.nodes import CollectDigits, CollectWords, Node, Number
from crm_core.company.part import LocalText, Part, refuse


class Phone(Part):
    """`start` is the first node in opening hours, `closed` outside them, `person` where `0` leads, `after` where a
    caller goes on once an agent has left the talk.

    `agent_key` leads colleagues from every menu to one of their own, after their PIN; without it nowhere.

    `blocked`: what blocked numbers hear; without it they are rejected.
    """

    number: Number
    greeting: LocalText
    start: str
    closed: str
    person: str
    after: str | None = None
    blocked: LocalText | None = None
    agent_key: Annotated[str, Field(pattern=r"^[1-8#]$")] | None = None
    nodes: dict[str, Node]

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Phone:
        refuse(faults_of(self))
        return self

    @property
    def homes(self) -> Sequence[str]:
        """Where a call begins: in opening hours and outside them."""
        return list(dict.fromkeys((self.start, self.closed)))

    @property
    def entries(self) -> dict[str, str]:
        """Where callers come in, by the key that says so."""
        named = {"start": self.start, "closed": self.closed, "person": self.person}
        return named | ({"after": self.after} if self.after is not None else {})

    def label_of(self, answer: str, language: str) -> str:
        """What the team reads before something that was collected."""
        labels = (
            node.label
            for node in self.nodes.values()
            if isinstance(node, CollectDigits | CollectWords) and node.name == answer and node.label
        )
        label = next(labels, {})
        return label.get(language) or next(iter(label.values()), answer)
