"""Hours of rush at one kiosk in some minutes: does its memory grow, or the number of its files and threads?

The real attendant, walk-up machine, consensus, desk (PINs, cards), journal on disk, uplink, presenter and window
(offscreen, drawn by the processor) run; clock, camera, recogniser and hub are scripted (benchmarks.rehearsal), so that
a frame costs a millisecond or two. What the recogniser itself takes is measured by benchmarks.frames.

People come twelve a minute, five frames a second: most are recognised; some are strangers, some use a PIN or a card,
touch "Bukan saya", look at their month, or change the language. Every hour somebody leaves the roster and somebody
joins, people are asked to choose or not asked any more, the camera is lost for a while, and so is the network.

memory_mb: without what lies in files, whose share changes with what else the machine runs. The growth is the slope
through the hours after the first.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import os
import random
import statistics
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from benchmarks.memory import anonymous_bytes
from benchmarks.rehearsal import (
    DIMENSIONS,
    Cue,
    HoldingHub,
    NamingRecognizer,
    ScriptedCamera,
    Seen,
    TurnedClock,
    embedding_of,
)
from contract.errors import PresensiError
from contract.pin import hash_card, hash_pin
from contract.roster import KioskPolicy, RosterPart, RosterPerson
from contract.signing import SigningKey
from kiosk.attendant import Attendant
from kiosk.errors import CameraStalledError
from kiosk.hardware.null_panel import NullPanel
from kiosk.housekeeping import give_back_memory
from kiosk.journal import Journal
from kiosk.remembered import ScanSettings
from kiosk.roster import RosterCache
from kiosk.uplink import Uplink
from kiosk.vault import open_vault

if TYPE_CHECKING:
    from kiosk.ui.bridge import Bridge

DEVICE: Final = "kiosk-bench"
FRAME_SECONDS: Final = 0.2
SECONDS_EACH: Final = 5.0
"""Twelve people a minute."""
STAFF: Final = 60
PIN: Final = "194837"
BEGIN: Final = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
TOLERATED_MB_PER_HOUR: Final = 0.5


@dataclass(frozen=True, slots=True)
class Hour:
    """How the process was after so many simulated hours. objects: what Python's collector tracks, after it has run."""

    hour: int
    memory_mb: float
    files: int
    threads: int
    objects: int
    journal_mb: float
    punches: int


class Rush:
    """The script: who comes, and what they do at the screen."""

    def __init__(self, kiosk: Kiosk, hours: int, *, hour_seconds: float, seed: int) -> None:
        self._kiosk = kiosk
        self._hours = hours
        self._hour_seconds = hour_seconds
        self._chance = random.Random(seed)
        self._staff = [f"person-{number}" for number in range(STAFF)]
        self._hour_began = kiosk.clock.seconds

    def cues(self) -> Iterator[Cue]:
        """Frames and touches of the whole rush; after every hour the kiosk is looked at."""
        for hour in range(self._hours):
            yield partial(self._kiosk.change_roster, self._staff, choose=hour % 2 == 1)
            yield from self._hour()
            yield partial(self._kiosk.look, hour + 1)

    def _hour(self) -> Iterator[Cue]:
        """People; a third into it the camera is lost, and from a half to two thirds the network."""
        for share, event in (
            (1 / 3, [CameraStalledError("the camera stands still")] * 20),
            (1 / 2, [self._kiosk.hub.drop]),
            (2 / 3, [self._kiosk.hub.restore]),
            (1.0, []),
        ):
            until = self._hour_began + share * self._hour_seconds
            while self._kiosk.clock.seconds < until:
                yield from self._visit()
            yield from event
        self._hour_began += self._hour_seconds
        # One leaves, and one joins.
        self._staff = [*self._staff[1:], f"person-{int(self._staff[-1].split('-')[1]) + 1}"]

    def _visit(self) -> Iterator[Cue]:
        name = self._chance.choice(self._staff)
        draw = self._chance.random()
        until = self._kiosk.clock.seconds + SECONDS_EACH
        if draw < 0.06:
            yield from _frames("stranger", 3.0)
        elif draw < 0.10:
            yield from self._with_pin(name)
        elif draw < 0.16:
            yield self._touch("card", f"04A2{name.split('-')[1]:0>4}")
            yield from _frames(name, 2.0)
        else:
            yield from _frames(name, 0.4, near=False)
            yield from _frames(name, 2.0)
            if draw < 0.20:
                yield self._touch("not_me")
                yield from _frames(None, 0.4)
                yield self._touch("not_mine")
            elif draw < 0.27:
                yield self._touch("month")
                yield from _frames(None, 1.0)
                yield self._touch("dismiss")
            elif draw < 0.31:
                yield self._kiosk.bridge.switch_language
            elif draw < 0.40:
                yield self._touch("choose", self._chance.choice(("in", "out", "duty", "auto")))
        while self._kiosk.clock.seconds < until:
            yield Seen()

    def _with_pin(self, name: str) -> Iterator[Cue]:
        """Not recognised twice, then a PIN (one in four types a wrong one), and the face that belongs to it."""
        yield from _frames("stranger", 6.0)
        wrong = self._chance.random() < 0.25
        for kind, text in (("find_name", ""), ("search", name), ("pick", name), ("pin", "135791" if wrong else PIN)):
            yield self._touch(kind, text)
            yield Seen("stranger")
        yield from _frames(None, 0.6)
        yield from _frames(name, 2.0)
        yield self._touch("dismiss")

    def _touch(self, kind: str, text: str = "") -> Cue:
        return lambda: self._kiosk.bridge.touch(kind, text)


class Kiosk:
    """The real parts, joined as kiosk.station and kiosk.ui.show join them."""

    def __init__(
        self, folder: Path, bridge: Bridge, clock: TurnedClock, *, hours: int, hour_seconds: float, seed: int
    ) -> None:
        from kiosk.ui.presenter import Surroundings
        from kiosk.ui.screen import Screen

        self.clock, self.bridge = clock, bridge
        self._folder = folder
        self.journal = Journal(folder / "journal.sqlite3", device=DEVICE, now=lambda: clock.wall)
        self.roster = RosterCache(
            folder / "roster.msgpack", vault=open_vault(folder), pack="builtin", dimensions=DIMENSIONS
        )
        hub_key = SigningKey.generate()
        self.hub = HoldingHub(DEVICE, hub_key)
        self.uplink = Uplink(
            device=DEVICE,
            journal=self.journal,
            transport=self.hub,
            key=SigningKey.generate(),
            hub_key=hub_key.verify_key,
            clock=clock,
        )
        self.screen = Screen(
            bridge,
            surroundings=lambda: Surroundings(self.uplink.online, self.journal.state.queue, "Dinas Kesehatan"),
            now=lambda: clock.wall,
            monotonic=clock.monotonic,
        )
        self.hours: list[Hour] = []
        self.states: Counter[str] = Counter()
        self._hashed = hash_pin(PIN)
        self._punches = 0
        chance = np.random.default_rng(seed)
        pictures = [np.asarray(chance.integers(0, 255, (480, 640, 3)), np.uint8) for _ in range(8)]
        self.hub.start()
        script = Rush(self, hours, hour_seconds=hour_seconds, seed=seed)
        camera = ScriptedCamera(clock, script.cues(), pictures, FRAME_SECONDS)
        self.attendant = Attendant(
            source=camera,
            recognizer=NamingRecognizer(camera),  # type: ignore[arg-type]  # as much of one as is asked for
            roster=self.roster,
            journal=self.journal,
            clock=clock,
            panel=NullPanel(),
            display=self,
            settings=ScanSettings(),
            on_punch=self._count,
            on_turn=self.uplink.step,
        )

    def show_state(self, state: Any, *, name: str | None) -> None:
        self.states[type(state).__name__] += 1
        self.screen.show_state(state, name=name)

    def show_frame(self, picture: Any, box: Any, others: Any = ()) -> None:
        self.screen.show_frame(picture, box, others)

    def _count(self, _taken: object) -> None:
        self._punches += 1

    def change_roster(self, staff: Sequence[str], *, choose: bool) -> None:
        """A whole roster of these people."""
        people = tuple(
            RosterPerson(
                person=name,
                name=name.replace("-", " ").title(),
                count=1,
                embeddings=embedding_of(name).astype("<f4").tobytes(),
                pin=self._hashed,
                cards=(hash_card(f"04A2{name.split('-')[1]:0>4}"),),
            )
            for name in staff
        )
        policy = KioskPolicy(liveness="off", choose=choose, fallback=("pin", "card"), unit="Dinas Kesehatan")
        version = self.roster.current.version + 1
        self.roster.take(
            RosterPart(version=version, base=None, part=1, parts=1, pack="builtin", policy=policy, people=people)
        )

    def look(self, hour: int) -> None:
        """Note how the process is now, after what a kiosk does once in an hour."""
        gc.collect()
        give_back_memory()
        written = sum(path.stat().st_size for path in self._folder.glob("journal*"))
        self.hours.append(
            Hour(
                hour=hour,
                memory_mb=round(anonymous_bytes() / 1e6, 1),
                files=len(os.listdir("/proc/self/fd")),
                threads=threading.active_count(),
                objects=len(gc.get_objects()),
                journal_mb=round(written / 1e6, 1),
                punches=self._punches,
            )
        )
        print(_line(self.hours[-1]), file=sys.stderr, flush=True)


def _frames(name: str | None, seconds: float, *, near: bool = True) -> list[Cue]:
    return [Seen(name, near)] * max(1, round(seconds / FRAME_SECONDS))


def rush(hours: int, *, hour_seconds: float = 3600.0, seed: int = 1) -> dict[str, Any]:
    """Let so many hours pass, each of so many seconds; plain JSON values."""
    os.environ.update({"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"})
    from PySide6.QtCore import Qt

    from kiosk.ui.bridge import Bridge
    from kiosk.ui.window import KioskWindow

    clock = TurnedClock(BEGIN)
    with tempfile.TemporaryDirectory(prefix="presensi-endurance-") as name:
        bridge = Bridge(monotonic=clock.monotonic)
        window = KioskWindow(bridge, windowed=True)
        kiosk = Kiosk(Path(name), bridge, clock, hours=hours, hour_seconds=hour_seconds, seed=seed)
        bridge.touched.connect(kiosk.attendant.touch, Qt.ConnectionType.DirectConnection)
        trouble: list[BaseException] = []

        def serve() -> None:
            try:
                kiosk.attendant.run(threading.Event())
            except BaseException as error:  # noqa: BLE001 (it is raised below)
                trouble.append(error)
            finally:
                bridge.quit()

        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        window.run()
        serving.join()
        queue = kiosk.journal.state.queue
        kiosk.journal.close()
    if trouble:
        raise trouble[0]
    growth = slope([each.memory_mb for each in kiosk.hours[1:]])
    files = [each.files for each in kiosk.hours]
    return {
        "hours": [asdict(each) for each in kiosk.hours],
        "states": dict(kiosk.states.most_common()),
        "unsent": queue,
        "growth_mb_per_hour": round(growth, 3),
        "tolerated_mb_per_hour": TOLERATED_MB_PER_HOUR,
        "held": growth <= TOLERATED_MB_PER_HOUR and max(files) <= files[0] and queue == 0,
    }


def slope(values: Sequence[float]) -> float:
    """By how much these, one apart, rise from each to the next; 0 for fewer than two.

    The median over all pairs (Theil and Sen), which one odd value does not move.
    """
    pairs = itertools.combinations(enumerate(values), 2)
    slopes = [(later - sooner) / (second - first) for (first, sooner), (second, later) in pairs]
    return statistics.median(slopes) if slopes else 0.0


def _line(hour: Hour) -> str:
    return (
        f"{hour.hour:>4} h  {hour.memory_mb:>7.1f} MB  {hour.files:>4} files  {hour.threads:>3} threads  "
        f"{hour.objects:>8} objects  journal {hour.journal_mb:.1f} MB  {hour.punches:>6} punches"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; see --help. Ends with 1 when something grew."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endurance", description=__doc__)
    parser.add_argument("--hours", type=int, default=8)
    parser.add_argument("--hour-seconds", type=float, default=3600.0, help="shorter hours, to try it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        report = rush(options.hours, hour_seconds=options.hour_seconds, seed=options.seed)
    except PresensiError as error:
        print(f"presensi: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(report))
    else:
        print(f"states: {', '.join(f'{name} {times}' for name, times in report['states'].items())}")
        print(
            f"memory grows by {report['growth_mb_per_hour']} MB an hour after the first; {report['unsent']} rows unsent"
        )
    return 0 if report["held"] else 1


if __name__ == "__main__":
    sys.exit(main())
