"""A panel whose signals are heard from the loudspeaker, too."""

from __future__ import annotations

from kiosk.hardware.panel import Panel, Part
from kiosk.hardware.speaker import Speaker
from kiosk.states import SignalKind


class SoundingPanel:
    """A Panel around another one. The speaker is the caller's: whoever made it closes it."""

    def __init__(self, panel: Panel, speaker: Speaker) -> None:
        self._panel, self._speaker = panel, speaker

    @property
    def alarms(self) -> tuple[str, ...]:
        return self._panel.alarms

    @property
    def fitted(self) -> tuple[Part, ...]:
        return self._panel.fitted

    def try_part(self, part: Part) -> None:
        self._panel.try_part(part)

    def signal(self, kind: SignalKind) -> None:
        self._panel.signal(kind)
        self._speaker.play(kind)

    def idle(self) -> None:
        self._panel.idle()

    def lock(self, *, locked: bool) -> None:
        self._panel.lock(locked=locked)

    def close(self) -> None:
        self._panel.close()
