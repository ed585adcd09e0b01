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

    On SQLite the copy keeps its checks and goes on counting its ids where the original was.
    """
    wanted = {f"ck_{table}_{name}": condition for name, condition in (checks or {}).items()}
    if op.get_bind().dialect.name == "sqlite":
        yield from _made_anew(table, wanted)
        return
    known = {check["name"] for check in sa.inspect(op.get_bind()).get_check_constraints(table)}
    for name in wanted.keys() & known:
        op.drop_constraint(name, table, type_="check")
    with op.batch_alter_table(table) as batch:
        yield batch
    for name, condition in wanted.items():
        if condition:
            op.create_check_constraint(op.f(name), table, condition)


def _made_anew(table: str, wanted: Mapping[str, str]) -> Iterator[BatchOperations]:
    bind = op.get_bind()
    known = {str(check["name"]): check["sqltext"] for check in sa.inspect(bind).get_check_constraints(table)}
    counted = bind.scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table})
    kept = {name: condition for name, condition in {**known, **wanted}.items() if condition}
    with op.batch_alter_table(
        table,
        recreate="always",
        table_args=tuple(sa.CheckConstraint(condition, name=op.f(name)) for name, condition in kept.items()),
        table_kwargs={"sqlite_autoincrement": counted is not None or _counts(table)},
    ) as batch:
        yield batch
    if counted is not None:
        bind.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table})
        bind.execute(
            sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"), {"name": table, "seq": counted}
        )


def _counts(table: str) -> bool:
    made_by = op.get_bind().scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table})
    return "AUTOINCREMENT" in (made_by or "").upper()
