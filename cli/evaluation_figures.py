"""The figures of one evaluation, as JSON and as a table."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import click

from cli.tables import show_table
from kiosk.recognizer.evaluation.dataset import EmbeddedPhotos
from kiosk.recognizer.evaluation.enrolment_draw import Samples
from kiosk.recognizer.evaluation.open_set import OpenSetRates
from kiosk.recognizer.evaluation.performance import Evaluation, EvaluationPlan, MatchRate
from kiosk.recognizer.packs.pack import Pack

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured, with which pack, on which photos and how."""

    pack: Pack
    embedded: EmbeddedPhotos
    samples: Samples
    plan: EvaluationPlan
    evaluation: Evaluation

    def as_json(self) -> dict[str, Any]:
        """Plain values; rates are shares in [0, 1], null where these photos cannot say."""
        roles, verification = self.evaluation.roles, self.evaluation.verification
        detected = self.samples.detected
        return {
            "pack": self.pack.name,
            "people": len({photo.person for photo in self.embedded.photos}),
            "images": len(self.embedded.photos),
            "failure_to_detect": _rounded(self.samples.failure_to_detect),
            "tmr_at_fmr": {fmr_key(rate): _rounded(rate.tmr) for rate in verification.rates},
            "open_set": [_rounded(asdict(rates)) for rates in self.evaluation.open_set],
            "ms_per_image": None if self.embedded.milliseconds is None else round(self.embedded.milliseconds, 3),
            "staff": len(roles.staff),
            "strangers": len(roles.strangers),
            "failed_to_enrol": len(roles.failed_to_enrol),
            "not_detected": int((~detected).sum()),
            "unreadable": [str(path) for path in self.embedded.unreadable],
            "tmr_intervals": {fmr_key(rate): _rounded(rate.interval) for rate in verification.rates},
            "tmr_rough": [fmr_key(rate) for rate in verification.rates if rate.rough],
            "tmr_thresholds": {fmr_key(rate): _rounded(rate.threshold) for rate in verification.rates},
            "genuine_comparisons": verification.genuine.comparisons // self.plan.draws,
            "impostor_comparisons": verification.impostor_comparisons,
            "skipped_gallery_sizes": list(self.evaluation.too_large),
            "galleries": self.plan.draws,
            "enrol": self.plan.enrol,
            "seed": self.plan.seed,
            "by_session": self.samples.sessions is not None,
        }

    def tell(self) -> None:
        """Print for people."""
        for line in self.summary():
            click.echo(line)
        click.echo()
        show_table(MATCH_HEADINGS, self.match_rows(), empty="")
        click.echo()
        show_table(OPEN_SET_HEADINGS, self.open_set_rows(), empty="No open set.")

    def summary(self) -> list[str]:
        """What went in, in a few lines."""
        roles = self.evaluation.roles
        images, missed = len(self.embedded.photos), int((~self.samples.detected).sum())
        lines = [
            f"Pack {self.pack.name}: {self.pack.card.title}",
            f"{images:,} photos: {len(roles.staff):,} people enrolled with {self.plan.enrol} of theirs and recognised "
            f"on the others, {len(roles.strangers):,} strangers, {len(roles.failed_to_enrol):,} who could not enrol",
            f"No face was found in {missed:,} ({share(self.samples.failure_to_detect)}); "
            f"{len(self.embedded.unreadable):,} files were no pictures",
            f"{self.plan.draws} enrolments and galleries of each size, seed {self.plan.seed}",
        ]
        if self.samples.sessions is not None:
            lines.append("People enrolled in one session and were recognised in the others")
        if self.embedded.milliseconds is not None:
            lines.append(f"{self.embedded.milliseconds:.1f} ms of processor time a photo, in the median")
        return lines

    def match_rows(self) -> list[tuple[object, ...]]:
        """Cells below MATCH_HEADINGS."""
        return [
            (
                fmr_key(rate),
                share(rate.tmr) + (" (rough)" if rate.rough else ""),
                interval(rate.interval),
                number(rate.threshold),
            )
            for rate in self.evaluation.verification.rates
        ]

    def open_set_rows(self) -> list[tuple[object, ...]]:
        """Cells below OPEN_SET_HEADINGS."""
        return [_open_set_row(rates) for rates in self.evaluation.open_set]


MATCH_HEADINGS = ("FMR", "TMR", "95 % INTERVAL", "THRESHOLD")
OPEN_SET_HEADINGS = (
    "GALLERY",
    "TARGET FPIR",
    "THRESHOLD",
    "FPIR",
    "95 % INTERVAL",
    "FNIR",
    "95 % INTERVAL",
    "NO FACE",
    "MISNAMED",
    "FNIR IN HINDSIGHT",
    "THRESHOLD FROM",
)


def fmr_key(rate: MatchRate) -> str:
    """A rate as 1e-3."""
    mantissa, exponent = f"{rate.fmr:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2%}"


def interval(value: tuple[float, float] | None) -> str:
    return "-" if value is None else f"{value[0]:.2%} to {value[1]:.2%}"


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _open_set_row(rates: OpenSetRates) -> tuple[object, ...]:
    return (
        rates.gallery,
        f"{rates.target_fpir:.1%}",
        number(rates.threshold),
        share(rates.fpir),
        interval(rates.fpir_interval),
        share(rates.fnir),
        interval(rates.fnir_interval),
        share(rates.not_detected),
        share(rates.misnamed),
        share(rates.hindsight_fnir),
        f"{rates.setting_strangers} strangers, {rates.estimator}",
    )


def _rounded(value: Any) -> Any:
    """Floats to six digits, inside dicts and tuples too."""
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_rounded(inner) for inner in value]
    return value
