"""What can be touched in a state, and the words beside it. Pure."""

from __future__ import annotations

from kiosk.proposal import Proposal
from kiosk.states import (
    Accepted,
    AlreadyRecorded,
    AskNotMe,
    CheckFace,
    Choose,
    EnterPin,
    FindName,
    Offer,
    Refused,
    ShowMonth,
    State,
    Withdrawn,
)
from kiosk.touches import WITHOUT_FACE
from kiosk.ui.person_name import name_text
from kiosk.ui.phrases import Phrases
from kiosk.ui.view import MATCH_ROWS, Button, Icon, Match


def buttons_of(state: State, phrases: Phrases) -> tuple[Button, ...]:
    """The buttons, from the most wanted on."""
    words = phrases.buttons
    match state:
        case Accepted(row=row):
            month = Button("month", "", words.month, "calendar")
            return (month,) if row is None else (Button("not_me", "", words.not_me, "withdrawn"), month)
        case AlreadyRecorded():
            return Button("not_me", "", words.not_me, "withdrawn"), Button("month", "", words.month, "calendar")
        case AskNotMe():
            no = Button("not_mine", "", words.not_mine, "withdrawn", marked=True)
            return no, Button("dismiss", "", words.mine, "check")
        case Refused(reason, offers=offers):
            return _offers(offers, phrases, mendable=reason not in WITHOUT_FACE)
        case Withdrawn(offers=offers):
            return _offers(offers, phrases)
        case Choose(proposal=proposal):
            return _choices(proposal, phrases)
        case FindName() | EnterPin() | CheckFace():
            return (Button("dismiss", "", words.cancel, "cross"),)
        case ShowMonth():
            return (Button("dismiss", "", words.close, "cross"),)
        case _:
            return ()


def aside_of(state: State, phrases: Phrases) -> str:
    """A line above the buttons; empty for none."""
    if isinstance(state, Refused | Withdrawn) and "card" in state.offers:
        return phrases.hands.card_too if "pin" in state.offers else phrases.hands.card
    return ""


def shown_matches(state: State) -> tuple[Match, ...]:
    """The names that have room."""
    if not isinstance(state, FindName):
        return ()
    return tuple(Match(person, name_text(name)) for person, name in state.matches[:MATCH_ROWS])


def found_text(state: State, phrases: Phrases) -> str:
    """What is to be said about the names that were found."""
    if not isinstance(state, FindName):
        return ""
    if not state.query.strip():
        return phrases.hands.names_ask
    if not state.matches:
        return phrases.hands.names_none
    hidden = state.more + max(0, len(state.matches) - MATCH_ROWS)
    return phrases.hands.names_more.format(more=hidden) if hidden else phrases.hands.names_touch


def session_word(proposal: Proposal | None, phrases: Phrases) -> str:
    """What a punch is taken for: the session's name where it has one, else MASUK or PULANG; empty: nothing is known."""
    if proposal is None:
        return ""
    if proposal.session.strip():
        return proposal.session.strip()
    return {"in": phrases.sessions.in_, "out": phrases.sessions.out, "check": phrases.sessions.check}[proposal.way]


def lateness_of(proposal: Proposal | None, phrases: Phrases) -> str:
    """Minutes late or early in words; empty when on time or not known."""
    if proposal is None:
        return ""
    if proposal.late_minutes > 0:
        return phrases.hands.late.format(time=duration(proposal.late_minutes, phrases))
    if proposal.early_minutes > 0:
        return phrases.hands.early.format(time=duration(proposal.early_minutes, phrases))
    return ""


def duration(minutes: int, phrases: Phrases) -> str:
    """Minutes as people say them: "8 menit", "2 jam", "2 jam 15 menit"."""
    hours, rest = divmod(minutes, 60)
    words = phrases.hands
    parts = [words.hours.format(hours=hours)] if hours else []
    if rest or not hours:
        parts.append(words.minutes.format(minutes=rest))
    return " ".join(parts)


def countdown_text(state: Choose, phrases: Phrases, monotonic: float) -> str:
    """What happens when nothing is chosen, and in how many seconds."""
    seconds = max(0, -int(-(state.until - monotonic) // 1))
    what = session_word(state.proposal, phrases)
    words = phrases.hands
    if not what:
        return words.countdown_planned.format(seconds=seconds)
    return words.countdown.format(what=what, seconds=seconds)


def _offers(offers: tuple[Offer, ...], phrases: Phrases, *, mendable: bool = True) -> tuple[Button, ...]:
    """mendable: whether another try with the face can help."""
    if not offers:
        return ()
    words = phrases.buttons
    end = Button("dismiss", "", words.again, "restart") if mendable else Button("dismiss", "", words.cancel, "cross")
    if "pin" not in offers:
        return (end,)
    return Button("find_name", "", words.pin, "pin", marked=True), end


def _choices(proposal: Proposal | None, phrases: Phrases) -> tuple[Button, ...]:
    words = phrases.buttons
    way = proposal.way if proposal is not None else None
    note = phrases.hands.planned
    session = proposal.session.strip() if proposal is not None else ""
    if session:
        note = phrases.hands.planned_session.format(session=session)

    def choice(value: str, label: str, icon: Icon) -> Button:
        marked = way == value
        return Button("choose", value, label, icon, note if marked else "", marked)

    choices: tuple[Button, ...] = (choice("in", words.in_, "enter"), choice("out", words.out, "leave"))
    if way == "check":
        # A session in the middle of the day is neither: the timetable's own answer stands first.
        choices = (
            Button("choose", "auto", session or words.auto, "check", phrases.hands.planned, marked=True),
            *choices,
        )
    return (*choices, choice("duty", words.duty, "duty"), Button("dismiss", "", words.cancel, "cross"))
