"""The record of an erasure: that it was done, by whom, and what lies where Offhook cannot reach. No personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from crm_core.activity import Json
from crm_core.db import Base, BigId


class Erasure(Base):
    """`rows` by table; `elsewhere` lists what is left at others: recordings, messages."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(BigId, index=True)
    at: Mapped[datetime]
    actor_name: Mapped[str]
    rows: Mapped[dict[str, int]] = mapped_column(Json)
    elsewhere: Mapped[list[Any]] = mapped_column(Json)
    __table_args__ = ({"sqlite_autoincrement": True},)
