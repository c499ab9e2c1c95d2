import json

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from cli.kiosk_liveness import liveness, read_frames

KEYS = {"file", "verdict", "layers", "frames", "ms_per_frame"}


def run(*arguments):
    return CliRunner().invoke(liveness, [str(each) for each in arguments])


@pytest.fixture
def wall(tmp_path):
    """A folder with three pictures of nobody."""
    folder = tmp_path / "wall"
    folder.mkdir()
    for number in range(3):
        picture = np.random.default_rng(number).integers(0, 255, (240, 320, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"{number}.png"), picture)
    return folder


@pytest.fixture
def clip(tmp_path):
    """Two seconds at 30 frames a second."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (320, 240))
    for _ in range(60):
        writer.write(np.full((240, 320, 3), 120, np.uint8))
    writer.release()
    return path


def test_clip_is_sampled_ten_times_a_second(clip):
    assert len(list(read_frames(clip))) == 20


def test_files_are_answered_in_the_order_given(wall, clip):
    ran = run(clip, wall, "--json")
    told = json.loads(ran.stdout)
    assert [each["file"] for each in told] == [str(clip), str(wall)]
    assert all(each.keys() >= KEYS for each in told)
    assert [each["frames"] for each in told] == [20, 3]
    assert {each["verdict"] for each in told} == {"undecided"}


def test_table_names_every_file(wall):
    ran = run(wall)
    assert str(wall) in ran.stdout
    assert "undecided" in ran.stdout


def test_missing_file_ends_with_a_sentence_before_anything_is_looked_at(wall):
    ran = run(wall, "nothing.mp4")
    assert ran.exit_code == 2
    assert "no clip or folder nothing.mp4" in ran.stderr


def test_folder_without_pictures_ends_with_a_sentence(tmp_path):
    ran = run(tmp_path)
    assert ran.exit_code == 2
    assert "no pictures" in ran.stderr


def test_file_that_is_no_clip_ends_with_a_sentence(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"not a clip")
    ran = run(tmp_path / "clip.mp4")
    assert ran.exit_code == 2
    assert "clip.mp4" in ran.stderr


def test_picture_that_is_none_ends_with_a_sentence(wall):
    (wall / "1.png").write_bytes(b"not a picture")
    ran = run(wall)
    assert ran.exit_code == 2
    assert "1.png cannot be read" in ran.stderr


def test_people_are_live_and_screens_and_prints_are_not(shared, models):
    clips = shared / "data/clips"
    live = sorted((clips / "live").glob("*.mp4"))
    shown = sorted((clips / "replay").glob("*.mp4"))
    printed = sorted((shared / "data/spoof/print").iterdir())[:2]
    told = json.loads(run(*live, *shown, *printed, "--pack", "evaluation", "--json").stdout)
    verdicts = {each["file"]: each["verdict"] for each in told}
    assert {verdicts[str(file)] for file in live} == {"live"}
    assert {verdicts[str(file)] for file in [*shown, *printed]} == {"attack"}
