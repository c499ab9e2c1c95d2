"""What alembic runs: the steps in `versions`, on the connection that the runner hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from hub.models import Base


def run_migrations(connection: Connection) -> None:
    """Run inside the transaction that the connection is in already; the runner commits it."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    context.run_migrations()


run_migrations(context.config.attributes["connection"])
