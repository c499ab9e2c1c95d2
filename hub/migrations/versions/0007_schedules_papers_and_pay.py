"""Schedules as data, papers and corrections, terms of employment, a lost terminal, and what was sent to pay."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES: Final = (
    "punch_decision",
    "pay_run_line",
    "manual_entry",
    "document_file",
    "unit_score",
    "shift_day",
    "schedule_override",
    "pay_run",
    "part_time_contract",
    "outage",
    "office_holder",
    "letterhead",
    "holiday",
    "employment_term",
    "earned_points",
    "approved_location",
    "policy_version",
)

_ADDED: Final[dict[str, dict[str, sa.types.TypeEngine[Any]]]] = {
    "document": {
        "number": sa.String(length=100),
        "submitted_by": sa.String(length=64),
        "refused_at": UtcDateTime(),
        "refused_by": sa.String(length=64),
        "refused_because": sa.Text(),
        "replaces": sa.Integer(),
    },
    "kiosk": {
        "lost_declared_by": sa.String(length=64),
        "lost_declared_at": UtcDateTime(),
        "lost_because": sa.String(length=500),
        "lost_confirmed_by": sa.String(length=64),
        "lost_confirmed_at": UtcDateTime(),
    },
    "membership": {"basis": sa.String(length=300)},
}


def upgrade() -> None:
    op.create_table(
        "policy_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
    )
    op.create_index("ix_policy_version_name_valid_from", "policy_version", ["name", "valid_from"], unique=False)
    op.create_table(
        "approved_location",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name=op.f("fk_approved_location_employee_id_employee")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_approved_location_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approved_location")),
    )
    op.create_index("ix_approved_location_employee_id", "approved_location", ["employee_id"], unique=False)
    op.create_table(
        "earned_points",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("points", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_earned_points_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earned_points")),
    )
    op.create_index("ix_earned_points_month_employee_id", "earned_points", ["month", "employee_id"], unique=False)
    op.create_table(
        "employment_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("staff_group", sa.String(length=32), nullable=True),
        sa.Column("rank", sa.String(length=100), nullable=True),
        sa.Column("position", sa.String(length=200), nullable=True),
        sa.Column("tpp_base", sa.BigInteger(), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_employment_term_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employment_term")),
    )
    op.create_index("ix_employment_term_employee_id", "employment_term", ["employee_id"], unique=False)
    op.create_table(
        "holiday",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("decree", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("kind IN ('libur', 'cuti bersama')", name=op.f("ck_holiday_kind")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_holiday_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
    )
    op.create_index("ix_holiday_day", "holiday", ["day"], unique=False)
    op.create_table(
        "letterhead",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_letterhead_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letterhead")),
    )
    op.create_table(
        "office_holder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=64), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("acting", sa.String(length=3), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(length=300), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("acting IN ('Plt', 'Plh')", name=op.f("ck_office_holder_acting")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_office_holder_employee_id_employee")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_office_holder_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_holder")),
    )
    op.create_index("ix_office_holder_unit_id_office", "office_holder", ["unit_id", "office"], unique=False)
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reported_to", sa.String(length=200), nullable=False),
        sa.Column("declared_by", sa.String(length=64), nullable=False),
        sa.Column("declared_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_outage_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
    )
    op.create_table(
        "part_time_contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("slot_start", sa.String(length=5), nullable=False),
        sa.Column("slot_end", sa.String(length=7), nullable=False),
        sa.Column("quota_min", sa.Integer(), nullable=False),
        sa.Column("monthly_pay", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("monthly_pay >= 0", name=op.f("ck_part_time_contract_monthly_pay")),
        sa.CheckConstraint("quota_min > 0", name=op.f("ck_part_time_contract_quota_min")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_part_time_contract_dates")),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name=op.f("fk_part_time_contract_employee_id_employee")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_time_contract")),
    )
    op.create_index(
        "ix_part_time_contract_employee_id_valid_from",
        "part_time_contract",
        ["employee_id", "valid_from"],
        unique=False,
    )
    op.create_table(
        "pay_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("of_run", sa.Integer(), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(kind = 'delta') = (of_run IS NOT NULL)", name=op.f("ck_pay_run_of_run")),
        sa.CheckConstraint("kind IN ('run', 'delta')", name=op.f("ck_pay_run_kind")),
        sa.ForeignKeyConstraint(["of_run"], ["pay_run.id"], name=op.f("fk_pay_run_of_run_pay_run")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_pay_run_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_run")),
        sa.UniqueConstraint("number", name=op.f("uq_pay_run_number")),
    )
    op.create_index("ix_pay_run_month_unit_id", "pay_run", ["month", "unit_id"], unique=False)
    op.create_table(
        "schedule_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("decree", sa.String(length=200), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_schedule_override_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_override")),
    )
    op.create_index("ix_schedule_override_first_last", "schedule_override", ["first", "last"], unique=False)
    op.create_table(
        "shift_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_shift_day_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_day")),
    )
    op.create_index("ix_shift_day_employee_id_work_date", "shift_day", ["employee_id", "work_date"], unique=False)
    op.create_table(
        "unit_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("factor", sa.String(length=20), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_score_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_score")),
    )
    op.create_index("ix_unit_score_month_unit_id", "unit_score", ["month", "unit_id"], unique=False)
    op.create_table(
        "document_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_file_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_file")),
        sa.UniqueConstraint("document_id", "sha256", name=op.f("uq_document_file_document_id_sha256")),
    )
    op.create_table(
        "manual_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("arrival", UtcDateTime(), nullable=True),
        sa.Column("departure", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('submitted', 'approved', 'refused', 'withdrawn')", name=op.f("ck_manual_entry_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'refused') OR decided_by IS NOT NULL", name=op.f("ck_manual_entry_decider")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR lower(decided_by) <> lower(entered_by)", name=op.f("ck_manual_entry_second_person")
        ),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_manual_entry_employee_id_employee")),
        sa.ForeignKeyConstraint(["outage_id"], ["outage.id"], name=op.f("fk_manual_entry_outage_id_outage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_entry")),
    )
    op.create_index("ix_manual_entry_employee_id_work_date", "manual_entry", ["employee_id", "work_date"], unique=False)
    op.create_table(
        "pay_run_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.JSON(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_pay_run_line_employee_id_employee")),
        sa.ForeignKeyConstraint(["run_id"], ["pay_run.id"], name=op.f("fk_pay_run_line_run_id_pay_run")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_pay_run_line_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_run_line")),
    )
    op.create_index("ix_pay_run_line_run_id", "pay_run_line", ["run_id"], unique=False)
    op.create_table(
        "punch_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["kiosk.device"], name=op.f("fk_punch_decision_device_kiosk")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_punch_decision_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_punch_decision")),
    )
    op.create_index("ix_punch_decision_device_epoch_seq", "punch_decision", ["device", "epoch", "seq"], unique=False)
    for table, columns in _ADDED.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))
    with op.batch_alter_table("unit_policy") as changed:
        changed.add_column(sa.Column("staff_group", sa.String(length=32), nullable=True))
        changed.drop_constraint(op.f("uq_unit_policy_unit_id_valid_from"), type_="unique")
        changed.create_index("ix_unit_policy_unit_id_valid_from", ["unit_id", "valid_from"], unique=False)


def downgrade() -> None:
    # Of several policies that begin on one day, only the newest had a place before.
    op.execute(
        "DELETE FROM unit_policy WHERE staff_group IS NOT NULL OR id NOT IN"
        " (SELECT max(id) FROM unit_policy WHERE staff_group IS NULL GROUP BY unit_id, valid_from)"
    )
    with op.batch_alter_table("unit_policy") as changed:
        changed.drop_index("ix_unit_policy_unit_id_valid_from")
        changed.create_unique_constraint(op.f("uq_unit_policy_unit_id_valid_from"), ["unit_id", "valid_from"])
        changed.drop_column("staff_group")
    for table, columns in _ADDED.items():
        for name in columns:
            op.drop_column(table, name)
    for table in _TABLES:
        op.drop_table(table)
