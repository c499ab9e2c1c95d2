"""Archives of photos at the hub's pages: what is refused, what each name came to, and proposing."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import hub.roster.photo_archive
from hub.access.accounts import add_account
from hub.access.roles import Role
from hub.db import Database
from hub.errors import EnrolmentError, PaperError
from hub.roster.archive_import import end_old_archives, take_step
from hub.roster.archive_report import archive_report
from hub.roster.models import EnrolmentFrame
from hub.roster.page_enrolment_models import ArchivePerson
from hub.roster.photo_archive import ArchiveStore, list_people
from hub.web.language import Language
from hub.web.office import FrontOffice
from hub.web.paper_words import in_indonesian, say
from tests.factories.shades import NOBODY, archive, shade
from tests.hub.web.conftest import NOW, PASSWORD, Visitor

PAGE = "/pegawai/arsip-foto"
RINA, TONO = "198501012010011001", "198501012010011002"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def people(office: Any) -> dict[str, str]:
    health = office.unit("Dinas Kesehatan")
    for _ in range(2):
        office.employee("Budi", unit=health)
    return {
        "rina": office.employee("Rina Wulandari", unit=health, nip=RINA),
        "tono": office.employee("Tono Hadi", unit=health, nip=TONO),
        "sari": office.employee("Sari", unit=office.unit("Dinas Sosial"), nip="198501012010012003"),
    }


@pytest.fixture
def operator(database: Database, port: int, people: dict[str, str]) -> Visitor:
    """Siti, operator of Dinas Kesehatan."""
    add_account(database, username="siti", password=PASSWORD, role=Role.OPERATOR, unit="Dinas Kesehatan")
    visitor = Visitor(port)
    assert visitor.sign_in("siti").status == 303
    return visitor


def send(visitor: Visitor, content: bytes, *, name: str = "foto.zip", consented: str = "1") -> Any:
    token = visitor.get(PAGE).field("token")
    return visitor.send(PAGE, [("token", token), ("consented", consented)], [("file", name, content)])


def step(visitor: Visitor, place: str) -> dict[str, Any]:
    token = visitor.get(place).field("token")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    told: dict[str, Any] = json.loads(visitor.ask("POST", f"{place}/langkah", f"token={token}", headers).text)
    return told


def finish(visitor: Visitor, place: str) -> dict[str, Any]:
    """Ask for steps until the archive's state changes."""
    for _ in range(20):
        told = step(visitor, place)
        if told["state"] not in ("checking", "proposing"):
            return told
    raise AssertionError("the archive never ends")


def of(rina: int, *more: tuple[str, bytes]) -> bytes:
    """An archive with so many photos of Rina, and others."""
    return archive({f"foto/{RINA}/{n}.jpg": shade(100, number=n) for n in range(rina)} | dict(more))


def frames_of(database: Database, person: str) -> list[tuple[str, str, str]]:
    with database.read() as session:
        query = select(EnrolmentFrame).where(EnrolmentFrame.employee_id == person)
        return [(frame.state, frame.added_by, frame.origin) for frame in session.scalars(query)]


def test_archive_is_looked_through_first_and_proposes_nothing(
    operator: Visitor, database: Database, people: dict[str, str]
) -> None:
    answer = send(operator, of(5, (f"{TONO}_1.jpg", shade(200)), (f"{TONO}_2.jpg", shade(NOBODY))))
    place = answer.headers["location"]
    assert answer.status == 303
    assert "0 dari 2 nama" in operator.get(place).words
    told = step(operator, place)
    assert (told["state"], told["done"], told["all"], told["words"]) == ("checking", 1, 2, "1 dari 2 nama")
    assert "Rina Wulandari" in told["html"]
    assert finish(operator, place)["state"] == "checked"
    page = operator.get(place)
    for words in ("5 foto", "Tono Hadi", "1 foto", f"{TONO}_2.jpg : Tidak ada wajah yang ditemukan"):
        assert words in page.words
    assert "2 orang dengan 6 foto yang dapat dipakai, dari 2 nama di arsip." in page.words
    assert frames_of(database, people["rina"]) == []


def test_proposing_lets_photos_wait_for_a_second_person(
    operator: Visitor, admin: Visitor, database: Database, people: dict[str, str], tmp_path: Path
) -> None:
    place = send(operator, of(5)).headers["location"]
    finish(operator, place)
    assert list((tmp_path / "archives").glob("*.zip"))
    token = operator.get(place).field("token")
    assert operator.post(f"{place}/usulkan", token=token).status == 303
    assert finish(operator, place)["state"] == "done"
    assert frames_of(database, people["rina"]) == [("proposed", "siti", "folder")] * 5
    assert list((tmp_path / "archives").glob("*.zip")) == []
    assert "Semua yang dapat dipakai menunggu persetujuan orang kedua." in operator.get(place).words
    assert "setujui" not in operator.get("/pegawai/persetujuan").text
    assert "setujui" in admin.get("/pegawai/persetujuan").text
    assert operator.post(f"{place}/usulkan", token=token).status == 409


def test_whoever_proposes_is_the_author(
    operator: Visitor, admin: Visitor, database: Database, people: dict[str, str]
) -> None:
    """Else one person could propose in another's name, and approve it."""
    place = send(operator, of(1)).headers["location"]
    finish(operator, place)
    admin.post(f"{place}/usulkan", token=admin.get(place).field("token"))
    finish(operator, place)
    assert frames_of(database, people["rina"]) == [("proposed", "admin", "folder")]


def test_each_name_says_what_it_came_to(operator: Visitor, admin: Visitor, people: dict[str, str]) -> None:
    own = send(admin, archive({f"{RINA}.jpg": shade(100)})).headers["location"]
    finish(admin, own)
    admin.post(f"{own}/usulkan", token=admin.get(own).field("token"))
    finish(admin, own)
    place = send(
        operator,
        archive(
            {
                f"{RINA}.jpg": shade(100),
                f"{TONO}.jpg": shade(103),
                "Sari/1.jpg": shade(60),
                "Budi/1.jpg": shade(70),
                "catatan/baca.txt": b"x",
                "__MACOSX/._1.jpg": b"x",
            }
        ),
    ).headers["location"]
    finish(operator, place)
    page = operator.get(place)
    for words in (
        "1 sudah terdaftar",
        "Wajah ini sudah terdaftar sebagai Rina Wulandari (Dinas Kesehatan)",
        "Di arsip: Sari Tidak dipakai Tidak ada pegawai dengan nomor atau nama ini di unit Anda.",
        "Beberapa pegawai bernama ini; beri nama dengan NIP.",
    ):
        assert words in page.words
    assert "MACOSX" not in page.text
    operator.get("/bahasa/en")
    assert "This face is enrolled already as Rina Wulandari" in operator.get(place).words


def test_files_that_are_no_photos_are_told_one_by_one(operator: Visitor, people: dict[str, str]) -> None:
    link = zipfile.ZipInfo(f"{RINA}/tautan.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed = io.BytesIO(of(1, (f"{RINA}/a.svg", SVG), (f"{RINA}/b.jpg", SVG), (f"{RINA}/c.jpg", shade(100)[:-200])))
    with zipfile.ZipFile(packed, "a") as zipped:
        zipped.writestr(link, "/etc/passwd")
    place = send(operator, packed.getvalue()).headers["location"]
    finish(operator, place)
    words = operator.get(place).words
    assert "a.svg : Bukan foto JPEG atau PNG." in words
    assert "b.jpg : Bukan foto JPEG atau PNG." in words
    assert "c.jpg : Rusak" in words
    assert "tautan.jpg : Bukan foto JPEG atau PNG." in words


def locked() -> bytes:
    """An archive whose entries say that they are locked by a password."""
    content = bytearray(archive({f"{RINA}.jpg": shade(100)}))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(sign) + place] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 no archive", "bukan arsip ZIP yang dapat dibuka"),
        (archive({f"{RINA}.jpg": shade(100)})[:-30], "bukan arsip ZIP yang dapat dibuka"),
        (locked(), "dikunci kata sandi"),
        (archive({f"../../{RINA}.jpg": shade(100)}), "jalur keluar dari foldernya"),
        (archive({f"/etc/{RINA}.jpg": shade(100)}), "jalur keluar dari foldernya"),
        (archive({f"C:\\foto\\{RINA}.jpg": shade(100)}), "jalur keluar dari foldernya"),
        (archive({f"{RINA}.jpg": bytes(20 << 20)}), "mengembang jauh melebihi foto"),
        (archive({f"{n}.txt": b"x" for n in range(5_001)}), "berisi lebih dari 5000 berkas"),
        (archive({f"{RINA}/logo.svg": SVG}), "tidak berisi foto JPEG atau PNG"),
        (archive({}), "tidak berisi foto JPEG atau PNG"),
    ],
    ids=["pdf", "cut", "locked", "dots", "root", "drive", "bomb", "many", "svg", "empty"],
)
def test_archive_that_is_none_is_refused_with_words(
    operator: Visitor, tmp_path: Path, content: bytes, words: str
) -> None:
    page = send(operator, content, name="../<b>foto</b>.zip")
    assert page.status == 409
    assert words in page.words
    assert "<b>" not in page.text
    assert list((tmp_path / "archives").glob("*")) == []


def test_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub.roster.photo_archive, "MAX_UNPACKED_BYTES", 1_000)
    path = tmp_path / "foto.zip"
    path.write_bytes(of(3))
    with pytest.raises(PaperError, match="unpacks to 0 MB; at most 0 MB: split it"):
        list_people(path, "foto.zip")


def test_entry_that_lies_about_its_size_is_no_photo(operator: Visitor, people: dict[str, str]) -> None:
    content = bytearray(of(1))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (10).to_bytes(4, "little")
    place = send(operator, bytes(content)).headers["location"]
    finish(operator, place)
    assert "0.jpg : Rusak" in operator.get(place).words


def test_larger_archive_is_refused_with_words(operator: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.roster.photo_archive.MAX_ARCHIVE_BYTES", 10)
    page = send(operator, of(1))
    assert page.status == 409
    assert "lebih dari 0 MB; pecah menjadi beberapa berkas" in page.words


def test_much_larger_body_is_refused_before_it_is_kept(operator: Visitor, tmp_path: Path) -> None:
    assert send(operator, bytes(140 << 20)).status == 413
    assert not (tmp_path / "archives").exists()


def test_archive_needs_a_file_and_consent(operator: Visitor) -> None:
    assert "bila setiap orangnya sudah menyetujui" in send(operator, of(1), consented="").words
    token = operator.get(PAGE).field("token")
    assert "Pilih berkas ZIP." in operator.post(PAGE, token=token, consented="1").words


def test_archive_of_another_unit_is_not_there(operator: Visitor, admin: Visitor, people: dict[str, str]) -> None:
    place = send(admin, of(1)).headers["location"]
    assert operator.get(place).status == 404
    assert "foto.zip" not in operator.get(PAGE).text
    assert admin.get(place).status == 200


def test_step_works_as_a_plain_form(operator: Visitor, people: dict[str, str]) -> None:
    place = send(operator, of(1)).headers["location"]
    answer = operator.post(f"{place}/langkah", token=operator.get(place).field("token"))
    assert (answer.status, answer.headers["location"]) == (303, place)
    assert "Sudah diperiksa" in operator.get(place).words


def test_nip_and_name_of_one_person_are_one_line(operator: Visitor, people: dict[str, str]) -> None:
    place = send(operator, of(1, ("Rina_Wulandari/2.jpg", shade(100, number=9)))).headers["location"]
    assert finish(operator, place)["all"] == 1
    assert "2 foto" in operator.get(place).words


def test_dropped_archive_is_gone(operator: Visitor, tmp_path: Path) -> None:
    place = send(operator, of(1)).headers["location"]
    token = operator.get(place).field("token")
    assert operator.post(f"{place}/hapus", token=token).status == 303
    assert operator.get(place).status == 404
    assert list((tmp_path / "archives").glob("*")) == []


def test_file_that_is_gone_is_told(operator: Visitor, people: dict[str, str], tmp_path: Path) -> None:
    place = send(operator, of(1)).headers["location"]
    for path in (tmp_path / "archives").glob("*.zip"):
        path.unlink()
    assert step(operator, place)["trouble"] == "Berkas arsip tidak ada lagi di pusat ini; kirim ulang."


def test_old_archives_are_let_go(operator: Visitor, database: Database, tmp_path: Path) -> None:
    send(operator, of(1))
    store = ArchiveStore(tmp_path)
    assert end_old_archives(database, store, now=NOW + timedelta(days=6)) == 0
    assert end_old_archives(database, store, now=NOW + timedelta(days=8)) == 1
    assert list((tmp_path / "archives").glob("*")) == []


def test_person_whom_a_failed_step_was_at_is_taken_up_again(
    operator: Visitor, front: FrontOffice, database: Database, people: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = int(send(operator, of(1)).headers["location"].rpartition("/")[2])
    assert front.recogniser is not None
    assert front.photos is not None
    assert front.archives is not None
    monkeypatch.setattr(front.recogniser, "_open", None)
    monkeypatch.setattr(front.recogniser, "_take", _fail)
    with pytest.raises(EnrolmentError):
        take_step(database, front.recogniser, front.photos, front.archives, number, now=NOW, today=NOW.date())
    with database.read() as session:
        assert session.scalars(select(ArchivePerson.claimed_at)).all() == [None]
    report = archive_report(database, number)
    assert report is not None
    assert report.done == 0


def _fail() -> None:
    raise EnrolmentError("The pack builtin cannot be opened here.")


def test_trail_tells_whom_each_step_looked_at(operator: Visitor, people: dict[str, str], told: Any) -> None:
    place = send(operator, of(1)).headers["location"]
    step(operator, place)
    [entry] = told("archive.step")
    assert json.loads(entry.about)["employees"] == [people["rina"]]


@pytest.mark.parametrize(
    "sentence",
    [
        "a.zip holds no JPEG or PNG photo; name each by the NIP, or lay it in a folder named so.",
        "a.zip is no ZIP archive that opens; pack the photos into one.",
        "a.zip holds more than 5000 files; split it.",
        "a.zip is locked by a password; pack the photos without one.",
        "a.zip holds a file with a path out of its folder; pack the photos anew.",
        "a.zip holds a file that unpacks to far more than a photo does; send photos alone.",
        "a.zip unpacks to 900 MB; at most 512 MB: split it.",
        "a.zip cannot be kept: the hub's disk is nearly full; free it, and try again.",
        "a.zip has more than 128 MB; split it.",
        "This archive is not ready to be proposed; look at it again.",
        "The archive's file is not in this hub's folder any more; send it again.",
    ],
)
def test_refusal_has_words_in_both_languages(sentence: str) -> None:
    assert in_indonesian(sentence) is not None
    assert say(Language("en"), PaperError(sentence)) == sentence
