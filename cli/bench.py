"""`presensi bench`: measure this machine, as ratios within one run."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli.commands import Commands


@click.group(cls=Commands, epilog="Start with: presensi bench recognizer --json")
def bench() -> None:
    """Measure this machine: recognition against the reference library, and whole walk-ups."""


@bench.command(epilog="Example:\n\n  presensi bench recognizer --json")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--frames", default=60, show_default=True, help="How many frames to measure.")
@click.option("--photos", type=click.Path(path_type=Path), help="PERSON/photo.jpg to render frames from.")
def recognizer(as_json: bool, frames: int, photos: Path | None) -> None:
    """Ours against `face_recognition` on the same rendered frames, in one run."""
    from benchmarks import recognizer as measured

    sys.exit(measured.main(json=as_json, frames=frames, photos=photos))


@bench.command(epilog="Example:\n\n  presensi bench walkup --clip walk.mp4 --gallery photos/ --json")
@click.option("--clip", type=click.Path(), help="A video of somebody who walks up; else a photo is rendered.")
@click.option("--gallery", type=click.Path(), help="PERSON/photo.jpg to enrol; else the demo's photos.")
@click.option("--runs", default=5, show_default=True, help="How often to play the clip.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def walkup(clip: str | None, gallery: str | None, runs: int, as_json: bool) -> None:
    """From the first frame with the face to the punch in the journal, the clip at its own pace."""
    from benchmarks import walkup as measured

    arguments = ["--runs", str(runs)]
    arguments += ["--clip", clip] if clip else []
    arguments += ["--gallery", gallery] if gallery else []
    sys.exit(measured.main([*arguments, "--json"] if as_json else arguments))
