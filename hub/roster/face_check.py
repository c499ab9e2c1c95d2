"""Looks at somebody's new frames before they are stored: do they show one person, and is it somebody else of ours?

One face under two names draws two salaries, and a colleague's face among one's own punches for the colleague. Both are
stopped here, where a person can still say what is what; lookalikes that slip through are found by calibration.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.roster.models import Employee, EnrolmentFrame, Template, Unit
from hub.roster.resemblance import FEWEST_PEOPLE, KnownFaces, double_threshold, group
from hub.roster.thresholds import staff_threshold
from hub.roster.units import Memberships
from kiosk.recognizer.decision import ThresholdCurve
from kiosk.recognizer.face import Vector, normalised

_COUNTED: Final = ("proposed", "approved")


@dataclass(frozen=True, slots=True)
class Double:
    """Somebody else who is enrolled with this face. similarity: cosine; 1 for the very same photo."""

    person_id: str
    name: str
    unit: str | None
    similarity: float
    threshold: float

    @property
    def words(self) -> str:
        """One sentence for the operator, in Indonesian and English."""
        who = f"{self.name} ({self.unit})" if self.unit else self.name
        return (
            f"Wajah ini sudah terdaftar sebagai {who}, kemiripan {self.similarity:.3f}; "
            "bila memang dua orang yang mirip, daftarkan dengan --allow-lookalike. "
            f"(This face is enrolled already as {who}, similarity {self.similarity:.3f}; "
            "if they are two people who look alike, enrol with --allow-lookalike.)"
        )


@dataclass(frozen=True, slots=True)
class Findings:
    """What came of the look. unlike: SHA-256 of photos that show somebody else than the others.

    several: no one person is in more than half of the frames, or it is another one than in the frames of before.
    double: who has this face already; None: nobody.
    """

    unlike: frozenset[str] = frozenset()
    several: bool = False
    double: Double | None = None


class FaceCheck:
    """Compares frames with everybody's templates of one pack, whether approved yet or not; for one hub, one thread.

    Somebody else's face is told by the threshold that this hub has calibrated from its own staff, else by the curve.
    curve None: the pack has no thresholds, so only the very same photo under two names is found.
    """

    compares: bool
    """Whether there is a threshold to compare faces with."""

    def __init__(self, pack: str, curve: ThresholdCurve | None) -> None:
        self._pack = pack
        self._curve = curve
        self.compares = curve is not None
        self._known = KnownFaces()
        self._newest = 0

    def examine(self, session: Session, employee_id: str | None, new: Mapping[str, Vector], today: date) -> Findings:
        """Look at the new frames, (d,) unit norm by the SHA-256 of their photos, of a person (None: a new one)."""
        if not new:
            return Findings()
        others_than = {employee_id, *allowed_lookalikes(session, employee_id)} if employee_id is not None else set()
        same_photo = self._owner_of(session, new, but=others_than)
        if same_photo is not None:
            return Findings(double=_double(session, same_photo, 1.0, 1.0, today))
        if self._curve is None:
            return Findings()
        own = self._templates_of(session, employee_id) if employee_id is not None else []
        grouping = group(np.stack([*own, *new.values()]), self._curve.at(1))
        digests = list(new)
        unlike = frozenset(digests[index - len(own)] for index in grouping.left_out if index >= len(own))
        own_left_out = sum(index < len(own) for index in grouping.left_out)
        if grouping.several or len(unlike) == len(new) or 2 * own_left_out > len(own):
            # However many new ones there are: who has been enrolled before is not outvoted.
            return Findings(several=True)
        centroid = normalised(np.mean([new[digest] for digest in digests if digest not in unlike], axis=0))
        return Findings(unlike, double=self._find_double(session, centroid, self._curve, but=others_than, today=today))

    def _find_double(
        self, session: Session, centroid: Vector, curve: ThresholdCurve, *, but: Collection[str], today: date
    ) -> Double | None:
        self._take_in_newest(session)
        nearest = self._known.nearest(centroid, but=but)
        if nearest is None:
            return None
        person, similarity = nearest
        count = max(len(self._known), FEWEST_PEOPLE)
        calibrated = staff_threshold(session.connection(), self._pack, people=count)
        threshold = double_threshold(curve, count) if calibrated is None else calibrated
        if similarity < threshold:
            return None
        # What was refused or withdrawn since it was taken in does not count any more.
        templates = self._templates_of(session, person)
        similarity = float(centroid @ normalised(np.mean(templates, axis=0))) if templates else -1.0
        return _double(session, person, similarity, threshold, today) if similarity >= threshold else None

    def _take_in_newest(self, session: Session) -> None:
        query = (
            select(Template.id, Template.employee_id, Template.embedding)
            .join(EnrolmentFrame, EnrolmentFrame.id == Template.frame_id)
            .where(Template.pack == self._pack, Template.id > self._newest, EnrolmentFrame.state.in_(_COUNTED))
            .order_by(Template.id)
        )
        for row in session.execute(query.execution_options(yield_per=1000)):
            self._known.add(row.employee_id, np.frombuffer(row.embedding, "<f4"))
            self._newest = row.id

    def _templates_of(self, session: Session, employee_id: str) -> list[Vector]:
        query = (
            select(Template.embedding)
            .join(EnrolmentFrame, EnrolmentFrame.id == Template.frame_id)
            .where(Template.employee_id == employee_id, Template.pack == self._pack, EnrolmentFrame.state.in_(_COUNTED))
            .order_by(Template.id)
        )
        return [np.frombuffer(row, "<f4") for row in session.scalars(query)]

    def _owner_of(self, session: Session, photos: Collection[str], *, but: Collection[str]) -> str | None:
        """Somebody else who is enrolled with one of these very photos."""
        query = select(EnrolmentFrame.employee_id).where(
            EnrolmentFrame.sha256.in_(list(photos)),
            EnrolmentFrame.state.in_(_COUNTED),
            EnrolmentFrame.employee_id.not_in(list(but)),
        )
        return session.scalars(query.order_by(EnrolmentFrame.id)).first()


def allowed_lookalikes(session: Session, employee_id: str) -> set[str]:
    """With whom this person was declared to look alike only, from either side."""
    pairs = select(EnrolmentFrame.employee_id, EnrolmentFrame.resembles).where(
        EnrolmentFrame.resembles.is_not(None), EnrolmentFrame.state.in_(_COUNTED)
    )
    mine = session.execute(pairs.where(EnrolmentFrame.employee_id == employee_id))
    theirs = session.execute(pairs.where(EnrolmentFrame.resembles == employee_id))
    return {row.resembles for row in mine} | {row.employee_id for row in theirs}


def _double(session: Session, person: str, similarity: float, threshold: float, today: date) -> Double:
    unit_id = Memberships.load(session.connection(), [person]).unit_on(person, today)
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    employee = session.get_one(Employee, person)
    return Double(person, employee.name, None if unit is None else unit.name, similarity, threshold)
