"""Carries out what the hub ordered: fetch, install, switch, look whether it works, keep it or go back."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from contract.errors import PresensiError
from contract.heartbeat import ReleaseProgress
from contract.signing import VerifyKey
from kiosk.bulletin import BULLETIN, ORDER, PROGRESS, Bulletin, ReleaseOrder, read_told, tell
from provisioning.errors import ReleaseError
from provisioning.releases.gate import Gate, missing
from provisioning.releases.installing import install
from provisioning.releases.shelf import Shelf, Trial

log = logging.getLogger(__name__)

_SETTLED: Final = "release-settled.json"
LOOK_SECONDS: Final = 5.0
MOST_STARTS: Final = 2
"""A release on whose trial the power went so often is not tried again: perhaps it was the release."""

_NEEDS: Final = {
    "running": "the kiosk's program did not come up",
    "camera": "the camera gives no pictures",
    "journal": "the journal takes no rows",
    "roster": "there is no roster",
    "hub": "the hub is not reached",
}

Outcome = Literal["done", "rolled_back"]


class Updater:
    """data: the kiosk's folder, with its bulletin. restart: starts the kiosk's program anew, OSError when it cannot.

    gather: brings a release into a folder and returns it, given its name and who is told the percents. now: monotonic.
    """

    def __init__(
        self,
        shelf: Shelf,
        *,
        data: Path,
        key: VerifyKey,
        restart: Callable[[], None],
        gather: Callable[[str, Callable[[int], None]], Path],
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._shelf = shelf
        self._data = data
        self._key = key
        self._restart = restart
        self._gather = gather
        self._now = now
        self._sleep = sleep
        self._told: tuple[str, str, str, int | None] | None = None

    def go_round(self) -> Outcome | None:
        """Go on with a trial that was cut, or else with what was ordered; None: there was nothing, or it must wait."""
        trial = self._shelf.trial
        if trial is not None:
            return self._resume(trial)
        order = read_told(self._data / ORDER, ReleaseOrder)
        if order is None or self._is_settled(order):
            return None
        return self._carry_out(order)

    def install_from(self, source: Path) -> str:
        """Install what lies in a folder, from a stick; its name. Raises as `install` does."""
        about = install(source, self._shelf, self._key)
        if self._shelf.current is None:
            self._shelf.adopt(about.release)
        return about.release

    def try_out(self, release: str) -> Outcome:
        """Switch to an installed release and wait until it has proved itself, or go back.

        ReleaseError where it is not installed, or nothing runs that one could go back to.
        """
        former = self._shelf.current
        if self._shelf.about(release) is None:
            raise ReleaseError(f"{release} is not installed here.")
        if former is None:
            raise ReleaseError("Nothing runs here that one could go back to.")
        if former == release:
            self._say(release, "done")
            return "done"
        return self._run_trial(Trial(release=release, former=former))

    def _resume(self, trial: Trial) -> Outcome:
        """The power went while it was on trial; or this program did."""
        if trial.starts >= MOST_STARTS:
            return self._go_back(trial, "the power went, or the machine started anew, on every trial")
        return self._run_trial(Trial(release=trial.release, former=trial.former, starts=trial.starts + 1))

    def _run_trial(self, trial: Trial) -> Outcome:
        self._say(trial.release, "trying")
        # What a kiosk of before has shown proves nothing of this one.
        (self._data / BULLETIN).unlink(missing_ok=True)
        self._shelf.begin_trial(trial)
        try:
            self._restart()
        except OSError as error:
            return self._go_back(trial, f"the kiosk's program could not be started anew: {error.strerror or error}")
        gate = Gate(began=self._now())
        while gate.verdict is None:
            self._sleep(LOOK_SECONDS)
            gate = gate.look(missing(read_told(self._data / BULLETIN, Bulletin), trial.release), self._now())
        if gate.verdict == "failed":
            return self._go_back(trial, "; ".join(_NEEDS[need] for need in gate.lacking))
        self._shelf.keep(trial)
        self._say(trial.release, "done")
        return "done"

    def _go_back(self, trial: Trial, because: str) -> Outcome:
        log.error("%s does not work here (%s); %s runs again", trial.release, because, trial.former)
        self._shelf.roll_back(trial)
        self._say(trial.release, "rolled_back", f"{trial.former} runs again: {because}.")
        try:
            self._restart()
        except OSError:
            log.exception("the former release could not be started anew; the service manager will")
        return "rolled_back"

    def _carry_out(self, order: ReleaseOrder) -> Outcome | None:
        release = order.release
        try:
            if self._shelf.about(release) is None:
                source = self._gather(release, lambda percent: self._say(release, "fetching", percent=percent))
                install(source, self._shelf, self._key, told=lambda step: self._say(release, step))
            outcome = self.try_out(release)
        except TimeoutError:
            self._say(release, "waiting")
            return None
        except PresensiError as error:
            log.error("%s", error)  # noqa: TRY400 the sentence says all
            if getattr(error, "unreachable", False):
                self._say(release, "waiting", str(error))
                return None
            self._say(release, "refused", str(error))
        else:
            self._settle(order)
            return outcome
        self._settle(order)
        return None

    def _is_settled(self, order: ReleaseOrder) -> bool:
        return read_told(self._data / _SETTLED, ReleaseOrder) == order

    def _settle(self, order: ReleaseOrder) -> None:
        """Whatever came of it, the same order is not carried out again."""
        tell(self._data / _SETTLED, order)

    def _say(
        self,
        release: str,
        step: Literal["waiting", "fetching", "checking", "installing", "trying", "done", "rolled_back", "refused"],
        detail: str = "",
        *,
        percent: int | None = None,
    ) -> None:
        """For the heartbeat; a full disk must not keep anybody from going back."""
        if self._told == (release, step, detail, percent):
            return
        self._told = (release, step, detail, percent)
        log.info("%s: %s %s", release, step, detail or ("" if percent is None else f"{percent} %"))
        told = ReleaseProgress(release=release, step=step, at=datetime.now(UTC), percent=percent, detail=detail[:200])
        try:
            tell(self._data / PROGRESS, told)
        except OSError as error:
            log.warning("how far %s is could not be written: %s", release, error.strerror)
