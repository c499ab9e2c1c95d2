"""What the operator mode asks of others: nouns, without the rules of kiosk.operator.machine. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.hardware.panel import Part
from kiosk.operator.happenings import MenuItem
from kiosk.operator.screens import Subject
from kiosk.recognizer.consensus import Identity


@dataclass(frozen=True, slots=True)
class Enter:
    """Write that this operator is let in; answer with Entered or NotEntered."""

    identity: Identity


@dataclass(frozen=True, slots=True)
class Write:
    """Write that the operator did this. Where the disk is full, it is logged."""

    operator: str
    act: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """Answer with Opened: what this page shows, or why it cannot."""

    item: MenuItem


@dataclass(frozen=True, slots=True)
class BeginCapture:
    """Forget what was taken, unless bare, and watch frames from now on; answer with Shot."""

    subject: Subject
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Seal:
    """Seal what was taken and put it on the disk; answer with Sealed or NotSealed."""

    subject: Subject
    operator: str


@dataclass(frozen=True, slots=True)
class Discard:
    """Forget whatever was taken."""


@dataclass(frozen=True, slots=True)
class ForgetEnded:
    """Somebody has read what became of the enrolments: those that ended need not be listed again."""


@dataclass(frozen=True, slots=True)
class TryPart:
    """Switch this part on for a moment."""

    part: Part


@dataclass(frozen=True, slots=True)
class BeginTest:
    """Look at frames for a test from now on."""


@dataclass(frozen=True, slots=True)
class SetLock:
    """Lock or unlock the kiosk; answer with LockChanged."""

    locked: bool


Wanted = Enter | Write | Open | BeginCapture | Seal | Discard | ForgetEnded | TryPart | BeginTest | SetLock
"""What the machine asks for."""
