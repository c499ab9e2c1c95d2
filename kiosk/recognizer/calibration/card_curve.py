"""A model card's threshold curve, from labelled photos: what rules until a hub has enough people of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from kiosk.errors import DatasetError
from kiosk.recognizer.calibration.threshold import ESTIMATOR, LEAST_PEOPLE, TARGET_FPIR, calibrate_galleries
from kiosk.recognizer.decision import DEFAULT_MARGIN
from kiosk.recognizer.evaluation.dataset import EmbeddedPhotos
from kiosk.recognizer.face import Vector
from kiosk.recognizer.packs.card import CardCurve

SIZES: Final = (1, 5, 10, 20, 50, 100, 200, 500, 1000)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Population:
    """People of labelled photos: those with enough frames to enrol, and the others, who are strangers; (k, d) each."""

    staff: Mapping[str, Vector]
    strangers: Mapping[str, Vector]


def sort_people(embedded: EmbeddedPhotos, *, enrol: int) -> Population:
    """Divide people by whether at least `enrol` of their photos show a face; DatasetError when too few can enrol."""
    frames: dict[str, list[Vector]] = {}
    for photo, row in zip(embedded.photos, embedded.embeddings, strict=True):
        if row.any():
            frames.setdefault(photo.person, []).append(row)
    people = {person: np.stack(rows) for person, rows in frames.items()}
    staff = {person: rows for person, rows in people.items() if len(rows) >= enrol}
    if len(staff) < LEAST_PEOPLE:
        raise DatasetError(
            f"Only {len(staff)} people have {enrol} photos that show a face; a curve needs {LEAST_PEOPLE}: add people"
        )
    # Whole photo series would make centroids that no kiosk has: as many frames as are enrolled, the first.
    return Population(
        {person: rows[:enrol] for person, rows in staff.items()},
        {person: rows for person, rows in people.items() if person not in staff},
    )


def compute_card_curve(
    population: Population,
    *,
    described: str,
    made_by: str,
    enrol: int,
    margin: float | None = None,
    target: float = TARGET_FPIR,
    progress: Progress = lambda _done, _all: None,
) -> CardCurve:
    """The curve for the sizes that these people can fill, by the estimator that hubs use.

    described: the population, for readers of the card; margin None: the default.
    """
    sizes = [size for size in SIZES if size <= len(population.staff)]
    found = calibrate_galleries(
        population.staff, sizes, target=target, strangers=population.strangers or None, progress=progress
    )
    rising = np.maximum.accumulate([round(found[size].threshold, 4) for size in sizes])
    return CardCurve(
        target_fpir=target,
        score=f"cosine of one mirrored probe to the centroid of {enrol} mirrored frames; {ESTIMATOR}",
        population=f"{described}, {len(population.staff)} people and {len(population.strangers)} strangers",
        made_by=made_by,
        margin=DEFAULT_MARGIN if margin is None else margin,
        sizes=tuple(sizes),
        thresholds=tuple(float(threshold) for threshold in rising),
    )
