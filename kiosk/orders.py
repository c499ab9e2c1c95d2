"""What this kiosk is ordered to do, by the hub or by an operator who stands at it: remembered over restarts."""

from __future__ import annotations

import logging
from collections.abc import Callable

from contract.command import Command
from kiosk.clock import Clock
from kiosk.journal import Journal

log = logging.getLogger(__name__)


class Orders:
    """Carries out commands: the hub's in the uplink's thread, each once and none that has expired.

    on_lock: takes no punches from now on, or takes them again. on_restart: ends the kiosk so that it starts anew.
    on_news: called with every command that is new, because the hub waits to hear of it.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        clock: Clock,
        on_lock: Callable[[bool], None],
        on_restart: Callable[[], None],
        on_news: Callable[[], None],
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._on_lock = on_lock
        self._on_restart = on_restart
        self._on_news = on_news
        self.refresh_wanted = False
        """Whether the hub is to send the whole roster again."""
        self.message = journal.fact("message") or ""
        """What the hub lets the screen say to everybody."""

    @property
    def newest(self) -> int:
        """The newest command that was carried out, or had expired; 0: none yet."""
        return int(self._journal.fact("command") or 0)

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

    def lock_here(self, *, locked: bool) -> None:
        """An operator locks or unlocks the kiosk; JournalError when that cannot be remembered."""
        self._journal.set_fact("locked_here", "yes" if locked else "no")
        self._on_lock(self.locked)

    def obey(self, command: Command) -> None:
        """Carry out one command; each version once, none that has expired."""
        if command.version <= self.newest:
            return
        self._journal.set_fact("command", str(command.version))
        self._on_news()
        if command.expires_at is not None and command.expires_at < self._clock.read().wall:
            log.warning("command %d (%s) has expired", command.version, command.action)
            return
        match command.action:
            case "lock" | "unlock":
                self._journal.set_fact("locked", "yes" if command.action == "lock" else "no")
                if command.action == "unlock":
                    # The hub's word counts for what was locked here, too: somebody at the hub lets people in.
                    self._journal.set_fact("locked_here", "no")
                self._on_lock(command.action == "lock")
            case "restart":
                self._on_restart()
            case "refresh":
                self.refresh_wanted = True
            case "message":
                self.message = command.text
                self._journal.set_fact("message", command.text)
            case "release":
                log.warning("command %d: this version cannot switch releases", command.version)
