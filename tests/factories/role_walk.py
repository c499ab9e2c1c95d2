"""How each route of the hub is asked by the walk over roles: addresses and forms, and what an allowed answer is.

In addresses and forms stand names in braces, filled from the things of one unit: {unit}, {person}, {letter}, {verified}
(a letter that was verified), {sha} (a scan of it), {entry}, {outage}, {refusal}, {punch}, {frame},
{fault} and {solved} (reports), {kiosk}, {archive} and {proposed} (archives of photos), {webhook} (of every
unit), and {office}: the office that hands its months over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Asking:
    """path: with its names. form: sent with POST, and the form token. allowed: the status for whoever has the right;
    a form that lacks something answers 409, so that nothing is changed. elsewhere: the status for the same of another
    unit; None: there is no such thing to ask for. signed_out: whether it ends the session."""

    path: str
    form: dict[str, str] = field(default_factory=dict)
    allowed: int = 200
    elsewhere: int | None = None
    signed_out: bool = False


def _of_unit(path: str, **form: str) -> Asking:
    """A page that may be asked for a unit."""
    mark = "&" if "?" in path else "?"
    return Asking(path if form else f"{path}{mark}unit={{unit}}", form, 409 if form else 200, 403)


def _thing(path: str, allowed: int = 200, **form: str) -> Asking:
    """A page of one thing."""
    return Asking(path, form, allowed, 404)


def _handover(deed: str) -> Asking:
    """A step with days of a unit's month that were never shown."""
    return Asking(f"/serah-terima/2026-02/{{office}}/{deed}", {"seen": "x"}, 409, 403)


_DAY = "2026-03-02"

ASKED: Final[dict[str, Asking]] = {
    "GET /": _of_unit("/"),
    "GET /masuk": Asking("/masuk", allowed=303),
    "POST /masuk": Asking("/masuk", {"name": "nobody"}, 400),
    "GET /masuk/kode": Asking("/masuk/kode"),
    "POST /masuk/kode": Asking("/masuk/kode"),
    "POST /keluar": Asking("/keluar", allowed=303, signed_out=True),
    "POST /keluar/semua": Asking("/keluar/semua", allowed=303, signed_out=True),
    "GET /bahasa/{code}": Asking("/bahasa/id", allowed=303),
    "GET /healthz": Asking("/healthz"),
    "GET /readyz": Asking("/readyz"),
    "GET /metrics": Asking("/metrics"),
    "GET /models/{sha256}": Asking("/models/0", allowed=404),
    "HEAD /models/{sha256}": Asking("/models/0", allowed=404),
    "GET /rilis/{name}/{path:path}": Asking("/rilis/0/manifest.json", allowed=404),
    "HEAD /rilis/{name}/{path:path}": Asking("/rilis/0/manifest.json", allowed=404),
    "GET /kiosk-baru": Asking("/kiosk-baru"),
    "POST /kiosk-baru/{device}/{deed}": Asking("/kiosk-baru/kiosk-99/tolak", {"because": "x"}, 409),
    "GET /klaim/ca.crt": Asking("/klaim/ca.crt", allowed=503),
    "POST /klaim": Asking("/klaim", {"x": "x"}, 503),
    "POST /klaim/perpanjang": Asking("/klaim/perpanjang", {"x": "x"}, 503),
    "GET /akun": Asking("/akun"),
    "GET /akun/dua-langkah": Asking("/akun/dua-langkah"),
    "GET /akun/dua-langkah/qr.svg": Asking("/akun/dua-langkah/qr.svg", allowed=404),
    "POST /akun/dua-langkah/mulai": Asking("/akun/dua-langkah/mulai", {"password": "x"}, 401),
    "POST /akun/dua-langkah/sahkan": Asking("/akun/dua-langkah/sahkan", {"code": "x"}, 401),
    "POST /akun/dua-langkah/kode": Asking("/akun/dua-langkah/kode", {"code": "x"}, 401),
    "POST /akun/dua-langkah/hapus": Asking("/akun/dua-langkah/hapus", {"password": "x"}, 401),
    "GET /harian": _of_unit("/harian"),
    "GET /kehadiran": _of_unit("/kehadiran"),
    "GET /bulanan": _of_unit("/bulanan"),
    "GET /grafik": _of_unit("/grafik"),
    "GET /cari": Asking("/cari?q=a"),
    "GET /pegawai": _of_unit("/pegawai"),
    "GET /pegawai/{employee_id}": _thing("/pegawai/{person}"),
    "GET /pegawai/{employee_id}/{date}": _thing(f"/pegawai/{{person}}/{_DAY}"),
    "GET /pegawai/persetujuan": Asking("/pegawai/persetujuan"),
    "GET /pegawai/persetujuan/foto/{frame_id}": _thing("/pegawai/persetujuan/foto/{frame}"),
    "POST /pegawai/persetujuan/{person_id}/setujui": _thing(
        "/pegawai/persetujuan/{person}/setujui", 409, frames="999999"
    ),
    "POST /pegawai/persetujuan/{person_id}/tolak": _thing("/pegawai/persetujuan/{person}/tolak", 409, frames="999999"),
    "GET /kiosk": _of_unit("/kiosk"),
    "GET /kiosk/{device}": _thing("/kiosk/{kiosk}"),
    "POST /kiosk/{device}/{deed}": _thing("/kiosk/{kiosk}/sahkan-ganti", 409, because="x"),
    "GET /karantina": Asking("/karantina"),
    "GET /langsung": Asking("/langsung"),
    "GET /langsung/aliran": Asking("/langsung/aliran?sekali=1"),
    "GET /terjadwal": Asking("/terjadwal"),
    "POST /terjadwal": Asking("/terjadwal", {"job": "none"}, 404),
    "GET /pengingat": Asking("/pengingat"),
    "POST /pengingat": Asking("/pengingat", {"siapa": "nobody"}, 409),
    "POST /pengingat/{number:int}/akhiri": Asking("/pengingat/0/akhiri", {"x": "x"}, 404),
    "GET /penolakan": Asking("/penolakan"),
    "GET /penolakan/{device}/{epoch}/{seq}/foto": _thing("/penolakan/{refusal}/foto"),
    "POST /penolakan/{device}/{epoch}/{seq}/dilihat": _thing("/penolakan/{refusal}/dilihat", 303),
    "POST /penolakan/{device}/{epoch}/{seq}/selesai": _thing("/penolakan/{refusal}/selesai", 303),
    "GET /pekerjaan": Asking("/pekerjaan"),
    "GET /tinjauan": _of_unit("/tinjauan"),
    "POST /tinjauan": _of_unit("/tinjauan", unit="{unit}", punch="{punch}", putusan="tolak"),
    "GET /tinjauan/scan/{device}/{epoch}/{seq}": _thing("/tinjauan/scan/{punch}"),
    "GET /tinjauan/wajah/{employee_id}": _thing("/tinjauan/wajah/{person}"),
    "GET /surat": _of_unit("/surat"),
    "GET /surat/baru": Asking("/surat/baru"),
    "POST /surat/baru": Asking("/surat/baru", {"person": "{person}"}, 409),
    "GET /surat/{number:int}": _thing("/surat/{letter}"),
    "GET /surat/{number:int}/perbaiki": _thing("/surat/{letter}/perbaiki"),
    "POST /surat/{number:int}/perbaiki": _thing("/surat/{letter}/perbaiki", 409),
    "POST /surat/{number:int}/berkas": _thing("/surat/{letter}/berkas", 409),
    "GET /surat/{number:int}/berkas/{sha256}": _thing("/surat/{letter}/berkas/{sha}"),
    "GET /surat/{number:int}/pratinjau/{sha256}": _thing("/surat/{letter}/pratinjau/{sha}"),
    "POST /surat/{number:int}/{step} (verifikasi)": _thing("/surat/{verified}/verifikasi", 409),
    "POST /surat/{number:int}/{step} (tolak)": _thing("/surat/{letter}/tolak", 409),
    "POST /surat/{number:int}/{step} (masukkan)": _thing("/surat/{letter}/masukkan", 409),
    "POST /surat/{number:int}/{step} (tarik)": _thing("/surat/{letter}/tarik", 409),
    "GET /pembatalan/baru": Asking("/pembatalan/baru"),
    "POST /pembatalan/baru": Asking("/pembatalan/baru", {"person": "{person}"}, 409),
    "GET /manual": _of_unit("/manual"),
    "POST /manual": Asking("/manual", {"entry": "{entry}", "putusan": "tolak"}, 409, 409),
    "GET /manual/baru": Asking("/manual/baru"),
    "POST /manual/baru": Asking("/manual/baru", {"person": "{person}"}, 409),
    "POST /manual/{number:int}/tarik": _thing("/manual/{entry}/tarik", 409),
    "GET /manual/{number:int}/foto": _thing("/manual/{entry}/foto"),
    "GET /gangguan": Asking("/gangguan"),
    "POST /gangguan": _of_unit("/gangguan", unit="{unit}"),
    "GET /gangguan/{number:int}": _thing("/gangguan/{outage}"),
    "POST /gangguan/{number:int}/akhiri": _thing("/gangguan/{outage}/akhiri", 409, ended="x"),
    "POST /gangguan/{number:int}/lembar": _thing("/gangguan/{outage}/lembar", 409),
    "GET /bulan": _of_unit("/bulan"),
    "GET /bulan/{text}": _of_unit("/bulan/2026-02"),
    "POST /bulan/{text}/tutup": _of_unit("/bulan/2026-02/tutup", unit="{unit}", seen="x"),
    "POST /bulan/{text}/buka": _of_unit("/bulan/2026-02/buka", unit="{unit}"),
    "GET /unduh/harian.{form}": _of_unit("/unduh/harian.csv"),
    "GET /unduh/bulanan.{form}": _of_unit("/unduh/bulanan.csv"),
    "GET /unduh/lampiran-i-kosong.{form}": _of_unit("/unduh/lampiran-i-kosong.xlsx"),
    "GET /unduh/lampiran-iii.{form}": _thing("/unduh/lampiran-iii.xlsx?person={person}"),
    "GET /serah-terima": Asking("/serah-terima"),
    "GET /serah-terima/{text}/{unit_id:int}": Asking("/serah-terima/2026-02/{office}", elsewhere=403),
    "POST /serah-terima/{text}/{unit_id:int}/{deed} (periksa)": _handover("periksa"),
    "POST /serah-terima/{text}/{unit_id:int}/{deed} (tanda-tangan)": _handover("tanda-tangan"),
    "POST /serah-terima/{text}/{unit_id:int}/{deed} (terima)": _handover("terima"),
    "POST /serah-terima/{text}/{unit_id:int}/{deed} (kembalikan)": _handover("kembalikan"),
    "GET /laporan": Asking("/laporan"),
    "POST /laporan": Asking("/laporan", {"unit": "{unit}"}, 400, 403),
    "POST /laporan/{number:int}/{deed} (tangani)": _thing("/laporan/{solved}/tangani", 400),
    "POST /laporan/{number:int}/{deed} (selesaikan)": _thing("/laporan/{fault}/selesaikan", 400),
    "POST /laporan/{number:int}/{deed} (buka)": _thing("/laporan/{fault}/buka", 400),
    "GET /jejak": Asking("/jejak"),
    "GET /jadwal": Asking("/jadwal"),
    "GET /jadwal/{name}": Asking("/jadwal/jember-5"),
    "GET /jadwal/{name}/ubah": Asking("/jadwal/jember-5/ubah"),
    "POST /jadwal/{name}/ubah": Asking("/jadwal/jember-5/ubah", allowed=400),
    "GET /unduh/pegawai.csv": _of_unit("/unduh/pegawai.csv"),
    "GET /pegawai/impor": Asking("/pegawai/impor"),
    "POST /pegawai/impor": Asking("/pegawai/impor", allowed=409),
    "GET /pegawai/{employee_id}/data": _thing("/pegawai/{person}/data"),
    "POST /pegawai/{employee_id}/pindah": _thing("/pegawai/{person}/pindah", 409, unit="{unit}"),
    "GET /kalender": Asking("/kalender"),
    "GET /unduh/libur.csv": Asking("/unduh/libur.csv"),
    "POST /kalender/impor": Asking("/kalender/impor", allowed=409),
    "POST /kalender/edaran": Asking("/kalender/edaran", allowed=409),
    "POST /kalender/tarik": Asking("/kalender/tarik", allowed=409),
    "GET /unit": Asking("/unit"),
    "GET /unit/{unit_id:int}": Asking("/unit/{unit}", elsewhere=403),
    "GET /unduh/unit.csv": _of_unit("/unduh/unit.csv"),
    "POST /unit": Asking("/unit", {"nama": " ", "zona": "WIB"}, 409),
    "POST /unit/{unit_id:int}/nama": Asking("/unit/{unit}/nama", {"nama": " "}, 409, 403),
    "POST /unit/{unit_id:int}/pindah": Asking("/unit/{unit}/pindah", {}, 409, 403),
    "POST /unit/{unit_id:int}/tutup": Asking("/unit/{unit}/tutup", {}, 409, 403),
    "POST /unit/{unit_id:int}/buka": Asking("/unit/{unit}/buka", {}, 409, 403),
    "GET /unit/impor": Asking("/unit/impor"),
    "POST /unit/{unit_id:int}/zona": Asking("/unit/{unit}/zona", {"zona": "x"}, 409, 403),
    "POST /unit/{unit_id:int}/pejabat": Asking("/unit/{unit}/pejabat", {}, 409, 403),
    "POST /unit/{unit_id:int}/pejabat/{number:int}/akhiri": Asking("/unit/{unit}/pejabat/9/akhiri", {}, 409, 403),
    "POST /unit/impor": Asking("/unit/impor", allowed=409),
    "GET /pegawai/{employee_id}/wajah": _thing("/pegawai/{person}/wajah"),
    "POST /pegawai/{employee_id}/wajah/mulai": _thing("/pegawai/{person}/wajah/mulai", 303),
    "POST /pegawai/{employee_id}/wajah/gambar": _thing("/pegawai/{person}/wajah/gambar", 400),
    "POST /pegawai/{employee_id}/wajah/berkas": _thing("/pegawai/{person}/wajah/berkas"),
    "GET /pegawai/{employee_id}/wajah/foto/{number:int}": _thing("/pegawai/{person}/wajah/foto/999", 404),
    "POST /pegawai/{employee_id}/wajah/usulkan": _thing("/pegawai/{person}/wajah/usulkan", 409),
    "POST /pegawai/{employee_id}/wajah/batal": _thing("/pegawai/{person}/wajah/batal", 303),
    "GET /pegawai/arsip-foto": Asking("/pegawai/arsip-foto"),
    "POST /pegawai/arsip-foto": Asking("/pegawai/arsip-foto", allowed=409),
    "GET /pegawai/arsip-foto/{number:int}": _thing("/pegawai/arsip-foto/{archive}"),
    "POST /pegawai/arsip-foto/{number:int}/langkah": _thing("/pegawai/arsip-foto/{archive}/langkah", 303),
    "POST /pegawai/arsip-foto/{number:int}/usulkan": _thing("/pegawai/arsip-foto/{proposed}/usulkan", 409),
    "POST /pegawai/arsip-foto/{number:int}/hapus": _thing("/pegawai/arsip-foto/{proposed}/hapus", 303),
    "GET /pegawai/mirip": Asking("/pegawai/mirip"),
    "POST /pegawai/mirip": Asking("/pegawai/mirip", {"one": "nobody", "other": "nobody", "putusan": "dua"}, 404),
    "GET /saya": Asking("/saya"),
    "GET /saya/{date}": Asking(f"/saya/{_DAY}"),
    "POST /akun/peran": Asking("/akun/peran", {"role": "0"}, 404),
    "GET /akun/pengingat": Asking("/akun/pengingat"),
    "POST /akun/pengingat": Asking("/akun/pengingat", {"gerbang": "mail", "alamat": "x"}, 409),
    "POST /akun/pengingat/{number:int}/ubah": Asking("/akun/pengingat/0/ubah", {"dari": "20:00"}, 404),
    "POST /akun/pengingat/{number:int}/akhiri": Asking("/akun/pengingat/0/akhiri", {"x": "x"}, 404),
    "GET /akun/sandi": Asking("/akun/sandi"),
    "POST /akun/sandi": Asking("/akun/sandi", {"password": "x"}, 401),
    "GET /akun/daftar": Asking("/akun/daftar"),
    "POST /akun/daftar": Asking("/akun/daftar", {"username": "x"}, 409),
    "GET /akun/daftar/{username}": Asking("/akun/daftar/siti"),
    "POST /akun/daftar/{username}/peran": Asking("/akun/daftar/siti/peran", allowed=409),
    "POST /akun/daftar/{username}/peran/{assignment_id:int}/akhiri": Asking(
        "/akun/daftar/siti/peran/999/akhiri", allowed=409
    ),
    "POST /akun/daftar/{username}/nonaktif": Asking("/akun/daftar/nobody/nonaktif", allowed=404),
    "POST /akun/daftar/{username}/aktif": Asking("/akun/daftar/siti/aktif", allowed=409),
    "POST /akun/daftar/{username}/sandi": Asking("/akun/daftar/nobody/sandi", allowed=404),
    "POST /akun/daftar/{username}/dua-langkah": Asking("/akun/daftar/siti/dua-langkah", allowed=409),
    "POST /akun/daftar/{username}/pegawai": Asking("/akun/daftar/siti/pegawai", allowed=409),
    "GET /akun/aktivasi": _of_unit("/akun/aktivasi"),
    "POST /akun/aktivasi": _of_unit("/akun/aktivasi", unit="{unit}"),
    "GET /aktivasi": Asking("/aktivasi"),
    "POST /aktivasi": Asking("/aktivasi", {"number": "1"}, 400),
    "GET /webhook": Asking("/webhook"),
    "POST /webhook": Asking("/webhook", {"name": "x"}, 409),
    "GET /webhook/{number:int}": Asking("/webhook/{webhook}"),
    "POST /webhook/{number:int}/uji": Asking("/webhook/{webhook}/uji", allowed=303),
    "POST /webhook/{number:int}/ulang": Asking("/webhook/{webhook}/ulang", {"delivery": "999"}, 409),
    "POST /webhook/{number:int}/mati": Asking("/webhook/{webhook}/mati", allowed=409),
    "POST /webhook/{number:int}/hidup": Asking("/webhook/{webhook}/hidup", allowed=409),
    "POST /webhook/{number:int}/rahasia": Asking("/webhook/{webhook}/rahasia"),
    "GET /api/v1/openapi.json": Asking("/api/v1/openapi.json"),
    "HEAD /api/v1/openapi.json": Asking("/api/v1/openapi.json"),
    "GET /api/v1/employees": _of_unit("/api/v1/employees"),
    "GET /api/v1/employees/{employee_id}": _thing("/api/v1/employees/{person}"),
    "GET /api/v1/punches": _of_unit(f"/api/v1/punches?from={_DAY}&to={_DAY}"),
    "GET /api/v1/days": _of_unit(f"/api/v1/days?from={_DAY}&to={_DAY}"),
    "GET /api/v1/pay/runs": Asking("/api/v1/pay/runs"),
    "GET /api/v1/pay/run": Asking("/api/v1/pay/run?number=x", allowed=404),
    "GET /api/v1/documents": _of_unit("/api/v1/documents?month=2026-03"),
    "GET /api/v1/documents/{document_id}": _thing("/api/v1/documents/{letter}"),
    "POST /api/v1/documents": Asking("/api/v1/documents"),
    "POST /api/v1/documents/{document_id}/withdrawal": Asking("/api/v1/documents/{letter}/withdrawal"),
    "GET /api/v1/kiosks": _of_unit("/api/v1/kiosks"),
    "GET /api/v1/recap/daily": _of_unit("/api/v1/recap/daily"),
    "GET /api/v1/recap/monthly": _of_unit("/api/v1/recap/monthly"),
}
