"""`presensi models verify`: whether the files of packs are what their cards say, and whether the packs open."""

from __future__ import annotations

from typing import Literal

import click
import msgspec

from cli.commands import LoneCommand
from cli.tables import show_json
from contract.errors import BadInputError
from kiosk.errors import PackError
from kiosk.recognizer.packs.card import card_names, read_card
from kiosk.recognizer.packs.model_check import Condition, condition, place_of, remedy
from kiosk.recognizer.packs.pack import open_pack


class CheckedFile(msgspec.Struct, frozen=True):
    """path: where the file is, or would be; None when the package that it comes with is not installed."""

    role: str
    name: str
    path: str | None
    condition: Condition


class CheckedPack(msgspec.Struct, frozen=True):
    """One pack looked through.

    state: whole (and it opens), incomplete (files are missing), damaged (a file is not what the card says), unusable
    (the card cannot be read, or the pack does not open). trouble: a sentence; None when whole.
    """

    pack: str
    state: Literal["whole", "incomplete", "damaged", "unusable"]
    files: list[CheckedFile]
    trouble: str | None


@click.command(
    cls=LoneCommand, epilog="Examples:\n\n  presensi models verify standard\n\n  presensi models verify --all --json"
)
@click.argument("pack", required=False)
@click.option("--all", "every", is_flag=True, help="Every pack; one that was not fetched is told, and is no error.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of {pack, state, files, trouble}.")
def verify(pack: str | None, every: bool, as_json: bool) -> None:
    """Check every file of a pack (default: builtin) against its card, and whether the pack opens.

    What has to be converted for it is converted. Ends with 1 when a file is damaged or missing.
    """
    if every and pack is not None:
        raise BadInputError("Name a pack, or say --all; not both.")
    checked = [check_pack(name) for name in (card_names() if every else [pack or "builtin"])]
    if as_json:
        show_json(checked)
    else:
        for one in checked:
            _tell(one)
    troubles = [one.trouble for one in checked if one.trouble and not (every and one.state == "incomplete")]
    if troubles:
        raise PackError("; ".join(troubles))


def check_pack(name: str) -> CheckedPack:
    """Look through one pack: every byte of its files, and once opened."""
    try:
        card = read_card(name)
    except PackError as error:
        return CheckedPack(name, "unusable", [], str(error))
    files = []
    for file in card.files:
        path = place_of(file)
        found: Condition = "missing" if path is None else condition(file, path)
        files.append(CheckedFile(file.role, file.name, None if path is None else str(path), found))
    damaged = [file.path or file.name for file in files if file.condition == "damaged"]
    missing = [file.path or file.name for file in files if file.condition == "missing"]
    if damaged or missing:
        words = f"Pack {name}: damaged or missing: {', '.join(damaged + missing)}; {remedy(card)}"
        return CheckedPack(name, "damaged" if damaged else "incomplete", files, words)
    try:
        open_pack(name)
    except PackError as error:
        return CheckedPack(name, "unusable", files, str(error))
    return CheckedPack(name, "whole", files, None)


def _tell(checked: CheckedPack) -> None:
    if checked.state == "whole":
        click.echo(f"{checked.pack}: all {len(checked.files)} files are whole.")
        return
    click.echo(f"{checked.pack}: {checked.state}.")
    for file in checked.files:
        click.echo(f"  {file.role}: {file.path or file.name}: {file.condition}")
