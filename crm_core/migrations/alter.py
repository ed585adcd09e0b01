"""Changing a table that is there: SQLite makes it anew, and must lose nothing by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations


@contextmanager
def altered(table: str, checks: Mapping[str, str] | None = None) -> Iterator[BatchOperations]:
    """`checks`: conditions by their short names, put in the place of those of the same name; "" drops one.

    On SQLite the copy goes on counting its ids where the original was.
    """
    wanted = {f"ck_{table}_{name}": condition for name, condition in (checks or {}).items()}
    known = {check["name"] for check in sa.inspect(op.get_bind()).get_check_constraints(table)}
    counted = _counter(table)
    with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": counted is not None}) as batch:
        for name in sorted(wanted.keys() & known):
            batch.drop_constraint(op.f(name), type_="check")
        yield batch
        for name, condition in wanted.items():
            if condition:
                batch.create_check_constraint(op.f(name), condition)
    if counted is not None:
        _count_on(table, counted)


def _counter(table: str) -> int | None:
    """The newest id ever given; None where ids are not counted by SQLite."""
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        return None
    made_by = bind.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table})
    if "AUTOINCREMENT" not in str(made_by).upper():
        return None
    return bind.scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table}) or 0


def _count_on(table: str, newest: int) -> None:
    bind = op.get_bind()
    bind.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table})
    bind.execute(sa.text("INSERT INTO sqlite_sequence VALUES (:name, :seq)"), {"name": table, "seq": newest})
