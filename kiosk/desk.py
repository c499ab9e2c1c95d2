"""Looks up what a touch means: names, PINs, cards, months, timetables. What follows is kiosk.touches' to say."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from contract.errors import BadInputError, MalformedMessageError
from contract.pin import hash_card
from contract.roster import RosterPerson, SessionWindow
from kiosk.events import (
    CardUnknown,
    Chosen,
    Claimed,
    Dismissed,
    MonthShown,
    NamesFound,
    NameWanted,
    NotMe,
    NotMine,
    PinAsked,
    Touch,
    Touched,
)
from kiosk.months import Months
from kiosk.pin_tries import PinTries
from kiosk.proposal import Proposal, propose
from kiosk.roster import Roster
from kiosk.states import Accepted, AlreadyRecorded, EnterPin, State

log = logging.getLogger(__name__)

LEAST_LETTERS: Final = 2
MOST_MATCHES: Final = 5
LONGEST_MONTH: Final = timedelta(days=32)
REMEMBERED: Final = timedelta(hours=30)
"""How long punches count as earlier ones of the same day; a night shift's belong together."""


class Desk:
    """Use it from the attendant's thread. roster: in use now; months: what the hub has sent; now: wall time, aware.

    stored: when a person punched here since a moment, without what was disowned; oldest first.
    """

    def __init__(
        self,
        *,
        roster: Callable[[], Roster],
        months: Callable[[], Months],
        tries: PinTries,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        stored: Callable[[str, datetime], tuple[datetime, ...]] = lambda _person, _since: (),
    ) -> None:
        self._roster = roster
        self._months = months
        self._tries = tries
        self._now = now
        self._stored = stored
        self._earlier: dict[str, list[datetime]] = defaultdict(list)
        self._indexed: Roster | None = None
        self._cards: dict[str, str] = {}
        self._sessions: dict[str, tuple[SessionWindow, ...]] = {}

    # Punches of today ------------------------------------------------------------------------------------------------

    def note(self, person: str, taken_at: datetime) -> None:
        """Remember a punch for what the next one is taken for."""
        since = taken_at - REMEMBERED
        self._earlier[person] = [each for each in self._earlier[person] if each >= since] + [taken_at]

    def forget(self, person: str, taken_at: datetime) -> None:
        """That punch was not theirs."""
        self._earlier[person] = [each for each in self._earlier[person] if each != taken_at]

    def propose(self, person: str, taken_at: datetime) -> Proposal | None:
        """What the timetable takes a punch for that is being taken now; None: it says nothing."""
        self._index()
        found = self._roster().people.get(person)
        if found is None or not found.hours:
            return None
        since = taken_at - REMEMBERED
        earlier = [each for each in self._earlier[person] if since <= each < taken_at]
        return propose(self._sessions.get(found.hours, ()), taken_at, earlier)

    # Touches ---------------------------------------------------------------------------------------------------------

    def resolve(self, kind: str, text: str, state: State) -> Touch | None:
        """What a touch means in this state; None: nothing. text: what goes with it, from whoever stands there."""
        match kind:
            case "not_me":
                return NotMe()
            case "not_mine":
                return NotMine()
            case "choose":
                return _choice(text)
            case "find_name":
                return NameWanted()
            case "search":
                return self._search(text)
            case "pick":
                return self._pick(text)
            case "pin":
                return self._check_pin(text, state)
            case "card":
                return self._read_card(text)
            case "month":
                return self._month(state)
            case "dismiss":
                return Dismissed()
            case "alive":
                return Touched()
        return None

    def _search(self, text: str) -> NamesFound:
        words = text.casefold().split()
        if sum(map(len, words)) < LEAST_LETTERS:
            return NamesFound(text, ())
        found = sorted(
            (each.name, person)
            for person, each in self._roster().people.items()
            if each.count and each.pin and fits(words, each.name)
        )
        shown = tuple((person, name) for name, person in found[:MOST_MATCHES])
        return NamesFound(text, shown, max(0, len(found) - MOST_MATCHES))

    def _pick(self, person: str) -> PinAsked | None:
        found = self._enrolled(person)
        if found is None or not found.pin:
            return None
        return PinAsked(person, self._tries.left(person, found.pin))

    def _check_pin(self, pin: str, state: State) -> Touch | None:
        if not isinstance(state, EnterPin):
            return None
        found = self._enrolled(state.person)
        if found is None or not found.pin:
            return Dismissed()
        try:
            if self._tries.check(state.person, pin, found.pin):
                return Claimed(state.person, "pin")
        except MalformedMessageError as error:
            log.error("the PIN of %s cannot be checked: %s", state.person, error)  # noqa: TRY400 (the sentence says all)
            return Dismissed()
        return PinAsked(state.person, self._tries.left(state.person, found.pin), wrong=True)

    def _read_card(self, number: str) -> Touch:
        self._index()
        try:
            person = self._cards.get(hash_card(number))
        except BadInputError:
            person = None
        if person is None or "card" not in self._roster().policy.fallback:
            return CardUnknown()
        return Claimed(person, "card")

    def _month(self, state: State) -> MonthShown | None:
        if not isinstance(state, Accepted | AlreadyRecorded):
            return None
        months, earliest = self._months(), self._now() - LONGEST_MONTH
        since = max(months.as_of - REMEMBERED, earliest) if months.as_of is not None else earliest
        stored = self._stored(state.person, since)
        return MonthShown(state.person, months.people.get(state.person), months.month, months.as_of, stored)

    def _enrolled(self, person: str) -> RosterPerson | None:
        """Somebody whose face can be held against what they claim; None: nobody."""
        found = self._roster().people.get(person)
        return found if found is not None and found.count else None

    def _index(self) -> None:
        """Cards and timetables of the roster in use."""
        roster = self._roster()
        if roster is self._indexed:
            return
        self._indexed = roster
        self._sessions = {each.id: each.sessions for each in roster.hours}
        holders: dict[str, set[str]] = defaultdict(set)
        for person, found in roster.people.items():
            for card in found.cards if found.count else ():
                holders[card].add(person)
        # A card that two people have says nothing about who holds it.
        self._cards = {card: next(iter(people)) for card, people in holders.items() if len(people) == 1}


def _choice(text: str) -> Chosen | None:
    match text:
        case "in":
            return Chosen("in")
        case "out":
            return Chosen("out")
        case "duty":
            return Chosen(duty=True)
        case "auto":
            return Chosen()
    return None


def fits(words: list[str], name: str) -> bool:
    """Whether each of the words begins one of the name's words."""
    own = name.casefold().replace(".", " ").replace(",", " ").split()
    return all(any(part.startswith(word) for part in own) for word in words)
