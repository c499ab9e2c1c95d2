"""What each address of the hub reads or changes, in the audit trail's words.

An address that stands in neither table still leaves entries, under the name of its function; a test asks for its line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class DeedName:
    """act: the word in the trail, with the phrase `act.WORD`. period: told even when the address leaves it out."""

    act: str
    period: Literal["", "month", "day"] = ""


DEEDS: Final[dict[str, DeedName]] = {
    # Attendance
    "GET /": DeedName("home.read", "day"),
    "GET /harian": DeedName("daily.read", "day"),
    "GET /bulanan": DeedName("monthly.read", "month"),
    "GET /kehadiran": DeedName("grid.read", "month"),
    "GET /grafik": DeedName("charts.read", "month"),
    "GET /langsung": DeedName("live.read"),
    "GET /langsung/aliran": DeedName("live.stream"),
    "GET /cari": DeedName("search.read"),
    "GET /pegawai": DeedName("staff.read"),
    "GET /pegawai/{employee_id}": DeedName("month.read", "month"),
    "GET /pegawai/{employee_id}/{date}": DeedName("day.read"),
    "GET /api/v1/recap/daily": DeedName("daily.read", "day"),
    "GET /api/v1/recap/monthly": DeedName("monthly.read", "month"),
    "GET /unduh/harian.{form}": DeedName("daily.download", "day"),
    "GET /unduh/bulanan.{form}": DeedName("monthly.download", "month"),
    "GET /unduh/lampiran-i-kosong.{form}": DeedName("names.download", "day"),
    "GET /unduh/lampiran-iii.{form}": DeedName("cancellation.download"),
    # Enrolment, refusals, kiosks
    "GET /pegawai/persetujuan": DeedName("enrolment.read"),
    "GET /pegawai/persetujuan/foto/{frame_id}": DeedName("enrolment.photo"),
    "POST /pegawai/persetujuan/{person_id}/setujui": DeedName("enrolment.approve"),
    "POST /pegawai/persetujuan/{person_id}/tolak": DeedName("enrolment.refuse"),
    "GET /pegawai/{employee_id}/wajah": DeedName("face.read"),
    "POST /pegawai/{employee_id}/wajah/mulai": DeedName("face.begin"),
    "POST /pegawai/{employee_id}/wajah/gambar": DeedName("face.picture"),
    "POST /pegawai/{employee_id}/wajah/berkas": DeedName("face.files"),
    "GET /pegawai/{employee_id}/wajah/foto/{number:int}": DeedName("face.photo"),
    "POST /pegawai/{employee_id}/wajah/usulkan": DeedName("face.propose"),
    "POST /pegawai/{employee_id}/wajah/batal": DeedName("face.drop"),
    "GET /pegawai/arsip-foto": DeedName("archives.read"),
    "POST /pegawai/arsip-foto": DeedName("archive.send"),
    "GET /pegawai/arsip-foto/{number:int}": DeedName("archive.read"),
    "POST /pegawai/arsip-foto/{number:int}/langkah": DeedName("archive.step"),
    "POST /pegawai/arsip-foto/{number:int}/usulkan": DeedName("archive.propose"),
    "POST /pegawai/arsip-foto/{number:int}/hapus": DeedName("archive.drop"),
    "GET /penolakan": DeedName("refusals.read"),
    "GET /penolakan/{device}/{epoch}/{seq}/foto": DeedName("refusal.picture"),
    "POST /penolakan/{device}/{epoch}/{seq}/dilihat": DeedName("refusal.see"),
    "POST /penolakan/{device}/{epoch}/{seq}/selesai": DeedName("refusal.settle"),
    "GET /kiosk": DeedName("kiosks.read"),
    "GET /kiosk/{device}": DeedName("kiosk.read"),
    "POST /kiosk/{device}/{deed}": DeedName("kiosk.do"),
    "GET /karantina": DeedName("quarantine.read"),
    "POST /terjadwal": DeedName("job.ask"),
    "GET /pengingat": DeedName("reminders.read"),
    "POST /pengingat": DeedName("contact.add"),
    "POST /pengingat/{number:int}/akhiri": DeedName("contact.end"),
    # Papers
    "GET /tinjauan": DeedName("review.read"),
    "POST /tinjauan": DeedName("review.decide"),
    "GET /tinjauan/scan/{device}/{epoch}/{seq}": DeedName("review.picture"),
    "GET /tinjauan/wajah/{employee_id}": DeedName("review.portrait"),
    "GET /surat": DeedName("letters.read"),
    "GET /surat/{number:int}": DeedName("letter.read"),
    "GET /surat/baru": DeedName("names.read"),
    "POST /surat/baru": DeedName("letter.hand_in"),
    "GET /surat/{number:int}/perbaiki": DeedName("letter.read"),
    "POST /surat/{number:int}/perbaiki": DeedName("letter.correct"),
    "POST /surat/{number:int}/berkas": DeedName("letter.attach"),
    "GET /surat/{number:int}/berkas/{sha256}": DeedName("letter.file"),
    "GET /surat/{number:int}/pratinjau/{sha256}": DeedName("letter.file"),
    "POST /surat/{number:int}/{step}": DeedName("letter.step"),
    "GET /pembatalan/baru": DeedName("names.read"),
    "POST /pembatalan/baru": DeedName("cancellation.enter"),
    "GET /manual": DeedName("manual.read"),
    "POST /manual": DeedName("manual.decide"),
    "GET /manual/baru": DeedName("names.read"),
    "POST /manual/baru": DeedName("manual.enter"),
    "POST /manual/{number:int}/tarik": DeedName("manual.withdraw"),
    "GET /manual/{number:int}/foto": DeedName("manual.photo"),
    "POST /gangguan": DeedName("outage.declare"),
    "GET /gangguan/{number:int}": DeedName("outage.read"),
    "POST /gangguan/{number:int}/akhiri": DeedName("outage.end"),
    "POST /gangguan/{number:int}/lembar": DeedName("outage.sheet"),
    "GET /bulan/{text}": DeedName("pending.read", "month"),
    "POST /bulan/{text}/tutup": DeedName("month.close"),
    "POST /bulan/{text}/buka": DeedName("month.reopen"),
    # Between offices
    "GET /serah-terima/{text}/{unit_id:int}": DeedName("handover.read"),
    "POST /serah-terima/{text}/{unit_id:int}/{deed}": DeedName("handover.step"),
    "GET /laporan": DeedName("faults.read"),
    "POST /laporan": DeedName("fault.report"),
    "POST /laporan/{number:int}/{deed}": DeedName("fault.step"),
    "POST /jadwal/{name}/ubah": DeedName("schedule.try"),
    # Master data
    "GET /unduh/pegawai.csv": DeedName("staff.download"),
    "GET /pegawai/{employee_id}/data": DeedName("record.read"),
    "POST /pegawai/{employee_id}/pindah": DeedName("staff.move"),
    "POST /pegawai/impor": DeedName("staff.check"),
    "POST /kalender/impor": DeedName("holidays.check"),
    "POST /kalender/edaran": DeedName("circular.add"),
    "POST /kalender/tarik": DeedName("calendar.withdraw"),
    # Units
    "GET /unit": DeedName("units.read"),
    "GET /unit/{unit_id:int}": DeedName("unit.read"),
    "GET /unduh/unit.csv": DeedName("units.download"),
    "POST /unit": DeedName("unit.add"),
    "POST /unit/{unit_id:int}/nama": DeedName("unit.rename"),
    "POST /unit/{unit_id:int}/pindah": DeedName("unit.move"),
    "POST /unit/{unit_id:int}/tutup": DeedName("unit.close"),
    "POST /unit/{unit_id:int}/buka": DeedName("unit.reopen"),
    "POST /unit/impor": DeedName("units.check"),
    "GET /pegawai/mirip": DeedName("lookalikes.read"),
    "POST /pegawai/mirip": DeedName("lookalikes.settle"),
    # Programs
    "GET /api/v1/employees": DeedName("staff.read"),
    "GET /api/v1/employees/{employee_id}": DeedName("staff.read"),
    "GET /api/v1/punches": DeedName("punches.read"),
    "GET /api/v1/days": DeedName("days.read"),
    "GET /api/v1/pay/runs": DeedName("pay_runs.read"),
    "GET /api/v1/pay/run": DeedName("pay.read"),
    "GET /api/v1/documents": DeedName("letters.read"),
    "GET /api/v1/documents/{document_id}": DeedName("letter.read"),
    "POST /api/v1/documents": DeedName("letter.hand_in"),
    "POST /api/v1/documents/{document_id}/withdrawal": DeedName("letter.withdraw"),
    "GET /api/v1/kiosks": DeedName("kiosks.read"),
    # Accounts, and the trail itself
    "POST /masuk": DeedName("account.sign_in"),
    "POST /masuk/kode": DeedName("account.sign_in"),
    "POST /akun/dua-langkah/mulai": DeedName("second_step.begin"),
    "POST /akun/dua-langkah/sahkan": DeedName("second_step.confirm"),
    "POST /akun/dua-langkah/kode": DeedName("second_step.renew"),
    "POST /akun/dua-langkah/hapus": DeedName("second_step.drop"),
    "POST /keluar": DeedName("account.sign_out"),
    "POST /keluar/semua": DeedName("account.sign_out_everywhere"),
    "POST /aktivasi": DeedName("account.activate"),
    "GET /akun/aktivasi": DeedName("activation.read"),
    "POST /akun/aktivasi": DeedName("activation.issue"),
    "GET /akun/daftar": DeedName("accounts.read"),
    "POST /akun/daftar": DeedName("account.add"),
    "GET /akun/daftar/{username}": DeedName("account.read"),
    "POST /akun/daftar/{username}/aktif": DeedName("account.enable"),
    "POST /akun/daftar/{username}/nonaktif": DeedName("account.disable"),
    "POST /akun/daftar/{username}/pegawai": DeedName("account.link"),
    "POST /akun/daftar/{username}/peran": DeedName("role.grant"),
    "POST /akun/daftar/{username}/peran/{assignment_id:int}/akhiri": DeedName("role.end"),
    "POST /akun/daftar/{username}/sandi": DeedName("account.reset_password"),
    "POST /akun/peran": DeedName("role.choose"),
    "POST /akun/sandi": DeedName("account.change_password"),
    "GET /jejak": DeedName("trail.read"),
    "POST /akun/daftar/{username}/dua-langkah": DeedName("account.reset_second_step"),
    "POST /unit/{unit_id:int}/zona": DeedName("unit.rezone"),
    "POST /unit/{unit_id:int}/pejabat": DeedName("unit.set_holder"),
    "POST /unit/{unit_id:int}/pejabat/{number:int}/akhiri": DeedName("unit.end_holder"),
    # Webhooks
    "POST /webhook": DeedName("webhook.add"),
    "POST /webhook/{number:int}/uji": DeedName("webhook.test"),
    "POST /webhook/{number:int}/ulang": DeedName("webhook.replay"),
    "POST /webhook/{number:int}/mati": DeedName("webhook.off"),
    "POST /webhook/{number:int}/hidup": DeedName("webhook.on"),
    "POST /webhook/{number:int}/rahasia": DeedName("webhook.secret"),
    # One's own reminders
    "POST /akun/pengingat": DeedName("contact.add"),
    "POST /akun/pengingat/{number:int}/ubah": DeedName("contact.wish"),
    "POST /akun/pengingat/{number:int}/akhiri": DeedName("contact.end"),
    # Kiosks that claim themselves
    "POST /klaim": DeedName("claim.hand_in"),
    "POST /klaim/perpanjang": DeedName("claim.renew"),
    "POST /kiosk-baru/{device}/{deed}": DeedName("claim.answer"),
}

WITHOUT_PEOPLE: Final[dict[str, str]] = {
    "GET /masuk": "the form to sign in",
    "GET /bahasa/{code}": "remembers a language in a cookie",
    "GET /masuk/kode": "the form for the second step",
    "GET /akun": "one's own account",
    "GET /aktivasi": "the form to make one's own account",
    "GET /akun/sandi": "one's own password",
    "GET /saya": "one's own record",
    "GET /saya/{date}": "one's own record",
    "GET /akun/dua-langkah": "one's own second step",
    "GET /akun/dua-langkah/qr.svg": "one's own second step",
    "GET /pekerjaan": "counts of what waits, and nobody's name",
    "GET /terjadwal": "what the hub does by the clock, and nobody's name",
    "GET /gangguan": "times without terminals, by unit",
    "GET /bulan": "which months are closed, by unit",
    "GET /serah-terima": "how far the month of each office is",
    "GET /jadwal": "rules, which name nobody",
    "GET /jadwal/{name}": "rules, which name nobody",
    "GET /jadwal/{name}/ubah": "rules, which name nobody",
    "GET /kalender": "days off and circulars, which name nobody",
    "GET /unduh/libur.csv": "days off, which name nobody",
    "GET /pegawai/impor": "an empty form",
    "GET /unit/impor": "an empty form",
    "GET /webhook": "addresses of other systems",
    "GET /webhook/{number:int}": "what was sent to another system, and no content of it",
    "GET /models/{sha256}": "public weights",
    "GET /rilis/{name}/{path:path}": "software without secrets",
    "GET /healthz": "whether the process lives",
    "GET /metrics": "figures of kiosks and of the hub, about nobody",
    "GET /readyz": "whether the database answers",
    "GET /akun/pengingat": "where one is reminded oneself",
    "GET /kiosk-baru": "machines that ask to be let in, and nobody's name",
    "GET /klaim/ca.crt": "the authority's public certificate",
}
"""Reads that the trail leaves out, and why."""

FAILED_SIGN_IN: Final = "account.sign_in_failed"

ACTS: Final = tuple(
    sorted(
        {named.act for named in DEEDS.values()}
        | {FAILED_SIGN_IN, "letter.verify", "letter.refuse", "letter.enter", "letter.withdraw"}
        | {"handover.check", "handover.sign", "handover.receive", "handover.return"}
        | {"fault.take_up", "fault.solve", "fault.reopen"}
        | {"schedule.save"}
        | {"staff.import", "holidays.import"}
        | {"units.import"}
        | {"manual.approve", "manual.refuse", "review.accept", "review.refuse"}
        | {"kiosk.command", "kiosk.alarm", "kiosk.lost", "kiosk.lost_confirm"}
        | {"kiosk.swap", "kiosk.swap_confirm", "kiosk.swap_drop"}
        | {"kiosk.take_back", "job.retire"}
        | {"claim.approve", "claim.refuse"}
    )
)
"""Every act of the pages and the interface; commands are told as `cli.` and their words."""
