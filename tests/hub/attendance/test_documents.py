"""Letters from submission to entry: who may do what, when they count, and that nothing is overwritten."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from hub.attendance.covers import parse_cover
from hub.attendance.document_list import list_documents
from hub.attendance.documents import Letter, attach, correct, enter, refuse, submit, verify, withdraw
from hub.attendance.letters import KINDS
from hub.attendance.models import DocumentFile, DocumentRow
from hub.attendance.months import close_month, reopen_month
from hub.errors import PaperError
from tests.factories.desk import PaperDesk, at
from tests.factories.papers import photo, scan

TODAY = date(2026, 11, 11)


def letter(cover: str = "2026-11-10", **changes: Any) -> Letter:
    said = Letter(type="Surat Dokter", covers=(parse_cover(cover),), number="445/12/2026", known_by="Atasan Langsung")
    return replace(said, **changes)


def submitted(desk: PaperDesk, said: Letter | None = None) -> int:
    return submit(desk.database, desk.rina, said or letter(), by="siti", now=desk.now).id


def entered(desk: PaperDesk, said: Letter | None = None) -> int:
    number = submitted(desk, said)
    verify(desk.database, number, by="budi", now=desk.now)
    enter(desk.database, number, by="siti", now=desk.now)
    return number


def test_letter_counts_when_it_was_verified_and_entered(desk: PaperDesk) -> None:
    assert desk.status("2026-11-10") == "BELUM_ADA_KETERANGAN"
    receipt = submit(desk.database, desk.rina, letter(), by="siti", now=desk.now)
    assert receipt.state == "submitted"
    assert receipt.outlook is not None
    assert (receipt.outlook.working_days, receipt.outlook.counts, receipt.outlook.codes) == (1, 1, ("S",))
    assert desk.status("2026-11-10") == "BELUM_ADA_KETERANGAN"
    assert verify(desk.database, receipt.id, by="budi", now=desk.now).state == "verified"
    assert desk.status("2026-11-10") == "BELUM_ADA_KETERANGAN"
    assert enter(desk.database, receipt.id, by="siti", now=desk.now).state == "entered"
    assert desk.status("2026-11-10") == "S"


def test_every_act_marks_the_days_of_the_letter(desk: PaperDesk) -> None:
    desk.settle()
    number = submitted(desk, letter("2026-11-09..2026-11-10"))
    for act in (
        lambda: verify(desk.database, number, by="budi", now=desk.now),
        lambda: enter(desk.database, number, by="siti", now=desk.now),
        lambda: withdraw(desk.database, number, by="siti", reason="salah orang", now=desk.now),
    ):
        assert desk.dirty() == {"2026-11-09", "2026-11-10"}
        desk.settle()
        act()
    assert desk.dirty() == {"2026-11-09", "2026-11-10"}


def test_day_before_somebody_was_entered_here_is_assessed_once_a_letter_speaks_of_it(desk: PaperDesk) -> None:
    entered(desk, letter("2026-10-30", handed_in=date(2026, 11, 2)))
    assert desk.status("2026-10-30") == "BELUM_ADA_KETERANGAN"


def test_who_verified_a_letter_never_enters_it(desk: PaperDesk) -> None:
    number = submitted(desk)
    verify(desk.database, number, by="Budi", now=desk.now)
    with pytest.raises(PaperError, match="somebody else must enter it"):
        enter(desk.database, number, by=" budi ", now=desk.now)
    [line] = list_documents(desk.database, on=TODAY)
    assert (line.state, line.verified_by, line.entered_by) == ("verified", "Budi", None)


def test_steps_are_taken_in_their_order_and_once(desk: PaperDesk) -> None:
    number = submitted(desk)
    with pytest.raises(PaperError, match="not verified yet"):
        enter(desk.database, number, by="siti", now=desk.now)
    verify(desk.database, number, by="budi", now=desk.now)
    with pytest.raises(PaperError, match="verified already, on 2026-11-11 by budi"):
        verify(desk.database, number, by="hadi", now=desk.now)
    enter(desk.database, number, by="siti", now=desk.now)
    with pytest.raises(PaperError, match="entered already"):
        enter(desk.database, number, by="tono", now=desk.now)
    with pytest.raises(PaperError, match="withdraw it instead"):
        refuse(desk.database, number, by="budi", reason="x", now=desk.now)
    with pytest.raises(PaperError, match="no letter 999"):
        verify(desk.database, 999, by="budi", now=desk.now)


def test_refused_letter_counts_nowhere_and_stays_on_record(desk: PaperDesk) -> None:
    number = submitted(desk)
    verify(desk.database, number, by="budi", now=desk.now)
    refuse(desk.database, number, by="budi", reason=" tanda tangan  palsu ", now=desk.now)
    [line] = list_documents(desk.database, on=TODAY, state="refused")
    assert (line.refused_by, line.refused_because, line.withdrawn_because) == ("budi", "tanda tangan palsu", None)
    assert desk.status("2026-11-10") == "BELUM_ADA_KETERANGAN"
    with pytest.raises(PaperError, match=r"was refused \(tanda tangan palsu\)"):
        enter(desk.database, number, by="siti", now=desk.now)
    assert submitted(desk) > number


def test_withdrawn_letter_counts_no_more(desk: PaperDesk) -> None:
    number = entered(desk)
    assert desk.status("2026-11-10") == "S"
    withdraw(desk.database, number, by="siti", reason="salah orang", now=desk.now)
    assert desk.status("2026-11-10") == "BELUM_ADA_KETERANGAN"
    [line] = list_documents(desk.database, on=TODAY)
    assert (line.state, line.withdrawn_by, line.withdrawn_because) == ("withdrawn", "siti", "salah orang")
    assert line.entered_by == "siti"
    with pytest.raises(PaperError, match="was withdrawn by siti"):
        withdraw(desk.database, number, by="siti", reason="again", now=desk.now)
    with pytest.raises(PaperError, match="Say why"):
        withdraw(desk.database, submitted(desk), by="siti", reason="  ", now=desk.now)


def test_correction_is_a_new_letter_in_the_place_of_the_old_one(desk: PaperDesk) -> None:
    desk.settle()
    number = submit(desk.database, desk.rina, letter(), by="siti", now=desk.now, store=desk.store, files=[scan()]).id
    verify(desk.database, number, by="budi", now=desk.now)
    enter(desk.database, number, by="siti", now=desk.now)
    desk.now += timedelta(hours=1)
    said = letter("2026-11-09", handed_in=date(2026, 11, 10))
    new = correct(desk.database, number, said, by="siti", reason="salah tanggal", now=desk.now)
    assert desk.status("2026-11-10") == "BELUM_ADA_KETERANGAN"
    verify(desk.database, new.id, by="budi", now=desk.now)
    enter(desk.database, new.id, by="siti", now=desk.now)
    assert (desk.status("2026-11-09"), desk.status("2026-11-10")) == ("S", "BELUM_ADA_KETERANGAN")
    after, before = list_documents(desk.database, on=TODAY)
    assert (before.state, before.replaced_by, before.covers) == ("withdrawn", new.id, "2026-11-10")
    assert before.withdrawn_because == f"salah tanggal (corrected by {new.id})"
    assert (after.replaces, after.handed_in) == (number, date(2026, 11, 10))
    assert [file.name for file in after.files] == ["surat.pdf"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"type": "Surat Cinta"}, "no letter of absence"),
        ({"type": "Surat Keterangan Pembatalan Kehadiran"}, "no letter of absence"),
        ({"type": "Surat Keterangan"}, "needs its reason"),
        ({"type": "Surat Keterangan", "reason": "malas"}, "needs its reason"),
        ({"reason": "cuti"}, "leave the reason out"),
        ({"known_by": "Satpam"}, "no office that may know"),
        ({"known_by": "Atasan Langsung " * 10}, "is no office"),
        ({"covers": ()}, "which days"),
        ({"number": "x" * 101}, "more than 100 characters"),
        ({"handed_in": date(2026, 11, 12)}, "cannot have been handed in on 2026-11-12"),
    ],
)
def test_letter_that_cannot_be_is_refused_in_words(desk: PaperDesk, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(PaperError, match=words):
        submit(desk.database, desk.rina, letter(**changes), by="siti", now=desk.now)
    assert desk.rows(DocumentRow) == []


def test_letter_of_nobody_or_by_nobody_is_refused(desk: PaperDesk) -> None:
    with pytest.raises(PaperError, match="no employee 'nobody'"):
        submit(desk.database, "nobody", letter(), by="siti", now=desk.now)
    with pytest.raises(ValueError, match="cannot stand for a person"):
        submit(desk.database, desk.rina, letter(), by=" ", now=desk.now)


@pytest.mark.parametrize(
    ("kind", "reason", "code"),
    [
        ("surat perintah tugas", None, "DL"),
        ("Surat Cuti", None, "C"),
        ("SURAT IZIN", None, "I"),
        ("Surat Keterangan", "Tugas Belajar", "DL"),
        ("Surat Keterangan", "sakit", "S"),
    ],
)
def test_kinds_of_letters_are_worth_their_codes(desk: PaperDesk, kind: str, reason: str | None, code: str) -> None:
    said = letter(type=kind, reason=reason, known_by="Plt. Kepala Perangkat Daerah")
    entered(desk, said)
    assert desk.status("2026-11-10") == code
    assert list_documents(desk.database, on=TODAY)[0].type in {*KINDS, "SURAT IZIN"}


def test_same_letter_twice_is_one(desk: PaperDesk) -> None:
    number = submitted(desk)
    with pytest.raises(PaperError, match=f"The letter {number} says the same already"):
        submitted(desk)
    assert submitted(desk, letter(number="445/13/2026")) > number


def objection(desk: PaperDesk, said: Letter) -> str:
    outlook = submit(desk.database, desk.rina, said, by="siti", now=desk.now).outlook
    assert outlook is not None
    return outlook.sentence.en


def test_outlook_says_when_the_letter_came_too_late(desk: PaperDesk) -> None:
    said = objection(desk, letter("2026-11-05"))
    assert "counts for 0 of 1 working days. 2026-11-05: " in said
    assert "due by the first working day after the absence, 2026-11-06" in said


def test_outlook_says_that_nobody_knew(desk: PaperDesk) -> None:
    assert "neither the supervisor nor the head knew of it" in objection(desk, letter(known_by=None))


def test_outlook_counts_adjoining_letters_as_one_absence(desk: PaperDesk) -> None:
    desk.settle()
    submitted(desk, letter("2026-11-06..2026-11-09", handed_in=date(2026, 11, 10)))
    said = objection(desk, letter("2026-11-05", handed_in=date(2026, 11, 10)))
    assert said == "Working days that the letter counts for: 1 (S)."


def test_outlook_of_a_letter_outside_the_month_says_that_it_is_too_late(desk: PaperDesk) -> None:
    said = objection(desk, letter("2026-10-29..2026-10-30", handed_in=date(2026, 11, 2)))
    assert "completed after the month's end on 2026-10-31 and the month was not reopened" in said


@pytest.mark.parametrize("cover", ["2026-11-07..2026-11-08", "2028-01-01"])
def test_outlook_of_a_letter_without_a_working_day_says_so(desk: PaperDesk, cover: str) -> None:
    assert "covers no working day" in objection(desk, letter(cover))


def test_outlook_of_a_letter_after_the_employment_says_so(desk: PaperDesk) -> None:
    left = desk.office.employee("Tono", unit=desk.unit, employed=(None, date(2026, 11, 6)))
    outlook = submit(desk.database, left, letter(), by="siti", now=desk.now).outlook
    assert outlook is not None
    assert "covers no working day of this person's employment" in outlook.sentence.en


def test_outlook_of_hours_says_that_only_hours_are_excused(desk: PaperDesk) -> None:
    said = objection(desk, letter("2026-11-10T07:00..2026-11-10T09:00", type="Surat Perintah Tugas"))
    assert "of which the letter covers a part: 1" in said


def test_later_letter_moves_the_deadline_of_the_one_before(desk: PaperDesk) -> None:
    early = entered(desk, letter("2026-11-05", handed_in=date(2026, 11, 10)))
    assert desk.status("2026-11-05") == "BELUM_ADA_KETERANGAN"
    entered(desk, letter("2026-11-06..2026-11-09", handed_in=date(2026, 11, 10)))
    assert desk.status("2026-11-05") == "S"
    assert early


def test_letter_that_is_entered_while_the_month_stands_open_again_counts(desk: PaperDesk) -> None:
    desk.settle()
    desk.now = at("2026-12-02 08:00")
    desk.settle()
    close_month(desk.database, date(2026, 11, 1), None, by="admin", now=desk.now)
    assert desk.status("2026-11-30") == "TK"
    number = submitted(desk, letter("2026-11-30", handed_in=date(2026, 12, 1)))
    verify(desk.database, number, by="budi", now=desk.now)
    reopen_month(desk.database, date(2026, 11, 1), None, by="admin", reason="surat menyusul", now=desk.now)
    receipt = enter(desk.database, number, by="siti", now=desk.now)
    assert receipt.outlook is not None
    assert receipt.outlook.counts == 1
    assert desk.status("2026-11-30") == "S"
    assert list_documents(desk.database, on=TODAY)[0].reopened_because == "surat menyusul"


def test_letter_that_was_entered_late_counts_once_the_month_is_reopened_for_it(desk: PaperDesk) -> None:
    desk.settle()
    desk.now = at("2026-12-02 08:00")
    number = entered(desk, letter("2026-11-30", handed_in=date(2026, 12, 1)))
    assert desk.status("2026-11-30") == "BELUM_ADA_KETERANGAN"
    close_month(desk.database, date(2026, 11, 1), None, by="admin", now=desk.now)
    assert desk.status("2026-11-30") == "TK"
    reopen_month(
        desk.database, date(2026, 11, 1), None, by="admin", reason="surat menyusul", now=desk.now, letters=[number]
    )
    assert desk.status("2026-11-30") == "S"


def test_files_are_attached_once_each(desk: PaperDesk) -> None:
    number = submitted(desk)
    files = [scan(), photo(), scan("again.pdf")]
    assert attach(desk.database, number, desk.store, files, by="siti", now=desk.now) == 2
    assert attach(desk.database, number, desk.store, files, by="siti", now=desk.now) == 0
    [line] = list_documents(desk.database, on=TODAY, document_id=number)
    assert {file.media_type for file in line.files} == {"application/pdf", "image/jpeg"}
    assert all(desk.store.read(file.sha256) is not None for file in line.files)


def test_file_that_cannot_be_kept_leaves_no_letter_behind(desk: PaperDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse_to_sync(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file = scan()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse_to_sync)
        with pytest.raises(PaperError, match="No space left on device; nothing was recorded"):
            submit(desk.database, desk.rina, letter(), by="siti", now=desk.now, store=desk.store, files=[file])
    assert desk.rows(DocumentRow) == []
    assert desk.rows(DocumentFile) == []


def test_letters_are_listed_by_unit_person_state_and_month(desk: PaperDesk) -> None:
    elsewhere = desk.office.unit("Dinas Pendidikan")
    budi = desk.office.employee("Budi", unit=elsewhere)
    first = submitted(desk)
    second = submit(desk.database, budi, letter("2026-10-01"), by="siti", now=desk.now).id

    def listed(**wanted: Any) -> list[int]:
        return [line.id for line in list_documents(desk.database, on=TODAY, **wanted)]

    assert listed() == [second, first]
    assert listed(unit_id=elsewhere) == [second]
    assert listed(employee_id=desk.rina) == [first]
    assert listed(state="submitted", month=date(2026, 11, 15)) == [first]
    assert listed(state="entered") == []
