"""`presensi models calibrate`: the threshold curve of a pack's card, from labelled photos."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from cli.commands import LoneCommand
from cli.tables import show_json
from contract.errors import BadInputError

if TYPE_CHECKING:
    from kiosk.recognizer.packs.card import ModelCard


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi models calibrate --pack ours --dataset photos/ --write\n\n"
    "  presensi models calibrate --pack builtin --dataset photos/ --json",
)
@click.option("--pack", "pack_name", default="builtin", show_default=True, help="Which pack.")
@click.option(
    "--dataset", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Photos as DIR/PERSON/photo.jpg."
)
@click.option("--enrol", type=click.IntRange(min=1), default=5, show_default=True, help="Photos of each who enrols.")
@click.option("--write", is_flag=True, help="Write the curve into the card (of a pack of your own).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of TOML.")
def calibrate(pack_name: str, dataset: Path, enrol: int, *, write: bool, as_json: bool) -> None:
    """Compute the thresholds at which a stranger has one chance in a thousand, for galleries of many sizes.

    People with fewer photos than --enrol are strangers. At least 30 people must have enough. The lines for the card are
    printed; the cards of the product's own packs are part of it, and are not written.
    """
    from kiosk.recognizer.calibration.card_curve import compute_card_curve, sort_people
    from kiosk.recognizer.evaluation.dataset import embed_photos, list_labelled
    from kiosk.recognizer.packs.card import read_card
    from kiosk.recognizer.packs.card_text import encode_card
    from kiosk.recognizer.packs.pack import open_pack

    card = read_card(pack_name)
    place = _own_card(pack_name) if write else None
    photos = list_labelled(dataset)
    pack = open_pack(pack_name)
    quiet = not sys.stderr.isatty()
    with click.progressbar(photos, label="Embedding", file=sys.stderr, hidden=quiet) as bar:
        embedded = embed_photos(pack, bar)
    faces = int(embedded.embeddings.any(axis=1).sum())
    curve = compute_card_curve(
        sort_people(embedded, enrol=enrol),
        described=dataset.name or str(dataset),
        made_by=f"presensi models calibrate --pack {pack_name} --dataset {dataset.name or dataset} --enrol {enrol}",
        enrol=enrol,
        margin=card.threshold_curve.margin if card.threshold_curve is not None else None,
    )
    calibrated = msgspec.structs.replace(card, threshold_curve=curve)
    if place is not None:
        _replace(place, encode_card(calibrated))
        click.echo(f"Written: {place}", err=True)
    if as_json:
        told = {
            "pack": pack_name,
            "images": len(embedded.photos),
            "failure_to_detect": 1 - faces / len(embedded.photos),
        }
        show_json(told | msgspec.to_builtins(curve))
        return
    click.echo(_section(calibrated), nl=False)


def _own_card(name: str) -> Path:
    """Where the card of an added pack is; BadInputError for a pack that comes with the product."""
    from kiosk.recognizer.packs.card import models_folder

    place = models_folder() / "cards" / f"{name}.toml"
    if not place.is_file() or _is_shipped(name):
        raise BadInputError(
            f"The card of {name} comes with the product and is not written; leave --write out and read the lines, "
            "or add the network under a name of your own (presensi models add)."
        )
    return place


def _is_shipped(name: str) -> bool:
    from importlib import resources

    return (resources.files("kiosk.recognizer.packs") / "cards" / f"{name}.toml").is_file()


def _replace(place: Path, content: bytes) -> None:
    """Write the card beside the old one and rename it over: there is always a whole one."""
    new = place.with_name(f".{place.name}.new")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(place)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise BadInputError(f"The card {place} cannot be written: {error.strerror}; it is as it was.") from error


def _section(card: ModelCard) -> str:
    """The [threshold_curve] of a card, as it is written there."""
    from kiosk.recognizer.packs.card_text import encode_card

    text = encode_card(card).decode()
    after = text[text.index("[threshold_curve]") :]
    return after.split("\n[")[0].rstrip("\n") + "\n"
