"""Looks up what a touch means in the operator mode: who matches, which PIN is right. The machine says what follows."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from contract.errors import MalformedMessageError
from kiosk.desk import fits
from kiosk.operator import happenings as h
from kiosk.operator import screens as s
from kiosk.operator.names import new_name
from kiosk.pin_tries import PinTries
from kiosk.recognizer.consensus import Identity
from kiosk.roster import Roster

log = logging.getLogger(__name__)

MOST_MATCHES: Final = 3
"""Names above the letters; the last place is for a new name."""
LEAST_LETTERS: Final = 2


class Counter:
    """Use it from the attendant's thread. roster: in use now; tries: the same that count everybody's PINs."""

    def __init__(self, *, roster: Callable[[], Roster], tries: PinTries) -> None:
        self._roster, self._tries = roster, tries

    def anybody(self) -> bool:
        """Whether somebody could be let in at all."""
        roster = self._roster()
        return any(each.operator and each.count and each.pin for each in roster.people.values())

    def know(self, identity: Identity) -> h.FaceKnown:
        """Whether the person whose face this is may come in, and how often their PIN may be tried."""
        found = self._roster().people.get(identity.person)
        if found is None or not found.operator:
            return h.FaceKnown(identity, operator=False, tries_left=None)
        left = self._tries.left(identity.person, found.pin) if found.pin else None
        return h.FaceKnown(identity, operator=True, tries_left=left)

    def resolve(self, kind: str, text: str, screen: s.Screen) -> h.Happening:
        """What a touch means on this screen; one that means nothing says that somebody is here."""
        match kind:
            case "pin" if isinstance(screen, s.AskPin):
                return self._try_pin(screen.person, text)
            case "search" if isinstance(screen, s.FindPerson):
                return self._search(text)
            case "pick" if isinstance(screen, s.FindPerson):
                return self._pick(text)
            case "act" if text == "new" and isinstance(screen, s.FindPerson):
                name = new_name(screen.query)
                return h.Chosen(s.Subject(None, name)) if name else h.StillHere()
            case "act":
                return _act(text)
            case "dismiss":
                return h.Back()
        return h.StillHere()

    def _try_pin(self, person: str, pin: str) -> h.Happening:
        found = self._roster().people.get(person)
        if found is None or not found.operator or not found.pin:
            return h.Back()
        try:
            right = self._tries.check(person, pin, found.pin)
        except MalformedMessageError as error:
            log.error("an operator's PIN cannot be checked: %s", error)  # noqa: TRY400 (the sentence says all)
            return h.Back()
        return h.PinTried(person, right, self._tries.left(person, found.pin))

    def _search(self, text: str) -> h.Found:
        words = text.casefold().split()
        if sum(map(len, words)) < LEAST_LETTERS:
            return h.Found(text, ())
        people = self._roster().people.items()
        found = sorted((each.name, person, bool(each.count)) for person, each in people if fits(words, each.name))
        shown = tuple(s.Subject(person, name, again) for name, person, again in found[:MOST_MATCHES])
        return h.Found(text, shown, max(0, len(found) - MOST_MATCHES))

    def _pick(self, person: str) -> h.Happening:
        found = self._roster().people.get(person)
        return h.Chosen(s.Subject(person, found.name, bool(found.count))) if found is not None else h.StillHere()


def _act(text: str) -> h.Happening:
    match text.partition(":")[0]:
        case "agree":
            return h.Agreed()
        case "again":
            return h.Agreed()
        case "bare":
            return h.BareWanted()
        case "send":
            return h.SendWanted()
        case "start":
            return h.PartStarted()
        case "fine":
            return h.PartJudged(fine=True)
        case "failed":
            return h.PartJudged(fine=False)
    match text:
        case "enrol" | "standings" | "test" | "parts" | "device" | "logs" | "lock" | "unlock" | "leave":
            return h.Picked(text)
    return h.StillHere()
