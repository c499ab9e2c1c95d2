"""`presensi models`: recognition packs, and whether they are whole."""

from __future__ import annotations

import json
from typing import Any

import click

from cli.commands import Commands
from cli.models_add import add
from cli.models_calibrate import calibrate
from cli.models_evaluate import evaluate
from cli.models_fetch import export, fetch
from cli.models_verify import verify
from kiosk.errors import PackError
from kiosk.recognizer.packs.card import ModelCard, card_names, read_card
from kiosk.recognizer.packs.model_check import is_installed, place_of, remedy


@click.group(cls=Commands, epilog="Start with: presensi models list")
def models() -> None:
    """Recognition packs: which are here, what their error rates are, whether their files are whole."""


for command in (fetch, verify, add, export, evaluate, calibrate):
    models.add_command(command)


@models.command("list", epilog="Example:\n\n  presensi models list --json")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print a list of {name, title, licence, error_rates, threshold, installed, calibrated, files}.",
)
def list_packs(as_json: bool) -> None:
    """List the packs with their licences and measured error rates, and whether they are here."""
    cards = _cards()
    if as_json:
        click.echo(json.dumps([_facts(card) for card in cards]))
        return
    for card in cards:
        _tell(card)


def _cards() -> list[ModelCard]:
    """Every card that can be read; the others are told."""
    cards = []
    for name in card_names():
        try:
            cards.append(read_card(name))
        except PackError as error:
            click.echo(f"presensi: {error}", err=True)
    return cards


def _tell(card: ModelCard) -> None:
    click.echo(f"{card.name}: {card.title}")
    here = "installed" if is_installed(card) else f"not installed ({remedy(card)})"
    decides = "calibrated" if card.threshold_curve is not None else "not calibrated: accepts nobody by itself"
    click.echo(f"  {here}; {decides}")
    for rates in card.error_rates:
        measured = f"gallery {rates.gallery}, FPIR {rates.fpir:.2%}, FNIR {rates.fnir:.1%} ({rates.probe})"
        click.echo(f"  {rates.population}: {measured}")
    if not card.error_rates:
        click.echo("  error rates: not measured here")
    for file in card.files:
        click.echo(f"  {file.role}: {place_of(file) or file.name}, {file.size:,} bytes, {file.licence}")
    click.echo(f"  {' '.join(card.notice.split())}")


def _facts(card: ModelCard) -> dict[str, Any]:
    return {
        "name": card.name,
        "title": card.title,
        "licence": sorted({file.licence for file in card.files}),
        "error_rates": [
            {"population": r.population, "gallery": r.gallery, "probe": r.probe, "fpir": r.fpir, "fnir": r.fnir}
            for r in card.error_rates
        ],
        "threshold": None
        if (curve := card.threshold_curve) is None
        else {"target_fpir": curve.target_fpir, "sizes": curve.sizes, "thresholds": curve.thresholds},
        "installed": is_installed(card),
        "calibrated": card.threshold_curve is not None,
        "files": [
            {
                "role": file.role,
                "name": file.name,
                "path": None if (path := place_of(file)) is None else str(path),
                "size": file.size,
                "licence": file.licence,
            }
            for file in card.files
        ],
    }
