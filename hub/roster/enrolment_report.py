"""What an enrolment came to, for whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

RECOMMENDED_FRAMES: Final = 5
"""Fewer enrol with a warning (DESIGN section 2, deciding)."""


@dataclass(frozen=True, slots=True)
class SkippedPhoto:
    """A photo that was not used; `words` say why, in Indonesian and English."""

    person: str
    photo: str
    words: str


@dataclass(frozen=True, slots=True)
class EnrolledPerson:
    """What became of one person.

    added: new templates; known: photos enrolled before; total: templates now, whether they count already or not;
    waiting: those of them that count nowhere before a second person has approved them.
    """

    name: str
    person_id: str
    added: int
    known: int
    total: int
    waiting: int = 0

    @property
    def is_thin(self) -> bool:
        """Whether there are fewer frames than recommended."""
        return self.total < RECOMMENDED_FRAMES


@dataclass(frozen=True, slots=True)
class RefusedPerson:
    """Somebody who was not enrolled; `words` say why, in Indonesian and English.

    double_of: id of who has this face already, by `similarity` at `threshold`; None: the photos show several people.
    """

    name: str
    words: str
    double_of: str | None = None
    similarity: float | None = None
    threshold: float | None = None


@dataclass(slots=True)
class EnrolmentReport:
    """What an enrolment came to.

    nobody: people of whom no photo was usable; refused: people whose face is somebody else's. Neither were enrolled.
    compared: faces were compared with those enrolled already; only a pack that is calibrated can.
    """

    people: list[EnrolledPerson] = field(default_factory=list)
    skipped: list[SkippedPhoto] = field(default_factory=list)
    nobody: list[str] = field(default_factory=list)
    refused: list[RefusedPerson] = field(default_factory=list)
    compared: bool = True

    @property
    def added(self) -> int:
        return sum(person.added for person in self.people)

    @property
    def waiting(self) -> int:
        """Photos that wait for a second person."""
        return sum(person.waiting for person in self.people)

    @property
    def first_words(self) -> str:
        """Why the first person or photo was refused; empty when nothing was."""
        words = [person.words for person in self.refused] + [photo.words for photo in self.skipped]
        return words[0] if words else ""
