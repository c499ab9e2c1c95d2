"""How fast the hub's pages answer: home, month grid (200 people x 31 days) and search, in a regency of a year.

Visitors ask over HTTP on this machine, each with a session of its own, read the whole answer, think, and ask again. The
pages are served by `presensi hub serve` as a process of its own, on PostgreSQL. Everybody is an administrator, who sees
all units: whoever sees fewer is answered sooner.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

from sqlalchemy import select

from benchmarks.machine import machine
from benchmarks.seeded_regency import Regency, seeded_regency
from contract.errors import PresensiError
from hub.db import open_database
from hub.roster.models import Employee

BAR_MS: Final = 300.0
THINK_SECONDS: Final = 3.0
PAGES: Final = ("home", "grid", "search")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFigures:
    """Milliseconds from the request to the last byte of the answer. bytes: of the largest answer."""

    page: str
    requests: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    slowest_ms: float
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebReport:
    """bar_ms: what the 95th percentile of every page is held to. failed: answers that were none. cold: nothing of the
    database was in memory before the first of them."""

    employees: int
    months: int
    users: int
    think_s: float
    seconds: float
    pages: list[PageFigures]
    failed: int
    cold: bool = False
    bar_ms: float = BAR_MS
    machine: str = field(default_factory=machine)

    @property
    def passed(self) -> bool:
        return self.failed == 0 and all(page.p95_ms <= self.bar_ms for page in self.pages)


@dataclass(slots=True)
class _Asked:
    """What one visitor was answered: (page, seconds, bytes)."""

    answers: list[tuple[str, float, int]] = field(default_factory=list)
    failed: int = 0


class _Browser:
    """One visitor's connection, kept open, with its session."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        self._cookies: dict[str, str] = {}

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes]:
        headers = {"Cookie": "; ".join(f"{name}={content}" for name, content in self._cookies.items())}
        body = None
        if form is not None:
            body, headers["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        self._connection.request("GET" if form is None else "POST", path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer.status, content

    def ask_again(self, path: str) -> tuple[int, bytes]:
        """As a browser does: a connection that was closed while nobody asked is opened anew. (0, b"") for no answer."""
        for _ in range(2):
            try:
                return self.ask(path)
            except (OSError, http.client.HTTPException):
                self._connection.close()
        return 0, b""

    def sign_in(self, password: str) -> None:
        found = re.search(rb'name="token" value="([^"]*)"', self.ask("/masuk")[1])
        token = found[1].decode() if found is not None else ""
        form = {"token": token, "name": "administrator", "password": password, "kembali": "/"}
        status, _ = self.ask("/masuk", form)
        if status != 303:
            raise PresensiError(f"Nobody can sign in to the seeded regency: the hub answered {status}.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; see --help. Ends with 1 where a page is slower than the bar."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    parser.add_argument("--employees", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=90.0, help="how long visitors ask")
    parser.add_argument("--think", type=float, default=THINK_SECONDS, help="seconds between an answer and the next")
    parser.add_argument("--cold", action="store_true", help="read everything from the disk, as after a start")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        with seeded_regency(options.employees, options.months, cold=options.cold) as regency:
            report = measure(
                regency, users=options.users, seconds=options.seconds, think=options.think, cold=options.cold
            )
    except PresensiError as error:
        print(f"presensi: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(asdict(report) | {"passed": report.passed}))
    else:
        _print(report)
    return 0 if report.passed else 1


def measure(regency: Regency, *, users: int, seconds: float, think: float, cold: bool = False) -> WebReport:
    """Let visitors ask for a while, and add up what they saw."""
    with _pages(regency) as url:
        paths = _paths(regency)
        browsers = []
        for _ in range(users):
            browser = _Browser(url)
            browser.sign_in(regency.password)
            browsers.append(browser)
        for page in PAGES:
            browsers[0].ask_again(paths[page](random.Random(0)))
        until = {"ends": time.monotonic() + seconds, "think": think}
        seen = [_Asked() for _ in browsers]
        threads = [
            threading.Thread(target=_visit, args=(browser, asked, paths, random.Random(number)), kwargs=until)
            for number, (browser, asked) in enumerate(zip(browsers, seen, strict=True), start=1)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return WebReport(
        employees=regency.order.employees,
        months=regency.order.months,
        users=users,
        think_s=think,
        seconds=seconds,
        pages=[_figures(page, [answer for asked in seen for answer in asked.answers]) for page in PAGES],
        failed=sum(asked.failed for asked in seen),
        cold=cold,
    )


def _visit(
    browser: _Browser,
    asked: _Asked,
    paths: dict[str, Callable[[random.Random], str]],
    dice: random.Random,
    *,
    ends: float,
    think: float,
) -> None:
    time.sleep(dice.uniform(0, think))
    while time.monotonic() < ends:
        page = dice.choice(PAGES)
        path = paths[page](dice)
        began = time.perf_counter()
        status, content = browser.ask_again(path)
        took = time.perf_counter() - began
        if status == 200:
            asked.answers.append((page, took, len(content)))
        else:
            asked.failed += 1
        time.sleep(dice.uniform(0.5, 1.5) * think)


def _paths(regency: Regency) -> dict[str, Callable[[random.Random], str]]:
    """What visitors ask for: any page of people in any month of 31 days, anybody by a part of the name or number."""
    with open_database(regency.url) as database, database.read() as session:
        people = session.execute(select(Employee.name, Employee.nip).order_by(Employee.id).limit(2000)).all()
    months = [f"{day:%Y-%m}" for day in regency.order.month_starts if day.month in (1, 3, 5, 7, 8, 10, 12)]
    pages = max(1, regency.order.employees // 200)

    def grid(dice: random.Random) -> str:
        month = dice.choice(months) if months else ""
        return "/kehadiran?" + urlencode({"month": month, "page": dice.randint(1, pages)})

    def search(dice: random.Random) -> str:
        name, nip = dice.choice(people)
        asked = nip[: dice.randint(6, 18)] if nip and dice.random() < 0.3 else name[: dice.randint(3, len(name))]
        return "/cari?" + urlencode({"q": asked})

    return {"home": lambda _dice: "/", "grid": grid, "search": search}


@contextmanager
def _pages(regency: Regency) -> Iterator[str]:
    """Address of the pages, served by the command itself."""
    order = regency.order
    with tempfile.TemporaryDirectory(prefix="presensi-web-") as folder:
        command = [sys.executable, "-c", "from cli import main; main()", "hub", "serve", "--data", folder]
        command += ["--db", regency.url, "--port", "0", "--at", f"{order.until} {order.clock:%H:%M}"]
        with (Path(folder) / "serve.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)  # noqa: S603 - our own command
        try:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("Hub: ").strip()
            if not url:
                raise PresensiError(f"The pages were not served: {(Path(folder) / 'serve.log').read_text()[-500:]}")
            yield url
        finally:
            process.terminate()
            process.wait(30)


def _figures(page: str, answers: Sequence[tuple[str, float, int]]) -> PageFigures:
    taken = sorted(seconds * 1000 for name, seconds, _ in answers if name == page)
    if not taken:
        raise PresensiError(f"Nobody was answered on {page}; let visitors ask for longer.")

    def percentile(share: float) -> float:
        """The smallest time that at least this share of the answers took at most."""
        return round(taken[max(0, math.ceil(share * len(taken)) - 1)], 1)

    return PageFigures(
        page=page,
        requests=len(taken),
        p50_ms=percentile(0.5),
        p95_ms=percentile(0.95),
        p99_ms=percentile(0.99),
        slowest_ms=round(taken[-1], 1),
        bytes=max(size for name, _, size in answers if name == page),
    )


def _print(report: WebReport) -> None:
    print(
        f"{report.employees} employees, {report.months} months, {report.users} visitors who think {report.think_s} s, "
        f"{report.seconds:.0f} s, on {report.machine}"
    )
    print(f"{'page':8} {'answers':>8} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'slowest':>8} {'KiB':>6}")
    for page in report.pages:
        print(
            f"{page.page:8} {page.requests:8} {page.p50_ms:8} {page.p95_ms:8} {page.p99_ms:8} {page.slowest_ms:8} "
            f"{page.bytes / 1024:6.0f}"
        )
    print(f"failed: {report.failed}; bar: p95 <= {report.bar_ms:.0f} ms: {'held' if report.passed else 'NOT held'}")


if __name__ == "__main__":
    sys.exit(main())
