"""Feeds for e-TPP, SIMPEG and e-Kinerja: rows of what was sent to pay, or of a month as it stands (docs/feeds.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal, get_args

import msgspec

from hub.attendance.day import Sentence
from hub.db import Database
from hub.errors import PayError
from hub.recap.month_pay import Figure
from hub.recap.monthly import Month
from hub.recap.part_time import Cell, Column, to_csv
from hub.recap.pay import PayLine, pay_lines
from hub.recap.pay_runs import show_run

Receiver = Literal["e-tpp", "simpeg", "e-kinerja"]
RECEIVERS: Final[tuple[str, ...]] = get_args(Receiver)
FORMAT: Final = 1
"""Raised when a column is renamed, removed or changes its meaning; a new one at the end does not raise it."""

_Read = Callable[[PayLine], Cell]


class FeedColumn(msgspec.Struct, frozen=True):
    """A column: its key, its kind (text, integer, decimal, month, truth), and what it says in both languages."""

    key: str
    kind: str
    words: Sentence
    read: _Read | None


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """Rows for one receiver. number: of the run or delta; None: the month as it stands, which is provisional."""

    format: int
    receiver: str
    month: str
    number: str | None
    digest: str | None
    columns: tuple[str, ...]
    rows: tuple[dict[str, Cell], ...]


def feed_run(database: Database, receiver: str, number: str) -> Feed:
    """The rows of a run, or of a delta: those that changed. PayError for an unknown number or receiver."""
    columns = feed_columns(receiver)
    sent = show_run(database, number)
    rows = []
    for each in sent.lines:
        line = each.line or each.before
        if line is None:
            continue
        state = "hapus" if each.line is None else "baru" if each.before is None else "ubah"
        rows.append(_row(columns, line, number=number, state=state))
    return _feed(receiver, columns, rows, month=sent.run.month, number=number, digest=sent.run.digest)


def feed_month(database: Database, receiver: str, month: Month, unit_id: int | None = None) -> Feed:
    """The rows of a month as it stands now, whatever was sent. PayError for an unknown receiver."""
    columns = feed_columns(receiver)
    with database.read() as session:
        lines = pay_lines(session, month, unit_id)
    rows = [_row(columns, line, number=None, state="baru") for line in lines]
    return _feed(receiver, columns, rows, month=month.text, number=None, digest=None)


def feed_columns(receiver: str) -> tuple[FeedColumn, ...]:
    """The columns of a receiver's feed in order; PayError when there is no such receiver."""
    if receiver not in _COLUMNS:
        raise PayError(f"There is no feed '{receiver}'; known are {', '.join(RECEIVERS)}.")
    return (*_HEAD, *_COLUMNS[receiver], *_TAIL)


def feed_csv(feed: Feed) -> str:
    """The rows as CSV (RFC 4180, UTF-8, commas): headings are the keys, truth is ya or tidak, unknown is empty."""
    return to_csv([Column(key, Sentence(key, key)) for key in feed.columns], feed.rows)


def _feed(
    receiver: str,
    columns: Iterable[FeedColumn],
    rows: Iterable[dict[str, Cell]],
    *,
    month: str,
    number: str | None,
    digest: str | None,
) -> Feed:
    return Feed(
        format=FORMAT,
        receiver=receiver,
        month=month,
        number=number,
        digest=digest,
        columns=tuple(column.key for column in columns),
        rows=tuple(rows),
    )


def _row(columns: Iterable[FeedColumn], line: PayLine, *, number: str | None, state: str) -> dict[str, Cell]:
    added: dict[str, Cell] = {"nomor": number, "perubahan": state}
    return {column.key: column.read(line) if column.read is not None else added[column.key] for column in columns}


def _figure(name: str) -> _Read:
    """A number of the regime; None where the regime has none of this name."""

    def read(line: PayLine) -> Figure | None:
        return line.figures.get(name)

    return read


def _count(*names: str) -> _Read:
    """Days of these statuses."""
    return lambda line: sum(line.counts.get(name, 0) for name in names)


def _says(line: PayLine) -> str:
    return " ".join(sentence.id for sentence in (*line.lacking, *line.reasons, *line.derivation))


_HEAD: Final = (
    FeedColumn("bulan", "month", Sentence("Bulan", "Month"), lambda line: line.month),
    FeedColumn(
        "id_pegawai",
        "text",
        Sentence("Kunci pegawai di Presensi; tidak pernah berubah", "The employee's key in Presensi; never changes"),
        lambda line: line.person.id,
    ),
    FeedColumn(
        "nip",
        "text",
        Sentence("NIP atau NI PPPK; kosong: belum tercatat", "NIP or NI PPPK; empty: not known"),
        lambda line: line.person.nip,
    ),
    FeedColumn("nama", "text", Sentence("Nama", "Name"), lambda line: line.person.name),
    FeedColumn("unit", "text", Sentence("Unit", "Unit"), lambda line: line.unit.name),
)
_TAIL: Final = (
    FeedColumn(
        "sementara",
        "truth",
        Sentence("Masih dapat berubah sendiri: ada hari terbuka", "Can still change by itself: days are open"),
        lambda line: line.provisional,
    ),
    FeedColumn(
        "nomor", "text", Sentence("Nomor daftar; kosong: belum dikirim", "Number of the run; empty: not sent"), None
    ),
    FeedColumn(
        "perubahan",
        "text",
        Sentence(
            "baru, ubah atau hapus; hapus: baris ini tidak berlaku lagi",
            "baru: new, ubah: changed, hapus: this row holds no more",
        ),
        None,
    ),
)
_LAMPIRAN_II: Final = (
    FeedColumn(
        "terlambat_menit",
        "integer",
        Sentence("Menit terlambat datang", "Minutes late"),
        lambda line: line.lampiran_ii.terlambat_menit,
    ),
    FeedColumn(
        "pulang_awal_menit",
        "integer",
        Sentence("Menit pulang sebelum waktu", "Minutes early"),
        lambda line: line.lampiran_ii.pulang_awal_menit,
    ),
    FeedColumn(
        "tanpa_alasan_hari",
        "integer",
        Sentence("Hari tidak hadir tanpa alasan sah", "Days absent without lawful reason"),
        lambda line: line.lampiran_ii.tanpa_alasan_hari,
    ),
    FeedColumn(
        "cuti_sakit_dl_diklat_hari",
        "integer",
        Sentence("Hari cuti, sakit, dinas luar, diklat", "Days of leave, illness, duty elsewhere, training"),
        lambda line: line.lampiran_ii.cuti_sakit_dl_diklat_hari,
    ),
    FeedColumn(
        "ijin_hari", "integer", Sentence("Hari ijin", "Days of permit"), lambda line: line.lampiran_ii.ijin_hari
    ),
)
_COLUMNS: Final[dict[str, tuple[FeedColumn, ...]]] = {
    "e-tpp": (
        FeedColumn(
            "cara",
            "text",
            Sentence(
                "sessions, points, duration atau brackets; kosong: tanpa aturan, atau baris tanpa jumlah",
                "How it was computed; empty: no rule for pay, or a row that bears no amount",
            ),
            lambda line: line.regime,
        ),
        FeedColumn(
            "unit_pembayar",
            "text",
            Sentence("Unit yang memuat jumlahnya", "The unit whose row bears the amount"),
            lambda line: line.paid_in.name,
        ),
        FeedColumn(
            "tpp_dasar",
            "integer",
            Sentence("Rupiah sebelum potongan", "Rupiah before deductions"),
            lambda line: line.base,
        ),
        FeedColumn(
            "potongan", "integer", Sentence("Rupiah yang dipotong", "Rupiah taken off"), lambda line: line.deduction
        ),
        FeedColumn(
            "tpp_dibayar",
            "integer",
            Sentence(
                "Rupiah; kosong: belum dapat dihitung, atau ada pada baris unit lain",
                "Rupiah; empty: not known yet, or on another unit's row",
            ),
            lambda line: line.amount,
        ),
        FeedColumn(
            "poin_diperoleh", "decimal", Sentence("Poin aktivitas", "Activity points"), _figure("earned_points")
        ),
        FeedColumn(
            "kejadian",
            "integer",
            Sentence("Terlambat dan pulang awal tanpa surat", "Late arrivals and early departures without a letter"),
            _figure("events"),
        ),
        FeedColumn(
            "kejadian_dinas",
            "integer",
            Sentence("Kejadian dengan surat, tidak memotong", "Events with a letter, which cost nothing"),
            _figure("excused_events"),
        ),
        FeedColumn(
            "poin_efektif",
            "decimal",
            Sentence("Poin setelah potongan", "Points after deductions"),
            _figure("effective_points"),
        ),
        FeedColumn(
            "faktor_individu",
            "decimal",
            Sentence("Bagian individu, paling banyak 1", "Individual factor, at most 1"),
            _figure("individual_factor"),
        ),
        FeedColumn(
            "faktor_unit",
            "decimal",
            Sentence("Faktor skor OPD dan kelas jabatan", "Factor of the unit's score and the job class"),
            _figure("other_share_factor"),
        ),
        FeedColumn("sesi_terlewat", "integer", Sentence("Sesi terlewat", "Missed sessions"), _figure("session_misses")),
        FeedColumn(
            "persen_potongan",
            "decimal",
            Sentence("Jumlah persen TL, PSW dan TK", "Percent of late, early and absent brackets together"),
            _figure("percent"),
        ),
        FeedColumn(
            "penjelasan",
            "text",
            Sentence("Asal jumlahnya, dalam kalimat", "The derivation in sentences, Indonesian"),
            _says,
        ),
    ),
    "simpeg": (
        FeedColumn(
            "kelompok",
            "text",
            Sentence("PNS, CPNS, PPPK, PPPK Paruh Waktu", "As what the person is employed"),
            lambda line: line.group,
        ),
        FeedColumn("golongan", "text", Sentence("Pangkat/golongan", "Rank"), lambda line: line.rank),
        FeedColumn("jabatan", "text", Sentence("Jabatan", "Position"), lambda line: line.person.position),
        FeedColumn(
            "hari_kerja",
            "integer",
            Sentence("Hari kerja di unit ini", "Working days in this unit"),
            lambda line: line.working_days,
        ),
        *_LAMPIRAN_II,
        FeedColumn(
            "kuota_menit",
            "integer",
            Sentence("Paruh waktu: kuota sebulan", "Part-time: quota of the month"),
            _figure("quota_min"),
        ),
        FeedColumn(
            "dibayar_menit",
            "integer",
            Sentence("Paruh waktu: menit dibayar", "Part-time: minutes paid"),
            _figure("paid_min"),
        ),
        FeedColumn(
            "kontrak",
            "text",
            Sentence("Paruh waktu: nomor kontrak", "Part-time: numbers of the contracts"),
            _figure("contracts"),
        ),
    ),
    "e-kinerja": (
        FeedColumn(
            "hari_kerja",
            "integer",
            Sentence("Hari kerja di unit ini", "Working days in this unit"),
            lambda line: line.working_days,
        ),
        FeedColumn("hadir_hari", "integer", Sentence("Hari hadir", "Days present"), _count("HADIR", "TIDAK_LENGKAP")),
        FeedColumn(
            "tidak_lengkap_hari",
            "integer",
            Sentence("Di antaranya tanpa scan datang atau pulang", "Of these without an arrival or a departure"),
            _count("TIDAK_LENGKAP"),
        ),
        FeedColumn("dinas_luar_hari", "integer", Sentence("Hari dinas luar", "Days of duty elsewhere"), _count("DL")),
        *_LAMPIRAN_II,
        FeedColumn("sesi_terlewat", "integer", Sentence("Sesi terlewat", "Missed sessions"), _figure("session_misses")),
        FeedColumn(
            "potongan",
            "integer",
            Sentence("Rupiah yang dipotong; kosong: tidak diketahui", "Rupiah taken off; empty: not known"),
            lambda line: line.deduction,
        ),
    ),
}
