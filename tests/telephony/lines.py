"""Companies with another phone menu than the sample's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import yaml

from crm_core.company import Company
from crm_core.db import Database
from tests.conftest import ROOT
from tests.product import Product, running

VOICEMAIL = {"do": "voicemail"}
QUEUE = {"do": "queue", "queue": "support"}


def text(german: str, english: str = "") -> dict[str, str]:
    return {"de": german, "en": english or german}


def line(nodes: dict[str, Any], *, company: dict[str, Any] | None = None, **phone: Any) -> Company:
    """The sample company with these nodes; a call begins at the first. `person` is the voicemail unless named."""
    raw = yaml.safe_load((ROOT / "offhook.yml").read_text(encoding="utf-8"))
    first = next(iter(nodes))
    begins = {"start": first, "closed": first, "person": "voicemail", "after": None}
    raw["phone"] |= begins | phone | {"nodes": {"voicemail": VOICEMAIL, **nodes}}
    raw["phone"] = {key: value for key, value in raw["phone"].items() if value is not None}
    return Company.model_validate(raw | (company or {}))


@asynccontextmanager
async def answering(database: Database, company: Company, **settings: Any) -> AsyncIterator[Product]:
    database.works_for(company)
    async with running(database, company, **settings) as product:
        yield product
