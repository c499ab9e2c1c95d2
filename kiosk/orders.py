"""What this kiosk is ordered to do, by the hub or by an operator who stands at it: remembered over restarts."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from typing import Final

import msgspec

from contract.command import MAX_OUTCOMES, Command, CommandOutcome
from kiosk.bulletin import ReleaseOrder
from kiosk.clock import Clock
from kiosk.errors import JournalError
from kiosk.journal import Journal

log = logging.getLogger(__name__)

_OUTCOMES: Final = "command_outcomes"
_WIPE: Final = "wipe"
"""The journal's fact: begun, done, or no more."""


def wipe_begun(journal: Journal) -> bool:
    """Whether a wipe may have been cut short, and is to be carried out again before anything is opened."""
    return journal.fact(_WIPE) == "begun"


class Orders:
    """Carries out commands: the hub's in the uplink's thread, each once and none that has expired.

    on_lock: takes no punches from now on, or takes them again. on_restart: ends the kiosk so that it starts anew.
    on_news: called with every command that is new, because the hub waits to hear of it. on_release: writes down which
    release shall run here, OSError when it cannot; None: nobody switches releases on this machine.
    on_wipe: deletes all that is kept of faces, OSError when it cannot; None: this kiosk has nothing to delete.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        clock: Clock,
        on_lock: Callable[[bool], None],
        on_restart: Callable[[], None],
        on_news: Callable[[], None],
        on_release: Callable[[ReleaseOrder], None] | None = None,
        on_wipe: Callable[[], None] | None = None,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._on_lock = on_lock
        self._on_restart = on_restart
        self._on_news = on_news
        self._on_release = on_release
        self._on_wipe = on_wipe
        self.refresh_wanted = False
        """Whether the hub is to send the whole roster again."""
        self.message = journal.fact("message") or ""
        """What the hub lets the screen say to everybody."""

        self._outcomes = _read_outcomes(journal.fact(_OUTCOMES))

    @property
    def outcomes(self) -> tuple[CommandOutcome, ...]:
        """What became of the latest commands, oldest first."""
        return self._outcomes

    @property
    def newest(self) -> int:
        """The newest command that was carried out, had expired, or cannot be carried out; 0: none yet."""
        told = self._outcomes[-1].version if self._outcomes else 0
        return max(told, int(self._journal.fact("command") or 0))

    @property
    def locked(self) -> bool:
        """Whether the kiosk takes no punches."""
        return self.locked_by_hub or self.locked_here

    @property
    def locked_by_hub(self) -> bool:
        """Whether the hub has locked it; only the hub lifts that."""
        return self._journal.fact("locked") == "yes"

    @property
    def locked_here(self) -> bool:
        """Whether an operator has locked it."""
        return self._journal.fact("locked_here") == "yes"

    @property
    def wiped(self) -> bool:
        """Whether the hub had everything deleted: nobody is taken in until it unlocks the kiosk."""
        return self._journal.fact(_WIPE) in {"begun", "done"}

    def lock_here(self, *, locked: bool) -> None:
        """An operator locks or unlocks the kiosk; JournalError when that cannot be remembered."""
        self._journal.set_fact("locked_here", "yes" if locked else "no")
        self._on_lock(self.locked)

    def obey(self, command: Command) -> None:
        """Carry out one command; each version once, none that has expired.

        What may be done twice is done before it is noted: power that goes in between costs nothing.
        """
        if command.version <= self.newest:
            return
        now = self._clock.read().wall
        outcome = CommandOutcome(version=command.version, id=command.id, outcome="done", at=now)
        if command.expires_at is not None and command.expires_at < now:
            log.warning("command %d (%s) has expired", command.version, command.action)
            self._note(msgspec.structs.replace(outcome, outcome="expired"))
            return
        match command.action:
            case "lock" | "unlock":
                self._journal.set_fact("locked", "yes" if command.action == "lock" else "no")
                if command.action == "unlock":
                    # The hub's word counts for what was locked here, too: somebody at the hub lets people in.
                    self._journal.set_fact("locked_here", "no")
                    self._journal.set_fact(_WIPE, "no")
                self._on_lock(command.action == "lock")
                self._note(outcome)
            case "restart":
                self._note(outcome)
                self._on_restart()
            case "refresh":
                self.refresh_wanted = True
                self._note(outcome)
            case "message":
                self.message = command.text
                self._journal.set_fact("message", command.text)
                self._note(outcome)
            case "wipe":
                if self._wipe():
                    self._note(outcome)
                    # What the program has in memory goes with it.
                    self._on_restart()
            case "release":
                self._note(self._order_release(command, outcome))

    def _order_release(self, command: Command, outcome: CommandOutcome) -> CommandOutcome:
        """Hand it to whoever switches releases; how far that is, heartbeats say."""
        if self._on_release is None:
            detail = "Releases of this kiosk are not switched by the hub."
            return msgspec.structs.replace(outcome, outcome="refused", detail=detail)
        try:
            self._on_release(ReleaseOrder(release=command.text, command=command.version))
        except OSError as error:
            detail = f"The order could not be written down: {error.strerror}."
            return msgspec.structs.replace(outcome, outcome="refused", detail=detail)
        return outcome

    def _wipe(self) -> bool:
        """Whether all is deleted; if not, the hub hears nothing and says it again, and so does the next start."""
        # A full disk must not save what is to be deleted.
        with contextlib.suppress(JournalError):
            self._journal.set_fact("locked", "yes")
            self._journal.set_fact(_WIPE, "begun")
        self._on_lock(True)
        try:
            if self._on_wipe is not None:
                self._on_wipe()
        except OSError as error:
            log.error("not all could be deleted: %s", error)  # noqa: TRY400 (the sentence says all)
            return False
        self._journal.set_fact("locked", "yes")
        self._journal.set_fact(_WIPE, "done")
        return True

    def _note(self, outcome: CommandOutcome) -> None:
        """Remember what became of a command, and have it told."""
        outcomes = (*self._outcomes, outcome)[-MAX_OUTCOMES:]
        self._journal.set_fact(_OUTCOMES, msgspec.json.encode(outcomes).decode())
        self._outcomes = outcomes
        # For a program from before there were outcomes, to which this kiosk may be switched back.
        self._journal.set_fact("command", str(outcome.version))
        self._on_news()


def _read_outcomes(text: str | None) -> tuple[CommandOutcome, ...]:
    """None, and what no version of this program wrote: no outcomes."""
    try:
        return msgspec.json.decode(text or "[]", type=tuple[CommandOutcome, ...])
    except msgspec.MsgspecError:
        log.warning("what became of earlier commands cannot be read and is forgotten")
        return ()
