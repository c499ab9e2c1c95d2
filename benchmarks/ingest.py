"""How many punches a second a hub takes in: real broker, real hub process, kiosks that sign and verify.

Time runs from the first batch until every kiosk has the hub's receipt for its last row; the attendance worker and the
pages run meanwhile, as they do in an office. Then the database is compared with what was sent.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from benchmarks.servers import await_answer, child, free_port, mosquitto, postgresql
from benchmarks.simulated_kiosks import Arrival, SimulatedKiosk
from contract.errors import BadInputError, PresensiError
from contract.mqtt import BrokerAddress
from hub.attendance.models import DirtyDay
from hub.db import Database, open_database, upgrade
from hub.fleet.kiosks import add_kiosk
from hub.ingest.models import StoredRow
from hub.keys import load_hub_key
from hub.roster.employees import add_employee, ensure_unit

STALL_SECONDS: Final = 60.0
"""So long without a single receipt means that something is wrong."""
PUNCHES_PER_PERSON: Final = 20
"""Two a day for two working weeks: what piles up while a hub is being moved."""
MONDAY: Final = date(2026, 11, 2)


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What was measured.

    lost: sent and not stored; doubled: stored more often than sent, or never sent; receipts: that came. hub_cpu_s:
    processor time of the hub processes meanwhile, which other programs on the machine hardly change.
    days_assessed_after_s: from the first batch until no day waited for the worker any more; None: it took minutes.
    """

    punches: int
    kiosks: int
    seconds: float
    punches_per_s: float
    lost: int
    doubled: int
    receipts: int
    database: str
    hubs: int
    hub_cpu_s: float
    days_assessed_after_s: float | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; see --help."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__)
    parser.add_argument("--punches", type=int, default=20_000)
    parser.add_argument("--kiosks", type=int, default=40)
    parser.add_argument("--hubs", type=int, default=1, help="processes that share the work (not on sqlite)")
    parser.add_argument("--db", default="sqlite", help="sqlite, postgresql (a private server), or an empty one's URL")
    parser.add_argument("--broker", default="mosquitto", help="mosquitto (a private one), or a broker's URL")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        report = measure(options)
    except PresensiError as error:
        print(f"presensi: {error}", file=sys.stderr)
        return 2 if isinstance(error, BadInputError) else 1
    if options.json:
        print(json.dumps(asdict(report)))
    else:
        print(
            f"{report.punches_per_s:.0f} punches a second on {report.database} ({report.punches} punches of "
            f"{report.kiosks} kiosks in {report.seconds:.1f} s; {report.lost} lost, {report.doubled} doubled)"
        )
    return 0 if report.lost == report.doubled == 0 else 1


def measure(options: argparse.Namespace) -> IngestReport:
    """Start what is needed, deliver everything once, and look into the database."""
    if options.punches < 1 or options.kiosks < 1 or options.hubs < 1:
        raise BadInputError("Give at least one punch, one kiosk and one hub.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="presensi-bench-")))
        broker = stack.enter_context(mosquitto(folder)) if options.broker == "mosquitto" else options.broker
        url = _choose_database(stack, folder, options.db)
        database = stack.enter_context(open_database(url))
        upgrade(database)
        kiosks = _populate(database, options.punches, options.kiosks)
        hub_key = load_hub_key(folder).verify_key
        hubs = [
            stack.enter_context(_hub(folder, url, broker, number, shares=options.hubs > 1))
            for number in range(options.hubs)
        ]
        for kiosk in kiosks:
            kiosk.prepare(BrokerAddress.parse(broker), hub_key)
            stack.callback(kiosk.stop)
        if not all(kiosk.await_connection(STALL_SECONDS) for kiosk in kiosks):
            raise PresensiError(f"The broker {broker} does not answer; check the address.")
        began, used = time.monotonic(), _cpu_seconds(hubs)
        _deliver(kiosks)
        seconds, used = time.monotonic() - began, _cpu_seconds(hubs) - used
        lost, doubled = _compare(database, kiosks)
        return IngestReport(
            punches=options.punches,
            kiosks=options.kiosks,
            seconds=round(seconds, 3),
            punches_per_s=round(options.punches / seconds, 1),
            lost=lost,
            doubled=doubled,
            receipts=sum(kiosk.receipts for kiosk in kiosks),
            database=database.dialect,
            hubs=options.hubs,
            hub_cpu_s=round(used, 2),
            days_assessed_after_s=_await_days(database, began),
        )


def _choose_database(stack: ExitStack, folder: Path, wish: str) -> str:
    if wish == "sqlite":
        return f"sqlite:///{folder / 'hub.db'}"
    return stack.enter_context(postgresql(folder)) if wish == "postgresql" else wish


def _populate(database: Database, punches: int, kiosks: int) -> list[SimulatedKiosk]:
    """People of one unit, and who of them stands when before which kiosk."""
    now = datetime.now(UTC)
    with database.write() as session:
        unit = ensure_unit(session, "Kantor", now=now, author="benchmark")
        people = [
            add_employee(session, f"Pegawai {number}", unit.id, now=now, author="benchmark").id
            for number in range(max(1, punches // PUNCHES_PER_PERSON))
        ]
    made = []
    for number in range(kiosks):
        own = range(number, punches, kiosks)
        made.append(SimulatedKiosk(f"kiosk-{number + 1}", [_arrival(people, each) for each in own]))
    for kiosk in made:
        add_kiosk(database, kiosk.device, kiosk.key.verify_key.text)
    return made


def _arrival(people: Sequence[str], number: int) -> Arrival:
    """The n-th punch of the office: everybody in the morning, everybody in the afternoon, and the next day again."""
    round_, person = divmod(number, len(people))
    day, half = divmod(round_, 2)
    midnight = datetime(MONDAY.year, MONDAY.month, MONDAY.day, tzinfo=UTC) + timedelta(days=day // 5 * 7 + day % 5)
    # 06:40 and 16:00 in Jakarta, and then one after the other.
    at = midnight + timedelta(hours=-0.33 if half == 0 else 9, milliseconds=1000 * person + number % 1000)
    return Arrival(people[person], at)


@contextmanager
def _hub(folder: Path, url: str, broker: str, number: int, *, shares: bool) -> Iterator[int]:
    """A hub process that answers and hears the broker; its process id."""
    settings = folder / f"hub-{number}.toml"
    port = free_port()
    settings.write_text(
        f'data = "{folder}"\ndatabase = "{url}"\nbroker = "{broker}"\nport = {port}\nshare = {str(shares).lower()}\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-c", "from cli import main; main()", "hub", "run", "--settings", str(settings)]
    log = f"hub-{number}.log"
    with child(command, folder=folder, log=log) as process:
        await_answer(lambda: _hears_broker(port), process, "The hub", folder / log)
        yield process.pid


def _cpu_seconds(pids: Sequence[int]) -> float:
    """Processor time that these processes have used, in user and system mode (proc(5), fields 14 and 15 of stat)."""
    fields = [Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def _hears_broker(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(json.load(answer)["broker"])
    except (urllib.error.URLError, OSError):
        return False


def _deliver(kiosks: Sequence[SimulatedKiosk]) -> None:
    """Drive all kiosks until the hub has receipted everything; PresensiError when nothing moves any more."""
    moved_at = time.monotonic()
    receipts = 0
    while not all(kiosk.done for kiosk in kiosks):
        now = time.monotonic()
        active = [kiosk.step(now) for kiosk in kiosks if not kiosk.done]
        if (count := sum(kiosk.receipts for kiosk in kiosks)) != receipts:
            receipts, moved_at = count, now
        if now - moved_at > STALL_SECONDS:
            settled = sum(kiosk.settled for kiosk in kiosks)
            raise PresensiError(f"No receipt for {STALL_SECONDS:.0f} s, with {settled} punches delivered.")
        if not any(active):
            time.sleep(0.002)


def _compare(database: Database, kiosks: Sequence[SimulatedKiosk]) -> tuple[int, int]:
    """How many punches are missing in the database, and how many stand there more than once or were never sent."""
    sent = Counter((kiosk.device, each.person, each.at) for kiosk in kiosks for each in kiosk.arrivals)
    devices = [kiosk.device for kiosk in kiosks]
    query = select(StoredRow.device, StoredRow.person_id, StoredRow.taken_at).where(StoredRow.device.in_(devices))
    with database.read() as session:
        stored = Counter((row.device, row.person_id, row.taken_at) for row in session.execute(query))
    return (sent - stored).total(), (stored - sent).total()


def _await_days(database: Database, began: float) -> float | None:
    """Seconds from the first batch until no day waits for the worker; None: two minutes were not enough."""
    deadline = time.monotonic() + 2 * STALL_SECONDS
    while time.monotonic() < deadline:
        with database.read() as session:
            if not session.scalar(select(func.count()).select_from(DirtyDay)):
                return round(time.monotonic() - began, 1)
        time.sleep(0.2)
    return None


if __name__ == "__main__":
    sys.exit(main())
