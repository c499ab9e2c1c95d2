"""Rows of what operators did at the kiosks themselves."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_CHECK: Final = "ck_journal_row_kind"
_BEFORE: Final = "kind IN ('punch', 'clock', 'refusal', 'disavowal')"
_AFTER: Final = "kind IN ('punch', 'clock', 'refusal', 'disavowal', 'operator')"


def upgrade() -> None:
    _change_kinds(_BEFORE, _AFTER)


def downgrade() -> None:
    """As a hub that does not know such rows would have taken them: into quarantine."""
    op.execute(
        'INSERT INTO quarantine (device, epoch, seq, hash, reason, detail, "row", received_at)'
        " SELECT device, epoch, seq, hash, 'unknown_kind', 'operator', \"row\", received_at"
        " FROM journal_row WHERE kind = 'operator'"
    )
    op.execute(
        "UPDATE epoch_progress SET quarantined = quarantined + (SELECT count(*) FROM journal_row"
        " WHERE journal_row.device = epoch_progress.device AND journal_row.epoch = epoch_progress.epoch"
        " AND journal_row.kind = 'operator')"
    )
    op.execute("DELETE FROM journal_row WHERE kind = 'operator'")
    _change_kinds(_AFTER, _BEFORE)


def _change_kinds(old: str, new: str) -> None:
    """Let the journal hold other kinds of rows, without a copy of a table that may have millions."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(_CHECK), "journal_row", type_="check")
        op.create_check_constraint(op.f(_CHECK), "journal_row", new)
        return
    _rewrite_text(old, new)


def _rewrite_text(old: str, new: str) -> None:
    """Change the words of the journal's definition where it is kept.

    SQLite's documentation allows it for changes that leave the rows as they are (lang_altertable, section 7); the
    check's words are such. Raising the schema's version lets every connection read it anew.
    """
    connection = op.get_bind()
    kept = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'journal_row'").scalar_one()
    if kept.count(old) != 1:
        raise RuntimeError(f"the table journal_row is not as this migration knows it: {kept}")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = 'journal_row'", (kept.replace(old, new),)
    )
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")
