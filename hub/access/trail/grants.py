"""A PostgreSQL role that the hub runs as and that cannot change its own trail: the tables are another role's."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import text

from contract.errors import BadInputError
from hub.db import Database

_ROLE: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def statements_for(role: str) -> list[str]:
    """What the owner of the tables executes once: the role works with every table, and only adds to the trail.

    To be executed again after an upgrade that made new tables. BadInputError when this cannot be a role's name.
    """
    if not _ROLE.fullmatch(role):
        raise BadInputError(f"'{role[:63]}' cannot be a role's name: use small letters, digits and underscores.")
    return [
        f"DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"REVOKE ALL ON audit_entry FROM {role}, PUBLIC",
        f"GRANT SELECT, INSERT ON audit_entry TO {role}",
    ]


def grant(database: Database, role: str) -> None:
    """Execute the statements; BadInputError on SQLite, which knows no roles."""
    statements = statements_for(role)
    if database.dialect != "postgresql":
        raise BadInputError("SQLite knows no roles; its triggers refuse changes of the trail. Use PostgreSQL for this.")
    with database.writing_connection() as connection:
        for statement in statements:
            connection.execute(text(statement))
