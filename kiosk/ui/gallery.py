"""Pictures of every state, in both languages, both orientations and with short and long names, inspected and listed."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from kiosk.errors import KioskError
from kiosk.ui.inspection import inspect
from kiosk.ui.phrases import LANGUAGES, Language
from kiosk.ui.presenter import Surroundings
from kiosk.ui.scenes import LONG_NAME, SCENES, SHORT_NAME, scene
from kiosk.ui.screens import Stage, draw_offscreen
from kiosk.ui.window import LANDSCAPE, PORTRAIT

SIZES: Final = (PORTRAIT, LANDSCAPE)
NAMES: Final = {"short": SHORT_NAME, "long": LONG_NAME}
LONG_UNIT: Final = "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia Kabupaten Kutai Timur"
LONG_MESSAGE: Final = "Apel pagi pukul 07.00 di halaman depan; seluruh pegawai hadir dengan pakaian dinas lengkap. " * 3
SURROUNDINGS: Final = {
    "short": Surroundings(online=True, queue=0, unit="Dinas Kesehatan", message="Apel pagi pukul 07.00."),
    "long": Surroundings(
        online=False,
        queue=12345,
        unit=LONG_UNIT,
        message=LONG_MESSAGE,
        demo=True,
        liveness_off=True,
        clock_trusted=False,
    ),
}
"""What stands around a name of that length: nothing out of the ordinary, or everything at once."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which picture; size: width and height in pixels; name: short or long."""

    scene: str
    language: Language
    size: tuple[int, int]
    name: str


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture. file: its name; problems: what the inspection found, empty when all is well."""

    scene: str
    language: Language
    size: tuple[int, int]
    name: str
    file: str
    problems: tuple[str, ...]


def count_shots() -> int:
    """How many pictures a gallery has."""
    return len(SCENES) * len(LANGUAGES) * len(SIZES) * len(NAMES)


def walk_screens(folder: Path | None = None, *, panel_inches: float = 10.1) -> Iterator[Shot]:
    """Draw and inspect every screen, and write each picture into the folder; None: only look.

    KioskError when a picture cannot be written.
    """
    draw_offscreen()
    for size in SIZES:
        for language in LANGUAGES:
            with Stage(size=size, language=language, panel_inches=panel_inches) as stage:
                for name in NAMES:
                    for each in SCENES:
                        yield _take(stage, Wish(each, language, size, name), folder, panel_inches)


def _take(stage: Stage, wish: Wish, folder: Path | None, panel_inches: float) -> Shot:
    view, setting = scene(wish.scene, SURROUNDINGS[wish.name], language=wish.language, person_name=NAMES[wish.name])
    stage.show(view, setting)
    picture = stage.shot()
    message = frozenset({LONG_MESSAGE.strip()})
    problems = inspect(stage.window.window, picture, panel_inches=panel_inches, may_be_cut=message)
    file = f"{wish.scene}-{wish.language}-{wish.size[0]}x{wish.size[1]}-{wish.name}.png"
    if folder is not None and not picture.save(str(folder / file)):
        raise KioskError(f"The picture {folder / file} cannot be written: is there room, and may this account write?")
    return Shot(wish.scene, wish.language, wish.size, wish.name, file, tuple(problems))


def make_gallery(folder: Path, *, panel_inches: float = 10.1, on_shot: Callable[[Shot], None]) -> list[Shot]:
    """Write all pictures and an index.html into the folder, which is made; KioskError when that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KioskError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    shots = []
    for shot in walk_screens(folder, panel_inches=panel_inches):
        shots.append(shot)
        on_shot(shot)
    (folder / "index.html").write_text(page(shots), encoding="utf-8")
    return shots


def report(shots: list[Shot], folder: Path) -> dict[str, Any]:
    """What was made, for programs."""
    return {
        "folder": str(folder),
        "index": str(folder / "index.html"),
        "screens": len(shots),
        "problems": sum(len(shot.problems) for shot in shots),
        "shots": [asdict(shot) for shot in shots],
    }


def page(shots: list[Shot]) -> str:
    """The gallery: a row for each state, with what was found below each picture."""
    rows = []
    ordered = sorted(shots, key=lambda shot: SCENES.index(shot.scene))
    for name, group in groupby(ordered, key=lambda shot: shot.scene):
        figures = "".join(_figure(shot) for shot in group)
        rows.append(f'<section id="{name}"><h2>{name}</h2><div>{figures}</div></section>')
    links = " ".join(f'<a href="#{name}">{name}</a>' for name in dict.fromkeys(shot.scene for shot in ordered))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Presensi: the kiosk\'s screens</title>'
        "<style>body{font:15px sans-serif;margin:24px;background:#eee}section>div{display:flex;flex-wrap:wrap;gap:12px}"
        "figure{margin:0;max-width:300px}img{height:360px;border:1px solid #888}a{margin-right:8px}"
        "figcaption{font-size:12px}li{color:#8a3b00}</style>"
        f"<h1>The kiosk's screens</h1><nav>{links}</nav>{''.join(rows)}</html>\n"
    )


def _figure(shot: Shot) -> str:
    words = f"{shot.language}, {shot.size[0]}x{shot.size[1]}, {shot.name} name"
    problems = "".join(f"<li>{html.escape(problem)}</li>" for problem in shot.problems)
    file = html.escape(shot.file)
    return (
        f'<figure><a href="{file}"><img loading="lazy" src="{file}" alt="{shot.scene}, {words}"></a>'
        f"<figcaption>{words}<ul>{problems}</ul></figcaption></figure>"
    )
