"""Foundations: people, units, kiosks, journal rows, days, documents, accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_units()
    _create_people()
    _create_enrolment()
    _create_roster_log()
    _create_kiosks()
    _create_kiosk_state()
    _create_journal()
    _create_days()
    _create_documents()
    _create_accounts()
    op.execute("INSERT INTO roster_clock (id, revision) VALUES (1, 0)")


def downgrade() -> None:
    for table in (
        "account",
        "document",
        "month_close",
        "stored_day",
        "dirty_day",
        "quarantine",
        "journal_row",
        "alarm",
        "epoch_progress",
        "latest_heartbeat",
        "kiosk",
        "roster_change",
        "roster_clock",
        "template",
        "enrolment_frame",
        "membership",
        "employee",
        "unit_policy",
        "unit",
    ):
        op.drop_table(table)


def _create_units() -> None:
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name="fk_unit_parent_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("name", name="uq_unit_name"),
    )
    op.create_index("ix_unit_parent_id", "unit", ["parent_id"], unique=False)
    op.create_table(
        "unit_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_unit_policy_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_unit_policy"),
        sa.UniqueConstraint("unit_id", "valid_from", name="uq_unit_policy_unit_id_valid_from"),
    )


def _create_people() -> None:
    op.create_table(
        "employee",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("nip", sa.String(length=18), nullable=True),
        sa.Column("position", sa.String(length=200), nullable=True),
        sa.Column("employed_from", sa.Date(), nullable=True),
        sa.Column("employed_until", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_employee"),
    )
    op.create_index("ix_employee_name", "employee", ["name"], unique=False)
    op.create_index("ix_employee_nip", "employee", ["nip"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name="fk_membership_employee_id_employee"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_membership_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_membership"),
    )
    op.create_index("ix_membership_employee_id", "membership", ["employee_id"], unique=False)
    op.create_index("ix_membership_unit_id_valid_from", "membership", ["unit_id", "valid_from"], unique=False)


def _create_enrolment() -> None:
    op.create_table(
        "enrolment_frame",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("origin_name", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("origin IN ('folder', 'webcam', 'kiosk')", name="ck_enrolment_frame_origin"),
        sa.CheckConstraint("state IN ('proposed', 'approved', 'withdrawn')", name="ck_enrolment_frame_state"),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name="fk_enrolment_frame_employee_id_employee"),
        sa.PrimaryKeyConstraint("id", name="pk_enrolment_frame"),
        sa.UniqueConstraint("employee_id", "sha256", name="uq_enrolment_frame_employee_id_sha256"),
    )
    op.create_index("ix_enrolment_frame_sha256", "enrolment_frame", ["sha256"], unique=False)
    op.create_table(
        "template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frame_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name="fk_template_employee_id_employee"),
        sa.ForeignKeyConstraint(["frame_id"], ["enrolment_frame.id"], name="fk_template_frame_id_enrolment_frame"),
        sa.PrimaryKeyConstraint("id", name="pk_template"),
        sa.UniqueConstraint("frame_id", "pack", name="uq_template_frame_id_pack"),
    )
    op.create_index("ix_template_pack_employee_id", "template", ["pack", "employee_id"], unique=False)


def _create_roster_log() -> None:
    op.create_table(
        "roster_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("dates_through", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_roster_clock"),
    )
    op.create_table(
        "roster_change",
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("device", sa.String(length=63), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'kiosk', 'reset')", name="ck_roster_change_kind"),
        sa.PrimaryKeyConstraint("revision", name="pk_roster_change"),
    )


def _create_kiosks() -> None:
    op.create_table(
        "kiosk",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("liveness", sa.String(length=16), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("receipt_version", sa.BigInteger(), nullable=False),
        sa.Column("roster_sent", sa.BigInteger(), nullable=False),
        sa.Column("roster_sent_at", UtcDateTime(), nullable=True),
        sa.Column("roster_pack", sa.String(length=64), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("delivered_up_to", UtcDateTime(), nullable=True),
        sa.Column("online", sa.Boolean(), nullable=True),
        sa.Column("online_at", UtcDateTime(), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("liveness IN ('off', 'passive', 'active', 'strict')", name="ck_kiosk_liveness"),
        sa.CheckConstraint("state IN ('active', 'revoked')", name="ck_kiosk_state"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_kiosk_unit_id_unit"),
        sa.PrimaryKeyConstraint("device", name="pk_kiosk"),
    )
    op.create_index("ix_kiosk_unit_id", "kiosk", ["unit_id"], unique=False)


def _create_kiosk_state() -> None:
    op.create_table(
        "latest_heartbeat",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("first_kept", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("queue", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.Column("boot", sa.String(length=64), nullable=False),
        sa.Column("monotonic_ms", sa.BigInteger(), nullable=False),
        sa.Column("clock_source", sa.String(length=8), nullable=False),
        sa.Column("camera", sa.String(length=16), nullable=False),
        sa.Column("journal", sa.String(length=16), nullable=False),
        sa.Column("camera_restarts", sa.BigInteger(), nullable=False),
        sa.Column("disk_free_mb", sa.BigInteger(), nullable=True),
        sa.Column("temperature_c", sa.Float(), nullable=True),
        sa.Column("alarms", sa.JSON(), nullable=False),
        sa.Column("roster", sa.BigInteger(), nullable=False),
        sa.Column("command", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.BigInteger(), nullable=False),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("software", sa.String(length=64), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name="fk_latest_heartbeat_device_kiosk"),
        sa.PrimaryKeyConstraint("device", name="pk_latest_heartbeat"),
    )
    op.create_table(
        "epoch_progress",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("also", sa.JSON(), nullable=False),
        sa.Column("last_seq_claimed", sa.BigInteger(), nullable=False),
        sa.Column("first_kept", sa.BigInteger(), nullable=False),
        sa.Column("quarantined", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name="fk_epoch_progress_device_kiosk"),
        sa.PrimaryKeyConstraint("device", "epoch", name="pk_epoch_progress"),
    )
    op.create_table(
        "alarm",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("device", "kind", name="pk_alarm"),
    )


def _create_journal() -> None:
    op.create_table(
        "journal_row",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("corrected_at", UtcDateTime(), nullable=True),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("clock_source", sa.String(length=8), nullable=False),
        sa.Column("boot", sa.String(length=64), nullable=False),
        sa.Column("monotonic_ms", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=True),
        sa.Column("similarity", sa.Float(), nullable=True),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("session_hint", sa.String(length=8), nullable=True),
        sa.Column("row", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('punch', 'clock')", name="ck_journal_row_kind"),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name="fk_journal_row_device_kiosk"),
        sa.PrimaryKeyConstraint("device", "epoch", "seq", name="pk_journal_row"),
    )
    op.create_index(
        "ix_journal_row_device_boot_monotonic_ms", "journal_row", ["device", "boot", "monotonic_ms"], unique=False
    )
    op.create_index("ix_journal_row_person_id_placed_at", "journal_row", ["person_id", "placed_at"], unique=False)
    op.create_index("ix_journal_row_placed_at", "journal_row", ["placed_at"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("row", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('malformed', 'misplaced', 'conflict', 'source', 'unknown_kind')", name="ck_quarantine_reason"
        ),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name="fk_quarantine_device_kiosk"),
        sa.PrimaryKeyConstraint("device", "epoch", "seq", "hash", name="pk_quarantine"),
    )
    op.create_index("ix_quarantine_received_at", "quarantine", ["received_at"], unique=False)


def _create_days() -> None:
    op.create_table(
        "dirty_day",
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("marked_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name="fk_dirty_day_employee_id_employee"),
        sa.PrimaryKeyConstraint("employee_id", "work_date", name="pk_dirty_day"),
    )
    op.create_index("ix_dirty_day_marked_at", "dirty_day", ["marked_at"], unique=False)
    op.create_table(
        "stored_day",
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("late_min", sa.Integer(), nullable=True),
        sa.Column("early_min", sa.Integer(), nullable=True),
        sa.Column("absent_days", sa.Integer(), nullable=False),
        sa.Column("day", sa.JSON(), nullable=False),
        sa.Column("assessed_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name="fk_stored_day_employee_id_employee"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_stored_day_unit_id_unit"),
        sa.PrimaryKeyConstraint("employee_id", "work_date", name="pk_stored_day"),
    )
    op.create_index("ix_stored_day_unit_id_work_date", "stored_day", ["unit_id", "work_date"], unique=False)
    op.create_table(
        "month_close",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
        sa.Column("reopened_at", UtcDateTime(), nullable=True),
        sa.Column("reopened_by", sa.String(length=64), nullable=True),
        sa.Column("reopen_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_month_close_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_month_close"),
    )
    op.create_index("ix_month_close_month_unit_id", "month_close", ["month", "unit_id"], unique=False)


def _create_documents() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("covers", sa.JSON(), nullable=False),
        sa.Column("known_by", sa.String(length=64), nullable=True),
        sa.Column("handed_in", sa.Date(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("verified_by", sa.String(length=64), nullable=True),
        sa.Column("entered_on", sa.Date(), nullable=True),
        sa.Column("entered_by", sa.String(length=64), nullable=True),
        sa.Column("signed_by", sa.JSON(), nullable=False),
        sa.Column("witness_statements", sa.Integer(), nullable=False),
        sa.Column("reopened_because", sa.Text(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("witness_statements >= 0", name="ck_document_witness_statements"),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name="fk_document_employee_id_employee"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
    )
    op.create_index("ix_document_employee_id", "document", ["employee_id"], unique=False)
    op.create_index("ix_document_first_day", "document", ["first_day"], unique=False)


def _create_accounts() -> None:
    op.create_table(
        "account",
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_account_unit_id_unit"),
        sa.PrimaryKeyConstraint("username", name="pk_account"),
    )
