"""The supervisor with real child processes, healthy ones and broken ones."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from kiosk.camera.frame import Frame
from kiosk.camera.source import SourceSettings
from kiosk.camera.supervisor import CaptureSupervisor, Patience
from kiosk.errors import CameraError, CameraStalledError, SourceUnusableError

PATIENT_SECONDS = 60.0
CALM = Patience(stall=10.0, open=30.0, finish=1.0, first_pause=0.05, longest_pause=0.2)
HURRIED = Patience(stall=0.8, open=20.0, finish=1.0, first_pause=0.05, longest_pause=0.2)

ORPHAN = """
import os, signal, sys
from kiosk.camera.source import SourceSettings
from kiosk.camera.supervisor import CaptureSupervisor
source = CaptureSupervisor(SourceSettings(kind="webcam", fps=60.0), opener="broken_sources:" + sys.argv[1])
source.start()
assert source.read(30.0) is not None
print(source.child_pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""

INTERRUPTED = """
import sys
from kiosk.camera.source import SourceSettings
from kiosk.camera.supervisor import CaptureSupervisor
try:
    with CaptureSupervisor(SourceSettings(kind="webcam", fps=60.0), opener="broken_sources:UniformSource") as source:
        while True:
            assert source.read(30.0) is not None
            print("frame", flush=True)
except KeyboardInterrupt:
    sys.exit(0)
"""

Supervise = Callable[..., CaptureSupervisor]


@pytest.fixture
def supervise(stand_ins: None, tmp_path: Path) -> Iterator[Supervise]:
    made: list[CaptureSupervisor] = []

    def make(opener: str, patience: Patience = CALM, **changes) -> CaptureSupervisor:
        settings = {"kind": "webcam", "path": str(tmp_path / "broken-once"), "fps": 60.0} | changes
        made.append(CaptureSupervisor(SourceSettings(**settings), opener=f"broken_sources:{opener}", patience=patience))
        return made[-1]

    yield make
    for source in made:
        source.stop()


def _read(source: CaptureSupervisor) -> Frame:
    frame = source.read(PATIENT_SECONDS)
    assert frame is not None
    return frame


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _gone(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def test_frames_are_never_torn(supervise: Supervise) -> None:
    with supervise("UniformSource", fps=120.0, size=(1280, 960)) as source:
        for _ in range(150):
            frame = _read(source)
            assert int(frame.main.min()) == int(frame.main.max()) == frame.index % 251
            assert int(frame.grey.min()) == int(frame.grey.max())


def test_camera_that_works_is_healthy(supervise: Supervise) -> None:
    source = supervise("UniformSource")
    assert not source.health.working
    with source:
        _read(source)
        assert source.health.working
        assert source.health.reason == ""
        assert source.health.restarts == 0
    assert not source.health.working


@pytest.mark.parametrize(
    ("opener", "reason"),
    [
        ("HangsInRead", "sent no picture for 0.8 s"),
        ("HangsInStop", "The cable came off: plug it in."),
        ("ExitsHard", "exit status 3"),
        ("DiesOfSignal", "signal 9"),
        ("Raises", "a driver's surprise"),
    ],
)
def test_broken_camera_is_replaced_and_frames_flow_again(supervise: Supervise, opener: str, reason: str) -> None:
    reasons = set()
    with supervise(opener, HURRIED) as source:
        first_pid = None
        frames = []
        deadline = time.monotonic() + PATIENT_SECONDS
        while time.monotonic() < deadline and not (source.health.restarts and source.health.working):
            with contextlib.suppress(CameraStalledError):
                frames.append(source.read(0.1))
            first_pid = first_pid or source.child_pid
            reasons.add(source.health.reason)
        frames += [_read(source) for _ in range(10)]
        assert source.health.working
        assert source.health.restarts >= 1
        assert first_pid is not None
        _wait(lambda: _gone(first_pid))
    assert any(reason in seen for seen in reasons)
    indices = [frame.index for frame in frames if frame is not None]
    times = [frame.captured_at for frame in frames if frame is not None]
    assert indices == sorted(set(indices))
    assert times == sorted(set(times))


def test_killed_child_is_replaced_again_and_again(supervise: Supervise) -> None:
    with supervise("UniformSource") as source:
        for restarts in range(1, 4):
            _read(source)
            pid = source.child_pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            _wait(lambda restarts=restarts: source.health.restarts >= restarts)
        _read(source)


def test_frozen_child_is_replaced(supervise: Supervise) -> None:
    with supervise("UniformSource", HURRIED) as source:
        _read(source)
        pid = source.child_pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        _wait(lambda: source.health.restarts >= 1)
        _read(source)
        _wait(lambda: _gone(pid))


def test_stop_ends_a_source_that_hangs_in_stop(supervise: Supervise) -> None:
    source = supervise("HangsInStopAlways")
    with source:
        _read(source)
        pid = source.child_pid
    assert pid is not None
    _wait(lambda: _gone(pid))


def test_missing_camera_is_tried_for_ever_and_says_why(supervise: Supervise) -> None:
    with supervise("Missing") as source:
        _wait(lambda: source.health.restarts >= 3)
        with pytest.raises(CameraStalledError, match="Webcam 7 cannot be opened: plug it in"):
            source.read(0.05)
        assert not source.health.working


def test_camera_that_does_not_open_in_time_is_replaced(supervise: Supervise, monkeypatch) -> None:
    with supervise("UniformSource", Patience(open=0.01, longest_pause=0.01)) as source:
        _wait(lambda: source.health.restarts >= 2)
        assert "did not open" in source.health.reason


def test_unusable_input_is_raised_and_not_tried_again(supervise: Supervise) -> None:
    with supervise("Unusable") as source:
        for _ in range(2):
            with pytest.raises(SourceUnusableError, match="The clip is empty: record it again"):
                source.read(PATIENT_SECONDS)
        assert source.health.restarts == 0
        assert source.health.reason == "The clip is empty: record it again."


def test_unreadable_clip_is_raised_by_the_real_source(tmp_path: Path) -> None:
    settings = SourceSettings(kind="clip", path=str(tmp_path / "no.mp4"))
    with CaptureSupervisor(settings) as source, pytest.raises(SourceUnusableError, match="There is no clip"):
        source.read(PATIENT_SECONDS)


def test_last_frame_is_delivered_before_the_end(supervise: Supervise) -> None:
    with supervise("ShortSource") as source:
        _wait(lambda: source.health.reason == "The input has ended.")
        assert _read(source).index == 39
        assert source.read(1.0) is None
        assert source.read(1.0) is None


def test_reader_that_sets_the_pace_gets_every_frame(supervise: Supervise) -> None:
    with supervise("ShortSource", Patience(stall=1.5), kind="clip", pace="fast") as source:
        _read(source)
        time.sleep(2.0)  # longer than a stall: a slow reader is not a broken camera
        indices = [0]
        while (frame := source.read(PATIENT_SECONDS)) is not None:
            indices.append(frame.index)
        assert source.health.restarts == 0
    assert indices == list(range(40))


def test_challenge_and_person_cross_the_process(supervise: Supervise) -> None:
    with supervise("UniformSource") as source:
        _read(source)
        source.ask("left")
        source.ask("nearer")
        _wait(lambda: source.current_person == "left+nearer")


def test_exposure_reaches_the_source_and_the_one_after_it(supervise: Supervise) -> None:
    with supervise("UniformSource") as source:
        source.compensate(1.5)
        _read(source)
        _wait(lambda: source.current_person == "+1.5")
        os.kill(source.child_pid, signal.SIGKILL)
        _wait(lambda: source.health.restarts == 1 and source.health.working)
        _wait(lambda: source.current_person == "+1.5")


def test_read_times_out_while_nothing_comes(supervise: Supervise) -> None:
    source = supervise("UniformSource", fps=1.0)
    with source, pytest.raises(CameraStalledError, match="No picture came within 0"):
        source.read(0.0)


def test_supervisor_can_be_started_again(supervise: Supervise) -> None:
    source = supervise("UniformSource")
    pids = set()
    for _ in range(2):
        with source:
            _read(source)
            pids.add(source.child_pid)
    assert len(pids) == 2
    with pytest.raises(CameraError, match=r"call start\(\)"):
        source.read(0.1)


def test_memory_and_descriptors_do_not_grow(supervise: Supervise) -> None:
    us = psutil.Process()
    with supervise("UniformSource", fps=120.0) as source:
        for _ in range(60):
            _read(source)
        child = psutil.Process(source.child_pid)
        before = us.memory_info().rss, child.memory_info().rss, us.num_fds(), child.num_fds()
        for _ in range(300):
            _read(source)
        after = us.memory_info().rss, child.memory_info().rss, us.num_fds(), child.num_fds()
    assert after[0] - before[0] < 16 << 20
    assert after[1] - before[1] < 16 << 20
    assert after[2:] == before[2:]


def test_nothing_is_left_behind_after_many_lives(supervise: Supervise) -> None:
    us = psutil.Process()
    source = supervise("UniformSource")
    with source:
        _read(source)
    descriptors = us.num_fds()
    for _ in range(3):
        with source:
            _read(source)
    assert us.num_fds() == descriptors
    # By name: other tests' libraries keep threads of their own in this process.
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("watch-")]
    assert not [child for child in us.children() if "capture_process" in " ".join(child.cmdline())]


@pytest.mark.parametrize("opener", ["UniformSource", "HangsInStopAlways", "HangsInRead"])
def test_child_dies_with_its_parent(stand_ins: None, tmp_path: Path, opener: str) -> None:
    script = ORPHAN.replace('kind="webcam"', f'kind="webcam", path={str(tmp_path / "once")!r}')
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    ran = subprocess.run(
        [sys.executable, "-c", script, opener], capture_output=True, text=True, env=environment, check=False
    )
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    _wait(lambda: _gone(int(ran.stdout)))
    assert ran.stderr == ""


def test_interrupt_in_the_terminal_prints_nothing(stand_ins: None) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    terminal = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    assert terminal.stdout is not None
    assert terminal.stdout.readline() == "frame\n"
    os.killpg(terminal.pid, signal.SIGINT)
    _, complaints = terminal.communicate(timeout=PATIENT_SECONDS)
    assert terminal.returncode == 0, complaints
    assert complaints == ""


def test_capture_process_imports_little() -> None:
    script = "import sys, kiosk.camera.capture_process; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    for unwanted in ("PySide6", "dlib", "onnxruntime", "picamera2", "multiprocessing", "kiosk.recognizer", "cv2"):
        assert unwanted not in loaded


def test_pause_grows_to_its_limit() -> None:
    patience = Patience()
    assert [patience.pause_seconds(failures) for failures in (1, 2, 3, 4)] == [0.0, 0.5, 1.0, 2.0]
    assert patience.pause_seconds(1000) == 15.0


def test_supervised_frames_equal_those_of_the_source(make_clip) -> None:
    from kiosk.camera.source import open_source

    settings = SourceSettings(kind="clip", path=str(make_clip(frames=10)), pace="fast")
    with CaptureSupervisor(settings) as supervised, open_source(settings) as direct:
        for _ in range(10):
            ours, theirs = supervised.read(PATIENT_SECONDS), direct.read(PATIENT_SECONDS)
            assert ours is not None
            assert theirs is not None
            assert np.array_equal(ours.main, theirs.main)
            assert np.array_equal(ours.grey, theirs.grey)
            assert ours.index == theirs.index
