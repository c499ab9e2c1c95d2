"""Rows that go with a snapshot: visitors who were refused too often, and punches with a PIN or a card.

The snapshot is on the disk before its row is: a row never announces a picture that a power cut can still take away. The
other way round a picture without a row can be left over, and is removed at the next start.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

from contract.punch import JournalRow, Liveness, LivenessLayer, RefusedPresentation
from kiosk.camera.frame import Frame
from kiosk.clock import Clock
from kiosk.errors import JournalFullError, SnapshotError
from kiosk.evidence_folder import EvidenceFolder
from kiosk.journal import Journal, RowKey
from kiosk.recognizer.face import Box
from kiosk.roster import Roster
from kiosk.snapshot import take_snapshot

log = logging.getLogger(__name__)


class RefusalBook:
    """Writes refused presentations; safe to use from several threads.

    What an earlier run left in the folder is sorted out at once. roster: gives the one in force.
    """

    def __init__(self, *, journal: Journal, folder: EvidenceFolder, clock: Clock, roster: Callable[[], Roster]) -> None:
        self._journal = journal
        self._folder = folder
        self._clock = clock
        self._roster = roster
        # Between a snapshot and its row nobody may take the snapshot for one that was left over.
        self._lock = threading.Lock()
        folder.clear_unfinished()
        # A full disk must not keep the kiosk from starting; there will be another time.
        with contextlib.suppress(JournalFullError):
            self.sort_out()

    def record(
        self,
        person: str | None,
        layers: Sequence[LivenessLayer],
        frame: Frame,
        box: Box | None,
        attempts: int,
        *,
        reason: str = "liveness",
    ) -> RefusedPresentation | None:
        """Commit the event, with a snapshot of the face when there is room for one.

        person: whom the face resembled; None: nobody. layers: what they said the last time. box: the face in
        `frame.main`; None: not known. None is returned when the journal's disk is full: then nothing was kept.
        """
        roster = self._roster()

        def build(key: RowKey, evidence: str | None) -> JournalRow:
            # Read while the journal is held, as for a punch.
            reading = self._clock.read()
            return RefusedPresentation(
                device=key.device,
                epoch=key.epoch,
                seq=key.seq,
                taken_at=reading.wall,
                clock=reading.stamp,
                source=frame.source,
                person=person,
                reason=reason,
                attempts=attempts,
                liveness=Liveness(policy=roster.policy.liveness, layers=tuple(layers)),
                evidence=evidence,
                roster=roster.version,
            )

        try:
            row = self.append_with_snapshot(
                frame, box, lambda evidence: self._journal.append(lambda key: build(key, evidence))
            )
        except JournalFullError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            return None
        return row if isinstance(row, RefusedPresentation) else None

    def append_with_snapshot(
        self, frame: Frame, box: Box | None, append: Callable[[str | None], JournalRow]
    ) -> JournalRow:
        """Keep a snapshot, then have its row written, then let the snapshot go out; what `append` raises is raised.

        append: gets the snapshot's hash, None where none could be kept.
        """
        with self._lock:
            evidence = self._keep_snapshot(frame, box)
            try:
                row = append(evidence)
            except BaseException:
                self._drop(evidence)
                raise
            if evidence is not None:
                self._folder.announce(evidence, epoch=row.epoch, seq=row.seq)
        return row

    def sort_out(self) -> None:
        """Let those snapshots wait that a kept row announces, and remove the others.

        After a start, and when rows were forgotten: a picture is kept no longer than its row.
        """
        with self._lock:
            kept = set(self._folder.kept)
            if not kept:
                return
            announced = {each.sha256: each for each in self._journal.announcing() if each.sha256 in kept}
            for name, row in announced.items():
                self._folder.announce(name, epoch=row.epoch, seq=row.seq)
            left_over = sorted(kept - announced.keys())
            if left_over:
                undelivered = [name for name in left_over if name in self._folder.waiting]
                log.warning("%d snapshots that no row announces are removed", len(left_over))
                self._folder.remove(left_over)
                if undelivered:
                    self._folder.trouble = (
                        f"{len(undelivered)} pictures of refusals were deleted with their rows, and the hub never took "
                        "them."
                    )

    def erase_pictures(self, *, older_than: timedelta) -> int:
        """Delete pictures that were taken longer ago than this, though the hub has not got them; how many.

        Their rows stay until they are delivered: they hold no picture, and an opaque person id.
        """
        with self._lock:
            kept = set(self._folder.kept)
            if not kept:
                return 0
            before = self._clock.read().wall - older_than
            # Of several rows with the very same picture the newest one counts, which comes last.
            taken = {each.sha256: each.taken_at for each in self._journal.announcing() if each.sha256 in kept}
            old = sorted(name for name, at in taken.items() if at < before)
            if old:
                self._folder.remove(old)
                self._folder.trouble = (
                    f"Pictures of refusals were deleted after {older_than.days} days, and the hub never took them: "
                    f"{len(old)}."
                )
            return len(old)

    def _keep_snapshot(self, frame: Frame, box: Box | None) -> str | None:
        """SHA-256 of the snapshot on the disk; None when there is none: the event is worth more than its picture."""
        try:
            return self._folder.keep(take_snapshot(frame.main, box))
        except SnapshotError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            return None

    def _drop(self, evidence: str | None) -> None:
        """Take back a snapshot without a row, unless another row has the very same picture."""
        if evidence is not None and evidence not in self._folder.waiting:
            self._folder.remove([evidence])
