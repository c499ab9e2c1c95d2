"""Sounds through a player of the system: one at a time, never in the way, and silence where there is none."""

from __future__ import annotations

import io
import os
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import psutil
import pytest

from kiosk.hardware import speaker as speaker_module
from kiosk.hardware.null_panel import NullPanel
from kiosk.hardware.sounding_panel import SoundingPanel
from kiosk.hardware.speaker import NullSpeaker, Speaker, SystemSpeaker, open_speaker
from kiosk.hardware.tones import LOUDEST, RATE_HERTZ, SOUNDS, SoundName, samples, wav_bytes, wav_path, write_sounds

Until = Callable[[Callable[[], bool]], None]


class Players:
    """A folder of players in front of the path, and what they were given to play."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "log"
        folder.mkdir()

    def install(self, name: str, does: str = "exit 0") -> None:
        path = self.folder / name
        path.write_text(
            f'#!/bin/sh\nfor last; do :; done\necho "{name} $(basename "$last") $$" >> {self.log}\n{does}\n'
        )
        path.chmod(0o755)

    @property
    def heard(self) -> list[str]:
        """Player and file of each sound, in order."""
        return [line.rsplit(" ", 1)[0] for line in self._lines()]

    @property
    def pids(self) -> list[int]:
        return [int(line.rsplit(" ", 1)[1]) for line in self._lines()]

    def _lines(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def players(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Players:
    built = Players(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{built.folder}:/usr/bin:/bin")
    return built


@pytest.fixture
def open_(tmp_path: Path) -> Iterator[Callable[..., Speaker]]:
    opened: list[Speaker] = []

    def open_(*, volume: Callable[[], int] = lambda: 70, volumes: tuple[int, ...] = (70, 30)) -> Speaker:
        opened.append(open_speaker(tmp_path / "sounds", volumes_percent=volumes, volume=volume))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


def test_every_sound_is_played_from_its_own_file(players: Players, open_: Any, until: Until) -> None:
    players.install("aplay")
    speaker = open_()
    for number, name in enumerate(get_args(SoundName), start=1):
        speaker.play(name)
        until(lambda number=number: len(players.heard) == number)
    assert players.heard == [f"aplay {name}-70.wav" for name in get_args(SoundName)]


def test_first_player_that_is_installed_is_taken(players: Players, open_: Any, until: Until) -> None:
    players.install("aplay")
    players.install("pw-play")
    open_().play("accepted")
    until(lambda: players.heard == ["pw-play accepted-70.wav"])


def test_player_that_fails_makes_way_for_the_next(players: Players, open_: Any, until: Until) -> None:
    """PipeWire may be installed, and not running for this user."""
    players.install("pw-play", "exit 1")
    players.install("aplay")
    speaker = open_()
    speaker.play("accepted")
    until(lambda: speaker._players == [("aplay", "-q")])
    speaker.play("refused")
    until(lambda: players.heard == ["pw-play accepted-70.wav", "aplay refused-70.wav"])


def test_kiosk_whose_only_player_fails_is_silent_and_says_so_once(
    players: Players, open_: Any, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    players.install("aplay", "exit 3")
    speaker = open_()
    speaker.play("accepted")
    until(lambda: speaker._players == [])
    speaker.play("refused")
    speaker.close()
    assert [each.getMessage() for each in caplog.records] == [
        "aplay does not play sounds (exit status 3): the kiosk is silent"
    ]
    assert players.heard == ["aplay accepted-70.wav"]


def test_next_sound_cuts_the_one_before_short(players: Players, open_: Any, until: Until) -> None:
    players.install("aplay", "exec sleep 60")
    speaker = open_()
    speaker.play("accepted")
    until(lambda: len(players.pids) == 1)
    speaker.play("refused")
    until(lambda: len(players.pids) == 2)
    assert not psutil.pid_exists(players.pids[0])
    speaker.close()
    assert not psutil.pid_exists(players.pids[1])
    assert players.heard == ["aplay accepted-70.wav", "aplay refused-70.wav"]


def test_sounds_asked_for_faster_than_they_can_start_are_only_the_newest(
    players: Players, open_: Any, until: Until
) -> None:
    players.install("aplay")
    speaker = open_()
    for _ in range(500):
        speaker.play("challenge")
    speaker.play("accepted")
    until(lambda: players.heard[-1:] == ["aplay accepted-70.wav"])
    assert len(players.heard) < 100


def test_player_that_hangs_is_ended_and_given_up(
    players: Players, open_: Any, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaker_module, "LONGEST_SECONDS", 0.2)
    players.install("pw-play", "exec sleep 60")
    players.install("aplay")
    speaker = open_()
    speaker.play("accepted")
    until(lambda: speaker._players == [("aplay", "-q")])
    assert not psutil.pid_exists(players.pids[0])


def test_player_that_was_removed_is_given_up(players: Players, open_: Any, until: Until) -> None:
    players.install("aplay")
    speaker = open_()
    (players.folder / "aplay").unlink()
    os.environ["PATH"] = str(players.folder)
    speaker.play("accepted")
    until(lambda: speaker._players == [])


def test_volume_of_the_hour_is_taken_and_none_is_silence(players: Players, open_: Any, until: Until) -> None:
    players.install("aplay")
    volume = [30]
    speaker = open_(volume=lambda: volume[0], volumes=(30, 0))
    speaker.play("accepted")
    until(lambda: players.heard == ["aplay accepted-30.wav"])
    volume[0] = 0
    speaker.play("refused")
    speaker.close()
    assert players.heard == ["aplay accepted-30.wav"]


def test_kiosk_without_a_player_is_silent_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, open_: Any
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    speaker = open_()
    assert isinstance(speaker, NullSpeaker)
    speaker.play("accepted")
    assert [each.getMessage() for each in caplog.records] == ["no sounds: none of pw-play, paplay, aplay is installed"]
    assert not (tmp_path / "sounds").exists()


def test_kiosk_that_is_to_be_silent_makes_no_sounds(players: Players, open_: Any, tmp_path: Path) -> None:
    players.install("aplay")
    assert isinstance(open_(volumes=(0, 0)), NullSpeaker)
    assert not (tmp_path / "sounds").exists()


def test_folder_that_cannot_be_written_is_told_and_survived(
    players: Players, open_: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    players.install("aplay")
    (tmp_path / "sounds").write_text("a file where the folder should be")
    assert isinstance(open_(), NullSpeaker)
    assert "silent until they can" in caplog.text


def test_speaker_may_be_closed_twice_and_is_silent_then(players: Players, open_: Any) -> None:
    players.install("aplay")
    speaker = open_()
    speaker.close()
    speaker.play("accepted")
    speaker.close()
    assert players.heard == []


def test_null_speaker_does_not_grow() -> None:
    speaker = NullSpeaker()
    for _ in range(1000):
        speaker.play("accepted")
    speaker.close()
    assert len(speaker.played) == 100


def test_panel_is_heard_too() -> None:
    panel, speaker = NullPanel(), NullSpeaker()
    sounding = SoundingPanel(panel, speaker)
    sounding.signal("accepted")
    sounding.idle()
    sounding.lock(locked=True)
    sounding.close()
    assert list(speaker.played) == ["accepted"]
    assert list(panel.told) == ["accepted", "idle", "locked"]
    assert panel.closed


# The tones -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SOUNDS)
def test_sound_is_short_begins_and_ends_in_silence_and_never_clips(name: Any) -> None:
    wanted = samples(name, 100)
    assert 0.05 < len(wanted) / RATE_HERTZ < 1.0
    assert wanted[0] == wanted[-1] == 0
    assert 0.5 * LOUDEST * 32_767 < np.abs(wanted).max() <= LOUDEST * 32_767
    assert np.abs(np.diff(wanted.astype(int))).max() < 12_000, "no clicks"


def test_sounds_differ_from_each_other() -> None:
    assert len({samples(name, 100).tobytes() for name in SOUNDS}) == len(SOUNDS) == len(get_args(SoundName))


def test_half_the_volume_is_a_quarter_of_the_amplitude() -> None:
    loud, soft = np.abs(samples("accepted", 100)).max(), np.abs(samples("accepted", 50)).max()
    assert soft == pytest.approx(loud / 4, rel=0.01)


def test_wav_is_what_its_header_says() -> None:
    with wave.open(io.BytesIO(wav_bytes("accepted", 70))) as reader:
        assert (reader.getnchannels(), reader.getsampwidth(), reader.getframerate()) == (1, 2, RATE_HERTZ)
        assert reader.getnframes() == len(samples("accepted", 70))


def test_sound_that_a_power_failure_cut_is_made_anew_and_whole_ones_are_kept(tmp_path: Path) -> None:
    write_sounds(tmp_path, (70,))
    whole, cut = wav_path(tmp_path, "accepted", 70), wav_path(tmp_path, "refused", 70)
    before = whole.stat().st_ino
    cut.write_bytes(cut.read_bytes()[:100])
    write_sounds(tmp_path, (70, 30))
    assert whole.stat().st_ino == before
    assert cut.read_bytes() == wav_bytes("refused", 70)
    assert len(list(tmp_path.iterdir())) == 2 * len(SOUNDS)


def test_system_speaker_is_a_speaker(tmp_path: Path) -> None:
    speaker: Speaker = SystemSpeaker(tmp_path, players=[], volume=lambda: 70)
    speaker.play("accepted")
    speaker.close()
