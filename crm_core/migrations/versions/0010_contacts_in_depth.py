"""Companies are contacts; e-mails, tags and misspellings have tables of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_core.contacts.tokens import variants_of
from crm_core.migrations.alter import altered
from crm_core.names import fold, words

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_BYTEWISE = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_TIME = sa.DateTime(timezone=True)
_ADDED = ("title", "salutation", "address_form", "street", "postcode", "city", "time_zone", "region")
_CHECKS = {
    "kind": "kind IN ('person', 'company')",
    "salutation": "salutation IN ('mr', 'ms')",
    "address_form": "address_form IN ('formal', 'informal')",
}


def upgrade() -> None:
    _add_columns()
    _organisations_become_contacts()
    _create_tables()
    op.execute(
        "INSERT INTO email_address (contact_id, address, lowered, created_at) "
        "SELECT id, email, lower(email), created_at FROM contact WHERE email IS NOT NULL ORDER BY id"
    )
    with altered("contact", _CHECKS) as batch:
        batch.drop_column("email")
        batch.create_foreign_key(op.f("fk_contact_organisation_id"), "contact", ["organisation_id"], ["id"])
        batch.create_foreign_key(op.f("fk_contact_merged_into_id"), "contact", ["merged_into_id"], ["id"])
        batch.create_foreign_key(op.f("fk_contact_owner_id"), "agent", ["owner_id"], ["id"])
    op.create_index("ix_contact_sort_name", "contact", ["sort_name", "id"])
    op.create_index("ix_contact_merged_into_id", "contact", ["merged_into_id"])
    op.create_index("ix_contact_owner_id", "contact", ["owner_id"])
    op.drop_table("organisation")
    _change_tokens()
    _change_numbers()
    _fill_names_and_variants()


def downgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("name", name=op.f("uq_organisation_name")),
    )
    op.execute("INSERT INTO organisation (name) SELECT DISTINCT name FROM contact WHERE kind = 'company'")
    for index in ("ix_contact_sort_name", "ix_contact_merged_into_id", "ix_contact_owner_id"):
        op.drop_index(index, "contact")
    with altered("contact", dict.fromkeys(_CHECKS, "")) as batch:
        batch.drop_constraint("fk_contact_organisation_id", type_="foreignkey")
        batch.drop_constraint("fk_contact_merged_into_id", type_="foreignkey")
        batch.drop_constraint("fk_contact_owner_id", type_="foreignkey")
        batch.add_column(sa.Column("email", sa.String(), nullable=True))
    _contacts_become_organisations()
    with altered("contact") as batch:
        for name in ("kind", "sort_name", "owner_id", "merged_into_id", "note", "custom", *_ADDED):
            batch.drop_column(name)
        batch.create_foreign_key(op.f("fk_contact_organisation_id"), "organisation", ["organisation_id"], ["id"])
    op.drop_index("ix_phone_number_head", "phone_number")
    op.drop_column("phone_number", "head")
    op.drop_index("ix_contact_token_contact_id", "contact_token")
    op.create_index("ix_contact_token_contact_id", "contact_token", ["contact_id"])
    for table in ("contact_merge", "distinct_pair", "token_variant", "contact_tag", "email_address"):
        op.drop_table(table)


def _add_columns() -> None:
    with altered("contact") as batch:
        batch.drop_constraint("fk_contact_organisation_id", type_="foreignkey")
        batch.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="person"))
        batch.add_column(sa.Column("sort_name", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("custom", _JSON, nullable=False, server_default=sa.text("'{}'")))
        batch.add_column(sa.Column("note", sa.Text(), nullable=True))
        batch.add_column(sa.Column("owner_id", _ID, nullable=True))
        batch.add_column(sa.Column("merged_into_id", _ID, nullable=True))
        for name in _ADDED:
            batch.add_column(sa.Column(name, sa.String(), nullable=True))


def _organisations_become_contacts() -> None:
    op.execute(
        "INSERT INTO contact (kind, name, version, created_at, updated_at) "
        "SELECT 'company', o.name, 1, min(c.created_at), min(c.created_at) FROM organisation o "
        "JOIN contact c ON c.organisation_id = o.id GROUP BY o.id, o.name ORDER BY o.id"
    )
    op.execute(
        "UPDATE contact SET organisation_id = (SELECT n.id FROM contact n JOIN organisation o ON o.name = n.name "
        "WHERE n.kind = 'company' AND o.id = contact.organisation_id) WHERE organisation_id IS NOT NULL"
    )


def _contacts_become_organisations() -> None:
    op.execute(
        "UPDATE contact SET organisation_id = CASE WHEN kind = 'company' THEN NULL ELSE (SELECT o.id FROM "
        "organisation o JOIN contact n ON n.name = o.name WHERE n.id = contact.organisation_id) END, "
        "email = (SELECT e.address FROM email_address e WHERE e.contact_id = contact.id ORDER BY e.id LIMIT 1)"
    )
    used = " ".join(
        f"AND NOT EXISTS (SELECT 1 FROM {name} u WHERE u.contact_id = contact.id)"
        for name in ('"call"', "ticket", "deal", "task", "phone_number")
    )
    gone = f"SELECT id FROM contact WHERE kind = 'company' {used}"
    op.execute(f"DELETE FROM contact_token WHERE contact_id IN ({gone})")
    op.execute(f"DELETE FROM contact_tag WHERE contact_id IN ({gone})")
    op.execute(f"DELETE FROM email_address WHERE contact_id IN ({gone})")
    op.execute(f"DELETE FROM contact WHERE kind = 'company' {used}")


def _create_tables() -> None:
    op.create_table(
        "email_address",
        sa.Column("id", _ID, nullable=False),
        sa.Column("contact_id", _ID, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("lowered", sa.String(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_email_address_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_address")),
    )
    op.create_index("ix_email_address_contact_id", "email_address", ["contact_id"])
    op.create_index("ix_email_address_lowered", "email_address", ["lowered"])
    op.create_table(
        "contact_tag",
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("contact_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_tag_contact_id")),
        sa.PrimaryKeyConstraint("tag", "contact_id", name=op.f("pk_contact_tag")),
    )
    op.create_index("ix_contact_tag_contact_id", "contact_tag", ["contact_id"])
    op.create_table(
        "token_variant",
        sa.Column("variant", _BYTEWISE, nullable=False),
        sa.Column("token", _BYTEWISE, nullable=False),
        sa.PrimaryKeyConstraint("variant", "token", name=op.f("pk_token_variant")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_token_variant_token", "token_variant", ["token"])
    op.create_table(
        "distinct_pair",
        sa.Column("lower_id", _ID, nullable=False),
        sa.Column("higher_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["lower_id"], ["contact.id"], name=op.f("fk_distinct_pair_lower_id")),
        sa.ForeignKeyConstraint(["higher_id"], ["contact.id"], name=op.f("fk_distinct_pair_higher_id")),
        sa.PrimaryKeyConstraint("lower_id", "higher_id", name=op.f("pk_distinct_pair")),
    )
    op.create_table(
        "contact_merge",
        sa.Column("id", _ID, nullable=False),
        sa.Column("survivor_id", _ID, nullable=False),
        sa.Column("merged_id", _ID, nullable=False),
        sa.Column("moved", _JSON, nullable=False),
        sa.Column("filled", _JSON, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("undone_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["survivor_id"], ["contact.id"], name=op.f("fk_contact_merge_survivor_id")),
        sa.ForeignKeyConstraint(["merged_id"], ["contact.id"], name=op.f("fk_contact_merge_merged_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_merge")),
    )
    op.create_index("ix_contact_merge_survivor_id", "contact_merge", ["survivor_id"])
    op.create_index("ix_contact_merge_merged_id", "contact_merge", ["merged_id"])


def _change_tokens() -> None:
    op.drop_index("ix_contact_token_contact_id", "contact_token")
    if op.get_bind().dialect.name == "sqlite":
        op.rename_table("contact_token", "contact_token_before")
        op.create_table(
            "contact_token",
            sa.Column("token", sa.String(), nullable=False),
            sa.Column("contact_id", _ID, nullable=False),
            sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_token_contact_id")),
            sa.PrimaryKeyConstraint("token", "contact_id", name=op.f("pk_contact_token")),
            sqlite_with_rowid=False,
        )
        op.execute("INSERT INTO contact_token SELECT token, contact_id FROM contact_token_before")
        op.drop_table("contact_token_before")
    else:
        op.execute('ALTER TABLE contact_token ALTER COLUMN token TYPE VARCHAR COLLATE "C"')
    op.create_index("ix_contact_token_contact_id", "contact_token", ["contact_id", "token"])


def _change_numbers() -> None:
    op.add_column("phone_number", sa.Column("head", sa.String(), nullable=True))
    op.create_index("ix_phone_number_head", "phone_number", ["head"])
    if op.get_bind().dialect.name != "sqlite":
        op.execute('ALTER TABLE phone_number ALTER COLUMN reversed TYPE VARCHAR COLLATE "C"')


def _fill_names_and_variants() -> None:
    bind = op.get_bind()
    contact = sa.table("contact", sa.column("id"), sa.column("name"), sa.column("kind"), sa.column("sort_name"))
    token = sa.table("contact_token", sa.column("token"), sa.column("contact_id"))
    variant = sa.table("token_variant", sa.column("variant"), sa.column("token"))
    for row in bind.execute(sa.select(contact.c.id, contact.c.name, contact.c.kind)).all():
        bind.execute(sa.update(contact).where(contact.c.id == row.id).values(sort_name=fold(row.name)[:200]))
        if row.kind == "company":
            found = sorted({word[:60] for word in words(row.name)})
            if found:
                bind.execute(sa.insert(token), [{"token": word, "contact_id": row.id} for word in found])
    for [known] in bind.execute(sa.select(token.c.token).distinct()).all():
        rows = [{"variant": one, "token": known} for one in sorted(variants_of(known))]
        if rows:
            bind.execute(sa.insert(variant), rows)
