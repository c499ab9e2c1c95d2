"""Photos as people who walk up to the kiosk."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from kiosk.camera.base_source import BaseSource, Exposure
from kiosk.camera.frame import Frame, SourceKind
from kiosk.camera.portrait import (
    FaceMarks,
    Portrait,
    find_marks,
    forget_models,
    load_photo,
    make_portrait,
    return_memory,
)
from kiosk.camera.scene import FaceSpot, Scene
from kiosk.camera.sheet import Sheet, make_sheet
from kiosk.camera.source import SourceSettings, Step, required_path
from kiosk.camera.streams import make_grey
from kiosk.camera.timeline import Timeline
from kiosk.camera.visit import Visit
from kiosk.errors import CameraError, SourceUnusableError

PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})

CHECKED_AT_START = 50
"""So many photos are looked through before the first frame, so that a bad one is told at once; the rest in its turn."""

STALE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo and whose it is."""

    path: Path
    person: str

    def examine(self) -> FaceMarks:
        """Find the face. Raises SourceUnusableError, naming the file, when there is no picture or no face in it."""
        return find_marks(load_photo(self.path), self.path)

    def portray(self, marks: FaceMarks | None = None) -> Portrait:
        """Cut the person out; marks are what `examine` found, None to look again. Raises as `examine` does."""
        picture = load_photo(self.path)
        return make_portrait(picture, marks or find_marks(picture, self.path), self.person)

    def print(self, marks: FaceMarks | None = None) -> Sheet:
        """Put the person on paper; marks as for `portray`. Raises as `examine` does."""
        picture = load_photo(self.path)
        return make_sheet(picture, marks or find_marks(picture, self.path), self.person)


@dataclass(frozen=True, slots=True)
class RenderedFrame:
    """A frame with the truth about it.

    face: where the face is; None while nobody is in the picture.
    person: who is shown; None while nobody is.
    """

    frame: Frame
    face: FaceSpot | None
    person: str | None


class PhotoSource(BaseSource):
    """Every photo becomes a person who walks up, stands, turns the head to both sides, and leaves; then the next one.

    `path` is a photo, a folder of photos, or a folder of PERSON/file; people take turns. `ask` makes whoever stands
    there do a step of the challenge. Heads have depth, so turning them is not the movement of a flat picture: this
    source stands in for people in demos and tests, and its kind, "photo", is signed into every punch.

    With `flat` in the settings every photo is a sheet of paper instead, held by somebody who tries to do what is asked.
    """

    kind: SourceKind = "photo"

    def __init__(self, settings: SourceSettings) -> None:
        super().__init__()
        self._settings = settings
        self._photos: list[Photo] = []
        self._marks: dict[Photo, FaceMarks] = {}
        self._painter: ThreadPoolExecutor | None = None
        self._next_portrait: Future[Portrait | Sheet] | None = None
        self._portrait: Portrait | Sheet | None = None
        self._visit: Visit | None = None
        self._visits = 0
        self._frames = 0
        self._timeline = Timeline(fps=settings.fps, pace=settings.pace)
        self._scene: Scene | None = None

    @property
    def current_person(self) -> str | None:
        """The PERSON folder's name, or the file's stem in a flat folder; None while nobody is there."""
        if self._visit is None or self._portrait is None or not self._visit.present:
            return None
        return self._portrait.person

    def ask(self, step: Step) -> None:
        if self._visit is not None:
            self._visit.ask(step)

    def _open(self) -> None:
        self._photos = list_photos(required_path(self._settings))
        self._marks = {photo: photo.examine() for photo in self._photos[:CHECKED_AT_START]}
        if len(self._marks) == len(self._photos):
            forget_models()
        settings = self._settings
        self._scene = Scene(size=settings.size, standing_face_pixels=settings.face_pixels, seed=settings.seed)
        self._timeline = Timeline(fps=settings.fps, pace=settings.pace)
        self._painter = ThreadPoolExecutor(1, thread_name_prefix="portrait")
        self._visits = self._frames = 0
        self._visit, self._portrait = None, None
        self._prepare_next()
        self._begin_visit()

    def _expose(self, timeout_seconds: float) -> Exposure | None:
        due = self._timeline.wait_for_due(self._frames, timeout_seconds)
        skipped = due - self._frames
        for _ in range(skipped + 1):
            if not self._advance():
                return None
        if self._scene is None or self._visit is None:
            raise CameraError("The photos are closed: call start() before read().")
        if isinstance(self._portrait, Sheet):
            flat = self._settings.flat or "moved"
            picture = self._scene.draw_sheet(self._portrait, self._visit.pose(), flat, due, seconds=self._visit.seconds)
        else:
            picture, _ = self._scene.draw(self._portrait, self._visit.pose(), due)
        self._timeline.forgive_delay(due, STALE_SECONDS)
        return Exposure(picture, self._timeline.due_at(due), skipped=skipped)

    def _advance(self) -> bool:
        """Go on by one frame of scene time; False after the last visit."""
        if self._visit is not None:
            self._visit.advance(1.0 / self._settings.fps)
            if self._visit.over and not self._begin_visit():
                return False
        self._frames += 1
        return True

    def _begin_visit(self) -> bool:
        if self._next_portrait is None:
            return False
        self._portrait = self._next_portrait.result()
        settings = self._settings
        self._visit = Visit(size=settings.size, face_pixels=settings.face_pixels, seed=settings.seed + self._visits)
        self._visits += 1
        self._prepare_next()
        return True

    def _prepare_next(self) -> None:
        """Have the next portrait cut out while the current person is shown."""
        self._next_portrait = None
        if self._painter is not None and (self._settings.loop or self._visits < len(self._photos)):
            photo = self._photos[self._visits % len(self._photos)]
            self._next_portrait = self._painter.submit(
                _prepare_and_tidy, photo, self._marks.get(photo), flat=self._settings.flat is not None
            )

    def _close(self) -> None:
        if self._painter is not None:
            self._painter.shutdown(wait=True, cancel_futures=True)
            self._painter = None
        self._next_portrait = None
        self._visit, self._portrait, self._scene = None, None, None


def _prepare_and_tidy(photo: Photo, marks: FaceMarks | None, *, flat: bool) -> Portrait | Sheet:
    shown = photo.print(marks) if flat else photo.portray(marks)
    return_memory()
    return shown


def render_walk_up(
    photo: Path, *, size: tuple[int, int] = (640, 480), fps: float = 15.0, face_pixels: float = 220.0, seed: int = 0
) -> Iterator[RenderedFrame]:
    """Render one visit as fast as possible, with the truth about every frame: for benchmarks and tests.

    face_pixels: width of the face when the person stands before the kiosk, 80 to 300. `captured_at` counts the scene's
    seconds from now. Raises SourceUnusableError, naming the file, when there is no face in the photo.
    """
    portrait = Photo(photo, photo.parent.name).portray()
    scene = Scene(size=size, standing_face_pixels=face_pixels, seed=seed)
    visit = Visit(size=size, face_pixels=face_pixels, seed=seed)
    started_at = time.monotonic()
    index = 0
    while not visit.over:
        picture, face = scene.draw(portrait, visit.pose(), index)
        grey = make_grey(picture)
        picture.flags.writeable = grey.flags.writeable = False
        frame = Frame(main=picture, grey=grey, captured_at=started_at + index / fps, index=index, source="photo")
        yield RenderedFrame(frame, face, portrait.person if face is not None else None)
        visit.advance(1.0 / fps)
        index += 1


def list_photos(path: Path) -> list[Photo]:
    """List the photos of a file, a flat folder or a folder of PERSON/file; people take turns, in order of names.

    Raises SourceUnusableError when there are none.
    """
    if path.is_file():
        return [Photo(path, path.stem)]
    if not path.is_dir():
        raise SourceUnusableError(f"There is no photo or folder {path}: give the path of a photo or of a folder.")
    rows = [[Photo(file, folder.name) for file in _pictures(folder)] for folder in sorted(path.iterdir())]
    flat = [Photo(file, file.stem) for file in _pictures(path)]
    turns = [photo for turn in zip_longest(*rows) for photo in turn if photo is not None]
    if not flat and not turns:
        raise SourceUnusableError(f"There are no photos in {path}: put JPEG or PNG files there, or PERSON/file.")
    return flat + turns


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if file.is_file() and file.suffix.lower() in PHOTO_SUFFIXES)
