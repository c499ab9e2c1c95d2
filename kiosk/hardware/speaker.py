"""Short sounds through the system's own player: QtMultimedia would bring a hundred megabytes for six beeps."""

from __future__ import annotations

import logging
import shutil
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from kiosk.errors import HardwareError
from kiosk.hardware.tones import SoundName, wav_path, write_sounds

log = logging.getLogger(__name__)

PLAYERS: Final = (("pw-play",), ("paplay",), ("aplay", "-q"))
"""PipeWire's, PulseAudio's and ALSA's, in the order in which they are tried."""
LONGEST_SECONDS: Final = 5.0
"""No sound of ours is a second long; a player that takes longer hangs."""
LOOK_SECONDS: Final = 0.05
REMEMBERED: Final = 100


class Speaker(Protocol):
    """Plays sounds; must provide `play` and `close`, which return at once and may be called from any thread."""

    def play(self, name: SoundName) -> None:
        """Play a sound; one that is still playing is cut short. After `close`, nothing happens."""
        ...

    def close(self) -> None:
        """Fall silent."""
        ...


class NullSpeaker:
    """A kiosk without a loudspeaker; remembers the last hundred sounds that it was to play, for whoever looks."""

    def __init__(self) -> None:
        self.played: deque[SoundName] = deque(maxlen=REMEMBERED)

    def play(self, name: SoundName) -> None:
        self.played.append(name)

    def close(self) -> None:
        """There is nothing to end."""


class SystemSpeaker:
    """A Speaker on the first of the system's players that works; a thread of its own starts and watches them.

    folder: where `write_sounds` put the sounds. volume: asked before each sound, one of the volumes that were written;
    0: silence. A player that fails is not asked again; without any left the kiosk is silent, and has said so once.
    """

    def __init__(self, folder: Path, *, players: Sequence[Sequence[str]], volume: Callable[[], int]) -> None:
        self._folder, self._volume = folder, volume
        self._players = list(players)
        self._news = threading.Condition()
        self._wanted: SoundName | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="speaker", daemon=True)
        self._thread.start()

    def play(self, name: SoundName) -> None:
        with self._news:
            self._wanted = name
            self._news.notify_all()

    def close(self) -> None:
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._thread.join(LONGEST_SECONDS)

    def _serve(self) -> None:
        while (name := self._next()) is not None:
            volume = self._volume()
            if volume and self._players:
                self._sound(wav_path(self._folder, name, volume))

    def _next(self) -> SoundName | None:
        """Wait for the next sound that is wanted; None when the speaker was closed."""
        with self._news:
            self._news.wait_for(lambda: self._wanted is not None or self._closed)
            name, self._wanted = self._wanted, None
            return None if self._closed else name

    def _sound(self, path: Path) -> None:
        """Play one file until its end, the next sound, or LONGEST_SECONDS."""
        player = self._players[0]
        try:
            # Fixed arguments: a player of our list and a file of our own.
            process = subprocess.Popen(  # noqa: S603
                [*player, str(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            self._give_up(player[0], str(error))
            return
        give_up_at = time.monotonic() + LONGEST_SECONDS
        interrupted = False
        while process.poll() is None and not interrupted:
            with self._news:
                interrupted = self._news.wait_for(lambda: self._wanted is not None or self._closed, LOOK_SECONDS)
            if time.monotonic() > give_up_at:
                break
        ended = process.poll()
        if ended is None:
            process.kill()
            process.wait()
            if not interrupted:
                self._give_up(player[0], f"it did not end within {LONGEST_SECONDS:g} s")
        elif ended:
            self._give_up(player[0], f"exit status {ended}")

    def _give_up(self, player: str, reason: str) -> None:
        self._players.pop(0)
        then = f"{self._players[0][0]} is tried next" if self._players else "the kiosk is silent"
        log.warning("%s does not play sounds (%s): %s", player, reason, then)


def open_speaker(
    folder: Path,
    *,
    volumes_percent: Sequence[int],
    volume: Callable[[], int],
    players: Sequence[Sequence[str]] = PLAYERS,
) -> Speaker:
    """A speaker on the players that are installed, its sounds made; a silent one without any, or without a volume.

    That there is no player, or no room for the sounds, is said once, in the log.
    """
    found = [player for player in players if shutil.which(player[0])]
    if not any(volumes_percent):
        return NullSpeaker()
    if not found:
        log.warning("no sounds: none of %s is installed", ", ".join(player[0] for player in players))
        return NullSpeaker()
    try:
        write_sounds(folder, volumes_percent)
    except HardwareError as error:
        log.warning("%s", error)
        return NullSpeaker()
    return SystemSpeaker(folder, players=found, volume=volume)
