"""The sentences that say why a day came out as it did, in Indonesian and in English."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from hub.attendance.day import Sentence
from hub.attendance.sessions import Filling, Mark
from hub.schedule.plan import DayPlan, Session, format_clock
from hub.schedule.policy import Policy


@lru_cache(maxsize=8192)
def clock(minute: int) -> Sentence:
    """A time of day: 07.05 as Indonesian forms write it and 07:05 in English, both with (+1) on the next day."""
    hours, _, day = format_clock(minute).partition("+")
    suffix = f" (+{day})" if day else ""
    return Sentence(hours.replace(":", ".") + suffix, hours + suffix)


def clocks(marks: Iterable[Mark]) -> Sentence:
    """The times of marks, without their kiosks."""
    return _join(clock(mark.minute) for mark in marks)


def explain_arrival(plan: DayPlan, arrival: Mark, late: int) -> Sentence:
    """Which punch was the arrival, and how late that is."""
    time, due = punch_words(arrival), clock(plan.in_due)
    if late == 0:
        return Sentence(
            f"Datang {time.id}, batas {due.id}: tepat waktu.", f"Arrived {time.en}, due by {due.en}: on time."
        )
    return Sentence(
        f"Datang {time.id}, batas {due.id}: terlambat {late} menit.",
        f"Arrived {time.en}, due by {due.en}: {_minutes(late)} late.",
    )


def explain_departure(plan: DayPlan, departure: Mark, early: int) -> Sentence:
    """Which punch was the departure, and how early that is."""
    time, due = punch_words(departure), clock(plan.out_due)
    if early == 0:
        return Sentence(
            f"Pulang {time.id}, boleh mulai {due.id}: tidak mendahului.",
            f"Left {time.en}, allowed from {due.en}: not early.",
        )
    return Sentence(
        f"Pulang {time.id}, boleh mulai {due.id}: mendahului {early} menit.",
        f"Left {time.en}, allowed from {due.en}: {_minutes(early)} early.",
    )


def explain_open_arrival(plan: DayPlan, arrival: Mark) -> Sentence:
    """That a punch is the arrival unless an earlier one is still on its way."""
    time, due = punch_words(arrival), clock(plan.in_due)
    return Sentence(
        f"Scan {time.id} untuk sementara menjadi datang (batas {due.id}); menitnya dihitung setelah semua kiosk "
        "mengirim datanya.",
        f"Punch {time.en} is the arrival for now (due by {due.en}); its minutes are counted once every kiosk has "
        "delivered.",
    )


def explain_open_departure(plan: DayPlan, departure: Mark) -> Sentence:
    """That a punch is the departure unless a later one is still on its way."""
    time, due = punch_words(departure), clock(plan.out_due)
    return Sentence(
        f"Scan {time.id} untuk sementara menjadi pulang (boleh mulai {due.id}); menitnya dihitung setelah semua kiosk "
        "mengirim datanya.",
        f"Punch {time.en} is the departure for now (allowed from {due.en}); its minutes are counted once every kiosk "
        "has delivered.",
    )


def explain_last_so_far(plan: DayPlan, filling: Filling, early: int) -> Sentence:
    """What the latest punch of a running day becomes if it stays the latest; `filling` has a departure."""
    departure = filling.departure
    assert departure is not None  # noqa: S101 - the caller looked
    time = punch_words(departure)
    rule, becomes = Sentence("", ""), Sentence("yang paling akhir menjadi pulang", "the latest becomes the departure")
    if filling.arrival is None and departure.hint is None and not filling.middle:
        middle = clock((plan.in_due + plan.out_due + 1) // 2)
        rule = Sentence(
            f" (scan tunggal sejak tengah jadwal {middle.id} dibaca sebagai pulang)",
            f" (a lone punch from the middle of the schedule, {middle.en}, is read as the departure)",
        )
        becomes = Sentence(
            "yang paling awal menjadi datang dan yang paling akhir menjadi pulang",
            "the earliest becomes the arrival and the latest the departure",
        )
    return Sentence(
        f"Scan {time.id} belum dihitung. Bila tidak ada scan lagi, pada akhir hari menjadi pulang, mendahului {early} "
        f"menit{rule.id}; bila ada, {becomes.id}.",
        f"Punch {time.en} is not counted yet. Without another punch it becomes the departure when the day ends, "
        f"{_minutes(early)} early{rule.en}; with one, {becomes.en}.",
    )


def explain_break(policy: Policy, plan: DayPlan) -> list[Sentence]:
    """That the break was left out of the minutes, where the policy does so."""
    if not policy.subtract_break or plan.break_ is None:
        return []
    start, end = (clock(minute) for minute in plan.break_)
    return [
        Sentence(f"Istirahat {start.id}-{end.id} tidak dihitung.", f"The break {start.en}-{end.en} is left out."),
    ]


def explain_missing(plan: DayPlan, missing: Sequence[str]) -> list[Sentence]:
    """Which sessions nothing filled."""
    words = {
        "in": Sentence("Tidak ada scan datang yang dihitung.", "No punch counted as the arrival."),
        "out": Sentence("Tidak ada scan pulang yang dihitung.", "No punch counted as the departure."),
    }
    sessions = {session.name: session for session in plan.sessions}
    return [words.get(name) or _explain_missed(sessions[name]) for name in missing]


def _explain_missed(session: Session) -> Sentence:
    window, name = _window(session), session_title(session.name)
    return Sentence(
        f"Sesi {name} ({window.id}) terlewat: tidak ada scan yang dihitung.",
        f"Session {name} ({window.en}) missed: no punch counted.",
    )


def explain_middle(plan: DayPlan, filling: Filling) -> list[Sentence]:
    """Which punches filled the sessions between arrival and departure."""
    sessions = {session.name: session for session in plan.sessions}
    sentences = []
    for name, mark in filling.middle:
        if mark is None:
            continue
        time, window, title = punch_words(mark), _window(sessions[name]), session_title(name)
        sentences.append(
            Sentence(
                f"Sesi {title} ({window.id}): scan {time.id}.",
                f"Session {title} ({window.en}): punch {time.en}.",
            )
        )
    return sentences


def session_title(name: str) -> str:
    """A session's name for readers: S2_sebelum_istirahat is S2 sebelum istirahat."""
    return name.replace("_", " ")


def explain_misses(missing: int, sessions: int) -> list[Sentence]:
    """How many of a day's sessions are missed, as pay counts them."""
    if not missing:
        return []
    return [
        Sentence(
            f"{missing} dari {sessions} sesi terlewat; potongan dihitung per sesi.",
            f"{missing} of {sessions} sessions missed; the deduction goes by the session.",
        )
    ]


def explain_paid(plan: DayPlan, *, recorded: int, paid: int) -> Sentence:
    """How many minutes of a slot are paid, and why; the plan has a quota."""
    start = clock(plan.in_due)
    return Sentence(
        f"Tercatat {recorded} menit; dibayar {paid} dari kuota {plan.quota} menit (dihitung mulai slot {start.id}).",
        f"{_minutes(recorded)} recorded; {paid} of the quota of {plan.quota} minutes paid (counted from {start.en}).",
    )


def explain_unpaid(plan: DayPlan) -> Sentence:
    """That a slot without arrival or departure pays nothing; the plan has a quota."""
    return Sentence(
        f"Tanpa datang atau pulang tidak ada menit yang dibayar dari kuota {plan.quota} menit, sampai foto disetujui.",
        f"Without arrival or departure none of the quota of {plan.quota} minutes is paid, until a photo is approved.",
    )


def explain_credit(plan: DayPlan) -> Sentence:
    """That a letter credits a slot's quota; the plan has a quota."""
    return Sentence(
        f"Kuota {plan.quota} menit dibayar penuh karena ada surat yang sah.",
        f"The quota of {plan.quota} minutes is paid in full because of the letter.",
    )


def explain_windows(plan: DayPlan, filling: Filling) -> list[Sentence]:
    """The punches outside the windows, which wait for the operator."""
    opens, closes = clock(plan.opens), clock(plan.closes)
    sentences = [
        Sentence(
            f"Scan {time.id} sebelum jendela dibuka {opens.id}: disimpan, tidak dihitung, menunggu operator.",
            f"Punch {time.en} before the window opens at {opens.en}: stored, not counted, queued for the operator.",
        )
        for time in map(punch_words, filling.before)
    ]
    sentences += [
        Sentence(
            f"Scan {time.id} setelah jendela ditutup {closes.id}: disimpan, tidak dihitung, menunggu operator.",
            f"Punch {time.en} after the window closed at {closes.en}: stored, not counted, queued for the operator.",
        )
        for time in map(punch_words, filling.after)
    ]
    return sentences


def explain_left_aside(policy: Policy, filling: Filling, marks: Sequence[Mark]) -> list[Sentence]:
    """The punches inside the windows that fill no session: repeats of one that does, and those in between."""
    sentences = []
    rest = list(marks)
    for counted in (filling.arrival, filling.departure):
        if counted is None:
            continue
        repeats = [mark for mark in rest if abs(mark.minute - counted.minute) < policy.repeat_minutes]
        rest = [mark for mark in rest if mark not in repeats]
        if repeats:
            times, first = _punches(repeats), clock(counted.minute)
            sentences.append(
                Sentence(
                    f"Scan {times.id}: ulangan dari scan {first.id} (kurang dari {policy.repeat_minutes} menit), "
                    "dihitung satu kali.",
                    f"Punch {times.en}: a repeat of the punch {first.en} (less than {_minutes(policy.repeat_minutes)} "
                    "apart), counted once.",
                )
            )
    if rest and filling.middle:
        times = _punches(rest)
        sentences.append(
            Sentence(
                f"Scan {times.id}: disimpan, tidak dihitung; tiap sesi dihitung satu scan di dalam jendelanya.",
                f"Punch {times.en}: stored, not counted; each session counts one punch inside its window.",
            )
        )
    elif rest:
        times = _punches(rest)
        sentences.append(
            Sentence(
                f"Scan {times.id}: disimpan, tidak dihitung; yang dihitung datang paling awal dan pulang paling akhir.",
                f"Punch {times.en}: stored, not counted; what counts is the earliest arrival and the latest departure.",
            )
        )
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
        f"Hari masih berjalan sampai jendela terakhir ditutup {closes.id}.",
        f"The day runs until the last window closes at {closes.en}.",
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


def explain_rest(marks: Sequence[Mark], *, is_holiday: bool) -> list[Sentence]:
    """That nobody was expected, and what becomes of punches on such a day."""
    first = (
        Sentence("Hari libur menurut kalender.", "A holiday of the calendar.")
        if is_holiday
        else Sentence("Bukan hari kerja menurut pola kerja.", "Not a working day of the pattern.")
    )
    if not marks:
        return [first]
    times = _punches(marks)
    kept = Sentence(
        f"{len(marks)} scan disimpan, tanpa perhitungan menit: {times.id}.",
        f"{_count(marks)} kept, no minutes counted: {times.en}.",
    )
    return [first, kept]


def explain_kept(marks: Sequence[Mark]) -> list[Sentence]:
    """That punches of a day on leave, on duty or cancelled stay on record."""
    if not marks:
        return []
    times = _punches(marks)
    return [
        Sentence(
            f"{len(marks)} scan pada hari ini tetap tersimpan dan tidak dihitung: {times.id}.",
            f"{_count(marks)} of the day kept on record and not counted: {times.en}.",
        )
    ]


def _window(session: Session) -> Sentence:
    opens, closes = (
        clock(minute) if minute is not None else Sentence("", "") for minute in (session.opens, session.closes)
    )
    return Sentence(f"{opens.id}-{closes.id}", f"{opens.en}-{closes.en}")


def punch_words(mark: Mark) -> Sentence:
    """The time of a mark's punch, and its kiosk where that is known."""
    time = clock(mark.minute)
    device = mark.punch.device if mark.punch else ""
    return Sentence(f"{time.id} ({device})", f"{time.en} ({device})") if device else time


def _punches(marks: Iterable[Mark]) -> Sentence:
    return _join(punch_words(mark) for mark in marks)


def _join(parts: Iterable[Sentence]) -> Sentence:
    listed = list(parts)
    return Sentence(", ".join(part.id for part in listed), ", ".join(part.en for part in listed))


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"


def _count(marks: Sequence[Mark]) -> str:
    return "1 punch" if len(marks) == 1 else f"{len(marks)} punches"
