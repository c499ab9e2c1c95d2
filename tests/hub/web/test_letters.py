"""Letters in the browser: handing in with scans, the second person, what a letter comes to, and whose they are."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from hub.access import roles
from hub.access.accounts import link_account
from hub.access.roles import PAGE_ROLES, Role, may
from hub.attendance.covers import parse_cover
from hub.attendance.document_list import count_waiting, list_documents
from hub.attendance.documents import Letter, submit
from hub.attendance.models import DocumentFile, DocumentRow, StoredDay
from hub.attendance.paper_files import MAX_FILE_BYTES
from hub.web.body_limit import MAX_FORM_BYTES, MAX_UPLOAD_BYTES
from tests.factories.papers import jpeg, pdf, png
from tests.hub.web.conftest import NOW

HEALTH, SCHOOL = "Dinas Kesehatan", "Dinas Pendidikan"
TODAY = "2026-03-02"


@pytest.fixture
def people(office: Any) -> dict[str, str]:
    health, school = office.unit(HEALTH), office.unit(SCHOOL)
    return {
        "rina": office.employee("Rina Wulandari", unit=health, nip="198501012010011001"),
        "budi": office.employee("Budi Santoso", unit=school),
    }


@pytest.fixture
def operator(as_role: Callable[..., Any], people: Any) -> Any:
    return as_role(Role.OPERATOR, HEALTH)


@pytest.fixture
def official(as_role: Callable[..., Any], people: Any) -> Any:
    return as_role(Role.OFFICIAL, HEALTH)


def letter(**changes: str) -> dict[str, str]:
    return {
        "person": "Rina Wulandari",
        "kind": "Surat Dokter",
        "first": TODAY,
        "last": "2026-03-03",
        "known_by": "Atasan Langsung",
        "letter_number": "445/12",
    } | changes


def hand_in(visitor: Any, files: Any = (), **changes: str) -> Any:
    token = visitor.get("/surat/baru").field("token")
    sent = [("files", name, content) for name, content in files]
    return visitor.send("/surat/baru", [("token", token), *letter(**changes).items()], sent)


def rows(database: Any) -> list[DocumentRow]:
    with database.read() as session:
        return list(session.scalars(select(DocumentRow).order_by(DocumentRow.id)))


def test_letter_goes_from_hand_to_hand_until_it_counts(
    operator: Any, official: Any, database: Any, settle: Any, people: Any
) -> None:
    answer = hand_in(operator, [("surat.pdf", pdf())])
    assert answer.status == 303
    place = answer.headers["location"].partition("?")[0]
    page = operator.get(answer.headers["location"])
    for words in (
        "Surat tercatat.",
        "Surat ini dihitung untuk 2 hari kerja: S.",
        "menunggu verifikasi",
        "tinggal 29 hari",
        "oleh operator",
        "2–3 Maret 2026",
    ):
        assert words in page.words
    assert f"{place}/verifikasi" not in page.links.addresses

    page = official.get("/surat")
    assert "Rina Wulandari" in page.words
    page = official.get(place)
    assert f"{place}/masukkan" not in page.links.addresses
    assert official.post(f"{place}/verifikasi", token=page.field("token")).status == 303
    assert "Surat diverifikasi." in official.get(f"{place}?selesai=verifikasi").words

    page = operator.get(place)
    assert operator.post(f"{place}/masukkan", token=page.field("token")).status == 303
    settle()
    with database.read() as session:
        assert session.get_one(StoredDay, (people["rina"], _today())).status == "S"
    words = operator.get(place).words
    for step in ("Diserahkan oleh operator", "Diverifikasi oleh official", "Dimasukkan oleh operator"):
        assert step in words
    # Nothing is left for the official to do: no box without words.
    assert "letter-steps" in operator.get(place).text
    assert "letter-steps" not in official.get(place).text
    operator.get("/bahasa/en")
    assert "Working days that the letter counts for: 2 (S)." in operator.get(place).words


def test_scans_are_shown_and_answered_as_what_they_are(operator: Any, database: Any) -> None:
    files = [("surat.pdf", pdf()), ("foto\r\nX: y.jpg".replace("\r\n", ""), jpeg()), ("../../hub.png", png())]
    place = hand_in(operator, files).headers["location"].partition("?")[0]
    with database.read() as session:
        kept = list(session.scalars(select(DocumentFile).order_by(DocumentFile.id)))
    assert [file.name for file in kept] == ["surat.pdf", "fotoX: y.jpg", "hub.png"]
    for file, content, shown in zip(kept, (pdf(), jpeg(), png()), ("png", "jpeg", "jpeg"), strict=True):
        page = operator.get(f"{place}/berkas/{file.sha256}")
        assert page.text.encode(errors="surrogateescape") == content
        assert page.headers["content-type"] == file.media_type
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["content-disposition"].startswith("inline; filename*=UTF-8''")
        assert page.headers["cache-control"] == "no-store"
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert operator.get(f"{place}/pratinjau/{file.sha256}").headers["content-type"] == f"image/{shown}"
    assert operator.get(f"{place}/berkas/{'a' * 64}").status == 404
    assert operator.get(f"{place}/berkas/..%2f..%2fhub.db").status == 404


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("surat.svg", SVG, "surat.svg bukan PDF, JPEG atau PNG"),
        ("surat.pdf", SVG, "surat.pdf bukan PDF, JPEG atau PNG"),
        ("surat.jpg", b"PK\x03\x04" + b"\0" * 100, "surat.jpg bukan PDF, JPEG atau PNG"),
        ("surat.pdf", jpeg(), "tidak sesuai namanya"),
        ("surat.pdf", b"%PDF-1.7 rusak", "tidak dapat dibuka"),
        ("bom.png", png()[:16] + b"\0\1\x86\xa0\0\1\x86\xa0" + png()[24:], "terlalu banyak piksel"),
        ("besar.pdf", b"%PDF-" + b"0" * MAX_FILE_BYTES, "paling besar 10 MB"),
        ("kosong.pdf", b"", "kosong.pdf kosong"),
        ("../../../etc/passwd", b"root:x:0", "passwd bukan PDF"),
    ],
)
def test_files_that_are_no_scans_are_refused_with_words(
    operator: Any, database: Any, front: Any, name: str, content: bytes, words: str
) -> None:
    page = hand_in(operator, [(name, content)])
    assert page.status == 409
    assert words in page.words
    assert "Belum tersimpan." in page.words
    assert rows(database) == []
    # What was written stands there still.
    assert 'value="445/12"' in page.text
    operator.get("/bahasa/en")
    english = hand_in(operator, [(name, content)]).words
    assert "Not saved." in english
    assert words not in english


def chunked(visitor: Any, path: str, total: int, *, declared: bool) -> tuple[int, str]:
    """Send so many bytes of nothing; how it was answered."""
    connection = http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=120)
    headers = {
        "Cookie": "; ".join(f"{name}={text}" for name, text in visitor.cookies.items()),
        "Content-Type": "multipart/form-data; boundary=x",
    }
    if declared:
        headers["Content-Length"] = str(total)
    block = b"0" * (1 << 20)
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
    body = (head if number == 0 else block for number in range(1 + total // len(block)))
    if declared:
        headers["Content-Length"] = str(len(head) + (total // len(block)) * len(block))
    connection.request("POST", path, body, headers, encode_chunked=not declared)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.mark.parametrize("declared", [True, False])
def test_two_hundred_megabytes_are_refused_with_words(operator: Any, database: Any, declared: bool) -> None:
    status, text = chunked(operator, "/surat/baru", 200 << 20, declared=declared)
    assert status == 413
    assert "paling besar 10 MB" in text
    assert rows(database) == []


def test_strangers_and_other_pages_may_send_little(stranger: Any, operator: Any) -> None:
    assert MAX_FORM_BYTES < MAX_UPLOAD_BYTES
    assert chunked(stranger, "/surat/baru", MAX_FORM_BYTES * 3, declared=True)[0] == 413
    assert chunked(operator, "/masuk", MAX_FORM_BYTES * 3, declared=True)[0] == 413


def test_too_many_files_are_refused(operator: Any, database: Any) -> None:
    page = hand_in(operator, [(f"{number}.jpg", jpeg()) for number in range(9)])
    assert "Paling banyak 8 berkas" in page.words
    assert rows(database) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"person": ""}, "Isi nama atau NIP"),
        ({"person": "Budi Santoso"}, "Tidak ada pegawai &#39;Budi Santoso&#39;"),
        ({"person": "nobody\0"}, "Tidak ada pegawai"),
        ({"kind": ""}, "bukan jenis surat"),
        ({"kind": "Surat Keterangan"}, "memerlukan alasan"),
        ({"kind": "Surat Keterangan Pembatalan Kehadiran"}, "bukan jenis surat"),
        ({"first": "", "last": ""}, "Isi tanggal"),
        ({"first": "2026-02-30"}, "bukan tanggal"),
        ({"last": "2026-03-01"}, "sebelum mulai"),
        ({"handed_in": "2027-01-01"}, "tidak mungkin diserahkan"),
        ({"handed_in": "x"}, "bukan tanggal"),
        ({"known_by": "Tetangga"}, "bukan jabatan"),
    ],
)
def test_letters_that_cannot_be_are_refused(operator: Any, database: Any, changes: dict[str, str], words: str) -> None:
    page = hand_in(operator, **changes)
    assert page.status == 409
    assert words in page.words
    assert rows(database) == []


def test_part_of_a_day_and_reason_are_taken(operator: Any, database: Any) -> None:
    assert hand_in(operator, last="", start="07:00", end="09:30").status == 303
    assert hand_in(operator, kind="Surat Keterangan", grounds="diklat").status == 303
    first, second = rows(database)
    assert first.covers == [{"from": "2026-03-02T07:00", "to": "2026-03-02T09:30"}]
    assert second.reason == "diklat"


def test_whoever_handed_in_never_verifies(
    operator: Any, as_role: Any, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = hand_in(operator).headers["location"].partition("?")[0]
    page = operator.get(place)
    assert operator.post(f"{place}/verifikasi", token=page.field("token")).status == 403
    monkeypatch.setitem(roles._PAPER_RIGHTS, Role.OPERATOR, frozenset({"letters", "hand_in", "verify", "enter"}))
    page = operator.get(place)
    assert "orang lain harus memverifikasinya" in page.words
    refused = operator.post(f"{place}/verifikasi", token=page.field("token"))
    assert refused.status == 409
    assert "orang lain harus memverifikasinya" in refused.words
    assert rows(database)[0].verified_on is None


def test_nobody_verifies_or_enters_their_own_letter(
    operator: Any, official: Any, database: Any, people: dict[str, str]
) -> None:
    place = hand_in(operator).headers["location"].partition("?")[0]
    token = official.get(place).field("token")
    link_account(database, "official", people["rina"])
    page = official.post(f"{place}/verifikasi", token=token)
    assert (page.status, "tentang diri Anda sendiri" in page.words) == (409, True)
    link_account(database, "official", None)
    assert official.post(f"{place}/verifikasi", token=token).status == 303
    link_account(database, "operator", people["rina"])
    assert operator.post(f"{place}/masukkan", token=operator.get(place).field("token")).status == 409
    assert rows(database)[0].entered_on is None


def test_refusing_and_withdrawing_keep_their_reasons(operator: Any, official: Any, database: Any) -> None:
    place = hand_in(operator).headers["location"].partition("?")[0]
    token = official.get(place).field("token")
    assert "Tulis alasannya" in official.post(f"{place}/tolak", token=token, reason=" ").words
    assert official.post(f"{place}/tolak", token=token, reason="tanpa tanda tangan").status == 303
    assert "tanpa tanda tangan" in official.get(place).words
    again = official.post(f"{place}/verifikasi", token=token)
    assert (again.status, "sudah ditolak" in again.words) == (409, True)
    other = hand_in(operator, kind="Surat Ijin").headers["location"].partition("?")[0]
    token = operator.get(other).field("token")
    assert operator.post(f"{other}/tarik", token=token, reason="salah orang").status == 303
    assert [line.state for line in list_documents(database, on=_today())] == ["withdrawn", "refused"]


def test_correction_takes_the_place_of_a_letter(operator: Any, database: Any) -> None:
    place = hand_in(operator, [("surat.pdf", pdf())]).headers["location"].partition("?")[0]
    form = operator.get(f"{place}/perbaiki")
    assert 'value="2026-03-02"' in form.text
    fields = [("token", form.field("token")), *letter(last="", reason="salah tanggal").items()]
    answer = operator.send(f"{place}/perbaiki", fields)
    assert answer.status == 303
    old, new = rows(database)
    assert (new.replaces, old.withdrawn_because) == (old.id, f"salah tanggal (corrected by {new.id})")
    page = operator.get(answer.headers["location"])
    assert f"Menggantikan surat {old.id}" in page.words
    assert "surat.pdf" in page.words
    assert operator.get(f"{place}/perbaiki").status == 404


def test_files_are_added_later(operator: Any, database: Any) -> None:
    place = hand_in(operator).headers["location"].partition("?")[0]
    token = operator.get(place).field("token")
    assert "Pilih dahulu berkas" in operator.send(f"{place}/berkas", [("token", token)]).words
    assert operator.send(f"{place}/berkas", [("token", token)], [("files", "a.pdf", pdf())]).status == 303
    assert "a.pdf" in operator.get(place).words


def _today() -> date:
    return date.fromisoformat(TODAY)


# Whose --------------------------------------------------------------------------------------------------------------


def test_letters_of_other_units_are_not_there(admin: Any, operator: Any, official: Any, database: Any) -> None:
    place = hand_in(admin, [("surat.pdf", pdf())], person="Budi Santoso").headers["location"].partition("?")[0]
    with database.read() as session:
        sha256 = session.scalars(select(DocumentFile.sha256)).one()
    assert admin.get(place).status == 200
    assert "Budi" not in operator.get("/surat?keadaan=semua").words
    for visitor in (operator, official):
        token = visitor.get("/surat").field("token")
        for path in (place, f"{place}/berkas/{sha256}", f"{place}/pratinjau/{sha256}"):
            assert visitor.get(path).status == 404
        step = "verifikasi" if visitor is official else "tarik"
        assert visitor.post(f"{place}/{step}", token=token, reason="x").status == 404
    assert operator.get(f"{place}/perbaiki").status == 404
    assert operator.send(f"{place}/berkas", [("token", token)]).status == 400
    token = operator.get("/surat").field("token")
    assert operator.send(f"{place}/berkas", [("token", token)], [("files", "a.pdf", pdf())]).status == 404
    assert count_waiting(database, None, on=_today()) == {"submitted": 1, "verified": 0}
    assert operator.get("/surat?unit=2").status == 403


@pytest.mark.parametrize("role", [role for role in PAGE_ROLES if role is not Role.EMPLOYEE])
def test_each_role_may_what_its_rights_say(as_role: Any, admin: Any, people: Any, database: Any, role: Role) -> None:
    place = hand_in(admin).headers["location"].partition("?")[0]
    visitor = as_role(role)
    token = visitor.get("/kiosk" if role is Role.TECHNICIAN else "/harian").field("token")
    assert visitor.get("/surat").status == (200 if may(role, "papers") else 403)
    assert visitor.get(place).status == (200 if may(role, "papers") else 403)
    assert visitor.get("/surat/baru").status == (200 if may(role, "hand_in") else 403)
    assert visitor.get(f"{place}/perbaiki").status == (200 if may(role, "hand_in") else 403)
    for step, right in (("verifikasi", "verify"), ("masukkan", "enter")):
        status = visitor.post(f"{place}/{step}", token=token).status
        assert (status != 403) == may(role, right), step  # type: ignore[arg-type]
    assert visitor.send("/surat/baru", [("token", token), *letter(last="").items()]).status == (
        303 if may(role, "hand_in") else 403
    )


def test_forms_without_their_token_change_nothing(operator: Any, database: Any) -> None:
    place = hand_in(operator).headers["location"].partition("?")[0]
    for path in ("/surat/baru", f"{place}/tarik", f"{place}/perbaiki", f"{place}/berkas"):
        assert operator.send(path, [("token", "x"), *letter().items()]).status == 400
    assert [row.withdrawn_at for row in rows(database)] == [None]


def test_strange_addresses_are_refused(operator: Any, database: Any) -> None:
    place = hand_in(operator).headers["location"].partition("?")[0]
    token = operator.get(place).field("token")
    for path in ("/surat/0", "/surat/99", "/surat/99999999999999999999", "/surat/x", "/surat?keadaan=x"):
        assert operator.get(path).status == 404
    assert operator.get("/surat?month=x").status == 400
    assert operator.post(f"{place}/hapus", token=token).status == 404
    assert operator.send(place.replace("surat/1", "surat/baru"), [("token", token), ("files", "text")]).status == 400


def test_list_is_shown_in_pages_and_searched_by_name(
    operator: Any, official: Any, database: Any, people: Any, office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.web.views.letters.ON_A_PAGE", 2)
    siti = office.employee("Siti Aminah", unit=1)
    for person, first in ((people["rina"], 3), (siti, 1), (people["rina"], 2), (siti, 5), (people["rina"], 4)):
        submit(database, person, Letter(type="Surat Cuti", covers=(parse_cover(f"2026-03-0{first}"),)), by="x", now=NOW)

    def shown(visitor: Any, address: str) -> list[str]:
        page = visitor.get(address)
        assert page.status == 200
        return [link for link in page.links.addresses if re.fullmatch(r"/surat/[0-9]+", link)]

    due_first = "/surat?keadaan=submitted"
    assert shown(official, due_first) == ["/surat/2", "/surat/3"]
    assert shown(official, f"{due_first}&page=2") == ["/surat/1", "/surat/5"]
    assert shown(official, f"{due_first}&page=3") == shown(official, f"{due_first}&page=99") == ["/surat/4"]
    assert shown(operator, "/surat?keadaan=semua") == ["/surat/5", "/surat/4"]
    middle = official.get(f"{due_first}&month=2026-03&page=2")
    assert "Halaman 2 dari 3" in middle.words
    around = [link for link in middle.links.addresses if "page=" in link]
    assert around == [f"/surat?page={number}&keadaan=submitted&unit=1&month=2026-03" for number in (1, 3)]
    assert shown(official, f"{due_first}&name=aminah+siti") == ["/surat/2", "/surat/4"]
    assert shown(official, f"{due_first}&name=19850101&page=2") == ["/surat/5"]
    found = official.get(f"{due_first}&name=budi")
    assert "Pilih bulan atau keadaan lain" in found.words, "somebody of another unit is nobody here"
    for wrong in ("page=0", "page=x", "page=100001"):
        assert official.get(f"{due_first}&{wrong}").status == 400


def test_employee_searches_no_names(as_role: Any, people: Any, database: Any) -> None:
    visitor = as_role(Role.EMPLOYEE)
    link_account(database, "employee", people["rina"])
    assert 'name="name"' not in visitor.get("/surat").text
