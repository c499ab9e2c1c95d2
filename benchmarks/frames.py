"""What one frame costs a kiosk with everything on, and whether many frames in a row make it grow.

    python -m benchmarks.frames [--pack P] [--policy active] [--clip FILE] [--frames N] [--json]

A whole station runs on one core, from frame to journal: detector, quality, embedding, match among 1,000 people,
liveness, walk-up. Only capture and network are left out: the frames (a clip's, or a photo's rendered as a walk-up) lie
in memory and are given again and again. A frame counts when it shows a face that was good enough to be embedded; its
cost is the processor time of the attendant's thread from handing it over until the next one is asked for, which other
work on the machine does not add to.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import json
import sys
import tempfile
import time
from array import array
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.one_core import one_core
from contract.errors import BadInputError, PresensiError

if TYPE_CHECKING:  # NumPy comes in after one_core() has set the number of BLAS threads
    from contract.roster import RosterPart
    from kiosk.camera.frame import Frame, SourceKind
    from kiosk.recognizer.face import Vector
    from kiosk.recognizer.packs.pack import Pack

PEOPLE: Final = 1_000
KEPT_FRAMES: Final = 120
FPS: Final = 15.0
WARM_UP_SHARE: Final = 0.2
"""Of the frames, before memory counts: caches and the journal's pages fill up."""


def measure(
    *, pack_name: str, policy: str, frames: int, clip: Path | None = None, photos: Path | None = None
) -> dict[str, Any]:
    """Run that many frames through a station and return the figures as plain JSON values.

    clip, photos: where the frames come from; None: the demo's photos. BadInputError when there is nothing to show.
    """
    with one_core():
        from benchmarks.memory import private_bytes
        from contract.signing import SigningKey
        from contract.transport import NullTransport
        from kiosk.display import NullDisplay
        from kiosk.recognizer.packs.pack import open_pack
        from kiosk.settings import read_settings
        from kiosk.station import Station

        kept = load_frames(clip, photos)
        with tempfile.TemporaryDirectory(prefix="presensi-bench-") as name:
            (Path(name) / "hub.pub").write_text(SigningKey.generate().verify_key.text, encoding="ascii")
            # The source is handed over, so the camera of the settings is never opened.
            settings = replace_pack(read_settings(None, data=name, camera_kind="webcam"), pack_name)
            source = EndlessFrames(kept, frames, memory=private_bytes)
            with Station(settings, source=source, transport=NullTransport()) as station:
                source.watched = station
                pack = open_pack(pack_name)
                # A clip shows one person; two photos are shown one after the other.
                halves = [kept] if clip is not None else [kept[: len(kept) // 2], kept[len(kept) // 2 :]]
                station.roster.take(made_up_roster(pack, policy, shown=[template(pack, half) for half in halves]))
                station.run(NullDisplay())
    if not source.used_ms:
        raise BadInputError("No frame shows a face that can be used: give another clip or photo.")
    import numpy as np

    warm = int(len(source.memory_mb) * WARM_UP_SHARE)
    return {
        "pack": pack_name,
        "policy": policy,
        "frames": frames,
        "frames_with_a_face": len(source.used_ms),
        "ms_median": round(float(np.median(source.used_ms)), 2),
        "ms_p95": round(float(np.quantile(source.used_ms, 0.95)), 2),
        "frames_in_a_challenge": len(source.challenge_ms),
        "ms_median_in_a_challenge": round(float(np.median(source.challenge_ms)), 2) if source.challenge_ms else None,
        "memory_mb_after_warm_up": round(source.memory_mb[warm], 1),
        "memory_mb_halfway": round(source.memory_mb[len(source.memory_mb) // 2], 1),
        "memory_mb_at_the_end": round(source.memory_mb[-1], 1),
    }


class EndlessFrames:
    """Gives the same frames again and again, with rising times; implements FrameSource.

    used_ms: what each frame with a usable face cost; challenge_ms: those of them during which a challenge ran;
    memory_mb: the process's own memory, at a hundred moments. Room for the figures is made at the start, so that what
    is measured does not grow by measuring.
    """

    kind: SourceKind = "webcam"
    current_person: str | None = None

    def __init__(self, frames: Sequence[Frame], count: int, *, memory: Any) -> None:
        self._frames, self._count, self._memory = frames, count, memory
        self._given = 0
        self._handed_over_at = 0.0
        self.watched: Any = None
        self._used_ms = array("d", bytes(8 * count))
        self._challenged = bytearray(count)
        self._used = 0
        self.memory_mb: list[float] = []

    @property
    def used_ms(self) -> list[float]:
        return list(self._used_ms[: self._used])

    @property
    def challenge_ms(self) -> list[float]:
        return [each for each, challenged in zip(self.used_ms, self._challenged, strict=False) if challenged]

    def start(self) -> None:
        """Nothing to open."""

    def stop(self) -> None:
        """Nothing to close."""

    def ask(self, step: str) -> None:
        """Nobody is there to obey."""

    def compensate(self, ev: float) -> None:
        """There is nothing to expose."""

    def read(self, timeout_seconds: float) -> Frame | None:  # noqa: ARG002 (there is always a frame)
        from kiosk.states import Challenge

        if self._given and self.watched.served_frame is not None:
            self._used_ms[self._used] = (time.thread_time() - self._handed_over_at) * 1000
            self._challenged[self._used] = isinstance(self.watched.state, Challenge)
            self._used += 1
        if self._given % max(1, self._count // 100) == 0:
            # What lies unused between the allocator's blocks is no growth.
            gc.collect()
            _trim()
            self.memory_mb.append(self._memory() / 1e6)
        if self._given == self._count:
            return None
        frame = self._frames[self._given % len(self._frames)]
        frame = replace(frame, index=self._given, captured_at=self._given / FPS, source="webcam")
        self._given += 1
        self._handed_over_at = time.thread_time()
        return frame

    def __enter__(self) -> EndlessFrames:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""


def _trim() -> None:
    """Give back what is free, where the C library can (glibc)."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def load_frames(clip: Path | None, photos: Path | None) -> list[Frame]:
    """At most KEPT_FRAMES frames of a clip, or of the walk-ups of some photos."""
    from itertools import islice

    from kiosk.camera.photo_source import list_photos, render_walk_up
    from kiosk.camera.source import SourceSettings, open_source
    from provisioning.demo_photos import fetch

    if clip is None:
        shown = list_photos(photos or fetch())[:2]
        each = KEPT_FRAMES // len(shown)
        return [
            rendered.frame
            for photo in shown
            for rendered in islice((r for r in render_walk_up(photo.path) if r.face is not None), each)
        ]
    found: list[Frame] = []
    with open_source(SourceSettings(kind="clip", path=str(clip), pace="fast")) as source:
        while len(found) < KEPT_FRAMES and (frame := source.read(5.0)) is not None:
            found.append(frame)
    return found


def replace_pack(settings: Any, pack_name: str) -> Any:
    """The same settings with another pack."""
    import msgspec

    return msgspec.structs.replace(settings, pack=pack_name)


def template(pack: Pack, frames: Sequence[Frame]) -> Vector:
    """An embedding of whoever stands in these frames; BadInputError when nobody is seen."""
    from kiosk.recognizer.evaluation.dataset import embed_central_face

    for frame in frames[len(frames) // 2 :]:
        embedding = embed_central_face(pack, frame.main)
        if embedding is not None:
            return embedding
    raise BadInputError("No frame shows a face that can be used: give another clip or photo.")


def made_up_roster(pack: Pack, policy: Any, *, shown: Sequence[Vector]) -> RosterPart:
    """A thousand people who do not exist, and whoever is shown, so that liveness has somebody to judge."""
    import numpy as np

    from contract.roster import KioskPolicy, RosterPart, RosterPerson

    rows = np.random.default_rng(1).standard_normal((PEOPLE, pack.card.input.dimensions), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    people = tuple(
        RosterPerson(person=f"p{n}", name=f"p{n}", count=1, embeddings=row.astype("<f4").tobytes())
        for n, row in enumerate([*rows, *shown])
    )
    lenient = KioskPolicy(liveness=policy, threshold=-1.0, demo=True)
    return RosterPart(version=1, base=None, part=1, parts=1, pack=pack.name, policy=lenient, people=people)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; see --help."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.frames", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pack", default="builtin")
    parser.add_argument("--policy", default="active", choices=("off", "passive", "active", "strict"))
    parser.add_argument("--clip", type=Path, help="frames of this clip instead of rendered photos")
    parser.add_argument("--photos", type=Path, help="a photo, a folder of photos, or PERSON/file")
    parser.add_argument("--frames", type=int, default=600)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    try:
        figures = measure(
            pack_name=options.pack,
            policy=options.policy,
            frames=options.frames,
            clip=options.clip,
            photos=options.photos,
        )
    except PresensiError as error:
        print(f"presensi: {error}", file=sys.stderr)
        return 2 if isinstance(error, BadInputError) else 1
    if options.json:
        print(json.dumps(figures))
        return 0
    print(
        f"{figures['pack']}, policy {figures['policy']}: {figures['ms_median']} ms a frame (median), "
        f"{figures['ms_p95']} ms (95 %), over {figures['frames_with_a_face']} frames with a face; "
        f"{figures['ms_median_in_a_challenge']} ms in the {figures['frames_in_a_challenge']} frames of challenges; "
        f"memory {figures['memory_mb_after_warm_up']} MB after warming up, "
        f"{figures['memory_mb_at_the_end']} MB at the end"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
