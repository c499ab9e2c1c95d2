"""A command by which a kiosk deletes what it keeps of faces."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0045"
down_revision = "0043"
branch_labels = None
depends_on = None

_TABLE: Final = "kiosk_command"
_CHECK: Final = "ck_kiosk_command_action"
_OUTCOMES: Final = "outcome IN ('done', 'expired', 'refused', 'taken_back')"
_BEFORE: Final = "action IN ('lock', 'unlock', 'restart', 'refresh', 'message', 'release')"
_AFTER: Final = "action IN ('lock', 'unlock', 'restart', 'refresh', 'message', 'release', 'wipe')"


def upgrade() -> None:
    _change_actions(_AFTER)


def downgrade() -> None:
    """To a hub that does not know of it, a wipe was a lock: that is what still holds of it."""
    op.execute(f"UPDATE {_TABLE} SET action = 'lock' WHERE action = 'wipe'")  # noqa: S608
    _change_actions(_BEFORE)


def _change_actions(check: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(_CHECK), _TABLE, type_="check")
        op.create_check_constraint(op.f(_CHECK), _TABLE, check)
        return
    # SQLite makes the table anew; whether its checks are read from it depends on SQLAlchemy's release.
    with op.batch_alter_table(_TABLE, copy_from=_table(check), recreate="always"):
        pass


def _table(actions: str) -> sa.Table:
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
        sa.CheckConstraint(actions, name=op.f(_CHECK)),
        sa.CheckConstraint(_OUTCOMES, name=op.f("ck_kiosk_command_outcome")),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name=op.f("fk_kiosk_command_device_kiosk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_command")),
        sa.UniqueConstraint("device", "version", name=op.f("uq_kiosk_command_device_version")),
        sa.Index("ix_kiosk_command_outcome_device", "outcome", "device"),
    )
