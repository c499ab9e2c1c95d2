"""How well a pack does on labelled photos, in the terms of ISO/IEC 19795-1: one to one, and against a gallery.

Several times over, everybody who has enough photos enrols, and the other photos are held against the templates. One to
one, a probe is compared with its own template (TMR) and with those of others (FMR). For the open set a gallery is drawn
from those who enrolled: FNIR is the share of its people's probes that are refused or named wrongly, FPIR the share of
strangers' photos that are given a name. The threshold for a target FPIR comes from one half of the strangers, and the
rates at it from the other.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from kiosk.recognizer.evaluation.enrolment_draw import EnrolmentDraw, Roles, Samples, assign_roles, draw_enrolment
from kiosk.recognizer.evaluation.open_set import (
    MISSED,
    OpenSetCurve,
    OpenSetRates,
    Scores,
    Searches,
    SearchTally,
    draw_curve,
    measure_open_set,
)
from kiosk.recognizer.evaluation.score_counts import ScoreCounts
from kiosk.recognizer.evaluation.threshold_estimate import Flags, Numbers, share_interval

FALSE_MATCH_RATES: Final = (1e-2, 1e-3, 1e-4, 1e-5)
TARGET_FPIRS: Final = (1e-2, 1e-3)
LEAST_DRAWS: Final = 20

_ROWS: Final = 2_048
"""Photos compared at once: 40 MB of scores with 5,000 templates."""


class _Chance(enum.IntEnum):
    """A source of chance for each purpose, so that one more gallery size leaves the figures of the others alone."""

    ENROLMENT = 1
    GALLERY = 2
    HALVES = 3
    RATES = 4
    TMR = 5

    def rng(self, plan: EvaluationPlan, number: int = 0, size: int = 0) -> np.random.Generator:
        return np.random.default_rng((plan.seed, self, number, size))


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """What is measured.

    enrol: frames of a template; galleries: numbers of people; draws: of enrolments, and of galleries for each size;
    resamples: of the bootstrap.
    """

    enrol: int = 5
    galleries: tuple[int, ...] = (50, 100)
    targets: tuple[float, ...] = TARGET_FPIRS
    draws: int = LEAST_DRAWS
    seed: int = 1
    resamples: int = 1_000


@dataclass(frozen=True, slots=True)
class MatchRate:
    """The share of a person's own probes that match (TMR) where `fmr` of the others' do.

    tmr, threshold, interval (of CONFIDENCE, over people): None where less than one comparison of all draws would be a
    false match, so that these photos cannot say. rough: less than one of a single draw would; other draws compare the
    same photos with other templates of the same people, which adds little.
    """

    fmr: float
    rough: bool
    threshold: float | None
    tmr: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Verification:
    """One to one: probes held against templates, over all draws. Photos without a face match nobody.

    impostor_comparisons: of one draw.
    """

    genuine: ScoreCounts
    impostor: ScoreCounts
    impostor_comparisons: int
    rates: tuple[MatchRate, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that was measured.

    open_set, curves: empty without two strangers. too_large: sizes of galleries for which there are too few people.
    """

    roles: Roles
    verification: Verification
    open_set: tuple[OpenSetRates, ...]
    curves: tuple[OpenSetCurve, ...]
    too_large: tuple[int, ...]


def evaluate(samples: Samples, plan: EvaluationPlan) -> Evaluation:
    """Measure; the same samples, plan and seed give the same figures. DatasetError when nobody enrols."""
    roles = assign_roles(samples, enrol=plan.enrol)
    strangers = np.flatnonzero(np.isin(samples.people, roles.strangers))
    tallies = {size: SearchTally() for size in plan.galleries if size <= len(roles.staff)}
    impostor, own = ScoreCounts(), []
    detected = samples.detected
    for number in range(plan.draws):
        draw = draw_enrolment(samples, roles, enrol=plan.enrol, rng=_Chance.ENROLMENT.rng(plan, number))
        drawn = {
            size: _Chance.GALLERY.rng(plan, number, size).choice(len(roles.staff), size, replace=False)
            for size in tallies
        }
        for rows, owners, scores in _compare(samples, draw, strangers):
            people = samples.people[rows]
            _count_impostors(impostor, scores, owners, detected[rows])
            own.append((scores[owners >= 0, owners[owners >= 0]], people[owners >= 0]))
            for size, tally in tallies.items():
                tally.add(scores, owners, people, drawn[size])
    searches = {size: tally.searches() for size, tally in tallies.items()} if len(roles.strangers) > 1 else {}
    return Evaluation(
        roles=roles,
        verification=_verification(own, impostor, plan),
        open_set=tuple(
            rates for size, found in searches.items() for rates in _open_set(found, roles, plan, gallery=size)
        ),
        curves=tuple(draw_curve(found, gallery=size) for size, found in searches.items()),
        too_large=tuple(size for size in plan.galleries if size > len(roles.staff)),
    )


def _compare(samples: Samples, draw: EnrolmentDraw, strangers: Numbers) -> Iterator[tuple[Numbers, Numbers, Scores]]:
    """Rows of photos, their owners' templates (-1: a stranger's photo) and their scores to all templates, in parts."""
    rows = np.concatenate([draw.probes, strangers])
    owners = np.concatenate([draw.owners, np.full(len(strangers), -1, np.int64)])
    for start in range(0, len(rows), _ROWS):
        part = rows[start : start + _ROWS]
        scores = samples.embeddings[part] @ draw.templates.T
        scores[~np.any(samples.embeddings[part] != 0, axis=1)] = MISSED
        yield part, owners[start : start + _ROWS], scores


def _count_impostors(impostor: ScoreCounts, scores: Scores, owners: Numbers, detected: Flags) -> None:
    """Count the comparisons with templates of others."""
    mated = owners >= 0
    own = scores[mated, owners[mated]]
    impostor.add(scores[detected])
    impostor.add(own[detected[mated]], times=-1)
    impostor.add_missed(int((~detected).sum()) * scores.shape[1] - int((~detected & mated).sum()))


def _verification(own: list[tuple[Scores, Numbers]], impostor: ScoreCounts, plan: EvaluationPlan) -> Verification:
    """Fold the scores of one to one comparisons, own: (scores, whose) of each part."""
    scores, people = (np.concatenate(column) for column in zip(*own, strict=True))
    genuine = ScoreCounts()
    genuine.add(scores[scores != MISSED])
    genuine.add_missed(int((scores == MISSED).sum()))
    comparisons = impostor.comparisons // plan.draws
    rates = []
    for fmr in FALSE_MATCH_RATES:
        rough = fmr * comparisons < 1
        if fmr * impostor.comparisons < 1 or not len(scores):
            rates.append(MatchRate(fmr, rough, None, None, None))
            continue
        threshold = impostor.threshold_at(fmr)
        matched = scores >= threshold
        interval = share_interval(matched, people, resamples=plan.resamples, rng=_Chance.TMR.rng(plan))
        rates.append(MatchRate(fmr, rough, threshold, float(matched.mean()), interval))
    return Verification(genuine, impostor, comparisons, tuple(rates))


def _open_set(searches: Searches, roles: Roles, plan: EvaluationPlan, *, gallery: int) -> list[OpenSetRates]:
    """The rates for all targets; the halves of the strangers are the same for all sizes."""
    halves = _Chance.HALVES.rng(plan).permutation(roles.strangers)
    setting = np.isin(searches.strangers, halves[::2])
    return [
        measure_open_set(
            searches,
            setting,
            gallery=gallery,
            enrol=plan.enrol,
            target=target,
            resamples=plan.resamples,
            rng=_Chance.RATES.rng(plan, size=gallery),
        )
        for target in plan.targets
    ]
