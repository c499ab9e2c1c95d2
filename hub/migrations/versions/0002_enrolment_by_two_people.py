"""Enrolment by two people: nobody approves what they added, and what is refused is kept with its reason.

Pictures that one person added and approved before this rule keep counting: they were enrolled by the rule of their day,
and an upgrade that emptied every kiosk overnight would only teach offices to do without. Nobody is named as a second
person who was none: their approver becomes `(one person)`, and `presensi hub enrolment list` shows them until somebody
else has looked.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SAME: Final = "lower(replace(approved_by, ' ', '')) = lower(replace(added_by, ' ', ''))"
# 0001 gave its checks names that the naming convention prefixed once more.
_STATE: Final = "ck_enrolment_frame_ck_enrolment_frame_state"
_ORIGIN: Final = "ck_enrolment_frame_ck_enrolment_frame_origin"


def upgrade() -> None:
    op.execute(
        f"UPDATE enrolment_frame SET approved_by = '(one person)'"  # noqa: S608 - nothing of it comes from outside
        f" WHERE state = 'approved' AND (approved_by IS NULL OR {_SAME})"
    )
    op.execute(f"UPDATE enrolment_frame SET approved_by = NULL WHERE state <> 'approved' AND {_SAME}")  # noqa: S608
    # SQLite copies the table, and knows its checks only from us.
    with op.batch_alter_table("enrolment_frame", copy_from=_frames_of_0001()) as table:
        table.add_column(sa.Column("refused_by", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("refused_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("refused_because", sa.String(length=500), nullable=True))
        table.drop_constraint(op.f(_STATE), type_="check")
        table.create_check_constraint(
            op.f("ck_enrolment_frame_state"), "state IN ('proposed', 'approved', 'refused', 'withdrawn')"
        )
        table.create_check_constraint(
            op.f("ck_enrolment_frame_approver"), "state <> 'approved' OR approved_by IS NOT NULL"
        )
        table.create_check_constraint(op.f("ck_enrolment_frame_second_person"), f"approved_by IS NULL OR NOT ({_SAME})")


def downgrade() -> None:
    op.execute("UPDATE enrolment_frame SET state = 'withdrawn' WHERE state = 'refused'")
    with op.batch_alter_table("enrolment_frame", copy_from=_frames_of_0002()) as table:
        table.drop_constraint(op.f("ck_enrolment_frame_second_person"), type_="check")
        table.drop_constraint(op.f("ck_enrolment_frame_approver"), type_="check")
        table.drop_constraint(op.f("ck_enrolment_frame_state"), type_="check")
        table.create_check_constraint(op.f(_STATE), "state IN ('proposed', 'approved', 'withdrawn')")
        table.drop_column("refused_because")
        table.drop_column("refused_at")
        table.drop_column("refused_by")


def _columns() -> list[sa.Column[object]]:
    return [
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
    ]


def _keys() -> list[sa.Constraint | sa.Index]:
    return [
        sa.CheckConstraint("origin IN ('folder', 'webcam', 'kiosk')", name=op.f(_ORIGIN)),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_enrolment_frame_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_frame")),
        sa.UniqueConstraint("employee_id", "sha256", name=op.f("uq_enrolment_frame_employee_id_sha256")),
        sa.Index("ix_enrolment_frame_sha256", "sha256"),
    ]


def _frames_of_0001() -> sa.Table:
    state = sa.CheckConstraint("state IN ('proposed', 'approved', 'withdrawn')", name=op.f(_STATE))
    return sa.Table("enrolment_frame", sa.MetaData(), *_columns(), *_keys(), state)


def _frames_of_0002() -> sa.Table:
    return sa.Table(
        "enrolment_frame",
        sa.MetaData(),
        *_columns(),
        sa.Column("refused_by", sa.String(length=64), nullable=True),
        sa.Column("refused_at", UtcDateTime(), nullable=True),
        sa.Column("refused_because", sa.String(length=500), nullable=True),
        *_keys(),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'refused', 'withdrawn')", name=op.f("ck_enrolment_frame_state")
        ),
        sa.CheckConstraint("state <> 'approved' OR approved_by IS NOT NULL", name=op.f("ck_enrolment_frame_approver")),
        sa.CheckConstraint(f"approved_by IS NULL OR NOT ({_SAME})", name=op.f("ck_enrolment_frame_second_person")),
    )
