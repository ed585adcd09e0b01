"""Alembic's environment: the connection is handed over by crm_core.schema."""

from alembic import context

import crm_core
from crm_core.db import Base

crm_core.load()

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
