"""What every source of frames promises, what can be set about it, and how one is opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self, get_args

from contract.errors import BadInputError
from kiosk.camera.frame import Frame, SourceKind

Pace = Literal["own", "fast"]
"""own: in real time, late frames are dropped as a camera drops them. fast: every frame, as soon as it is asked for."""

Step = Literal["left", "right", "up", "nearer"]
"""A step of the liveness challenge. left and right are the *person's own*: at "left" the nose moves towards the right
edge of Frame.main, which is not mirrored."""

STEPS: tuple[Step, ...] = ("left", "right", "up", "nearer")

Flat = Literal["moved", "tilted", "bent"]
"""How somebody holds a printed photo to the camera: shifted aside, turned in the hands, or turned and bent."""


class FrameSource(Protocol):
    """Something that delivers frames: a camera, a clip, photos, or a supervised child process around one of them.

    Life: `start()`, `read()` again and again, `stop()`; or `with source:`, which starts and stops. After `stop()` a
    source can be started again. It belongs to one thread at a time. The caller owns the frames that `read` returned:
    their arrays are C-contiguous, read-only, and never change afterwards.

    An implementation must have
        kind    where the frames come from, as it will be signed into every punch;
        start   open the device or file. Raises SourceUnusableError when there is nothing to read in the file,
                CameraError when the device cannot be opened or the source is running already;
        read    wait at most `timeout_seconds` for the next frame. None means that the input has ended, and every
                further call returns None again. Raises CameraStalledError when nothing came in time (calling again is
                allowed), CameraError when the device failed or `start` was not called. `index` and `captured_at`
                rise strictly; a gap in `index` means dropped frames;
        stop    release the device; never raises, may be called twice or without `start`. May hang with a broken
                driver, which is why kiosks put a CaptureSupervisor around cameras.
    An implementation may override
        ask            do what the liveness challenge shows on the screen. Sources that film real people ignore it,
                       because the people read the screen themselves;
        compensate     expose brighter or darker than the camera would by itself, by `ev` steps of light (1: twice as
                       much, -1: half) until told otherwise. Sources without such a control ignore it;
        current_person the name of whoever is being shown; None where the source does not know (every real camera).
    Sources inside this package get everything but opening, capturing and closing from base_source.BaseSource.
    """

    @property
    def kind(self) -> SourceKind: ...

    @property
    def current_person(self) -> str | None: ...

    def start(self) -> None: ...

    def read(self, timeout_seconds: float) -> Frame | None: ...

    def stop(self) -> None: ...

    def ask(self, step: Step) -> None: ...

    def compensate(self, ev: float) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """Which source to open, and how; plain values only, so that it can cross to another process.

    kind: which source.
    path: the clip's file, or a photo, or a folder of photos (PERSON/file, or flat); unused by cameras.
    device: index of the webcam (/dev/videoN) or of the Raspberry Pi camera.
    size: (width, height) of main in pixels; clips keep their own size (at most 1280 on the longer side).
    fps: frames per second that a camera is asked for and photos are rendered at; clips keep their own.
    pace: see Pace; only for clips and photos, cameras have their own.
    loop: begin again after the last frame or photo instead of ending the input.
    main_format: what picamera2 is asked for; "RGB888" lies in memory as BGR, which is OpenCV's order.
    rotation_degrees: 0 or 180, for a Raspberry Pi camera that hangs upside down.
    mains_hertz: frequency of the lamps' mains, so that they do not draw bands; 0: no lamps, daylight only.
    face_pixels: width of the rendered face at its nearest, for photos.
    seed: of the noise and the small movements of rendered photos; the same seed renders the same pictures.
    flat: show photos as sheets of paper instead of people: the attack that a kiosk must not fall for. None: as people.

    Raises BadInputError when a value cannot work.
    """

    kind: SourceKind
    path: str | None = None
    device: int = 0
    size: tuple[int, int] = (640, 480)
    fps: float = 15.0
    pace: Pace = "own"
    loop: bool = False
    main_format: str = "RGB888"
    rotation_degrees: Literal[0, 180] = 0
    mains_hertz: Literal[0, 50, 60] = 50
    face_pixels: int = 220
    seed: int = 0
    flat: Flat | None = None

    def __post_init__(self) -> None:
        if self.kind in {"clip", "photo"} and not self.path:
            raise BadInputError(f"A {self.kind} source needs a path: name the file or folder to read.")
        width, height = self.size
        if not (64 <= width <= 4096 and 64 <= height <= 4096) or width % 2 or height % 2:
            raise BadInputError(f"The camera size {width}x{height} cannot be used: give even numbers from 64 to 4096.")
        if not 1.0 <= self.fps <= 120.0:
            raise BadInputError(f"{self.fps:g} frames per second cannot be used: give a number from 1 to 120.")
        if not 80 <= self.face_pixels <= 300:
            raise BadInputError(f"A rendered face of {self.face_pixels} pixels cannot be used: give 80 to 300.")
        if self.flat not in {None, *get_args(Flat)}:
            raise BadInputError(f"A photo cannot be held {self.flat}: give {', '.join(get_args(Flat))}, or nothing.")
        if self.rotation_degrees not in {0, 180}:
            raise BadInputError(f"A camera rotation of {self.rotation_degrees} cannot be used: give 0 or 180.")
        if self.mains_hertz not in {0, 50, 60}:
            raise BadInputError(f"Mains of {self.mains_hertz} Hz cannot be: give 50, 60, or 0 for daylight only.")

    @property
    def paced_by_reader(self) -> bool:
        """Whether every frame must reach the reader, however slow it is."""
        return self.pace == "fast" and self.kind in {"clip", "photo"}

    @property
    def start_seconds(self) -> float:
        """How long opening may take before it counts as hung; photos are all looked through at the start."""
        return 60.0 if self.kind == "photo" else 15.0


def open_source(settings: SourceSettings) -> FrameSource:
    """Make the source that the settings describe, in this process, without starting it.

    OpenCV and picamera2 are imported only by the source that needs them.
    """
    if settings.kind == "picamera":
        from kiosk.camera.picamera_source import PiCameraSource

        return PiCameraSource(settings)
    if settings.kind == "webcam":
        from kiosk.camera.webcam_source import WebcamSource

        return WebcamSource(settings)
    if settings.kind == "clip":
        from kiosk.camera.clip_source import ClipSource

        return ClipSource(settings)
    from kiosk.camera.photo_source import PhotoSource

    return PhotoSource(settings)


def required_path(settings: SourceSettings) -> Path:
    """Return settings.path, which SourceSettings guarantees for clips and photos."""
    if settings.path is None:
        raise BadInputError(f"A {settings.kind} source needs a path: name the file or folder to read.")
    return Path(settings.path)
