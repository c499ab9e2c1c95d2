"""Everything that lets real picamera2 run on libcamera's virtual camera; used by tests, known to no other code.

The virtual camera plays JPEG files. It differs from a Raspberry Pi's in five things, each made up for here:
    no dma heap    its buffers are memfds, with one plane record for each plane of NV12
    no raw stream  picamera2 asks every camera for its raw modes when it is opened
    no pace        it completes a request as soon as it is queued; here no more than once in PACE_SECONDS
    no status      libcamera 0.4.0 leaves the status of its pictures unset, so that picamera2 drops most of them
    not a Pi       pidng, prctl and pykms are imported but used for DNG files, thread names and the DRM preview only
"""

from __future__ import annotations

import mmap
import os
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import cv2

from kiosk.camera.photo_source import render_walk_up
from kiosk.camera.source import FrameSource, SourceSettings, open_source

DESCRIPTION = Path("/usr/share/libcamera/pipeline/virtual/virtual.yaml")
SIZE = (640, 480)
RENDERED_FPS = 30.0
REQUESTS = 4
"""As many as kiosk.camera.picamera_source.BUFFER_COUNT: all of them complete in one go."""
PACE_SECONDS = REQUESTS / RENDERED_FPS

OPENER = "tests.pi.camera.virtual_camera:open_virtual"

_CAMERAS = """%YAML 1.1
---
"Virtual0":
  supported_formats:
  - width: {width}
    height: {height}
    frame_rates: [15, 30]
  - width: {half_width}
    height: {half_height}
    frame_rates: [15, 30]
  frames:
    path: "{folder}"
  location: "CameraLocationFront"
  model: "Virtual kiosk camera"
"""


def plug_in(photo: Path, *, folder: Path, frames: int | None = None) -> int:
    """Let the virtual camera show a walk-up, over and over: render it into the folder and describe the camera.

    frames: how many at most; None for the whole visit. Returns how many there are.
    """
    count = 0
    for rendered in render_walk_up(photo, size=SIZE, fps=RENDERED_FPS):
        cv2.imwrite(str(folder / f"image{count:03d}.jpg"), rendered.frame.main, [cv2.IMWRITE_JPEG_QUALITY, 95])
        count += 1
        if count == frames:
            break
    describe(folder)
    return count


def describe(folder: Path) -> None:
    """Tell libcamera of a camera that plays the JPEG files of a folder."""
    DESCRIPTION.parent.mkdir(parents=True, exist_ok=True)
    sizes = {"width": SIZE[0], "height": SIZE[1], "half_width": SIZE[0] // 2, "half_height": SIZE[1] // 2}
    DESCRIPTION.write_text(_CAMERAS.format(**sizes, folder=folder), encoding="utf-8")


def open_virtual(settings: SourceSettings) -> FrameSource:
    """What a capture process calls instead of open_source."""
    adapt()
    return open_source(settings)


def adapt() -> None:
    """Make picamera2 usable without a Raspberry Pi, in this process; may be called twice."""
    if "pidng" in sys.modules:
        return
    _stub("pidng")
    _stub("pidng.camdefs", Picamera2Camera=object)
    _stub("pidng.core", PICAM2DNG=object)
    _stub("prctl", set_name=lambda name: None)
    _stub("pykms", PixelFormat=MagicMock())
    import libcamera
    from picamera2 import picamera2 as module

    libcamera.FrameMetadata.status = property(lambda metadata: libcamera.FrameMetadata.Status.Success)

    module.DmaAllocator = _memory_allocator()
    module.Picamera2._get_raw_modes = lambda camera: [{"format": "NV12", "size": SIZE}]
    at_once = module.CameraManager.handle_request

    def in_time(cameras: Any, flushid: Any = None) -> None:
        if flushid is None:
            time.sleep(PACE_SECONDS)
        at_once(cameras, flushid)

    module.CameraManager.handle_request = in_time


def _stub(name: str, **names: Any) -> None:
    module = ModuleType(name)
    vars(module).update(names)
    sys.modules[name] = module


def _memory_allocator() -> type:
    import libcamera
    from picamera2.allocators.allocator import Allocator, Sync

    class Mapped(Sync):
        """The memory of a buffer for as long as somebody looks at it."""

        def __init__(self, allocator: Any, buffer: Any, write: bool) -> None:
            self._buffer = buffer
            self._memory: mmap.mmap | None = None

        def __enter__(self) -> mmap.mmap:
            length = sum(plane.length for plane in self._buffer.planes)
            self._memory = mmap.mmap(self._buffer.planes[0].fd, length)
            return self._memory

        def __exit__(self, *_: object) -> None:
            if self._memory is not None:
                self._memory.close()

        def get_buffer(self) -> mmap.mmap | None:
            return self._memory

    class MemoryAllocator(Allocator):
        """Buffers in memory; libcamera duplicates the descriptors, ours are closed with the next configuration."""

        def __init__(self) -> None:
            super().__init__()
            self.sync = Mapped
            self._buffers: dict[Any, list[Any]] = {}
            self._descriptors: list[int] = []

        def allocate(self, configuration: Any, use_case: Any) -> None:
            self.close()
            for stream in configuration:
                self._buffers[stream.stream] = [self._make(stream) for _ in range(stream.buffer_count)]

        def __del__(self) -> None:
            # picamera2 drops its allocator when the camera is closed, and does not close it.
            self.close()

        def buffers(self, stream: Any) -> list[Any]:
            return self._buffers[stream]

        def close(self) -> None:
            self._buffers = {}
            while self._descriptors:
                os.close(self._descriptors.pop())

        def _make(self, stream: Any) -> Any:
            descriptor = os.memfd_create("camera")
            os.ftruncate(descriptor, stream.frame_size)
            self._descriptors.append(descriptor)
            luma = stream.stride * stream.size.height
            return libcamera.FrameBuffer(
                [
                    _plane(libcamera, descriptor, offset, length)
                    for offset, length in ((0, luma), (luma, stream.frame_size - luma))
                ]
            )

    return MemoryAllocator


def _plane(libcamera: Any, descriptor: int, offset: int, length: int) -> Any:
    plane = libcamera.FrameBuffer.Plane()
    plane.fd, plane.offset, plane.length = descriptor, offset, length
    return plane
