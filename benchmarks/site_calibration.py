"""What thresholds calibrated from an office's own staff let in, on strangers whom the calibration has not seen.

    python -m benchmarks.site_calibration --faces DIR [--pack P] [--staff 30,100,200] [--draws 15] [--json]

DIR holds PERSON/file; of each photo the face nearest the centre is taken, and photos without a face are left out.
Whoever has five photos or more may be drawn as staff, five photos each; people with a single photo are strangers. For
each draw the threshold for a gallery of exactly these people is computed as the hub does it, and the strangers' one
frame is held against it. FNIR is of the staff's remaining photos, refused or misnamed. `hindsight` is the lowest
threshold at which as many of these very strangers pass as the target allows, but at least one: nobody can know it
beforehand. `without card` leaves out that few people's thresholds are never lower than the model card's.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from kiosk.recognizer.calibration.threshold import FRAMES, TARGET_FPIR, calibrate
from kiosk.recognizer.decision import ThresholdCurve
from kiosk.recognizer.evaluation.dataset import embed_photos, list_labelled
from kiosk.recognizer.face import Vector, normalised
from kiosk.recognizer.packs.pack import Pack, open_pack

ENROLLED_FRAMES = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """One draw at one threshold; shares in [0, 1]."""

    threshold: float
    fpir: float
    fnir: float


@dataclass(frozen=True, slots=True)
class Row:
    """All draws of one number of staff by one rule."""

    staff: int
    rule: str
    fpir_mean: float
    fpir_worst: float
    fnir_mean: float
    fnir_median: float
    threshold_mean: float
    threshold_spread: float
    draws: int
    strangers: int


def embed_people(pack: Pack, folder: Path) -> dict[str, Vector]:
    """Everybody's (k, d) embeddings; whoever has no photo with a face is left out."""
    embedded = embed_photos(pack, list_labelled(folder))
    people: dict[str, list[Vector]] = {}
    for photo, row in zip(embedded.photos, embedded.embeddings, strict=True):
        if row.any():
            people.setdefault(photo.person, []).append(row)
    return {person: np.stack(rows) for person, rows in people.items()}


def draw_office(
    people: dict[str, Vector], count: int, rng: np.random.Generator
) -> tuple[dict[str, Vector], list[Vector]]:
    """So many people with five frames each, and everybody's remaining frames."""
    able = [name for name, frames in people.items() if len(frames) >= ENROLLED_FRAMES]
    if len(able) < count:
        raise SystemExit(
            f"{count} staff need {count} people with {ENROLLED_FRAMES} usable photos; {len(able)} are here"
        )
    staff, rest = {}, []
    for index in rng.permutation(len(able))[:count]:
        frames = people[able[index]]
        order = rng.permutation(len(frames))
        staff[able[index]] = frames[order[:ENROLLED_FRAMES]]
        rest.append(frames[order[ENROLLED_FRAMES:]])
    return staff, rest


def judge(threshold: float, centroids: Vector, rest: list[Vector], best: Vector) -> Outcome:
    """best: of each stranger the highest similarity to anybody."""
    refused, probes = 0, 0
    for row, frames in enumerate(rest):
        scores = frames @ centroids.T
        named = (scores.argmax(axis=1) == row) & (scores.max(axis=1) >= threshold) if len(frames) else np.zeros(0)
        refused, probes = refused + len(frames) - int(named.sum()), probes + len(frames)
    return Outcome(threshold, float((best >= threshold).mean()), refused / max(1, probes))


def measure(
    people: dict[str, Vector],
    *,
    count: int,
    draws: int,
    target: float = TARGET_FPIR,
    frames: int = FRAMES,
    card: ThresholdCurve | None = None,
    seed: int = 1,
) -> list[Row]:
    """Rows for the deployed threshold, for the one without the card's hold, and for the best in hindsight."""
    strangers = np.stack([each[0] for each in people.values() if len(each) == 1])
    rng = np.random.default_rng(seed)
    outcomes: dict[str, list[Outcome]] = {"deployed": [], "without card": [], "hindsight": []}
    for _ in range(draws):
        staff, rest = draw_office(people, count, rng)
        centroids = normalised(np.stack([each.mean(axis=0) for each in staff.values()]))
        best = (strangers @ centroids.T).max(axis=1)
        allowed = max(1, int(target * len(best)))
        hindsight = float(np.nextafter(np.sort(best)[-allowed - 1], 2.0))
        for rule, curve in (("deployed", card), ("without card", None)):
            found = calibrate(staff, gallery=count, target=target, frames=frames, card=curve)
            if found is not None:
                outcomes[rule].append(judge(found.threshold, centroids, rest, best))
        outcomes["hindsight"].append(judge(hindsight, centroids, rest, best))
    return [_row(count, rule, each, len(strangers)) for rule, each in outcomes.items() if each]


def _row(count: int, rule: str, outcomes: list[Outcome], strangers: int) -> Row:
    fpir, fnir = np.array([o.fpir for o in outcomes]), np.array([o.fnir for o in outcomes])
    thresholds = np.array([o.threshold for o in outcomes])
    return Row(
        staff=count,
        rule=rule,
        fpir_mean=float(fpir.mean()),
        fpir_worst=float(fpir.max()),
        fnir_mean=float(fnir.mean()),
        fnir_median=float(np.median(fnir)),
        threshold_mean=float(thresholds.mean()),
        threshold_spread=float(thresholds.std()),
        draws=len(outcomes),
        strangers=strangers,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, required=True, help="folder in PERSON/file layout")
    parser.add_argument("--pack", default="builtin", help="which pack (default: builtin)")
    parser.add_argument("--staff", default="30,100,200", help="how many people work there, several with commas")
    parser.add_argument("--draws", type=int, default=15, help="offices drawn (default: 15)")
    parser.add_argument("--frames", type=int, default=FRAMES, help="frames in a score (default: as deployed)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    pack = open_pack(arguments.pack)
    people = embed_people(pack, arguments.faces)
    rows = [
        row
        for count in map(int, arguments.staff.split(","))
        for row in measure(
            people, count=count, draws=arguments.draws, frames=arguments.frames, card=pack.curve, seed=arguments.seed
        )
    ]
    if arguments.json:
        print(
            json.dumps({"pack": pack.name, "target_fpir": TARGET_FPIR, "rows": [asdict(row) for row in rows]}, indent=2)
        )
        return 0
    print(f"{pack.name}, target FPIR {TARGET_FPIR:.1%}, {rows[0].strangers} strangers, {arguments.draws} draws")
    print(f"{'staff':>6} {'rule':14}{'FPIR mean':>10}{'worst':>8}{'FNIR mean':>11}{'median':>8}  threshold")
    for row in rows:
        print(
            f"{row.staff:6} {row.rule:14}{row.fpir_mean:10.3%}{row.fpir_worst:8.2%}{row.fnir_mean:11.1%}"
            f"{row.fnir_median:8.1%}  {row.threshold_mean:.4f} +- {row.threshold_spread:.4f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
