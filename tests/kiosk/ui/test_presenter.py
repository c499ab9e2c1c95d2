"""What the screen shows, state by state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from kiosk.journal_records import RowKey
from kiosk.operator.screens import Menu
from kiosk.proposal import Proposal
from kiosk.recognizer.consensus import Identity
from kiosk.states import (
    Accepted,
    AlreadyRecorded,
    Approach,
    AskNotMe,
    Attended,
    CameraTrouble,
    Challenge,
    CheckFace,
    Choose,
    EnterPin,
    FindName,
    Hint,
    Idle,
    Locked,
    Recording,
    RefusalReason,
    Refused,
    ShowMonth,
    State,
    Updating,
    Verify,
    WalkUp,
    Withdrawn,
)
from kiosk.ui.phrases import LANGUAGES, Language
from kiosk.ui.presenter import (
    Enrolment,
    Surroundings,
    is_night,
    present,
    present_enrolment,
    until_next_minute,
)
from kiosk.ui.view import StateId, View

TAKEN = datetime(2026, 11, 22, 23, 58, 20, tzinfo=UTC)
NOW = TAKEN + timedelta(minutes=1)
HERE = Surroundings(online=True, queue=0, unit="Dinas Kesehatan")
NAME = "Siti Nurhaliza, S.Sos."
IDENTITY = Identity("p-1", similarity=0.8, threshold=0.6, margin=0.2, frames=4, first_seen_at=0.0)
MISPLACED = Accepted("p-1", TAKEN, 9.0, beyond_m=347.2)

TABLE: list[tuple[WalkUp, StateId, str, str, str]] = [
    (Idle(), "idle", "calm", "Selamat pagi", "Good morning"),
    (Approach("nearer"), "approach_nearer", "busy", "Mendekat sedikit", "Come closer"),
    (Approach("back"), "approach_back", "busy", "Mundur sedikit", "Step back a little"),
    (Approach("still"), "approach_still", "busy", "Tahan sebentar", "Hold still"),
    (Approach("dark"), "approach_dark", "busy", "Terlalu gelap", "Too dark"),
    (Approach("back_light"), "approach_back_light", "busy", "Cahaya di belakang", "Light behind you"),
    (Approach("bright"), "approach_bright", "busy", "Terlalu terang", "Too bright"),
    (Approach("mask"), "approach_mask", "busy", "Buka masker sebentar", "Lower your mask"),
    (Approach("sunglasses"), "approach_sunglasses", "busy", "Lepas kacamata hitam", "Take off sunglasses"),
    (Approach("centre"), "approach_centre", "busy", "Geser ke tengah", "Move to the centre"),
    (Approach("look"), "approach_look", "busy", "Lihat ke kamera", "Look at the camera"),
    (Verify(0.4), "verify", "busy", "Mengenali wajah…", "Checking…"),
    (Challenge(None, 1, 4, 0.9), "challenge_ahead", "busy", "Lihat ke depan", "Look ahead"),
    (Challenge(None, 2, 4, 0.9, returning=True), "challenge_back", "busy", "Kembali ke tengah", "Back to the middle"),
    (Challenge("left", 1, 4, 0.9), "challenge_left", "busy", "Tengok ke kiri", "Turn your head left"),
    (Challenge("right", 2, 4, 0.5), "challenge_right", "busy", "Tengok ke kanan", "Turn your head right"),
    (Challenge("up", 3, 4, 0.2), "challenge_up", "busy", "Angkat dagu", "Lift your chin"),
    (Challenge("nearer", 4, 4, 0.0), "challenge_nearer", "busy", "Mendekat", "Come nearer"),
    (Recording(IDENTITY), "recording", "busy", "Tunggu…", "Wait…"),
    (Accepted("p-1", TAKEN, 9.0), "accepted", "good", "Tercatat", "Recorded"),
    (MISPLACED, "wrong_location", "notice", "Lokasi tidak sesuai", "Wrong location"),
    (AlreadyRecorded("p-1", TAKEN, 9.0), "already", "notice", "Sudah tercatat", "Already recorded"),
    (Refused("unrecognised", 9.0), "refused", "bad", "Belum dikenali", "Not recognised"),
    (Refused("no_liveness", 9.0), "no_liveness", "bad", "Perlu petugas", "Ask the officer"),
    (Refused("liveness", 9.0), "liveness", "bad", "Belum pasti", "Not sure yet"),
    (Refused("liveness_officer", 9.0), "liveness_officer", "bad", "Hubungi petugas", "Ask the officer"),
    (Refused("second_factor", 9.0), "second_factor", "bad", "Hubungi petugas", "Ask the officer"),
    (Refused("mistaken", 9.0), "mistaken", "bad", "Hubungi petugas", "Ask the officer"),
    (Refused("journal_full", 9.0), "journal_full", "trouble", "Belum tersimpan", "Not saved"),
    (Refused("pin_barred", 9.0), "pin_barred", "bad", "PIN diblokir", "PIN blocked"),
    (Refused("unknown_card", 9.0), "unknown_card", "bad", "Kartu tak dikenal", "Unknown card"),
    (Refused("face_differs", 9.0), "face_differs", "bad", "Tidak cocok", "No match"),
    (Choose(IDENTITY, 9.0), "choose", "busy", "Pilih presensi", "Choose"),
    (AskNotMe("p-1", RowKey("kiosk-1", "epoch", 1), TAKEN, 9.0), "ask_not_me", "notice", "Bukan Anda?", "Not you?"),
    (Withdrawn(9.0), "withdrawn", "notice", "Dibatalkan", "Withdrawn"),
    (FindName(9.0), "find_name", "busy", "Cari nama", "Your name?"),
    (EnterPin("p-1", 5, 9.0), "enter_pin", "busy", "PIN Anda", "Your PIN"),
    (EnterPin("p-1", 4, 9.0, wrong=True), "enter_pin_wrong", "notice", "PIN salah", "Wrong PIN"),
    (CheckFace("p-1", "pin", 9.0), "check_face", "busy", "Lihat ke kamera", "Look at the camera"),
    (ShowMonth("p-1", 9.0), "month", "calm", "Rekap saya", "My month"),
    (Updating(), "updating", "trouble", "Sedang diperbarui", "Updating"),
    (CameraTrouble(), "camera_trouble", "trouble", "Kamera terganggu", "Camera trouble"),
    (Locked(), "locked", "trouble", "Perangkat dikunci", "Device locked"),
]


@pytest.mark.parametrize(
    ("metres", "said", "said_in_english"),
    [(1.0, "10 m", "10 m"), (347.2, "350 m", "350 m"), (991.0, "1,0 km", "1.0 km"), (12_345.0, "12,3 km", "12.3 km")],
)
def test_distance_is_said_as_people_say_it(metres: float, said: str, said_in_english: str) -> None:
    state = Accepted("p-1", TAKEN, 9.0, beyond_m=metres)
    view = view_of(state)
    assert view.away.startswith(said)
    assert view.detail.startswith("Tersimpan")
    assert view_of(state, language="en").away.startswith(said_in_english)


def view_of(state: WalkUp, surroundings: Surroundings = HERE, language: Language = "id", **changes: Any) -> View:
    options: dict[str, Any] = {"name": NAME, "now": NOW, **changes}
    return present(state, surroundings, language=language, **options)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("state", "state_id", "tone", "indonesian", "english"), TABLE, ids=[row[1] for row in TABLE])
def test_every_state_has_its_icon_words_and_colour(
    state: WalkUp, state_id: StateId, tone: str, indonesian: str, english: str, language: Language
) -> None:
    view = view_of(state, language=language)
    assert (view.state, view.tone) == (state_id, tone)
    assert view.headline == (indonesian if language == "id" else english)
    assert view.icon
    assert view.detail
    assert view.second_line
    assert "{" not in view.headline + view.detail + view.second_line


def test_table_covers_every_state_hint_and_reason() -> None:
    assert {row[1] for row in TABLE} == set(get_args(StateId))
    assert {row[0].hint for row in TABLE if isinstance(row[0], Approach)} == set(get_args(Hint))
    assert {row[0].reason for row in TABLE if isinstance(row[0], Refused)} == set(get_args(RefusalReason))
    assert {type(row[0]) for row in TABLE} == set(get_args(WalkUp))


def test_states_can_be_told_apart_without_colour() -> None:
    views = [view_of(row[0]) for row in TABLE]
    assert len({(view.icon, view.headline) for view in views}) == len(views)


@pytest.mark.parametrize("online", [True, False])
def test_accepted_is_stored_with_or_without_a_network(online: bool) -> None:
    view = view_of(Accepted("p-1", TAKEN, 9.0), replace(HERE, online=online, queue=12))
    assert (view.detail, view.name, view.time_text) == ("Tersimpan", NAME, "06:58")


STORED = {"accepted", "wrong_location", "already", "ask_not_me"}


@pytest.mark.parametrize("state", [row[0] for row in TABLE if row[1] not in STORED])
def test_nothing_is_called_stored_that_is_not(state: WalkUp) -> None:
    view = view_of(state)
    assert view.time_text == ""
    assert "tersimpan" not in view.detail.lower().replace("belum tersimpan", "")
    assert "tercatat" not in view.headline.lower()


def test_accepted_under_a_clock_that_nobody_set_says_that_its_time_will_be_checked() -> None:
    view = view_of(Accepted("p-1", TAKEN, 9.0), replace(HERE, clock_trusted=False))
    assert view.detail.startswith("Tersimpan")
    assert "dicocokkan" in view.detail


def test_time_is_the_punch_and_clock_is_now() -> None:
    view = view_of(AlreadyRecorded("p-1", TAKEN, 9.0))
    assert (view.time_text, view.clock) == ("06:58", "06:59")


PERSONAL = {
    "recording", "accepted", "wrong_location", "already", "choose", "enter_pin", "enter_pin_wrong", "check_face",
    "month", "ask_not_me",
}  # fmt: skip


@pytest.mark.parametrize("state", [row[0] for row in TABLE if row[1] not in PERSONAL])
def test_name_is_shown_only_where_the_state_is_a_persons(state: WalkUp) -> None:
    assert view_of(state).name == ""


def test_name_that_the_roster_lost_is_left_out() -> None:
    view = view_of(Accepted("p-1", TAKEN, 9.0), name=None)
    assert (view.name, view.detail) == ("", "Tersimpan")


@pytest.mark.parametrize(
    ("proposal", "language", "word", "lateness"),
    [
        (None, "id", "", ""),
        (Proposal("in"), "id", "MASUK", ""),
        (Proposal("out"), "en", "OUT", ""),
        (Proposal("check"), "id", "HADIR", ""),
        (Proposal("in", "Apel pagi"), "id", "Apel pagi", ""),
        (Proposal("in", late_minutes=8), "id", "MASUK", "Terlambat 8 menit"),
        (Proposal("in", late_minutes=60), "id", "MASUK", "Terlambat 1 jam"),
        (Proposal("out", early_minutes=75), "id", "PULANG", "Pulang 1 jam 15 menit lebih awal"),
        (Proposal("out", early_minutes=75), "en", "OUT", "Left 1 h 15 min early"),
    ],
)
def test_accepted_says_what_the_punch_is_taken_for(
    proposal: Proposal | None, language: Language, word: str, lateness: str
) -> None:
    view = view_of(Accepted("p-1", TAKEN, 9.0, proposal=proposal), language=language)
    assert (view.session, view.lateness) == (word, lateness)


@pytest.mark.parametrize("factor", ["pin", "card"])
def test_punch_by_hand_is_stored_and_awaits_the_supervisor(factor: Any) -> None:
    view = view_of(Accepted("p-1", TAKEN, 9.0, factor=factor))
    assert view.detail.startswith("Tersimpan")
    assert "atasan" in view.detail
    assert "cocok" in view_of(Accepted("p-1", TAKEN, 9.0, factor=factor), replace(HERE, clock_trusted=False)).detail


@pytest.mark.parametrize(
    ("hour", "begins", "ends", "night"),
    [(21, 20, 5, True), (4, 20, 5, True), (5, 20, 5, False), (19, 20, 5, False), (2, 1, 4, True), (21, 0, 0, False)],
)
def test_night_lies_between_two_hours(hour: int, begins: int, ends: int, night: bool) -> None:
    assert is_night(hour, begins, ends) is night


def test_idle_screen_is_dim_at_night_and_lights_up_for_a_face() -> None:
    late = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    night = replace(HERE, night_from=20, night_until=5)
    resting = view_of(Idle(), night, now=late)
    assert (resting.dim, resting.tone) == (True, "night")
    coming = view_of(Approach("nearer"), night, now=late)
    assert (coming.dim, coming.tone) == (False, "busy")
    assert not view_of(Idle(), night).dim


def test_pin_is_nowhere_in_a_view() -> None:
    view = view_of(EnterPin("p-1", 3, 9.0))
    assert (view.entry, view.tries) == ("", "Sisa percobaan: 3")


@pytest.mark.parametrize(
    ("timezone", "clock", "zone", "date"),
    [
        ("Asia/Jakarta", "06:59", "WIB", "Senin, 23 November 2026"),
        ("Asia/Makassar", "07:59", "WITA", "Senin, 23 November 2026"),
        ("Asia/Jayapura", "08:59", "WIT", "Senin, 23 November 2026"),
    ],
)
def test_clock_is_local_in_each_of_the_zones(timezone: str, clock: str, zone: str, date: str) -> None:
    view = view_of(Idle(), replace(HERE, timezone=timezone))
    assert (view.clock, view.zone, view.date) == (clock, zone, date)


def test_date_is_that_of_the_office_and_not_of_greenwich() -> None:
    assert view_of(Idle(), now=datetime(2026, 12, 31, 17, 0, tzinfo=UTC)).date == "Jumat, 1 Januari 2027"
    assert view_of(Idle(), language="en").date == "Monday, 23 November 2026"


@pytest.mark.parametrize(
    ("hour", "greeting"),
    [(4, "pagi"), (10, "pagi"), (11, "siang"), (14, "siang"), (15, "sore"), (17, "sore"), (18, "malam"), (3, "malam")],
)
def test_greeting_follows_the_hour(hour: int, greeting: str) -> None:
    now = datetime(2026, 11, 23, hour, 0, tzinfo=UTC) - timedelta(hours=7)
    assert view_of(Idle(), now=now).headline == f"Selamat {greeting}"


def test_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        view_of(Idle(), now=datetime(2026, 11, 23, 7, 0))


@pytest.mark.parametrize(
    ("changes", "texts"),
    [
        ({}, []),
        ({"queue": 12}, []),
        ({"online": False}, ["Luring"]),
        ({"online": False, "queue": 12}, ["Luring: 12 menunggu dikirim"]),
        ({"online": False, "queue": 12345}, ["Luring: 12.345 menunggu dikirim"]),
        ({"demo": True}, ["DEMO"]),
        ({"demo": True, "liveness_off": True}, ["DEMO – uji keaslian mati"]),
        ({"liveness_off": True}, ["Uji keaslian mati"]),
        ({"clock_trusted": False}, ["Jam belum disetel – tetap dicatat"]),
        ({"unplaced": True}, ["Tanpa lokasi GPS"]),
        (
            {"online": False, "demo": True, "clock_trusted": False},
            ["DEMO", "Luring", "Jam belum disetel – tetap dicatat"],
        ),
    ],
)
def test_badges_name_what_is_out_of_the_ordinary(changes: dict[str, Any], texts: list[str]) -> None:
    assert [badge.text for badge in view_of(Idle(), replace(HERE, **changes)).badges] == texts


@pytest.mark.parametrize(
    "state", [Locked(), CameraTrouble(), Updating(), Refused("unrecognised", 9.0), Attended(Menu(), "p-9")]
)
def test_nothing_promises_to_record_where_nothing_is_recorded(state: State) -> None:
    assert [badge.text for badge in view_of(state, replace(HERE, clock_trusted=False)).badges] == ["Jam belum disetel"]


@pytest.mark.parametrize(("progress", "shown"), [(-1.0, 0.0), (0.4, 0.4), (7.0, 1.0)])
def test_progress_stays_within_its_bar(progress: float, shown: float) -> None:
    assert view_of(Verify(progress)).progress == shown


def test_progress_is_none_where_nothing_is_compared() -> None:
    assert view_of(Idle()).progress is None


@pytest.mark.parametrize("state", [CameraTrouble(), Locked()])
def test_picture_is_hidden_when_it_is_frozen_or_none_of_our_business(state: WalkUp) -> None:
    assert not view_of(state).picture


@pytest.mark.parametrize(
    ("enrolment", "is_open", "progress", "word"),
    [
        (Enrolment(), True, None, "nama"),
        (Enrolment("capturing", "Budi", 2, 5), False, 0.4, "2 dari 5"),
        (Enrolment("capturing", "Budi", 0, 0), False, 0.0, "0 dari 0"),
        (Enrolment("done", "Budi"), True, None, "Budi"),
        (Enrolment("failed", "Budi"), True, None, "terang"),
    ],
)
def test_enrolment_says_how_far_it_has_come(
    enrolment: Enrolment, is_open: bool, progress: float | None, word: str
) -> None:
    view = present_enrolment(enrolment)
    assert (view.open, view.progress) == (is_open, progress)
    assert word in view.text
    assert "{" not in present_enrolment(enrolment, language="en").text


def test_clock_is_right_until_the_next_minute() -> None:
    assert until_next_minute(TAKEN) == timedelta(seconds=40)
