"""Pure: what a day says of punches that somebody doubts, or that a supervisor has yet to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from hub.attendance.day import Concern, Flag, Sentence
from hub.attendance.explanation import punch_words
from hub.attendance.sessions import Mark

_CONCERNS: Final[dict[Concern, Sentence]] = {
    "pin": Sentence("dengan PIN", "with a PIN"),
    "card": Sentence("dengan kartu", "with a card"),
    "duty": Sentence("dinas luar, surat ditunggu", "on duty elsewhere, letter awaited"),
    "unplaced": Sentence("tanpa posisi", "without a position"),
    "misplaced": Sentence("di luar lokasi", "outside the location"),
    "disavowed": Sentence("disangkal di kiosk", "disavowed at the kiosk"),
}


def is_doubted(mark: Mark) -> bool:
    """Whether there is something to say of a mark's punch."""
    return mark.punch is not None and mark.punch.doubt is not None


def counts(mark: Mark) -> bool:
    """Whether a mark's punch may fill a session."""
    return mark.punch is None or mark.punch.counts


def flags_of(marks: Iterable[Mark]) -> tuple[Flag, ...]:
    """What the operator or the supervisor has yet to look at."""
    doubts = {mark.punch.doubt for mark in marks if mark.punch is not None}
    return (
        *((Flag.DISANGKAL,) if "disavowed" in doubts else ()),
        *((Flag.PERLU_DITINJAU,) if "review" in doubts else ()),
    )


def explain_doubts(marks: Sequence[Mark]) -> list[Sentence]:
    """One sentence for each punch that is doubted, in the order of time."""
    return [_explain(mark) for mark in marks if is_doubted(mark)]


def _explain(mark: Mark) -> Sentence:
    assert mark.punch is not None  # noqa: S101 - the caller looked
    time, how = punch_words(mark), _join(mark.punch.concerns)
    match mark.punch.doubt:
        case "disavowed":
            return Sentence(
                f"Scan {time.id}: yang berdiri di depan kiosk menyatakan bukan dirinya; disimpan, tidak dihitung, "
                "menunggu operator.",
                f"Punch {time.en}: whoever stood there said that it was not them; stored, not counted, queued for the "
                "operator.",
            )
        case "upheld":
            return Sentence(
                f"Scan {time.id}: dinyatakan bukan dirinya, dan operator membenarkannya; tidak dihitung.",
                f"Punch {time.en}: said not to be them, and the operator agreed; not counted.",
            )
        case "refused":
            return Sentence(
                f"Scan {time.id} ({how.id}): tidak dibenarkan setelah ditinjau; disimpan, tidak dihitung.",
                f"Punch {time.en} ({how.en}): refused after a look at it; stored, not counted.",
            )
        case _:
            return Sentence(
                f"Scan {time.id} ({how.id}): berlaku, menunggu ditinjau atasan atau operator.",
                f"Punch {time.en} ({how.en}): stands, and waits for a look by the supervisor or the operator.",
            )


def _join(concerns: Iterable[Concern]) -> Sentence:
    words = [_CONCERNS[concern] for concern in concerns]
    return Sentence("; ".join(word.id for word in words), "; ".join(word.en for word in words))
