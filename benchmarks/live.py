"""What many open live pages cost: `presensi hub serve` with 200 of them, while an office's morning of punches comes in.

The pages are streams that this program holds open, all with one session; punches are written as ingest writes them, and
assessed as the worker does, by this program as well, so that what is measured of the hub is its pages alone. A delay is
from the commit of a punch to its arrival at each page.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

from benchmarks.invented_office import InventedOffice
from benchmarks.machine import machine
from hub.access.accounts import add_account, generate_password
from hub.access.roles import Role
from hub.attendance.worker import AttendanceWorker
from hub.db import Database, open_database, upgrade

PEOPLE_PER_UNIT: Final = 40
SETTLE_SECONDS: Final = 5.0
_NAME: Final = re.compile(rb'"name":"([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveReport:
    """cpu_share_of_a_core: of the process that serves the pages. told: punches that arrived, of punches x pages."""

    pages: int
    people: int
    kiosks: int
    seconds: float
    punches: int
    punches_per_s: float
    told: int
    expected: int
    cpu_share_of_a_core: float
    idle_cpu_share: float
    delay_p50_ms: float
    delay_p95_ms: float
    machine: str = field(default_factory=machine)

    @property
    def passed(self) -> bool:
        return self.told == self.expected and self.cpu_share_of_a_core < 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; see --help. Ends with 1 where a punch did not arrive, or a core is used up."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--people", type=int, default=2000, help="each punches at most once")
    parser.add_argument("--kiosks", type=int, default=50)
    parser.add_argument("--rate", type=float, default=10.0, help="punches a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="presensi-live-") as folder:
        report = measure(
            Path(folder),
            pages=options.pages,
            people=options.people,
            kiosks=options.kiosks,
            rate=options.rate,
            seconds=options.seconds,
        )
    if options.json:
        print(json.dumps(asdict(report) | {"passed": report.passed}))
    else:
        print(f"{report.pages} pages, {report.punches} punches ({report.punches_per_s:.1f}/s), {report.seconds:.0f} s")
        print(f"told: {report.told} of {report.expected}")
        print(f"processor: {report.cpu_share_of_a_core:.2f} of a core; {report.idle_cpu_share:.2f} without punches")
        print(f"from commit to page: {report.delay_p50_ms:.0f} ms (median), {report.delay_p95_ms:.0f} ms (95 %)")
    return 0 if report.passed else 1


def measure(folder: Path, *, pages: int, people: int, kiosks: int, rate: float, seconds: float) -> LiveReport:
    """Make an office, open the pages, let people come."""
    password = generate_password()
    with open_database(f"sqlite:///{folder / 'hub.db'}") as database:
        upgrade(database)
        names = _furnish(database, people, kiosks)
        add_account(database, username="bkpp", password=password, role=Role.ADMINISTRATOR, by="benchmark")
        with _pages(folder) as (url, pid):
            cookie = _sign_in(url, password)
            watching = _watch(
                database,
                names,
                url=url,
                cookie=cookie,
                pid=pid,
                pages=pages,
                rate=rate,
                seconds=seconds,
                kiosks=kiosks,
            )
            return asyncio.run(watching)


def _furnish(database: Database, people: int, kiosks: int) -> dict[str, str]:
    now = datetime.now(UTC)
    office = InventedOffice(database, now - timedelta(days=30))
    units = [office.unit(f"Kantor {number:03d}") for number in range(-(-people // PEOPLE_PER_UNIT))]
    for number in range(kiosks):
        office.kiosk(f"kiosk-{number:03d}", unit=units[number % len(units)])
        office.heartbeat(f"kiosk-{number:03d}", now)
    return {
        f"Pegawai {number:05d}": office.employee(f"Pegawai {number:05d}", unit=units[number % len(units)])
        for number in range(people)
    }


async def _watch(
    database: Database,
    names: dict[str, str],
    *,
    url: str,
    cookie: str,
    pid: int,
    pages: int,
    rate: float,
    seconds: float,
    kiosks: int,
) -> LiveReport:
    written: dict[bytes, float] = {}
    arrived: list[float] = []
    streams = [asyncio.create_task(_follow(url, cookie, written, arrived)) for _ in range(pages)]
    await asyncio.sleep(SETTLE_SECONDS)
    began, used = time.monotonic(), _cpu_seconds(pid)
    await asyncio.sleep(SETTLE_SECONDS)
    idle = (_cpu_seconds(pid) - used) / (time.monotonic() - began)
    began, used = time.monotonic(), _cpu_seconds(pid)
    count = await asyncio.to_thread(_come, database, names, written, rate=rate, seconds=seconds, kiosks=kiosks)
    took, used = time.monotonic() - began, _cpu_seconds(pid) - used
    await asyncio.sleep(SETTLE_SECONDS)
    for stream in streams:
        stream.cancel()
    delays = sorted(arrived) or [float("nan")]
    return LiveReport(
        pages=pages,
        people=len(names),
        kiosks=kiosks,
        seconds=round(took, 1),
        punches=count,
        punches_per_s=round(count / took, 1),
        told=len(arrived),
        expected=count * pages,
        cpu_share_of_a_core=round(used / took, 2),
        idle_cpu_share=round(idle, 2),
        delay_p50_ms=round(1000 * delays[len(delays) // 2]),
        delay_p95_ms=round(1000 * delays[min(len(delays) - 1, int(len(delays) * 0.95))]),
    )


def _come(
    database: Database, names: dict[str, str], written: dict[bytes, float], *, rate: float, seconds: float, kiosks: int
) -> int:
    """People come at a rate; each is assessed at once, as a hub's worker does."""
    office = InventedOffice(database, datetime.now(UTC))
    worker = AttendanceWorker(database)
    waiting = iter(names.items())
    began = time.monotonic()
    count = 0
    while time.monotonic() - began < seconds:
        due = int((time.monotonic() - began) * rate) - count
        for _ in range(max(0, due)):
            name, person = next(waiting, ("", ""))
            if not name:
                return count
            office.punch(f"kiosk-{count % kiosks:03d}", person, datetime.now(UTC))
            written[name.encode()] = time.monotonic()
            count += 1
        worker.step()
        time.sleep(0.05)
    return count


async def _follow(url: str, cookie: str, written: dict[bytes, float], arrived: list[float]) -> None:
    """One page: notes how long after its commit each punch came."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    lines = ("GET /langsung/aliran HTTP/1.1", f"Host: {address.netloc}", f"Cookie: {cookie}", "", "")
    writer.write("\r\n".join(lines).encode())
    try:
        punch = False
        while line := await reader.readline():
            if line.startswith(b"event:"):
                punch = line.strip() == b"event: punch"
            elif punch and line.startswith(b"data:"):
                found = _NAME.search(line)
                if found is not None and found[1] in written:
                    arrived.append(time.monotonic() - written[found[1]])
    finally:
        writer.close()


@contextmanager
def _pages(folder: Path) -> Iterator[tuple[str, int]]:
    command = [
        sys.executable,
        "-c",
        "from cli import main; main()",
        "hub",
        "serve",
        "--data",
        str(folder),
        "--port",
        "0",
    ]
    silent = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=silent, text=True) as server:  # noqa: S603 - our own
        assert server.stdout is not None
        line = server.stdout.readline()
        try:
            yield line.removeprefix("Hub:").strip(), server.pid
        finally:
            server.terminate()


def _sign_in(url: str, password: str) -> str:
    address = urlsplit(url)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=60)
    cookies: dict[str, str] = {}

    def ask(form: dict[str, str] | None = None) -> bytes:
        headers = {"Cookie": "; ".join(f"{name}={content}" for name, content in cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("GET" if form is None else "POST", "/masuk", urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return content

    found = re.search(rb'name="token" value="([^"]*)"', ask())
    ask({"token": found[1].decode() if found else "", "name": "bkpp", "password": password, "kembali": "/"})
    connection.close()
    return "; ".join(f"{name}={content}" for name, content in cookies.items() if content)


def _cpu_seconds(pid: int) -> float:
    """Processor time of a process, in user and system mode (proc(5), fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
