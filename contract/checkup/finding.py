"""What a check found, and how a list of checks is gone through so that one that fails stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

Language = Literal["id", "en"]
State = Literal["ok", "warning", "bad", "not_fitted"]
Measure = str | int | float | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class Words:
    """What people read, in Indonesian and in English."""

    id: str
    en: str

    def in_(self, language: Language) -> str:
        return self.id if language == "id" else self.en


NOTHING: Final = Words("", "")


def plain(text: str) -> Words:
    """The same in both languages: figures, names, addresses."""
    return Words(text, text)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. value: what was measured, for people; advice: what to do, empty where nothing is.

    measured: the same for programs, with units in the names; never about a person.
    """

    state: State
    value: Words
    advice: Words = NOTHING
    measured: dict[str, Measure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. name: for programs. look: reads and judges; whatever it raises is a finding, too."""

    name: str
    title: Words
    look: Callable[[], Finding]


@dataclass(frozen=True, slots=True)
class Checked:
    """A check with what it found."""

    name: str
    title: Words
    finding: Finding


def carry_out(checks: Iterable[Check]) -> list[Checked]:
    """Go through all of them, in their order."""
    return [Checked(check.name, check.title, _look(check)) for check in checks]


def is_well(checked: Iterable[Checked]) -> bool:
    """Whether nothing is bad; warnings wait for the next visit."""
    return all(each.finding.state != "bad" for each in checked)


def _look(check: Check) -> Finding:
    try:
        return check.look()
    except Exception as error:  # noqa: BLE001 (whatever it is, the other checks still tell what they can)
        kind = type(error).__name__
        reason = " ".join(str(error).split())[:200]
        sentence = f"{kind}: {reason}" if reason else kind
        return Finding(
            "bad",
            Words(f"pemeriksaan ini sendiri gagal: {sentence}", f"this check itself failed: {sentence}"),
            Words("Kirim berkas --bundle kepada pengembang.", "Send the file of --bundle to the makers."),
            {"error": kind},
        )
