"""An operator enrols people at the terminal, by finger and face; what is stored, sent and said, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.factories.counter import NEWCOMER, OPERATOR, Counter, open_counter  # isort: skip

from kiosk.errors import JournalFullError
from kiosk.recognizer.enrolment import EnrolmentFrame, embed_photo
from kiosk.recognizer.packs.pack import open_pack


@pytest.fixture(scope="module")
def counter(demo_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with open_counter(tmp_path_factory.mktemp("kiosk"), demo_photos) as made:
        yield made


@pytest.fixture(autouse=True)
def _clear(counter: Counter) -> Iterator[None]:
    yield
    counter.clear()


def test_person_is_enrolled_from_the_long_press_to_waiting_for_the_second_person(counter: Counter) -> None:
    before = counter.punches
    counter.enter()
    entered = counter.punches
    assert entered - before <= 1
    counter.pick(NEWCOMER)
    assert len(counter.bridge.view["operator"]["paragraphs"]) >= 4
    counter.stage.put(NEWCOMER)
    counter.press("agree:id")
    view = counter.until("op_review")
    counter.drawn("op_capture_ahead", "op_capture_left", "op_capture_right", "op_capture_up")
    assert 5 <= len(view["operator"]["thumbs"]) <= 8
    assert not list((Path(counter.station.settings.data) / "enrolments").glob("*"))
    counter.press("send")
    view = counter.until("op_handed_waiting")
    assert "Menunggu persetujuan orang kedua" in view["detail"]
    [parts] = counter.hub.parts.values()
    first = parts[1]
    assert (first.person, first.name, first.operator) == (NEWCOMER, NEWCOMER, OPERATOR)
    assert (first.consent.language, len(parts)) == ("id", first.parts)
    assert {"ahead", "left", "right", "up"} == {each.pose for each in parts.values()}
    pack = open_pack()
    import cv2

    for each in parts.values():
        photo = np.asarray(cv2.imdecode(np.frombuffer(each.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        assert isinstance(embed_photo(pack, photo), EnrolmentFrame)
    assert counter.punches == entered
    assert counter.acts[-2:] == [(OPERATOR, "entered"), (OPERATOR, "enrolled")]
    counter.hub.decide("approved")
    counter.until("op_handed_approved")


def test_face_that_is_enrolled_under_another_name_is_refused_with_that_name(counter: Counter) -> None:
    counter.know(OPERATOR, NEWCOMER)
    counter.enter()
    counter.press("enrol")
    counter.until("op_find")
    for letter in "XENA":
        counter.point(letter)
    counter.point("Nama baru: Xena")
    counter.until("op_consent")
    counter.stage.put(NEWCOMER)
    counter.press("agree:id")
    view = counter.until("op_unfit_duplicate")
    assert NEWCOMER in view["detail"], counter.seen[-12:]
    assert not (Path(counter.station.settings.data) / "enrolments").exists() or not counter.station.enrolments.open


def test_hub_that_does_not_answer_and_a_full_disk_are_told_as_they_are(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.enter()
    counter.shoot(NEWCOMER)
    with monkeypatch.context() as patch:
        patch.setattr("kiosk.operator.enrolment_folder.MIN_FREE_BYTES", 1 << 60)
        counter.press("send")
        assert "tidak ada yang disimpan" in counter.until("op_review_disk")["detail"]
        assert not counter.station.enrolments.folder.kept
    counter.hub.answering = False
    counter.press("send")
    view = counter.until("op_handed_sending")
    assert "0 dari" in view["detail"]
    counter.wait(lambda: counter.hub.sent > 0)
    assert counter.bridge.view["state"] == "op_handed_sending"
    counter.hub.answering = True
    counter.until("op_handed_waiting")
    counter.hub.decide("refused", "Foto buram. / Blurred.")
    assert counter.until("op_handed_refused")["detail"].startswith("Foto buram")
    counter.press("")
    counter.until("op_menu")
    counter.press("standings")
    facts = counter.until("op_standings")["operator"]["facts"]
    assert any(each["bad"] and "Foto buram" in each["text"] for each in facts)


def test_camera_that_is_pulled_while_photos_are_taken_stores_nothing(counter: Counter) -> None:
    counter.enter()
    counter.pick(NEWCOMER)
    counter.stage.put(NEWCOMER)
    counter.press("agree:id")
    counter.until("op_capture_left")
    counter.stage.broken = True
    counter.until("op_unfit_camera")
    counter.stage.broken = False
    counter.press("again")
    counter.until("op_capture_ahead")


def test_whoever_leaves_the_operators_pages_open_is_told_before_they_close(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.enter()
    with monkeypatch.context() as patch:
        patch.setattr("kiosk.operator.machine.IDLE_SECONDS", 21.0)
        view = counter.until("op_ending")
        assert "detik" in view["detail"]
        counter.press("")
        counter.until("op_menu")
    counter.pick(NEWCOMER)
    counter.stage.put(NEWCOMER)
    counter.press("agree:id")
    counter.until("op_review")
    with monkeypatch.context() as patch:
        patch.setattr("kiosk.operator.machine.IDLE_SECONDS", 21.0)
        assert "dihapus" in counter.until("op_ending_unsent")["detail"]
        patch.setattr("kiosk.operator.machine.IDLE_SECONDS", 1.0)
        counter.until("idle")
    assert not counter.station.enrolments.folder.kept


def test_nobody_is_photographed_while_two_stand_before_the_camera(counter: Counter) -> None:
    both = np.concatenate([counter.stage.standing(each)[:, 160:480] for each in (NEWCOMER, OPERATOR)], axis=1)
    counter.enter()
    counter.pick(NEWCOMER)
    counter.stage.hold_up(NEWCOMER, change=lambda _alone: both)
    counter.press("agree:id")
    counter.until("op_capture_ahead")
    counter.wait(lambda: counter.bridge.view["detail"] == "Satu orang bergantian.")
    assert counter.bridge.view["operator"]["poses"][0]["done"] == 0.0
    counter.stage.put(NEWCOMER)
    counter.until("op_review")


def test_pictures_without_glasses_are_added_and_who_dawdles_is_told(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.enter()
    counter.shoot(NEWCOMER)
    before = len(counter.bridge.view["operator"]["thumbs"])
    counter.press("bare")
    counter.until("op_capture_bare")
    assert len(counter.until("op_review")["operator"]["thumbs"]) > before
    counter.press("")
    counter.until("op_menu")
    counter.stage.put(None)
    counter.pick(NEWCOMER)
    monkeypatch.setattr("kiosk.operator.shooting.CAPTURE_SECONDS", 1.0)
    counter.press("agree:id")
    counter.until("op_unfit_slow")
    assert counter.hub.sent == 0 or not counter.station.enrolments.folder.kept


def test_key_that_is_gone_and_a_journal_that_is_full_store_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_build: object) -> None:
        raise JournalFullError("The disk is full.")

    counter.enter()
    counter.shoot(NEWCOMER)
    acts = counter.acts
    with monkeypatch.context() as patch:
        patch.setattr(counter.station.journal, "append", refuse)
        counter.press("send")
        counter.until("op_review_journal")
    counter.know(OPERATOR, named=(NEWCOMER,), key=False)
    counter.wait(lambda: counter.station.roster.current.version == counter.version)
    counter.press("send")
    counter.until("op_review_no_key")
    assert counter.acts == acts
    assert not counter.station.enrolments.folder.kept


def test_enrolment_of_which_the_hub_has_lost_parts_is_told_as_lost(counter: Counter) -> None:
    counter.enter()
    counter.shoot(NEWCOMER)
    counter.press("send")
    counter.until("op_handed_waiting")
    lost = list(counter.hub.parts)[-1]
    counter.hub.parts[lost].clear()
    counter.hub.answer(lost)
    counter.until("op_handed_lost")
    counter.press("")
    counter.until("op_menu")
    counter.press("standings")
    assert any(each["bad"] for each in counter.until("op_standings")["operator"]["facts"])


def test_nobody_enrols_themselves_and_nobody_without_room(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    counter.enter()
    counter.press("enrol")
    counter.until("op_find")
    for letter in OPERATOR[:3].upper():
        counter.point(letter)
    counter.wait(lambda: any(each["name"] == OPERATOR for each in counter.bridge.view["matches"]))
    counter.point(OPERATOR)
    counter.until("op_unable_yourself")
    counter.press("")
    counter.until("op_menu")
    monkeypatch.setattr("kiosk.operator.enrolment_folder.MIN_FREE_BYTES", 1 << 60)
    counter.press("enrol")
    counter.until("op_unable_disk")
