"""Commands to kiosks that somebody took back."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0042"
down_revision = "0036"
branch_labels = None
depends_on = None

_TABLE: Final = "kiosk_command"
_CHECK: Final = "ck_kiosk_command_outcome"
_ACTIONS: Final = "action IN ('lock', 'unlock', 'restart', 'refresh', 'message', 'release')"
_BEFORE: Final = "outcome IN ('done', 'expired', 'refused')"
_AFTER: Final = "outcome IN ('done', 'expired', 'refused', 'taken_back')"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("taken_back_by", sa.String(length=64), nullable=True))
    op.add_column(_TABLE, sa.Column("taken_back_at", UtcDateTime(), nullable=True))
    _change_outcomes(_AFTER)


def downgrade() -> None:
    """To a hub that does not know of it, such a command has expired: it is sent no more."""
    op.execute(f"UPDATE {_TABLE} SET outcome = 'expired' WHERE outcome = 'taken_back'")  # noqa: S608
    _change_outcomes(_BEFORE)
    op.drop_column(_TABLE, "taken_back_at")
    op.drop_column(_TABLE, "taken_back_by")


def _change_outcomes(check: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(_CHECK), _TABLE, type_="check")
        op.create_check_constraint(op.f(_CHECK), _TABLE, check)
        return
    # SQLite makes the table anew; whether its checks are read from it depends on SQLAlchemy's release.
    with op.batch_alter_table(_TABLE, copy_from=_table(check), recreate="always"):
        pass


def _table(check: str) -> sa.Table:
    return sa.Table(
        _TABLE,
        sa.MetaData(),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("outcome_at", UtcDateTime(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("taken_back_by", sa.String(length=64), nullable=True),
        sa.Column("taken_back_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(_ACTIONS, name=op.f("ck_kiosk_command_action")),
        sa.CheckConstraint(check, name=op.f(_CHECK)),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name=op.f("fk_kiosk_command_device_kiosk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_command")),
        sa.UniqueConstraint("device", "version", name=op.f("uq_kiosk_command_device_version")),
        sa.Index("ix_kiosk_command_outcome_device", "outcome", "device"),
    )
