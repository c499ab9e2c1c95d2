from __future__ import annotations

import pickle
import subprocess
import sys

import msgspec
import pytest

from contract.errors import BadInputError
from kiosk.camera.source import SourceSettings


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "clip"}, "A clip source needs a path"),
        ({"kind": "photo"}, "A photo source needs a path"),
        ({"size": (641, 480)}, "641x480 cannot be used"),
        ({"size": (10, 10)}, "10x10 cannot be used"),
        ({"fps": 0.0}, "0 frames per second"),
        ({"face_pixels": 20}, "face of 20 pixels"),
        ({"rotation_degrees": 90}, "rotation of 90"),
    ],
)
def test_settings_that_cannot_work_are_refused_in_a_sentence(changes, words) -> None:
    with pytest.raises(BadInputError, match=words):
        SourceSettings(**({"kind": "webcam"} | changes))


def test_settings_cross_to_another_process() -> None:
    settings = SourceSettings(kind="photo", path="/photos", size=(800, 600), pace="fast", seed=9)
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(settings), type=SourceSettings) == settings


@pytest.mark.parametrize(
    ("kind", "pace", "paced"),
    [("clip", "fast", True), ("photo", "fast", True), ("clip", "own", False), ("webcam", "fast", False)],
)
def test_only_played_back_input_waits_for_its_reader(kind, pace, paced) -> None:
    assert SourceSettings(kind=kind, path="x", pace=pace).paced_by_reader is paced


def test_importing_the_protocol_imports_no_camera_library() -> None:
    script = "import sys, kiosk.camera.source; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"cv2", "dlib", "picamera2"} & set(loaded)
