"""The kiosk's sounds, made of a few notes: nothing is recorded, nothing is downloaded."""

from __future__ import annotations

import io
import os
import wave
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from kiosk.errors import HardwareError

SoundName = Literal["accepted", "already", "misplaced", "refused", "trouble", "challenge", "second_factor"]

RATE_HERTZ: Final = 22_050
FADE_SECONDS: Final = 0.008
"""Rise and fall of each note: cut off hard, it would click."""
LOUDEST: Final = 0.85
"""Of full scale, so that small loudspeakers do not rattle."""
OVERTONE: Final = 0.25
"""Share of the octave above: small loudspeakers hardly give the lower notes at all."""


@dataclass(frozen=True, slots=True)
class Note:
    """A tone of so many hertz and seconds; 0 Hz: silence."""

    hertz: float
    seconds: float


SOUNDS: Final[Mapping[SoundName, tuple[Note, ...]]] = MappingProxyType(
    {
        # Taken rises, not taken falls; the same rule as blue and orange, for those who do not look.
        "accepted": (Note(659.3, 0.09), Note(987.8, 0.16)),
        "already": (Note(784.0, 0.08), Note(0.0, 0.05), Note(784.0, 0.08)),
        "misplaced": (Note(659.3, 0.09), Note(987.8, 0.16), Note(0.0, 0.08), Note(523.3, 0.2)),
        "refused": (Note(392.0, 0.18), Note(261.6, 0.32)),
        "trouble": (Note(330.0, 0.15), Note(0.0, 0.1), Note(330.0, 0.15), Note(0.0, 0.1), Note(330.0, 0.15)),
        "challenge": (Note(587.3, 0.07),),
        "second_factor": (Note(523.3, 0.09), Note(659.3, 0.09), Note(523.3, 0.12)),
    }
)


def samples(name: SoundName, volume_percent: int) -> npt.NDArray[np.int16]:
    """The sound as 16-bit samples at RATE_HERTZ. The ear hears power, so amplitude goes with the volume's square."""
    amplitude = LOUDEST * (volume_percent / 100) ** 2
    wave_of_notes = np.concatenate([_note(each) for each in SOUNDS[name]])
    return np.round(wave_of_notes * amplitude * 32_767).astype(np.int16)


def _note(note: Note) -> npt.NDArray[np.float64]:
    """One note between -1 and 1."""
    count = round(note.seconds * RATE_HERTZ)
    phase = 2 * np.pi * note.hertz * np.arange(count) / RATE_HERTZ
    tone = (np.sin(phase) + OVERTONE * np.sin(2 * phase)) / (1 + OVERTONE)
    edge = np.minimum(np.arange(count), np.arange(count)[::-1]) / (FADE_SECONDS * RATE_HERTZ)
    return np.asarray(tone * np.minimum(1.0, edge))


def wav_bytes(name: SoundName, volume_percent: int) -> bytes:
    """The sound as a WAV file: mono, 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HERTZ)
        writer.writeframes(samples(name, volume_percent).astype("<i2").tobytes())
    return file.getvalue()


def wav_path(folder: Path, name: SoundName, volume_percent: int) -> Path:
    """Where `write_sounds` puts a sound."""
    return folder / f"{name}-{volume_percent}.wav"


def write_sounds(folder: Path, volumes_percent: Iterable[int]) -> None:
    """Make every sound at these volumes, where it is not there as it should be (a power failure may have cut it).

    Not every player can set a volume (aplay cannot), so each volume has files of its own.
    HardwareError when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in SOUNDS:
            for volume in set(volumes_percent):
                path, content = wav_path(folder, name, volume), wav_bytes(name, volume)
                if path.is_file() and path.read_bytes() == content:
                    continue
                beside = path.with_suffix(f".{os.getpid()}")
                beside.write_bytes(content)
                beside.replace(path)
    except OSError as error:
        raise HardwareError(
            f"The sounds cannot be kept in {folder} ({error.strerror}): the kiosk is silent until they can."
        ) from error
