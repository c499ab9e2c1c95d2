from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from kiosk.camera.frame import Frame
from kiosk.camera.ring import FrameRing
from kiosk.errors import CameraError

HOLD_LOCK = """
import fcntl, sys
fd = int(sys.argv[1])
fcntl.lockf(fd, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""


def _frame(number: int, size: tuple[int, int] = (640, 480)) -> Frame:
    width, height = size
    return Frame(
        main=np.full((height, width, 3), number % 256, np.uint8),
        grey=np.full((height // 2, width // 2), number % 256, np.uint8),
        captured_at=number / 10,
        index=number,
        source="clip",
    )


@pytest.fixture
def ring():
    made = FrameRing.create()
    yield made
    made.close()


@pytest.fixture
def other_end(ring: FrameRing):
    """The same memory, opened by another descriptor, as the other process has it."""
    made = FrameRing(os.dup(ring.fd))
    yield made
    made.close()


def test_frame_arrives_whole(ring: FrameRing, other_end: FrameRing) -> None:
    sent = _frame(7)
    other_end.publish(sent)
    taken = ring.take()
    assert taken is not None
    sequence, frame = taken
    assert sequence == 1
    assert np.array_equal(frame.main, sent.main)
    assert np.array_equal(frame.grey, sent.grey)
    assert (frame.index, frame.captured_at, frame.source) == (7, 0.7, "clip")


def test_empty_ring_has_nothing_to_take(ring: FrameRing) -> None:
    assert ring.take() is None


def test_frame_is_taken_once(ring: FrameRing, other_end: FrameRing) -> None:
    other_end.publish(_frame(1))
    assert ring.take() is not None
    assert ring.take() is None


def test_slow_reader_gets_the_newest(ring: FrameRing, other_end: FrameRing) -> None:
    for number in range(50):
        other_end.publish(_frame(number))
    taken = ring.take()
    assert taken is not None
    assert (taken[0], taken[1].index, int(taken[1].main[0, 0, 0])) == (50, 49, 49)


def test_writer_leaves_the_slot_alone_that_is_read(ring: FrameRing, other_end: FrameRing) -> None:
    other_end.publish(_frame(1))
    ring.take()
    _, held, _, _ = ring._state()
    used = set()
    for number in range(20):
        other_end.publish(_frame(number))
        used.add(ring._state()[0])
    assert held not in used
    assert len(used) == 2


def test_frames_of_changing_size_fit(ring: FrameRing, other_end: FrameRing) -> None:
    for size in ((1280, 1280), (64, 64), (720, 1280)):
        other_end.publish(_frame(3, size))
        taken = ring.take()
        assert taken is not None
        assert taken[1].main.shape == (size[1], size[0], 3)


def test_frame_that_does_not_fit_is_refused(ring: FrameRing) -> None:
    with pytest.raises(CameraError, match="1300x1300 does not fit"):
        ring.publish(_frame(1, (1300, 1300)))


def test_process_that_froze_with_the_lock_does_not_freeze_us(ring: FrameRing) -> None:
    ring.publish(_frame(1))
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_LOCK, str(ring.fd)],
        pass_fds=[ring.fd],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(CameraError, match="froze"):
            ring.take()
    finally:
        holder.kill()
        holder.communicate()
    assert ring.take() is not None


def test_memory_is_used_only_where_frames_were_written(ring: FrameRing) -> None:
    for number in range(6):
        ring.publish(_frame(number))
    used_bytes = os.fstat(ring.fd).st_blocks * 512
    assert used_bytes < 4 * (640 * 480 * 3 + 320 * 240 + 3 * 4096)


def test_ring_has_no_name_that_could_outlive_it() -> None:
    ring = FrameRing.create()
    ring.publish(_frame(1))
    assert os.readlink(f"/proc/self/fd/{ring.fd}").startswith("/memfd:")
    ring.close()
    ring.close()
