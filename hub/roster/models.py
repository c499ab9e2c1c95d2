"""People, the units they belong to, and what they are recognised by."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base

DEFAULT_UNIT = "Kantor"
DEFAULT_TIMEZONE = "Asia/Jakarta"
DEFAULT_POLICY = "jember-5"


class Unit(Base):
    """An office or a part of one. timezone: IANA name; work dates are local to it. parent_id None: at the top.

    valid_until: its last day; None: it goes on.
    """

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    timezone: Mapped[str] = mapped_column(String(64), default=DEFAULT_TIMEZONE)
    created_at: Mapped[datetime]
    valid_until: Mapped[date | None] = mapped_column(Date)


class UnitPolicy(Base):
    """Which attendance policy a unit follows, and from when to when (both days included; None: without end).

    group: only people of this group (PNS, PPPK, …); None: everybody who has none of their own. Of several rows for a
    date the one that begins last counts, and of these the newest. policy: `none` asks for no attendance.
    """

    __tablename__ = "unit_policy"
    __table_args__ = (Index("ix_unit_policy_unit_id_valid_from", "unit_id", "valid_from"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    policy: Mapped[str] = mapped_column(String(64))
    group: Mapped[str | None] = mapped_column("staff_group", String(32))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]


class Employee(Base):
    """A person. id: opaque, the PersonId of every message. nip: shown, checked, never a key: people change numbers.

    employed_from, employed_until: first and last day of the employment; None: not known, so not limited.
    """

    __tablename__ = "employee"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    nip: Mapped[str | None] = mapped_column(String(18), index=True)
    position: Mapped[str | None] = mapped_column(String(200))
    employed_from: Mapped[date | None] = mapped_column(Date)
    employed_until: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(64))


class Membership(Base):
    """An employee in a unit, from when to when (both days included; None: without end); one at a time.

    basis: the letter that moved the person (Ps 12); None for where somebody began.
    """

    __tablename__ = "membership"
    __table_args__ = (Index("ix_membership_unit_id_valid_from", "unit_id", "valid_from"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    basis: Mapped[str | None] = mapped_column(String(300))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]


class EmploymentTerm(Base):
    """As what somebody is employed, from when to when (both days included; None: without end); the newest row counts.

    group: PNS, CPNS, PPPK, PPPK Paruh Waktu. rank: pangkat/golongan. position: jabatan. tpp_base: rupiah a month.
    """

    __tablename__ = "employment_term"
    __table_args__ = (Index("ix_employment_term_employee_id", "employee_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    group: Mapped[str | None] = mapped_column("staff_group", String(32))
    rank: Mapped[str | None] = mapped_column(String(100))
    position: Mapped[str | None] = mapped_column(String(200))
    tpp_base: Mapped[int | None] = mapped_column(BigInteger)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]


class EmploymentChange(Base):
    """What somebody's number and the ends of the employment were from a change on, and who changed them; never changed.

    The employee's own row has the newest of them. What was there before the first change is its first row's `before`.
    """

    __tablename__ = "employment_change"
    __table_args__ = (Index("ix_employment_change_employee_id", "employee_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    nip: Mapped[str | None] = mapped_column(String(18))
    employed_from: Mapped[date | None] = mapped_column(Date)
    employed_until: Mapped[date | None] = mapped_column(Date)
    before: Mapped[dict[str, Any]]
    because: Mapped[str | None] = mapped_column(String(300))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]


class OfficeHolder(Base):
    """Who holds an office of a unit, from when to when (both days included; None: without end); the newest row counts.

    office: `Kepala Perangkat Daerah`, `Atasan Langsung`, `Pejabat Kepegawaian`. acting: Plt or Plh; None: definitive.
    until_before: the last day that was foreseen before somebody ended it; ended_by None: as it was set.
    """

    __tablename__ = "office_holder"
    __table_args__ = (
        Index("ix_office_holder_unit_id_office", "unit_id", "office"),
        CheckConstraint("acting IN ('Plt', 'Plh')", name="acting"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    office: Mapped[str] = mapped_column(String(64))
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    acting: Mapped[str | None] = mapped_column(String(3))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    basis: Mapped[str | None] = mapped_column(String(300))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]
    until_before: Mapped[date | None] = mapped_column(Date)
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]


class ApprovedLocation(Base):
    """That somebody may punch at another unit's kiosks (Ps 10(2)), from when to when, and the letter that says so."""

    __tablename__ = "approved_location"
    __table_args__ = (Index("ix_approved_location_employee_id", "employee_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    basis: Mapped[str] = mapped_column(String(300))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))


class EnrolmentFrame(Base):
    """A picture that somebody was enrolled with; its bytes lie under the data directory, named by their SHA-256.

    added_by enrols and approved_by approves, never one person both; templates count only while the state is `approved`.
    refused_by, refused_at, refused_because: the last refusal, kept when the picture is proposed again. resembles: an
    employee who has this face as well; lookalike_allowed_by: who said that they are two people. origin: folder, webcam
    or kiosk. origin_name: the file's name where it came from.
    """

    __tablename__ = "enrolment_frame"
    __table_args__ = (
        UniqueConstraint("employee_id", "sha256"),
        CheckConstraint("state IN ('proposed', 'approved', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("origin IN ('folder', 'webcam', 'kiosk')", name="origin"),
        CheckConstraint("state <> 'approved' OR approved_by IS NOT NULL", name="approver"),
        CheckConstraint(
            "approved_by IS NULL OR lower(replace(approved_by, ' ', '')) <> lower(replace(added_by, ' ', ''))",
            name="second_person",
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    file: Mapped[str] = mapped_column(String(200))
    origin: Mapped[str] = mapped_column(String(16))
    origin_name: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(16), default="proposed")
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(String(64))
    approved_at: Mapped[datetime | None]
    refused_by: Mapped[str | None] = mapped_column(String(64))
    refused_at: Mapped[datetime | None]
    refused_because: Mapped[str | None] = mapped_column(String(500))
    resembles: Mapped[str | None] = mapped_column(String(64), index=True)
    lookalike_allowed_by: Mapped[str | None] = mapped_column(String(64))


class Template(Base):
    """What one pack sees in one enrolment frame. embedding: unit-normalised float32, little-endian."""

    __tablename__ = "template"
    __table_args__ = (
        UniqueConstraint("frame_id", "pack"),
        Index("ix_template_pack_employee_id", "pack", "employee_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    frame_id: Mapped[int] = mapped_column(ForeignKey("enrolment_frame.id"))
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    pack: Mapped[str] = mapped_column(String(64))
    embedding: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]


class DeployedPack(Base):
    """One row (id 1): the recognition pack of the hub's rosters; no row: whichever each kiosk runs.

    Kiosks that can open it are sent its rosters; the others go on with the pack that they run.
    """

    __tablename__ = "deployed_pack"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    pack: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(64))


class PackChange(Base):
    """The job that embeds everybody's pictures with another pack, and then deploys it.

    state: running (also after it was killed: whoever asks for the same pack goes on), waiting (all pictures are done,
    and somebody must decide whether those who would be left without templates may be), done, stopped (another pack was
    wanted meanwhile). total: pictures; done: those that have a template; failed: those that the pack cannot use.
    """

    __tablename__ = "pack_change"
    __table_args__ = (CheckConstraint("state IN ('running', 'waiting', 'done', 'stopped')", name="state"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    pack: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="running")
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime]
    total: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)


class UnusablePhoto(Base):
    """A kept picture that a pack could not embed; words: why, in Indonesian and English.

    Each new change to that pack tries again.
    """

    __tablename__ = "unusable_photo"

    frame_id: Mapped[int] = mapped_column(ForeignKey("enrolment_frame.id"), primary_key=True)
    pack: Mapped[str] = mapped_column(String(64), primary_key=True)
    words: Mapped[str] = mapped_column(String(500))
    noted_at: Mapped[datetime]


class RosterClock(Base):
    """One row (id 1) that counts the roster's changes.

    Whoever changes the roster raises it in the same transaction. Its row lock makes revisions become visible in their
    order, which a database's own sequence does not promise. dates_through: membership and employment dates up to this
    day have been made into changes; None: never looked at. timetable_key: see hub.roster.timetable_book.
    """

    __tablename__ = "roster_clock"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger)
    dates_through: Mapped[date | None] = mapped_column(Date)
    timetable_key: Mapped[str | None] = mapped_column(String(64))


class RosterChange(Base):
    """Why rosters older than `revision` are out of date.

    kind: person (`person_id` came, changed or left), kiosk (the settings of `device`, or everybody's hours where
    it is None, changed) or reset (whatever
    `device` holds, or every kiosk when it is None, is replaced as a whole).
    """

    __tablename__ = "roster_change"
    __table_args__ = (CheckConstraint("kind IN ('person', 'kiosk', 'reset')", name="kind"),)

    revision: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[str | None] = mapped_column(String(64))
    device: Mapped[str | None] = mapped_column(String(63))
    changed_at: Mapped[datetime]


class StoredCalibration(Base):
    """A threshold that was computed for one kiosk's gallery and one pack; the newest row of the two is in force.

    threshold: cosine in force; None: too few people by then, the model card's curve rules. computed: what it would have
    been without the bound on one night's change; previous: what was in force before, None for nothing. low, high: 90 %
    interval; scale: of the tail, in cosine. people: how many it was computed from; gallery: for how many.
    """

    __tablename__ = "calibration"
    __table_args__ = (Index("ix_calibration_device_pack_id", "device", "pack", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    device: Mapped[str] = mapped_column(ForeignKey("kiosk.device"))
    pack: Mapped[str] = mapped_column(String(64))
    threshold: Mapped[float | None] = mapped_column(Float)
    computed: Mapped[float | None] = mapped_column(Float)
    low: Mapped[float | None] = mapped_column(Float)
    high: Mapped[float | None] = mapped_column(Float)
    scale: Mapped[float | None] = mapped_column(Float)
    previous: Mapped[float | None] = mapped_column(Float)
    target: Mapped[float] = mapped_column(Float)
    people: Mapped[int] = mapped_column(Integer)
    gallery: Mapped[int] = mapped_column(Integer)
    frames: Mapped[int] = mapped_column(Integer)
    estimator: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(64))


class StoredLookalike(Base):
    """Two people whom a pack can hardly tell apart; first_id before second_id.

    kind: same (probably one face under two names) or alike; lead: see kiosk.recognizer.calibration.lookalikes.
    told_apart: every frame of both is nearer to its own person by the pack's margin. gone_at: when a later look did not
    find them any more, None while they are. settled_as: different or same, as a person said; None: nobody has yet.
    """

    __tablename__ = "lookalike"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id", "pack"),
        CheckConstraint("kind IN ('same', 'alike')", name="kind"),
        CheckConstraint("settled_as IN ('different', 'same')", name="settled_as"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    first_id: Mapped[str] = mapped_column(ForeignKey("employee.id"), index=True)
    second_id: Mapped[str] = mapped_column(ForeignKey("employee.id"), index=True)
    pack: Mapped[str] = mapped_column(String(64))
    similarity: Mapped[float] = mapped_column(Float)
    lead: Mapped[float | None] = mapped_column(Float)
    kind: Mapped[str] = mapped_column(String(8))
    told_apart: Mapped[bool] = mapped_column(Boolean)
    found_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    settled_as: Mapped[str | None] = mapped_column(String(16))
    settled_by: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None]
