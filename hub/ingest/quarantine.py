"""Pure: which rows are set aside for people to look at, instead of being counted.

A quarantined row is settled like a stored one: the kiosk need not send it again, and it holds up nothing behind it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, get_args

import msgspec

from contract.errors import MalformedMessageError
from contract.punch import ClockAnchor, Disavowal, JournalRow, OperatorAct, RowKind, decode_row
from contract.receipt import RejectionReason

EARLIEST: Final = datetime(1970, 1, 2, tzinfo=UTC)
LATEST: Final = datetime(9998, 12, 31, tzinfo=UTC)
"""Moments outside cannot be turned into a work date everywhere on Earth without leaving the calendar."""

_NOT_CAMERAS: Final = frozenset({"clip", "photo"})
_KNOWN_KINDS: Final = frozenset(get_args(RowKind))


class _Kind(msgspec.Struct):
    kind: str


_kind_decoder = msgspec.json.Decoder(_Kind)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row is set aside; `detail` is for people."""

    reason: RejectionReason
    detail: str


@dataclass(frozen=True, slots=True)
class Held:
    """What the hub has under one (device, epoch, seq) already.

    stored: hash of the stored row; None: none is. aside: hash -> reason of the quarantined ones.
    """

    stored: bytes | None
    aside: dict[bytes, RejectionReason]

    @property
    def honest(self) -> set[bytes]:
        """Hashes that the chain may go on from: the stored row's, or that of a row set aside for its content only."""
        if self.stored is not None:
            return {self.stored}
        return {own for own, reason in self.aside.items() if reason != "conflict"}


NOTHING_HELD: Final = Held(None, {})


def refusal_of(
    row: bytes, *, device: str, epoch: str, seq: int, demo: bool
) -> tuple[JournalRow | None, Refusal | None]:
    """Read a row and say whether its content forbids storing it at this place; entry None when it is unreadable."""
    try:
        entry = decode_row(row)
    except MalformedMessageError as error:
        return None, _unreadable(row, error)
    if (entry.device, entry.epoch, entry.seq) != (device, epoch, seq):
        return entry, Refusal(
            "misplaced", f"The row says {entry.device}/{entry.epoch}/{entry.seq} and came as {device}/{epoch}/{seq}."
        )
    if not EARLIEST <= entry.taken_at <= LATEST:
        return entry, Refusal("malformed", f"No clock shows {entry.taken_at}.")
    if "\0" in entry.clock.boot:
        return entry, Refusal("malformed", "A name contains a NUL character.")
    if isinstance(entry, ClockAnchor):
        return entry, None
    person = entry.operator if isinstance(entry, OperatorAct) else entry.person
    if person is not None and "\0" in person:
        return entry, Refusal("malformed", "A name contains a NUL character.")
    if isinstance(entry, Disavowal | OperatorAct):
        return entry, None
    if entry.source in _NOT_CAMERAS and not demo:
        return entry, Refusal("source", f"The picture came from a {entry.source} and not from a camera.")
    return entry, None


def continues_wrongly(previous: bytes, before: Held) -> bool:
    """Whether rows that follow `previous` contradict what is held at the place before them.

    True: two histories of one journal exist (a cloned card, or one that was rolled back and wrote on), and these rows
    belong to the other one. Nothing held there: nothing is contradicted.
    """
    if before.stored is None and not before.aside:
        return False
    return previous not in before.honest


def conflicts(own: bytes, held: Held) -> bool:
    """Whether another row holds this row's place; a row set aside as a conflict itself holds no place."""
    places: Iterable[bytes] = held.honest
    return any(other != own for other in places)


def _unreadable(row: bytes, error: MalformedMessageError) -> Refusal:
    try:
        kind = _kind_decoder.decode(row).kind
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Refusal("malformed", str(error))
    if kind in _KNOWN_KINDS:
        return Refusal("malformed", str(error))
    return Refusal("unknown_kind", f"This hub does not know rows of the kind {kind[:60]!r}; update it.")
