"""The sentences that say why a day came out as it did, in Indonesian and in English."""

from __future__ import annotations

from collections.abc import Sequence

from hub.attendance.day import Sentence
from hub.attendance.sessions import Filling, Mark
from hub.schedule.plan import DayPlan, format_clock
from hub.schedule.policy import Policy


def clock(minute: int) -> str:
    """A time of day as Indonesian forms write it: 07.05, and 07.05 (+1) on the next day."""
    hours, _, day = format_clock(minute).replace(":", ".").partition("+")
    return f"{hours} (+{day})" if day else hours


def explain_arrival(plan: DayPlan, arrival: Mark, late: int) -> Sentence:
    """Which punch was the arrival, and how late that is."""
    time, due, kiosk = clock(arrival.minute), clock(plan.in_due), _kiosk(arrival)
    if late == 0:
        return Sentence(
            f"Datang {time}{kiosk}, batas {due}: tepat waktu.", f"Arrived {time}{kiosk}, due by {due}: on time."
        )
    return Sentence(
        f"Datang {time}{kiosk}, batas {due}: terlambat {late} menit.",
        f"Arrived {time}{kiosk}, due by {due}: {late} minutes late.",
    )


def explain_departure(plan: DayPlan, departure: Mark, early: int) -> Sentence:
    """Which punch was the departure, and how early that is."""
    time, due, kiosk = clock(departure.minute), clock(plan.out_due), _kiosk(departure)
    if early == 0:
        return Sentence(
            f"Pulang {time}{kiosk}, boleh mulai {due}: tidak mendahului.",
            f"Left {time}{kiosk}, allowed from {due}: not early.",
        )
    return Sentence(
        f"Pulang {time}{kiosk}, boleh mulai {due}: mendahului {early} menit.",
        f"Left {time}{kiosk}, allowed from {due}: {early} minutes early.",
    )


def explain_break(policy: Policy, plan: DayPlan) -> list[Sentence]:
    """That the break was left out of the minutes, where the policy does so."""
    if not policy.subtract_break or plan.break_ is None:
        return []
    start, end = (clock(minute) for minute in plan.break_)
    return [Sentence(f"Istirahat {start}-{end} tidak dihitung.", f"The break {start}-{end} is left out.")]


def explain_missing(missing: Sequence[str]) -> list[Sentence]:
    """Which sessions nothing filled."""
    words = {
        "in": Sentence("Tidak ada scan datang yang dihitung.", "No punch counted as the arrival."),
        "out": Sentence("Tidak ada scan pulang yang dihitung.", "No punch counted as the departure."),
    }
    return [words[name] for name in missing]


def explain_windows(plan: DayPlan, filling: Filling) -> list[Sentence]:
    """The punches outside the windows, which wait for the operator."""
    sentences = [
        Sentence(
            f"Scan {clock(mark.minute)}{_kiosk(mark)} sebelum jendela dibuka {clock(plan.opens)}: disimpan, tidak "
            "dihitung, menunggu operator.",
            f"Punch {clock(mark.minute)}{_kiosk(mark)} before the window opens at {clock(plan.opens)}: stored, not "
            "counted, queued for the operator.",
        )
        for mark in filling.before
    ]
    sentences += [
        Sentence(
            f"Scan {clock(mark.minute)}{_kiosk(mark)} setelah jendela ditutup {clock(plan.closes)}: disimpan, tidak "
            "dihitung, menunggu operator.",
            f"Punch {clock(mark.minute)}{_kiosk(mark)} after the window closed at {clock(plan.closes)}: stored, not "
            "counted, queued for the operator.",
        )
        for mark in filling.after
    ]
    return sentences


def explain_choices(filling: Filling) -> list[Sentence]:
    """That the buttons pressed contradicted the clock."""
    if not filling.unread_choices:
        return []
    return [
        Sentence(
            "Pilihan Masuk/Pulang di layar bertentangan dengan urutan waktu; urutan waktu yang dipakai.",
            "The choices Masuk/Pulang contradict the order of time; the order of time was used.",
        )
    ]


def explain_waiting(kiosks: Sequence[str]) -> Sentence:
    """Which kiosks have not delivered everything yet."""
    names = ", ".join(kiosks)
    return Sentence(
        f"Menunggu data dari {names}: scan yang belum terkirim masih dapat memperbaiki hari ini.",
        f"Waiting for {names}: a punch not delivered yet could still improve the day.",
    )


def explain_running(plan: DayPlan) -> Sentence:
    """That the day is not over."""
    closes = clock(plan.closes)
    return Sentence(
        f"Hari masih berjalan sampai jendela terakhir ditutup {closes}.",
        f"The day runs until the last window closes at {closes}.",
    )


def explain_absence(*, month_closed: bool) -> Sentence:
    """That nobody came: still open until the month is closed, then an absence."""
    if month_closed:
        return Sentence(
            "Semua data terkirim, tidak ada scan yang dihitung, bulan sudah ditutup: satu hari tanpa keterangan (TK).",
            "Everything is delivered, no punch counted and the month is closed: one day absent without reason (TK).",
        )
    return Sentence(
        "Semua data terkirim, tidak ada scan yang dihitung; surat masih dapat diserahkan sampai bulan ditutup.",
        "Everything is delivered, no punch counted; letters may still be handed in until the month is closed.",
    )


def explain_rest(punch_count: int, *, is_holiday: bool) -> list[Sentence]:
    """That nobody was expected, and what becomes of punches on such a day."""
    first = (
        Sentence("Hari libur menurut kalender.", "A holiday of the calendar.")
        if is_holiday
        else Sentence("Bukan hari kerja menurut pola kerja.", "Not a working day of the pattern.")
    )
    if punch_count == 0:
        return [first]
    kept = Sentence(
        f"{punch_count} scan disimpan, tanpa perhitungan menit.", f"{punch_count} punches kept, no minutes counted."
    )
    return [first, kept]


def explain_kept(punch_count: int) -> list[Sentence]:
    """That punches of a day on leave, on duty or cancelled stay on record."""
    if punch_count == 0:
        return []
    return [
        Sentence(
            f"{punch_count} scan pada hari ini tetap tersimpan dan tidak dihitung.",
            f"{punch_count} punches of the day stay on record and are not counted.",
        )
    ]


def _kiosk(mark: Mark) -> str:
    device = mark.punch.device if mark.punch else ""
    return f" ({device})" if device else ""
