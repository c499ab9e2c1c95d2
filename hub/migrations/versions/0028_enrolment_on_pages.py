"""People who are enrolled at the hub's own pages, by webcam, files and archives of photos."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.db import UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("consent_wording", sa.String(length=40), nullable=False),
        sa.Column("consent_language", sa.String(length=2), nullable=False),
        sa.Column("consented_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('taking', 'proposed', 'dropped')", name=op.f("ck_page_enrolment_state")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_page_enrolment_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_enrolment")),
    )
    op.create_index("ix_page_enrolment_employee_id", "page_enrolment", ["employee_id"], unique=False)
    op.create_table(
        "page_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("embedding", sa.LargeBinary(), nullable=True),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("pose", sa.String(length=8), nullable=False),
        sa.Column("pitch", sa.Float(), nullable=True),
        sa.Column("passive", sa.Float(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("frame_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["page_enrolment.id"], name=op.f("fk_page_picture_enrolment_id_page_enrolment")
        ),
        sa.ForeignKeyConstraint(
            ["frame_id"], ["enrolment_frame.id"], name=op.f("fk_page_picture_frame_id_enrolment_frame")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_picture")),
    )
    op.create_index("ix_page_picture_enrolment_id", "page_picture", ["enrolment_id"], unique=False)
    op.create_table(
        "photo_archive",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('checking', 'checked', 'proposing', 'done', 'dropped')", name=op.f("ck_photo_archive_state")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_photo_archive_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_archive")),
    )
    op.create_index("ix_photo_archive_author", "photo_archive", ["author"], unique=False)
    op.create_table(
        "photo_archive_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("archive_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("employee_id", sa.String(length=64), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("fault", sa.String(length=32), nullable=True),
        sa.Column("other", sa.String(length=300), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["archive_id"], ["photo_archive.id"], name=op.f("fk_photo_archive_person_archive_id_photo_archive")
        ),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name=op.f("fk_photo_archive_person_employee_id_employee")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_archive_person")),
    )
    op.create_index("ix_photo_archive_person_archive_id", "photo_archive_person", ["archive_id"], unique=False)


def downgrade() -> None:
    op.drop_table("photo_archive_person")
    op.drop_table("photo_archive")
    op.drop_table("page_picture")
    op.drop_table("page_enrolment")
