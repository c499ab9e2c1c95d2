"""A display whose questions are heard, too: for those who do not look at the screen while it asks them something."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.camera.frame import Pixels
from kiosk.display import Display
from kiosk.hardware.speaker import Speaker
from kiosk.hardware.tones import SoundName
from kiosk.recognizer.face import Box
from kiosk.states import Challenge, CheckFace, EnterPin, State


def sound_of(before: State | None, after: State) -> SoundName | None:
    """The sound with which a state begins; None: none, or its signal has one already (see SoundingPanel).

    before: the state shown until now; None: nothing was shown.
    """
    match after:
        case Challenge(step=step, number=number) if step is not None:
            same = isinstance(before, Challenge) and (before.step, before.number) == (step, number)
            return None if same else "challenge"
        case EnterPin(wrong=True, tries_left=left):
            heard = isinstance(before, EnterPin) and before.wrong and before.tries_left == left
            return None if heard else "refused"
        case EnterPin():
            return None if isinstance(before, EnterPin) else "second_factor"
        case CheckFace():
            return None if isinstance(before, EnterPin | CheckFace) else "second_factor"
        case _:
            return None


class SoundingDisplay:
    """A Display around another one. The speaker is the caller's."""

    def __init__(self, display: Display, speaker: Speaker) -> None:
        self._display, self._speaker = display, speaker
        self._shown: State | None = None

    def show_state(self, state: State, *, name: str | None) -> None:
        self._display.show_state(state, name=name)
        sound = sound_of(self._shown, state)
        self._shown = state
        if sound is not None:
            self._speaker.play(sound)

    def show_frame(self, picture: Pixels, box: Box | None, others: Sequence[Box] = ()) -> None:
        self._display.show_frame(picture, box, others)
