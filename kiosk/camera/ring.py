"""Frames in memory that two processes share: the capture process writes, the station reads the newest one."""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import numpy as np

from kiosk.camera.frame import LONGEST_MAIN_SIDE, Frame, Pixels, SourceKind
from kiosk.errors import CameraError

SLOTS = 3
"""One that the reader copies from, one that is newest, one that the writer fills: nobody ever waits for a slot."""

MAIN_BYTES = LONGEST_MAIN_SIDE * LONGEST_MAIN_SIDE * 3
GREY_BYTES = 1 << 20
KINDS: tuple[SourceKind, ...] = ("picamera", "webcam", "clip", "photo")

STATE = struct.Struct("<qqqq")  # newest slot or -1, slot being read or -1, sequence published, sequence taken
CAPTION = struct.Struct("<qdiiiii")  # index, captured_at, main height and width, grey height and width, kind
CAPTION_BYTES = 64
SLOT_BYTES = -(-(CAPTION_BYTES + MAIN_BYTES + GREY_BYTES) // mmap.PAGESIZE) * mmap.PAGESIZE
RING_BYTES = mmap.PAGESIZE + SLOTS * SLOT_BYTES

LOCK_SECONDS = 0.5
LOCK_RETRY_SECONDS = 0.0002


class FrameRing:
    """Three frame slots in an anonymous memory file (memfd), for one writing and one reading process.

    The writer never waits for the reader, the reader never sees half a picture, and what it gets is the newest
    complete frame: under a lock that is held for microseconds, the writer only exchanges which slot is newest, and the
    reader only marks which slot it copies from. `take` hands out copies: whoever reads owns them, the ring keeps none.

    A memory file instead of multiprocessing.shared_memory, because it has no name: it is gone with the last process
    that has it open, however that process died, and there is nothing to unlink. Pages that are never written take no
    memory, so slots are laid out for the largest frame. The lock is a record lock of the kernel, because that is
    released when its owner is killed, and because it orders memory between cores (aarch64 does not by itself). Record
    locks belong to processes: within one process, only one thread may use a ring at a time.
    """

    def __init__(self, ring_fd: int) -> None:
        self._fd = ring_fd
        self._memory = mmap.mmap(ring_fd, RING_BYTES)
        self._closed = False

    @classmethod
    def create(cls) -> Self:
        """Make an empty ring; its `fd` is given to the other process, which opens FrameRing(fd)."""
        ring_fd = os.memfd_create("presensi-frames")
        os.ftruncate(ring_fd, RING_BYTES)
        ring = cls(ring_fd)
        STATE.pack_into(ring._memory, 0, -1, -1, 0, 0)
        return ring

    @property
    def fd(self) -> int:
        return self._fd

    def publish(self, frame: Frame) -> int:
        """Copy a frame in and make it the newest; return its sequence number, which counts from 1.

        Raises CameraError when the frame is larger than a slot or the other process froze while it held the lock.
        """
        if frame.main.nbytes > MAIN_BYTES or frame.grey.nbytes > GREY_BYTES:
            height, width = frame.main.shape[:2]
            raise CameraError(f"A picture of {width}x{height} does not fit into shared memory: make it smaller.")
        with self._locked():
            newest, held, _, _ = self._state()
        slot = next(slot for slot in range(SLOTS) if slot not in {newest, held})
        self._write(slot, frame)
        with self._locked():
            _, held, sequence, taken = self._state()
            STATE.pack_into(self._memory, 0, slot, held, sequence + 1, taken)
        return sequence + 1

    def take(self) -> tuple[int, Frame] | None:
        """Return the newest frame and its sequence number; None when there is none that was not taken before."""
        with self._locked():
            newest, _, sequence, taken = self._state()
            if sequence == taken:
                return None
            STATE.pack_into(self._memory, 0, newest, newest, sequence, sequence)
        return sequence, self._read(newest)

    def close(self) -> None:
        """Let go of the memory; may be called twice."""
        if not self._closed:
            self._closed = True
            self._memory.close()
            os.close(self._fd)

    def _state(self) -> tuple[int, int, int, int]:
        newest, held, sequence, taken = STATE.unpack_from(self._memory, 0)
        return newest, held, sequence, taken

    def _write(self, slot: int, frame: Frame) -> None:
        start = mmap.PAGESIZE + slot * SLOT_BYTES
        kind = KINDS.index(frame.source)
        CAPTION.pack_into(
            self._memory, start, frame.index, frame.captured_at, *frame.main.shape[:2], *frame.grey.shape, kind
        )
        self._view(start + CAPTION_BYTES, frame.main.shape)[:] = frame.main
        self._view(start + CAPTION_BYTES + MAIN_BYTES, frame.grey.shape)[:] = frame.grey

    def _read(self, slot: int) -> Frame:
        start = mmap.PAGESIZE + slot * SLOT_BYTES
        caption = CAPTION.unpack_from(self._memory, start)
        index, captured_at, main_height, main_width, grey_height, grey_width, kind = caption
        main = self._view(start + CAPTION_BYTES, (main_height, main_width, 3)).copy()
        grey = self._view(start + CAPTION_BYTES + MAIN_BYTES, (grey_height, grey_width)).copy()
        main.flags.writeable = grey.flags.writeable = False
        return Frame(main=main, grey=grey, captured_at=captured_at, index=index, source=KINDS[kind])

    def _view(self, start: int, shape: tuple[int, ...]) -> Pixels:
        return np.ndarray(shape, dtype=np.uint8, buffer=self._memory, offset=start)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.lockf(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except (BlockingIOError, PermissionError) as error:
                if time.monotonic() > deadline:
                    raise CameraError("The other process froze in the middle of a frame: restart it.") from error
                time.sleep(LOCK_RETRY_SECONDS)
        try:
            yield
        finally:
            fcntl.lockf(self._fd, fcntl.LOCK_UN)
