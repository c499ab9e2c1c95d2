"""PIN, card, choice, disavowal and month at a terminal with a scripted camera: from the touch to the journal's row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from contract.heartbeat import Service
from contract.month import MonthPart, PersonMonth
from contract.punch import Disavowal, JournalRow, Punch
from contract.roster import Hours, SessionWindow
from kiosk.errors import JournalFullError
from kiosk.months import MonthCache
from kiosk.pin_tries import MOST_TRIES
from kiosk.proof import Refusals
from kiosk.proposal import Proposal
from kiosk.recognizer.face import Box
from kiosk.register import Append
from kiosk.states import (
    Accepted,
    AlreadyRecorded,
    CheckFace,
    Choose,
    EnterPin,
    FindName,
    Refused,
    ShowMonth,
    State,
    Withdrawn,
)
from tests.factories.journals import NOON
from tests.factories.scripted import AYU, BUDI, STRANGER, Happening, Nobody, Somebody, Terminal, during
from tests.factories.vaults import VAULT

PINS = {"ayu": "402917", "budi": "918273"}
CARDS = {"ayu": "04A23F9C", "citra": "04 77 12 EE"}
HOURS = Hours(
    id="office",
    sessions=(
        SessionWindow(way="in", opens=NOON - timedelta(hours=5), closes=NOON + timedelta(hours=1), due=NOON),
        SessionWindow(way="out", opens=NOON + timedelta(hours=1), closes=NOON + timedelta(hours=9)),
    ),
)
UNKNOWN_TWICE = [during(6, STRANGER)]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    built = Terminal(tmp_path)
    built.know("ayu", "budi", "citra", pins=PINS, cards=CARDS, hours=(HOURS,), fallback=("pin", "card"))
    with built.journal:
        yield built


def rows(terminal: Terminal) -> list[JournalRow]:
    return [row for row in terminal.journal.rows() if isinstance(row, Punch | Disavowal)]


def last(terminal: Terminal, kind: type[State]) -> State:
    return next(state for state in reversed(terminal.display.states) if isinstance(state, kind))


def typed(terminal: Terminal, name: str, pin: str) -> list[Happening]:
    return [
        terminal.touch("find_name"),
        STRANGER,
        terminal.touch("search", name[:3]),
        STRANGER,
        terminal.touch("pick", name),
        STRANGER,
        terminal.touch("pin", pin),
        STRANGER,
    ]


def test_pin_and_the_right_face_make_a_punch_that_says_so(terminal: Terminal) -> None:
    terminal.see(*UNKNOWN_TWICE, typed(terminal, "ayu", PINS["ayu"]), during(1, Nobody()), during(2, AYU))
    (punch,) = rows(terminal)
    assert isinstance(punch, Punch)
    assert (punch.person, punch.factor, punch.recognition.gallery) == ("ayu", "pin", 1)
    assert terminal.shown[-3:] != [Refused]
    accepted = last(terminal, Accepted)
    assert isinstance(accepted, Accepted)
    assert accepted.factor == "pin"


def test_name_is_found_by_the_beginning_of_any_word_and_only_with_a_pin(terminal: Terminal) -> None:
    terminal.see(*UNKNOWN_TWICE, terminal.touch("find_name"), STRANGER, terminal.touch("search", "a"), STRANGER)
    found = last(terminal, FindName)
    assert isinstance(found, FindName)
    assert found.matches == ()
    terminal.see(terminal.touch("search", "AY"), STRANGER)
    found = last(terminal, FindName)
    assert isinstance(found, FindName)
    assert found.matches == (("ayu", "Ayu"),)
    terminal.see(terminal.touch("search", "cit"), STRANGER)
    found = last(terminal, FindName)
    assert isinstance(found, FindName)
    assert found.matches == ()


def test_pin_and_another_face_are_refused_and_reported(terminal: Terminal) -> None:
    told: list[Refusals] = []
    terminal.start(on_refusals=told.append)
    terminal.see(*UNKNOWN_TWICE, typed(terminal, "ayu", PINS["ayu"]), during(1, Nobody()), during(6, BUDI))
    assert [(each.person, each.reason) for each in told] == [("ayu", "face_differs")]
    assert all(isinstance(row, Punch) and row.person == "budi" and row.factor == "face" for row in rows(terminal))
    refused = next(
        state for state in terminal.display.states if isinstance(state, Refused) and "differs" in state.reason
    )
    assert refused.offers == ()


def test_wrong_pin_costs_a_try_and_five_bar_it_over_a_restart(terminal: Terminal) -> None:
    def guess() -> list[Happening]:
        return [terminal.touch("pin", "111222"), STRANGER]

    begin = [*UNKNOWN_TWICE, terminal.touch("find_name"), STRANGER, terminal.touch("pick", "ayu"), STRANGER]
    terminal.see(*begin, guess(), guess())
    asked = last(terminal, EnterPin)
    assert isinstance(asked, EnterPin)
    assert (asked.tries_left, asked.wrong) == (MOST_TRIES - 2, True)
    terminal.start()
    terminal.see(*begin, guess(), guess(), guess())
    assert isinstance(terminal.attendant.state, Refused)
    assert terminal.attendant.state.reason == "pin_barred"
    terminal.start()
    terminal.see(*begin, terminal.touch("pin", PINS["ayu"]), during(2, AYU))
    assert [row for row in rows(terminal) if isinstance(row, Punch) and row.factor == "pin"] == []


def test_bar_ends_with_another_pin_from_the_hub(terminal: Terminal) -> None:
    begin = [*UNKNOWN_TWICE, terminal.touch("find_name"), STRANGER, terminal.touch("pick", "ayu"), STRANGER]
    for _ in range(MOST_TRIES):
        terminal.see(*begin, terminal.touch("pin", "111222"), STRANGER, during(4, Nobody()))
    terminal.know("ayu", "budi", pins={"ayu": "556677"}, fallback=("pin",))
    terminal.see(*begin, terminal.touch("pin", "556677"), during(1, Nobody()), during(2, AYU))
    (punch,) = rows(terminal)
    assert isinstance(punch, Punch)
    assert punch.factor == "pin"


def test_bar_ends_after_a_day(terminal: Terminal) -> None:
    begin = [*UNKNOWN_TWICE, terminal.touch("find_name"), STRANGER, terminal.touch("pick", "ayu"), STRANGER]
    for _ in range(MOST_TRIES):
        terminal.see(*begin, terminal.touch("pin", "111222"), STRANGER, during(4, Nobody()))
    terminal.clock.advance(24 * 3600 + 1)
    terminal.see(*begin)
    assert isinstance(terminal.attendant.state, EnterPin)
    assert terminal.attendant.state.tries_left == MOST_TRIES


def test_pin_is_in_no_row_and_in_no_fact(terminal: Terminal) -> None:
    terminal.see(*UNKNOWN_TWICE, typed(terminal, "ayu", "135790"), typed(terminal, "ayu", PINS["ayu"]), during(2, AYU))
    content = b"".join(path.read_bytes() for path in terminal.folder.iterdir() if path.name.startswith("journal"))
    assert b"135790" not in content
    assert PINS["ayu"].encode() not in content


def test_card_and_face_make_a_punch(terminal: Terminal) -> None:
    terminal.see(during(1, Nobody()), terminal.touch("card", "04a23f9c"), during(2, AYU))
    (punch,) = rows(terminal)
    assert isinstance(punch, Punch)
    assert (punch.person, punch.factor) == ("ayu", "card")


@pytest.mark.parametrize("number", ["FFFFFFFF", "", "nonsense!", "x" * 200])
def test_card_of_nobody_is_refused_in_words(terminal: Terminal, number: str) -> None:
    terminal.see(during(1, Nobody()), terminal.touch("card", number), Nobody())
    assert isinstance(terminal.attendant.state, Refused)
    assert terminal.attendant.state.reason == "unknown_card"


def test_card_of_two_people_is_nobodys(terminal: Terminal) -> None:
    terminal.know("ayu", "budi", cards={"ayu": "1234", "budi": "1234"}, fallback=("card",))
    terminal.see(Nobody(), terminal.touch("card", "1234"), Nobody())
    assert isinstance(terminal.attendant.state, Refused)


def test_nobody_claims_to_be_somebody_without_a_known_face(terminal: Terminal) -> None:
    own = {"pins": {"ayu": PINS["ayu"]}, "cards": {"ayu": "1234"}}
    terminal.know("ayu", "budi", unenrolled=("ayu",), fallback=("pin", "card"), **own)
    terminal.see(*UNKNOWN_TWICE, typed(terminal, "ayu", PINS["ayu"]), during(2, AYU))
    assert FindName in terminal.shown
    terminal.see(during(20, Nobody()), terminal.touch("card", "1234"), Nobody())
    assert isinstance(terminal.attendant.state, Refused)
    assert not {EnterPin, CheckFace} & set(terminal.shown)
    assert rows(terminal) == []


def test_punch_with_a_pin_goes_with_its_picture(terminal: Terminal) -> None:
    kept: list[Box | None] = []

    def keep(_frame: object, box: Box | None, append: Append) -> JournalRow:
        kept.append(box)
        return append("a" * 64)

    terminal.start(keep_snapshot=keep)
    terminal.see(during(1, Nobody()), terminal.touch("card", "04A23F9C"), during(2, AYU), during(4, Nobody()))
    terminal.see(during(2, BUDI))
    ayu, budi = rows(terminal)
    assert isinstance(ayu, Punch)
    assert isinstance(budi, Punch)
    assert (ayu.evidence, budi.evidence) == ("a" * 64, None)
    assert kept == [Box(0, 100, 150, 250)]


def test_lookalike_with_a_pin_is_served(terminal: Terminal) -> None:
    terminal.know("ayu", "budi", pins=PINS, second_factor=("ayu",), fallback=("pin",))
    terminal.see(during(2, AYU))
    assert isinstance(terminal.attendant.state, Refused)
    assert terminal.attendant.state.offers == ("pin",)
    terminal.see(terminal.touch("find_name"), AYU, terminal.touch("pick", "ayu"), AYU)
    terminal.see(terminal.touch("pin", PINS["ayu"]), during(2, AYU))
    (punch,) = rows(terminal)
    assert isinstance(punch, Punch)
    assert punch.factor == "pin"


def test_person_who_leaves_the_roster_while_they_are_checked_is_let_go(terminal: Terminal) -> None:
    terminal.see(*UNKNOWN_TWICE, typed(terminal, "ayu", PINS["ayu"]))
    assert isinstance(terminal.attendant.state, CheckFace)
    terminal.know("budi", pins=PINS, fallback=("pin",))
    terminal.see(during(2, AYU), during(3, Nobody()), during(2, BUDI))
    assert [row.person for row in rows(terminal)] == ["budi"]


def test_roster_that_comes_while_somebody_is_checked_changes_nothing_for_them(terminal: Terminal) -> None:
    terminal.see(*UNKNOWN_TWICE, typed(terminal, "ayu", PINS["ayu"]))
    terminal.know("ayu", "budi", "dewi", pins=PINS, fallback=("pin",))
    terminal.see(during(1, Nobody()), during(2, AYU))
    (punch,) = rows(terminal)
    assert isinstance(punch, Punch)
    assert (punch.factor, punch.recognition.gallery) == ("pin", 1)


def test_not_me_is_a_row_that_names_the_punch(terminal: Terminal) -> None:
    terminal.see(during(1, AYU), terminal.touch("not_me"), AYU, terminal.touch("not_mine"), during(8, AYU))
    punch, disavowal = rows(terminal)
    assert isinstance(disavowal, Disavowal)
    assert (disavowal.punch_epoch, disavowal.punch_seq, disavowal.person) == (punch.epoch, punch.seq, "ayu")
    assert any(isinstance(state, Withdrawn) for state in terminal.display.states)


def test_not_me_at_an_earlier_record_leaves_it_and_offers_another_way(terminal: Terminal) -> None:
    terminal.know("ayu", "budi", pins=PINS, fallback=("pin",))
    terminal.see(during(2, AYU), during(3, Nobody()), during(1, AYU))
    assert isinstance(terminal.attendant.state, AlreadyRecorded)
    terminal.see(terminal.touch("not_me"), AYU)
    assert terminal.attendant.state == Refused("mistaken", terminal.attendant.state.until, ("pin",))
    terminal.see(typed(terminal, "budi", PINS["budi"]), during(2, BUDI))
    assert [(row.person, row.factor) for row in rows(terminal)] == [("ayu", "face"), ("budi", "pin")]


def test_who_bends_over_the_screen_after_not_me_is_not_told_the_same_again(terminal: Terminal) -> None:
    terminal.know("ayu", "budi", pins=PINS, fallback=("pin",))
    terminal.see(during(2, AYU), during(3, Nobody()), during(1, AYU), terminal.touch("not_me"), AYU)
    offered = terminal.attendant.state
    assert isinstance(offered, Refused)
    terminal.see(during(2, Nobody()), during(2, AYU))
    assert terminal.attendant.state == offered
    terminal.see(during(2, Nobody()), during(1, Somebody("budi", place=2)))
    assert [row.person for row in rows(terminal)] == ["ayu", "budi"]


def test_not_me_on_a_full_disk_is_not_said_to_be_done(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.see(during(1, AYU))

    def refuse(_build: object) -> JournalRow:
        raise JournalFullError("full")

    monkeypatch.setattr(terminal.journal, "append", refuse)
    terminal.see(terminal.touch("not_me"), AYU, terminal.touch("not_mine"), AYU)
    assert isinstance(terminal.attendant.state, Refused)
    assert terminal.attendant.state.reason == "journal_full"
    assert not any(isinstance(state, Withdrawn) for state in terminal.display.states)


def test_choice_travels_with_the_punch_and_the_timetable_proposes(terminal: Terminal) -> None:
    terminal.know("ayu", "budi", hours=(HOURS,), choose=True)
    terminal.clock.advance(120)
    terminal.see(during(1, AYU))
    asked = last(terminal, Choose)
    assert isinstance(asked, Choose)
    assert asked.proposal == Proposal("in", late_minutes=2)
    terminal.see(terminal.touch("choose", "out"), during(1, AYU))
    (punch,) = rows(terminal)
    assert isinstance(punch, Punch)
    assert (punch.session_hint, punch.duty) == ("out", False)
    terminal.see(during(3, Nobody()), during(1, Somebody("budi", place=2)), terminal.touch("choose", "duty"), BUDI)
    assert isinstance(rows(terminal)[-1], Punch)
    assert [row.duty for row in rows(terminal) if isinstance(row, Punch)] == [False, True]


def test_accepted_says_what_the_punch_is_taken_for(terminal: Terminal) -> None:
    terminal.clock.advance(5 * 60)
    terminal.see(during(1, AYU))
    accepted = last(terminal, Accepted)
    assert isinstance(accepted, Accepted)
    assert accepted.proposal == Proposal("in", late_minutes=5)
    terminal.clock.advance(2 * 3600)
    terminal.see(during(3, Nobody()), during(1, AYU))
    accepted = last(terminal, Accepted)
    assert isinstance(accepted, Accepted)
    assert accepted.proposal == Proposal("out")


def test_own_month_is_shown_to_whoever_was_recognised(terminal: Terminal, tmp_path: Path) -> None:
    months = MonthCache(tmp_path / "months", vault=VAULT)
    month = PersonMonth(person="ayu", present=12, late_min=7)
    months.take(MonthPart(version=3, part=1, parts=1, month="2026-11", as_of=NOON, people=(month,)))
    terminal.start(months=lambda: months.current)
    terminal.see(during(1, AYU), terminal.touch("month"), AYU)
    shown = last(terminal, ShowMonth)
    assert isinstance(shown, ShowMonth)
    assert (shown.person, shown.month, shown.of, shown.as_of) == ("ayu", month, "2026-11", NOON)
    terminal.see(during(3, Nobody()), during(1, BUDI), terminal.touch("month"), BUDI)
    shown = last(terminal, ShowMonth)
    assert isinstance(shown, ShowMonth)
    assert (shown.person, shown.month) == ("budi", None)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("pick", "nobody"), ("pick", "citra"), ("pin", "402917"), ("choose", "in"), ("search", "ayu"), ("what", "")],
)
def test_touch_that_fits_nothing_changes_nothing(terminal: Terminal, kind: str, text: str) -> None:
    terminal.see(during(1, Nobody()))
    before = terminal.attendant.state
    terminal.see(terminal.touch(kind, text), Nobody())
    assert terminal.attendant.state == before
    assert rows(terminal) == []


def test_service_of_the_day_is_counted(terminal: Terminal) -> None:
    terminal.see(during(1, Nobody()), during(1, AYU), during(4, Nobody()))
    terminal.see(during(4, STRANGER), during(4, Nobody()))
    terminal.clock.advance(200)
    terminal.see(terminal.touch("card", "04A23F9C"), during(2, AYU), during(4, Nobody()))
    service: Service = terminal.attendant.service
    assert (service.recorded, service.first_try, service.fallback) == (2, 1, 1)
    assert service.refused >= 1
    assert service.seconds_median is not None
    assert 0 < service.seconds_median < 2
