"""`presensi models`: recognition packs, and whether they are whole."""

from __future__ import annotations

import json
from typing import Any

import click

from cli.commands import Commands
from kiosk.recognizer.card import ModelCard, card_names, read_card
from kiosk.recognizer.pack import open_pack


@click.group(cls=Commands, epilog="Start with: presensi models list")
def models() -> None:
    """Recognition packs: which are here, what their error rates are, whether their files are whole."""


@models.command("list", epilog="Example:\n\n  presensi models list --json")
@click.option("--json", "as_json", is_flag=True, help="Print a list of {name, title, licence, error_rates, threshold}.")
def list_packs(as_json: bool) -> None:
    """List the packs with their licences and measured error rates."""
    cards = [read_card(name) for name in card_names()]
    if as_json:
        click.echo(json.dumps([_facts(card) for card in cards]))
        return
    for card in cards:
        click.echo(f"{card.name}: {card.title}")
        for rates in card.error_rates:
            measured = f"gallery {rates.gallery}, FPIR {rates.fpir:.2%}, FNIR {rates.fnir:.1%} ({rates.probe})"
            click.echo(f"  {rates.population}: {measured}")
        for file in card.files:
            click.echo(f"  {file.role}: {file.name}, {file.size:,} bytes, {file.licence}")
        click.echo(f"  {' '.join(card.notice.split())}")


@models.command(epilog="Example:\n\n  presensi models verify builtin")
@click.argument("pack", default="builtin")
def verify(pack: str) -> None:
    """Check every file of a pack against its card, and convert what has to be converted."""
    opened = open_pack(pack)
    click.echo(f"{opened.name}: all {len(opened.card.files)} files are whole.")


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
    }
