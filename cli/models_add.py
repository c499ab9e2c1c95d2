"""`presensi models add`: an embedder of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click
from click.core import ParameterSource

from cli.commands import LoneCommand
from contract.errors import BadInputError

_DESCRIBING = ("licence", "colours", "mean", "scale")


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi models add w600k_mbf.onnx --name mbf --licence 'research use'\n\n"
    "  presensi models add face.onnx --name ours --mean 0 --scale 1 --colours bgr\n\n"
    "  presensi models add face.onnx --card ours.toml",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="What the pack is called: small letters, digits, hyphens. With --card: the card's name.")
@click.option("--card", "card_file", type=click.Path(path_type=Path), help="A card (TOML) that somebody has written.")
@click.option("--licence", default="unknown", show_default=True, help="As the publisher of the file names it.")
@click.option("--colours", type=click.Choice(["rgb", "bgr"]), default="rgb", show_default=True, help="Their order.")
@click.option("--mean", type=float, default=127.5, show_default=True, help="Taken off each pixel of 0 to 255 …")
@click.option("--scale", type=float, default=0.0078125, show_default=True, help="… before it is multiplied by this.")
@click.option("--replace", is_flag=True, help="Replace the pack of that name; who was enrolled with it must be anew.")
@click.pass_context
def add(
    context: click.Context,
    file: Path,
    name: str | None,
    card_file: Path | None,
    licence: str,
    colours: Literal["rgb", "bgr"],
    mean: float,
    scale: float,
    replace: bool,
) -> None:
    """Add an ONNX file that embeds faces aligned as ArcFace does: 112 x 112 pixels, [n, 3, 112, 112].

    It is tried on two pictures and copied to the models folder with a card. The detector and the liveness model are
    those of the standard pack. It accepts nobody until it is calibrated.
    """
    from kiosk.recognizer.packs.model_check import is_installed
    from provisioning.own_model import OwnModel, add_model, read_own_card

    if card_file is None:
        if name is None:
            raise BadInputError("Name the pack with --name, or give its card with --card.")
        described = OwnModel(name=name, licence=licence, colours=colours, mean=mean, scale=scale)
        card = add_model(file, described, replace=replace, say=_say)
    else:
        given = [word for word in _DESCRIBING if context.get_parameter_source(word) is not ParameterSource.DEFAULT]
        if given:
            raise BadInputError(f"The card says what --{given[0]} would say; write it there.")
        card = add_model(file, read_own_card(card_file, name=name or card_file.stem), replace=replace, say=_say)
    licence = card.file("embedder").licence
    click.echo(f"{card.name}: added; {card.input.dimensions} numbers a face, licence {licence}.")
    if not is_installed(card):
        click.echo(f"Its detector and liveness model: presensi models fetch {card.name}")
    if card.threshold_curve is None:
        click.echo(f"It accepts nobody before: presensi models calibrate --pack {card.name} --dataset DIR")


def _say(words: str) -> None:
    click.echo(words, err=True)
