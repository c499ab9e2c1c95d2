"""What Prometheus is told: figures read at each scrape, and how long requests took, by the route's own address."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.backup.history import newest_backups
from hub.fleet.figures import FleetFigures, KioskFigures, read_figures
from hub.scheduler.overview import JobLine, list_jobs
from hub.web.office import FrontOffice

BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_ASSETS: Final = "/aset/"
_OF_KIOSK: Final[tuple[tuple[str, str, str], ...]] = (
    ("heard_s", "presensi_kiosk_heard_seconds", "Seconds since the kiosk's last heartbeat arrived."),
    ("delivered_s", "presensi_kiosk_delivered_lag_seconds", "Everything taken there so many seconds ago is here."),
    ("queue", "presensi_kiosk_queue_rows", "Journal rows that the kiosk says it has still to deliver."),
    ("clock_trusted", "presensi_kiosk_clock_trusted", "1 when the kiosk's clock was set, 0 when it runs free."),
    ("disk_free_bytes", "presensi_kiosk_disk_free_bytes", "Free space on the kiosk's card."),
    ("temperature_c", "presensi_kiosk_temperature_celsius", "Temperature of the kiosk's processor."),
    ("locked", "presensi_kiosk_locked", "1 while the kiosk takes no punches by command or by an operator."),
    ("certificate_s", "presensi_kiosk_certificate_seconds", "Seconds until the kiosk's certificate ends."),
    ("first_try", "presensi_kiosk_first_try_ratio", "Share of people recognised at first try, on its latest day."),
)
"""Attribute of KioskFigures, name and help; nothing is said where it is None."""


class Metrics(Collector):
    """One application's figures; in a registry of its own, so that two in one process do not mix."""

    def __init__(self, office: FrontOffice) -> None:
        self._office = office
        self._registry = CollectorRegistry()
        self._durations = Histogram(
            "presensi_http_request_seconds",
            "How long answers took to begin.",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._registry.register(self)

    def note_request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._durations.labels(method, route, f"{status // 100}xx").observe(seconds)

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)

    def describe(self) -> Iterable[Metric]:
        """Nothing: what is collected is read from the database, which is asked at a scrape and not before."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The figures as they are now; those of the database are left out when it does not answer."""
        try:
            figures = read_figures(self._office.database, self._office.now())
            jobs = list_jobs(self._office.database, now=self._office.now())
            backups = newest_backups(self._office.database)
        except DBAPIError:
            figures, jobs, backups = None, [], {}
        yield GaugeMetricFamily("presensi_hub_ready", "1 when the database answers.", value=int(figures is not None))
        parts = GaugeMetricFamily("presensi_hub_part_up", "1 while this part of the hub runs.", labels=["part"])
        for part, is_up in sorted(self._office.states().items()):
            parts.add_metric([part], int(is_up))
        yield parts
        ingest = CounterMetricFamily("presensi_ingest", "What ingest took in and sent, by kind.", labels=["what"])
        for what, count in sorted(self._office.counts().items()):
            ingest.add_metric([what], count)
        yield ingest
        yield from _of_jobs(jobs)
        yield _of_backups(backups)
        if figures is not None:
            yield from _of_fleet(figures)


class RequestClock:
    """Measures how long answers took to begin, but those for assets: some are streams that go on as long as a page is
    open. The route's own address is told, never what was asked.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_ASSETS):
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                method = scope["method"] if scope["method"] in _METHODS else "other"
                self._metrics.note_request(method, _route(scope), message["status"], time.perf_counter() - begun)
            await send(message)

        await self._app(scope, receive, send_noted)


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _route(scope: Scope) -> str:
    """`/pegawai/{employee_id}`; `none` where no route answers: strangers' addresses would be without number."""
    path = getattr(scope.get("route"), "path", None)
    if path is None:
        return "none"
    outer = scope.get("app_root_path", "")
    return str(scope.get("root_path", "")).removeprefix(outer) + str(path)


def _of_fleet(figures: FleetFigures) -> Iterator[Metric]:
    kiosks = GaugeMetricFamily("presensi_kiosks", "Kiosks by state.", labels=["state"])
    for state, count in figures.kiosks.items():
        kiosks.add_metric([state], count)
    alarms = GaugeMetricFamily("presensi_alarms_open", "Alarms that nobody has settled.", labels=["kind"])
    for kind, count in sorted(figures.alarms.items()):
        alarms.add_metric([kind], count)
    yield from (kiosks, alarms)
    yield GaugeMetricFamily("presensi_quarantine_rows", "Rows that count nowhere.", value=figures.quarantined)
    yield GaugeMetricFamily("presensi_dirty_days", "Days that wait to be assessed.", value=figures.dirty_days)
    yield GaugeMetricFamily(
        "presensi_dirty_oldest_seconds", "How long the oldest of them waits.", value=figures.dirty_oldest_s
    )
    yield GaugeMetricFamily(
        "presensi_commands_open", "Commands that kiosks have not obeyed yet.", value=figures.open_commands
    )
    for attribute, name, words in _OF_KIOSK:
        yield _family(attribute, name, words, figures.each)


def _family(attribute: str, name: str, words: str, kiosks: Iterable[KioskFigures]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=["kiosk"])
    for kiosk in kiosks:
        figure = getattr(kiosk, attribute)
        if figure is not None:
            family.add_metric([kiosk.device], float(figure))
    return family


def _of_jobs(jobs: Iterable[JobLine]) -> Iterator[Metric]:
    due = GaugeMetricFamily("presensi_job_due_timestamp_seconds", "When the job is due next.", labels=["job"])
    done = GaugeMetricFamily("presensi_job_done_timestamp_seconds", "When it last ended well.", labels=["job"])
    failures = GaugeMetricFamily("presensi_job_failures", "Failures in a row.", labels=["job"])
    for job in jobs:
        due.add_metric([job.name], job.due_at.timestamp())
        failures.add_metric([job.name], job.failures)
        if job.looked_at is not None:
            done.add_metric([job.name], job.looked_at.timestamp())
    yield from (due, done, failures)


def _of_backups(backups: Mapping[str, datetime]) -> Metric:
    words = "When the newest backup that the job has made began."
    family = GaugeMetricFamily("presensi_backup_newest_timestamp_seconds", words, labels=["job"])
    for job, begun in sorted(backups.items()):
        family.add_metric([job], begun.timestamp())
    return family
