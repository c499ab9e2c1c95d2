"""Who of a collection of photos enrols with which, who is probed with which, and who is a stranger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kiosk.errors import DatasetError
from kiosk.recognizer.evaluation.threshold_estimate import Flags, Numbers
from kiosk.recognizer.face import Vector, normalised


@dataclass(frozen=True, slots=True)
class Samples:
    """Embedded photos, one row each.

    embeddings: (n, d), unit norm, zeros where no face was found.
    people: (n,), whose photo it is, as numbers; sessions: (n,), when it was taken, as numbers; None: not told apart.
    outsiders: people who never enrol, however many photos they have.
    """

    embeddings: Vector
    people: Numbers
    sessions: Numbers | None = None
    outsiders: frozenset[int] = frozenset()

    @property
    def detected(self) -> Flags:
        """(n,), whether a face was found."""
        return np.asarray(np.any(self.embeddings != 0, axis=1), np.bool_)

    @property
    def failure_to_detect(self) -> float:
        """The share of the photos in which no face was found."""
        return float(1 - self.detected.mean())


@dataclass(frozen=True, slots=True)
class Sitting:
    """Photos of one person taken together, from which that person can enrol.

    photos: their rows; elsewhere: rows of the person's photos from other sessions, empty when sessions are not told
    apart.
    """

    photos: Numbers
    elsewhere: Numbers


@dataclass(frozen=True, slots=True)
class Roles:
    """People by what they can be.

    staff: have photos to enrol with and others to be probed with, from one of their `sittings`; strangers: have not;
    failed_to_enrol: would have, but too few of these photos show a face (FTE).
    """

    staff: tuple[int, ...]
    strangers: tuple[int, ...]
    failed_to_enrol: tuple[int, ...]
    sittings: tuple[tuple[Sitting, ...], ...]


@dataclass(frozen=True, slots=True)
class EnrolmentDraw:
    """One enrolment of all staff.

    templates: (staff, d), the unit-norm centroids of the enrolment frames. probes: (m,), rows of the staff's photos to
    be held against them; owners: (m,), whose, as rows of the templates.
    """

    templates: Vector
    probes: Numbers
    owners: Numbers


def assign_roles(samples: Samples, *, enrol: int) -> Roles:
    """Say who enrols with `enrol` frames and who is a stranger.

    Somebody enrols who has one photo more than that; with sessions, who has that many in one and any in another.
    DatasetError when there is nobody.
    """
    staff, strangers, failed, sittings = [], [], [], []
    detected = samples.detected
    for person in np.unique(samples.people).tolist():
        rows = np.flatnonzero(samples.people == person)
        possible = _sittings(samples, rows, enrol=enrol)
        if person in samples.outsiders or not possible:
            strangers.append(person)
            continue
        usable = tuple(sitting for sitting in possible if detected[sitting.photos].sum() >= enrol)
        if usable:
            staff.append(person)
            sittings.append(usable)
        else:
            failed.append(person)
    if not staff:
        needed = f"{enrol} photos to enrol with and one more" + (
            " from another session" if samples.sessions is not None else ""
        )
        few = f"; {len(failed)} people have, but too few of them show a face" if failed else ""
        raise DatasetError(f"Nobody has {needed} to be recognised on{few}: give more photos, or lower --enrol")
    return Roles(tuple(staff), tuple(strangers), tuple(failed), tuple(sittings))


def draw_enrolment(samples: Samples, roles: Roles, *, enrol: int, rng: np.random.Generator) -> EnrolmentDraw:
    """Let all staff enrol once.

    Photos of a sitting, one of several by chance, are taken in random order until `enrol` of them show a face; those
    without one were failed attempts and are no probes. So the probes have as many failures as photos have at large.
    Probes are the sitting's other photos, or with sessions those of all other sessions.
    """
    templates, probes, owners = [], [], []
    detected = samples.detected
    for number, choices in enumerate(roles.sittings):
        sitting = choices[rng.integers(len(choices))]
        photos = rng.permutation(sitting.photos)
        tried = int(np.flatnonzero(np.cumsum(detected[photos]) >= enrol)[0]) + 1
        frames = photos[:tried][detected[photos[:tried]]]
        templates.append(samples.embeddings[frames].mean(axis=0))
        probes.append(photos[tried:] if samples.sessions is None else sitting.elsewhere)
        owners.append(np.full(len(probes[-1]), number, np.int64))
    return EnrolmentDraw(normalised(np.stack(templates)), np.concatenate(probes), np.concatenate(owners))


def _sittings(samples: Samples, rows: Numbers, *, enrol: int) -> list[Sitting]:
    """The sittings from which the person of these rows could enrol and leave something to be probed with."""
    if samples.sessions is None:
        return [Sitting(rows, rows[:0])] if len(rows) > enrol else []
    sessions = samples.sessions[rows]
    sittings = [Sitting(rows[sessions == session], rows[sessions != session]) for session in np.unique(sessions)]
    return [sitting for sitting in sittings if len(sitting.photos) >= enrol and len(sitting.elsewhere)]
