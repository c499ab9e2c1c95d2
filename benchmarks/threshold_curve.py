"""Computes a pack's threshold curve and error rates from photos in PERSON/file layout, for its model card.

    python -m benchmarks.threshold_curve --faces DIR [--harder DIR] [--check] [--toml]

People with at least five photos make galleries; everybody else, and whoever is not in the gallery drawn, is a
stranger with one photo. For each gallery size many galleries are drawn; the highest similarity of each stranger is
pooled; the threshold is where an exponential tail, fitted above the 95th percentile, falls to the target. Of the
estimators tried (empirical quantile, exponential and generalised Pareto tails from several percentiles) this one held
the target best on people who were not used for it (--check), and scattered least.

--harder names a second, small collection of people whom the pack tells apart less well (East Asian office workers at a
webcam). The curve is then raised everywhere by what that collection needs more than the first at its own size, so that
the target holds there too: a kiosk does not know in front of which population it will hang.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from kiosk.recognizer.decision import DEFAULT_MARGIN, ThresholdCurve
from kiosk.recognizer.enrolment import EnrolmentFrame, embed_photo
from kiosk.recognizer.evaluation.threshold_estimate import tail_threshold
from kiosk.recognizer.face import Vector, normalised
from kiosk.recognizer.packs.pack import Pack, open_pack

ENROLLED_FRAMES = 5
DRAWS = 40
MADE_BY = "python -m benchmarks.threshold_curve --faces lfw --harder office --toml"
SIZES = (1, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares in [0, 1]: fpir of strangers accepted, fnir of staff's single frames refused or misnamed."""

    gallery: int
    threshold: float
    margin: float
    fpir: float
    fnir: float
    strangers: int
    probes: int


def embed_people(pack: Pack, folder: Path) -> dict[str, Vector]:
    """Embed each PERSON/file; photos without one clear face are left out, and counted on stderr."""
    people: dict[str, Vector] = {}
    unusable = 0
    for person in sorted(path for path in folder.iterdir() if path.is_dir()):
        frames = []
        for file in sorted(person.iterdir()):
            photo = cv2.imread(str(file))
            outcome = None if photo is None else embed_photo(pack, np.asarray(photo, np.uint8))
            if isinstance(outcome, EnrolmentFrame):
                frames.append(outcome.embedding)
            else:
                unusable += 1
        if frames:
            people[person.name] = np.stack(frames)
    print(f"{len(people)} people, {unusable} photos without one clear face", file=sys.stderr)
    return people


def draw_centroids(
    people: dict[str, Vector], names: list[str], rng: np.random.Generator
) -> tuple[Vector, list[Vector]]:
    """Centroids (n, d) of five frames drawn for each name, and everyone's remaining frames."""
    centroids, rest = [], []
    for name in names:
        order = rng.permutation(len(people[name]))
        centroids.append(people[name][order[:ENROLLED_FRAMES]].mean(axis=0))
        rest.append(people[name][order[ENROLLED_FRAMES:]])
    return normalised(np.stack(centroids)), rest


def threshold_at(
    people: dict[str, Vector],
    staff: list[str],
    strangers: Vector,
    *,
    size: int,
    target: float,
    rng: np.random.Generator,
) -> float:
    """The threshold for galleries of that size drawn from the staff."""
    best = []
    for _ in range(DRAWS):
        order = rng.permutation(len(staff))
        centroids, _ = draw_centroids(people, [staff[i] for i in order[:size]], rng)
        best.append((strangers @ centroids.T).max(axis=1))
        outside = [people[staff[i]][rng.integers(len(people[staff[i]]))] for i in order[size:]]
        if outside:
            best.append((np.stack(outside) @ centroids.T).max(axis=1))
    return tail_threshold(np.concatenate(best), target)


def compute_curve(people: dict[str, Vector], *, target: float = 1e-3, seed: int = 1) -> ThresholdCurve:
    """The curve for the sizes that these people can fill."""
    rng = np.random.default_rng(seed)
    staff, strangers = _split(people)
    sizes = [size for size in SIZES if size <= len(staff)]
    thresholds = [threshold_at(people, staff, strangers, size=size, target=target, rng=rng) for size in sizes]
    rising = np.maximum.accumulate(np.round(thresholds, 4))
    return ThresholdCurve(tuple(sizes), tuple(float(t) for t in rising))


def harder_threshold(harder: dict[str, Vector], *, target: float, margin: float, seed: int = 1) -> float:
    """The threshold for a gallery of all but one of a small collection's people; every frame of that one counts.

    The deployed rule's own share, margin included, is set to the target: too few people for fitting a tail.
    """
    rng = np.random.default_rng(seed)
    best = []
    for _ in range(DRAWS):
        for stranger, frames in harder.items():
            centroids, _ = draw_centroids(harder, [name for name in harder if name != stranger], rng)
            scores = frames @ centroids.T
            best.append(np.where(_passes(scores, -1.0, margin), scores.max(axis=1), -1.0))
    return float(np.quantile(np.concatenate(best), 1 - target))


def raised(curve: ThresholdCurve, harder: dict[str, Vector], *, margin: float, target: float = 1e-3) -> ThresholdCurve:
    """The curve, raised by what the harder collection needs more at its size; never lowered."""
    needed = harder_threshold(harder, target=target, margin=margin)
    shift = max(0.0, needed - curve.at(len(harder) - 1))
    return ThresholdCurve(curve.sizes, tuple(round(min(t + shift, 0.9999), 4) for t in curve.thresholds))


def measure_harder(harder: dict[str, Vector], curve: ThresholdCurve, *, margin: float, seed: int = 2) -> Rates:
    """FPIR of everyone against the others, FNIR of everyone's remaining frames, at the curve's threshold and margin."""
    rng = np.random.default_rng(seed)
    size = len(harder) - 1
    accepted, refused = [], []
    for _ in range(DRAWS):
        for stranger, frames in harder.items():
            centroids, rest = draw_centroids(harder, [name for name in harder if name != stranger], rng)
            accepted.append(_passes(frames @ centroids.T, curve.at(size), margin))
            for row, others in enumerate(rest):
                scores = others @ centroids.T
                refused.append(~(_passes(scores, curve.at(size), margin) & (scores.argmax(axis=1) == row)))
    fpir, fnir = float(np.concatenate(accepted).mean()), float(np.concatenate(refused).mean())
    probes = sum(len(r) for r in refused)
    return Rates(size, round(curve.at(size), 4), margin, fpir, fnir, len(harder), probes)


def measure(people: dict[str, Vector], curve: ThresholdCurve, *, size: int, margin: float, seed: int = 2) -> Rates:
    """Error rates of single probes against galleries of that size, at the curve's threshold and a margin."""
    rng = np.random.default_rng(seed)
    staff, strangers = _split(people)
    staff = [name for name in staff if len(people[name]) > ENROLLED_FRAMES]
    size = min(size, len(staff))
    threshold = curve.at(size)
    accepted, refused, probes = 0, 0, 0
    for _ in range(DRAWS):
        names = [staff[i] for i in rng.choice(len(staff), size, replace=False)]
        centroids, rest = draw_centroids(people, names, rng)
        accepted += int(_passes(strangers @ centroids.T, threshold, margin).sum())
        for row, frames in enumerate(rest):
            scores = frames @ centroids.T
            named = _passes(scores, threshold, margin) & (scores.argmax(axis=1) == row)
            refused, probes = refused + int((~named).sum()), probes + len(frames)
    count = DRAWS * len(strangers)
    return Rates(size, round(threshold, 4), margin, accepted / count, refused / probes, len(strangers), probes)


def _passes(scores: Vector, threshold: float, margin: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if scores.shape[1] == 1:
        return np.asarray(scores[:, 0] >= threshold)
    top = np.partition(scores, -2, axis=1)[:, -2:]
    return np.asarray((top[:, 1] >= threshold) & (top[:, 1] - top[:, 0] >= margin))


def _split(people: dict[str, Vector]) -> tuple[list[str], Vector]:
    staff = [name for name, frames in people.items() if len(frames) >= ENROLLED_FRAMES]
    strangers = np.stack([frames[0] for frames in people.values() if len(frames) < ENROLLED_FRAMES])
    return staff, strangers


def cross_check(people: dict[str, Vector], *, size: int, margin: float, rounds: int = 10) -> dict[str, float]:
    """FPIR and FNIR on one half of the people at the curve of the other half: mean and worst of several halvings."""
    names = sorted(people)
    rates = []
    for seed in range(rounds):
        order = np.random.default_rng(seed).permutation(len(names))
        halves = [{names[i]: people[names[i]] for i in order[k::2]} for k in (0, 1)]
        rates.append(measure(halves[1], compute_curve(halves[0], seed=seed), size=size, margin=margin, seed=seed))
    return {
        "fpir_mean": float(np.mean([r.fpir for r in rates])),
        "fpir_worst": max(r.fpir for r in rates),
        "fnir_mean": float(np.mean([r.fnir for r in rates])),
    }


def card_text(curve: ThresholdCurve, rates: list[tuple[str, Rates]], *, population: str, margin: float) -> str:
    """The part of a model card that these figures make, as TOML."""
    lines = [
        "[threshold_curve]",
        "target_fpir = 0.001",
        'score = "cosine of one mirrored probe to the centroid of five mirrored frames; a mean over frames errs less"',
        f'population = "{population}"',
        f'made_by = "{MADE_BY}"',
        f"margin = {margin}",
        f"sizes = {list(curve.sizes)}",
        f"thresholds = {list(curve.thresholds)}",
    ]
    for name, rate in rates:
        lines += [
            "",
            "[[error_rates]]",
            f'population = "{name}"',
            f'probe = "one mirrored frame; {rate.strangers} strangers, {rate.probes} frames of staff"',
            f"gallery = {rate.gallery}",
            f"frames_per_person = {ENROLLED_FRAMES}",
            f"fpir = {rate.fpir:.6f}",
            f"fnir = {rate.fnir:.4f}",
        ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, required=True, help="folder in PERSON/file layout")
    parser.add_argument("--harder", type=Path, help="second, smaller folder that raises the curve")
    parser.add_argument("--check", action="store_true", help="also halve the people and check the curve on the others")
    parser.add_argument("--toml", action="store_true", help="print the part of the model card instead of JSON")
    parser.add_argument("--pack", default="builtin", help="which pack (default: builtin)")
    arguments = parser.parse_args()
    pack = open_pack(arguments.pack)
    own = pack.card.threshold_curve
    margin = own.margin if own is not None else DEFAULT_MARGIN
    people = embed_people(pack, arguments.faces)
    plain = curve = compute_curve(people)
    rates: list[tuple[str, Rates]] = []
    population = f"{arguments.faces.name}, {len(people)} people"
    if arguments.harder is not None:
        harder = embed_people(pack, arguments.harder)
        curve = raised(plain, harder, margin=margin)
        rates.append((arguments.harder.name, measure_harder(harder, curve, margin=margin)))
        shift = curve.thresholds[0] - plain.thresholds[0]
        population += f"; raised by {shift:.4f} for {arguments.harder.name}, {len(harder)} people"
    sizes = (10, 50, 100, 200)
    rates += [(arguments.faces.name, measure(people, curve, size=size, margin=margin)) for size in sizes]
    if arguments.toml:
        print(card_text(curve, rates, population=population, margin=margin), end="")
        return 0
    report: dict[str, object] = {
        "population": population,
        "sizes": curve.sizes,
        "thresholds": curve.thresholds,
        "thresholds_not_raised": plain.thresholds,
        "rates": [{"population": name} | asdict(rate) for name, rate in rates],
    }
    if arguments.check:
        report["halves_at_50"] = cross_check(people, size=50, margin=margin)
    print(json.dumps(report, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
