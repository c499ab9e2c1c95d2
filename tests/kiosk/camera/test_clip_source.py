from __future__ import annotations

import struct
import time
from pathlib import Path

import numpy as np
import pytest

from kiosk.camera.clip_source import ClipSource
from kiosk.camera.frame import Frame
from kiosk.camera.source import Pace, SourceSettings
from kiosk.camera.timeline import Timeline
from kiosk.errors import CameraStalledError, SourceUnusableError


def _clip(path: Path, pace: Pace = "fast", *, loop: bool = False) -> ClipSource:
    return ClipSource(SourceSettings(kind="clip", path=str(path), pace=pace, loop=loop))


def _all_frames(source: ClipSource) -> list[Frame]:
    frames = []
    with source:
        while (frame := source.read(10.0)) is not None:
            frames.append(frame)
    return frames


def test_fast_pace_delivers_every_frame_in_order(make_clip) -> None:
    frames = _all_frames(_clip(make_clip(frames=20)))
    assert [frame.index for frame in frames] == list(range(20))
    values = [float(frame.main.mean()) for frame in frames]
    assert values == pytest.approx([10 + 6 * number for number in range(20)], abs=5)


def test_fast_pace_stamps_the_scene_s_own_seconds(make_clip) -> None:
    frames = _all_frames(_clip(make_clip(frames=6, fps=10.0)))
    assert np.diff([frame.captured_at for frame in frames]) == pytest.approx([0.1] * 5)


def test_own_pace_waits_for_every_frame(make_clip) -> None:
    before = time.monotonic()
    frames = _all_frames(_clip(make_clip(frames=7, fps=20.0), "own"))
    assert time.monotonic() - before >= 0.29
    assert frames[-1].captured_at - frames[0].captured_at == pytest.approx(frames[-1].index / 20.0)


def test_own_pace_drops_what_a_slow_reader_missed(make_clip) -> None:
    with _clip(make_clip(frames=40, fps=30.0), "own") as source:
        first = source.read(10.0)
        assert first is not None
        time.sleep(0.4)  # the reader's own slowness is what is tested
        asked_at = time.monotonic()
        second = source.read(10.0)
        assert second is not None
    assert second.index >= 12
    assert float(second.main.mean()) == pytest.approx(10 + 6 * second.index, abs=5)
    assert second.captured_at > asked_at - 2 / 30.0


def test_timeline_slows_down_rather_than_delivering_stale_frames() -> None:
    timeline = Timeline(fps=100.0, pace="own")
    timeline.wait_for_due(0, 1.0)
    due_before = timeline.due_at(1)
    time.sleep(0.2)  # a decoder that is too slow
    timeline.forgive_delay(1, 0.05)
    assert timeline.due_at(1) - due_before > 0.15


def test_own_pace_stalls_when_no_frame_is_due_in_time(make_clip) -> None:
    with _clip(make_clip(frames=4, fps=1.0), "own") as source:
        assert source.read(5.0) is not None
        with pytest.raises(CameraStalledError):
            source.read(0.01)
        assert source.read(5.0) is not None


def test_looping_clip_goes_on_counting(make_clip) -> None:
    with _clip(make_clip(frames=5), loop=True) as source:
        frames = [source.read(10.0) for _ in range(12)]
    assert [frame.index for frame in frames if frame is not None] == list(range(12))
    assert frames[5] is not None
    assert float(frames[5].main.mean()) == pytest.approx(10, abs=5)


@pytest.mark.parametrize(
    ("size", "main", "grey"),
    [
        ((1920, 1080), (720, 1280, 3), (180, 320)),
        ((1080, 1920), (1280, 720, 3), (427, 240)),
        ((640, 480), (480, 640, 3), (240, 320)),
        ((160, 120), (120, 160, 3), (240, 320)),
    ],
)
def test_clip_of_any_size_is_fitted(make_clip, size, main, grey) -> None:
    frame = _all_frames(_clip(make_clip(frames=2, size=size)))[0]
    assert frame.main.shape == main
    assert frame.grey.shape == grey


def test_rotation_noted_in_the_file_is_applied(make_clip) -> None:
    path: Path = make_clip(frames=3, size=(320, 240))
    content = path.read_bytes()
    upright = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    quarter = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    track = content.index(b"tkhd")
    place = content.index(upright, track)
    path.write_bytes(content[:place] + quarter + content[place + len(upright) :])
    assert _all_frames(_clip(path))[0].main.shape == (320, 240, 3)


def test_motion_jpeg_avi_is_read(make_clip) -> None:
    assert len(_all_frames(_clip(make_clip(frames=6, name="clip.avi")))) == 6


def _missing(folder: Path) -> Path:
    return folder / "nobody.mp4"


def _empty(folder: Path) -> Path:
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4"


def _text(folder: Path) -> Path:
    (folder / "text.mp4").write_text("This is not a video.\n" * 200)
    return folder / "text.mp4"


def _picture(folder: Path) -> Path:
    import cv2

    cv2.imwrite(str(folder / "picture.jpg"), np.zeros((64, 64, 3), np.uint8))
    return folder / "picture.jpg"


@pytest.mark.parametrize("make_path", [_missing, _empty, _text, _picture, lambda folder: folder])
def test_unusable_clip_is_refused_at_start_in_one_sentence(tmp_path: Path, make_path) -> None:
    path = make_path(tmp_path)
    with pytest.raises(SourceUnusableError) as refused:
        _clip(path).start()
    assert str(path) in str(refused.value)
    assert str(refused.value).count(". ") == 0
    assert "\n" not in str(refused.value)


def test_truncated_clip_is_refused_or_ends(make_clip) -> None:
    path: Path = make_clip(frames=30, name="cut.avi")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert 1 <= len(_all_frames(_clip(path))) < 30


def test_real_portrait_clip_keeps_faces_large_enough_for_the_small_stream(shared: Path) -> None:
    import dlib

    detector = dlib.get_frontal_face_detector()
    clip = shared / "data/clips/live/wolfhuo_live_blink.mp4"
    frames = _all_frames(_clip(clip))[::10]
    found = sum(bool(detector(frame.grey, 0)) for frame in frames)
    assert found >= 0.8 * len(frames)
