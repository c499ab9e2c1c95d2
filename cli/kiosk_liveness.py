"""`presensi kiosk liveness`: what the liveness layers say of clips and folders of pictures."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.commands import LoneCommand
from cli.tables import show_table
from contract.errors import BadInputError

if TYPE_CHECKING:
    from kiosk.camera.frame import Frame
    from kiosk.recognizer.liveness.review import Review

SAMPLED_FPS = 10.0


@click.command(
    cls=LoneCommand,
    epilog="Examples:\n\n"
    "  presensi kiosk liveness walk.mp4 held-up-photo.mp4 --pack standard\n\n"
    "  presensi kiosk liveness pictures/ --pack standard --json",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=str), metavar="FILE...")
@click.option("--pack", default="builtin", show_default=True, help="Whose liveness model judges.")
@click.option("--json", "as_json", is_flag=True, help="A list of {file, verdict, layers, frames, ms_per_frame}.")
def liveness(files: tuple[str, ...], pack: str, *, as_json: bool) -> None:
    """Judge clips (10 frames of each second) or folders of pictures: live, attack or undecided.

    A folder is taken as the pictures of one person, in the order of their names. Where the pack has no passive model,
    and where its score lies in the grey zone, the verdict is undecided: a kiosk would ask for movements then, and of a
    recording nothing can be asked.
    """
    from kiosk.recognizer.liveness.review import review
    from kiosk.recognizer.packs.pack import open_pack

    for file in files:
        _check(Path(file))
    told = []
    with click.progressbar(files, label="Looking", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for file in bar:
            # A pack for each: its detector remembers the stream that it looks at.
            told.append(_facts(file, review(open_pack(pack), read_frames(Path(file)))))
    if as_json:
        click.echo(json.dumps(told))
        return
    show_table(
        ("FILE", "VERDICT", "PASSIVE", "FRAMES", "WITH A FACE", "MS A FRAME"),
        [
            (
                each["file"],
                each["verdict"],
                each["layers"].get("passive", {}).get("score"),
                each["frames"],
                each["faces"],
                each["ms_per_frame"],
            )
            for each in told
        ],
        empty="Nothing was looked at.",
    )


def read_frames(path: Path) -> Iterator[Frame]:
    """The frames of a clip, ten a second, or the pictures of a folder as if there were ten a second.

    BadInputError when there is nothing to read.
    """
    if path.is_dir():
        yield from _pictures(path)
        return
    from kiosk.camera.source import SourceSettings, open_source

    due = 0.0
    with open_source(SourceSettings(kind="clip", path=str(path), pace="fast")) as source:
        first: float | None = None
        while (frame := source.read(10.0)) is not None:
            first = frame.captured_at if first is None else first
            # Half a frame of tolerance: at 30 a second every third frame is due, whatever its time is rounded to.
            if frame.captured_at - first >= due - 0.5 / 60:
                due += 1 / SAMPLED_FPS
                yield frame


def _pictures(folder: Path) -> Iterator[Frame]:
    import cv2
    import numpy as np

    from kiosk.camera.frame import Frame
    from kiosk.camera.streams import make_grey

    for index, path in enumerate(_picture_files(folder)):
        picture = cv2.imread(str(path))
        if picture is None:
            raise BadInputError(f"{path} cannot be read as a picture; remove it or replace it.")
        main = np.asarray(picture, np.uint8)
        yield Frame(main, make_grey(main), index / SAMPLED_FPS, index, "photo")


def _picture_files(folder: Path) -> list[Path]:
    from kiosk.camera.photo_source import PHOTO_SUFFIXES

    return sorted(file for file in folder.iterdir() if file.suffix.lower() in PHOTO_SUFFIXES)


def _check(path: Path) -> None:
    """BadInputError before anything long begins."""
    if not path.exists():
        raise BadInputError(f"There is no clip or folder {path}.")
    if path.is_dir() and not _picture_files(path):
        raise BadInputError(f"There are no pictures in {path}: give a clip, or a folder of JPEG or PNG files.")


def _facts(file: str, found: Review) -> dict[str, Any]:
    layers: dict[str, Any] = {}
    if found.passive is not None:
        verdict, score = found.passive
        layers["passive"] = {"score": score, "verdict": verdict}
    return {
        "file": file,
        "verdict": found.verdict,
        "layers": layers,
        "frames": found.frames,
        "faces": found.faces,
        "ms_per_frame": round(found.ms_per_frame, 2),
    }
