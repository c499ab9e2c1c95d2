"""What the recogniser makes of whoever stands there, in figures; nothing of it is kept, counted or sent."""

from __future__ import annotations

from collections.abc import Callable

from contract.punch import LivenessLayer
from kiosk.events import Ambiguous, Challenging, Closed, Event, LivenessFailed, Recognised
from kiosk.guidance import HINTS
from kiosk.judge import Judge, View
from kiosk.operator.screens import Layer, Reading
from kiosk.recognizer.consensus import Identity
from kiosk.recognizer.face import Match
from kiosk.remembered import Scan, ScanSettings


class TrialRun:
    """Use it from the attendant's thread. open_judge: a judge of its own, whose refusals nobody hears of."""

    def __init__(self, open_judge: Callable[[], Judge]) -> None:
        self._open_judge = open_judge
        self._judge: Judge | None = None

    def begin(self) -> None:
        """Begin anew: what was seen before is forgotten, the tries of liveness too."""
        self._judge = self._open_judge()

    def look(self, view: View) -> Reading | None:
        """One frame; None: nobody is there."""
        judge = self._judge
        if judge is None:
            return None
        event = judge.judge(view, Scan(), ScanSettings())
        served = view.served
        if served is None:
            return None
        quality, match, rule = served.quality, served.match, judge.rule
        identity = event.identity if isinstance(event, Recognised | Closed | LivenessFailed | Ambiguous) else None
        person = identity.person if identity is not None else match.person if match is not None else None
        asked = event if isinstance(event, Challenging) else None
        return Reading(
            name=judge.roster.name_of(person) if person is not None else None,
            similarity=identity.similarity if identity is not None else match.similarity if match is not None else 0.0,
            threshold=rule.threshold,
            margin=_margin(identity, match, alone=len(judge.roster.gallery) < 2),
            least_margin=rule.margin,
            agreed=identity is not None,
            fault=HINTS.get(served.usability),
            eye_distance=quality.eye_distance if quality is not None else 0.0,
            yaw=quality.pose.yaw_degrees if quality is not None else 0.0,
            pitch=quality.pose.pitch_degrees if quality is not None else None,
            sharpness=quality.sharpness if quality is not None else 0.0,
            light=quality.exposure.mean if quality is not None else 0.0,
            weight=quality.weight if quality is not None else 0.0,
            layers=_layers(judge.layers, event),
            step=asked.step if asked is not None else None,
            number=asked.number if asked is not None else 0,
            of=asked.of if asked is not None else 0,
        )


def _margin(identity: Identity | None, match: Match | None, *, alone: bool) -> float | None:
    if alone or (identity is None and match is None):
        return None
    return identity.margin if identity is not None else match.margin if match is not None else None


def _layers(layers: tuple[LivenessLayer, ...], event: Event) -> tuple[Layer, ...]:
    if not layers and isinstance(event, Closed):
        return (Layer("policy", "closed", None),)
    return tuple(Layer(each.name, each.verdict, each.score) for each in layers)
