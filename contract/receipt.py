"""What the hub answers: which journal rows it holds. Only this retires a row; a broker's acknowledgement does not."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from contract.enrolment import MAX_STANDINGS, EnrolmentStanding
from contract.punch import Epoch, HexHash, Seq

SeqRange = tuple[Seq, Seq]
"""First and last sequence number, both included."""

MAX_EVIDENCE: Final = 100

RejectionReason = Literal["malformed", "misplaced", "conflict", "source", "unknown_kind"]
"""malformed: not a row; misplaced: not the row its place says; conflict: the key exists with another hash;
source: a clip or photo at a kiosk that is not for demonstration."""


class Rejection(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was quarantined: it is kept at the hub for people to look at, and need not be sent again."""

    seq: Seq
    reason: RejectionReason


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's word about one epoch of one kiosk, given after its commit.

    version: rises with every receipt to this device; an older one that arrives late says nothing new.
    upto: every row from 1 to here is settled (stored, or quarantined and named in `rejected`); 0: none yet.
    also: further settled ranges beyond `upto`.
    rejected: rows in quarantine, most recent first where there are very many.
    missing: ranges that the hub wants again, whatever the kiosk thinks it has delivered.
    pause_ms: back-pressure: send nothing for so long.
    evidence: snapshots (SHA-256) that came and are on the hub's disk, whichever epoch announced them: the kiosk need
    keep them no longer.
    enrolments: what the hub has of people enrolled at this kiosk, whichever epoch they were sent from.
    """

    v: Literal[1] = 1
    version: Annotated[int, Meta(ge=1, le=2**53)]
    epoch: Epoch
    upto: Annotated[int, Meta(ge=0, le=2**53)]
    also: tuple[SeqRange, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    missing: tuple[SeqRange, ...] = ()
    pause_ms: Annotated[int, Meta(ge=0, le=3_600_000)] = 0
    evidence: Annotated[tuple[HexHash, ...], Meta(max_length=MAX_EVIDENCE)] = ()
    enrolments: Annotated[tuple[EnrolmentStanding, ...], Meta(max_length=MAX_STANDINGS)] = ()
