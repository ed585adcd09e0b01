"""The record of a night's retention: what went, in numbers. No personal data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from crm_core.activity import Json
from crm_core.db import Base, BigId


class RetentionRun(Base):
    """`removed` by kind, as offhook.yml names them."""

    __tablename__ = "retention_run"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    removed: Mapped[dict[str, int]] = mapped_column(Json)
    __table_args__ = ({"sqlite_autoincrement": True},)
