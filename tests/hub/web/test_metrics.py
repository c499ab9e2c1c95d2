"""What Prometheus is told, who may ask, and that every alert rule names a figure that there is."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from hub.access.roles import Role
from hub.access.tokens import add_token
from hub.db import Database
from hub.fleet.commands import give_command
from hub.fleet.models import Kiosk
from hub.scheduler.models import ScheduledJob
from hub.web.app import create_app
from hub.web.office import FrontOffice
from tests.factories.loops import run_apart
from tests.hub.web.conftest import HOSTILE, NOW

RULES = Path(__file__).parents[3] / "systemd/prometheus/presensi.rules.yml"
FOREIGN = {"up"}
"""What Prometheus itself says of a target."""
SUFFIXES = re.compile(r"_(bucket|count|sum|total)$")

Figures = dict[tuple[str, tuple[str, ...]], float]


def read(text: str) -> Figures:
    """(name, values of its labels) -> figure."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def told(database: Database, front: FrontOffice, office: Any) -> Callable[[], Figures]:
    """A scrape of a hub with kiosks in every state, from this machine."""
    office.unit(HOSTILE)
    for device in ("kiosk-baik", "kiosk-sakit", "kiosk-diam", "kiosk-baru"):
        office.kiosk(device, delivered_up_to=NOW - timedelta(seconds=40))
    office.kiosk("kiosk-lama", state="revoked")
    office.heartbeat("kiosk-baik", NOW - timedelta(seconds=30))
    office.heartbeat("kiosk-sakit", NOW - timedelta(seconds=30), clock_source="free", queue=7, disk_free_mb=150)
    office.heartbeat("kiosk-diam", NOW - timedelta(hours=2), temperature_c=None)
    office.alarm("kiosk-sakit", "fork", NOW)
    office.quarantine("kiosk-sakit", NOW)
    give_command(database, "kiosk-baik", "lock", by="t", now=NOW)
    with database.write() as session:
        session.get_one(Kiosk, "kiosk-baik").certificate_until = NOW + timedelta(days=30)
    with database.write() as session:
        session.add(ScheduledJob(name="calibration", due_at=NOW))
    client = Client(
        front,
        metrics_on_loopback=True,
        states=lambda: {"broker": True, "ingest": False},
        counts=lambda: {"batches": 12, "published": 9},
    )

    def scrape() -> Figures:
        status, kind, text = client.ask("/metrics")
        assert status == 200
        assert kind.startswith("text/plain; version=")
        return read(text)

    return scrape


class Client:
    """Asks an application of its own, from any address."""

    def __init__(self, front: FrontOffice, host: str = "127.0.0.1", **changes: Any) -> None:
        self._app = create_app(dataclasses.replace(front, **changes))
        self._host = host

    def ask(self, path: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, kind and text of the answer."""
        return run_apart(self._ask(path, method, headers or {}))

    async def _ask(self, path: str, method: str, headers: dict[str, str]) -> tuple[int, str, str]:
        sent: list[Any] = []
        parts = urlsplit(path)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
            "client": (self._host, 5000),
            "server": ("127.0.0.1", 80),
        }

        waiting = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> dict[str, Any]:
            if not waiting:
                # Nobody hangs up.
                await asyncio.Event().wait()
            return waiting.pop()

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        begun = next(each for each in sent if each["type"] == "http.response.start")
        body = b"".join(each.get("body", b"") for each in sent if each["type"] == "http.response.body")
        kind = dict(begun["headers"]).get(b"content-type", b"").decode()
        return begun["status"], kind, body.decode(errors="replace")


def test_figures_of_kiosks(told: Callable[[], Figures]) -> None:
    found = told()
    states = {labels[0]: figure for (name, labels), figure in found.items() if name == "presensi_kiosks"}
    assert states == {"well": 1, "trouble": 1, "silent": 2, "revoked": 1}
    assert found["presensi_kiosk_heard_seconds", ("kiosk-diam",)] == 7200
    assert ("presensi_kiosk_heard_seconds", ("kiosk-baru",)) not in found
    assert ("presensi_kiosk_heard_seconds", ("kiosk-lama",)) not in found
    assert found["presensi_kiosk_delivered_lag_seconds", ("kiosk-baik",)] == 40
    assert found["presensi_kiosk_queue_rows", ("kiosk-sakit",)] == 7
    assert found["presensi_kiosk_clock_trusted", ("kiosk-sakit",)] == 0
    assert found["presensi_kiosk_clock_trusted", ("kiosk-baik",)] == 1
    assert found["presensi_kiosk_disk_free_bytes", ("kiosk-sakit",)] == 150_000_000
    assert found["presensi_kiosk_certificate_seconds", ("kiosk-baik",)] == 30 * 86_400
    assert ("presensi_kiosk_temperature_celsius", ("kiosk-diam",)) not in found


def test_figures_of_the_hub(told: Callable[[], Figures], office: Any) -> None:
    found = told()
    assert found["presensi_hub_ready", ()] == 1
    assert found["presensi_hub_part_up", ("ingest",)] == 0
    assert found["presensi_ingest_total", ("batches",)] == 12
    assert found["presensi_alarms_open", ("fork",)] == 1
    assert found["presensi_quarantine_rows", ()] == 1
    assert found["presensi_commands_open", ()] == 1
    assert found["presensi_dirty_days", ()] == 0
    assert found["presensi_job_due_timestamp_seconds", ("calibration",)] == NOW.timestamp()
    assert ("presensi_job_done_timestamp_seconds", ("calibration",)) not in found


def test_requests_are_measured_by_route_and_never_by_what_was_asked(front: FrontOffice, database: Database) -> None:
    client = Client(front, metrics_on_loopback=True)
    for path in ("/pegawai/198501012010011001", "/nothing/at/all", "/aset/presensi/presensi.css"):
        client.ask(path)
    token = add_token(database, "simpeg", ["kiosks:read"], unit_id=None, days=30, by="t", now=NOW)
    client.ask("/api/v1/kiosks", headers={"Authorization": f"Bearer {token}"})
    client.ask("/masuk", method="BREW")
    text = client.ask("/metrics")[2]
    counted = {labels for (name, labels) in read(text) if name == "presensi_http_request_seconds_count"}
    assert ("GET", "/pegawai/{employee_id}", "3xx") in counted
    assert ("GET", "none", "4xx") in counted
    assert ("GET", "/api/v1/kiosks", "2xx") in counted
    assert "198501012010011001" not in text
    assert not any("aset" in route for _, route, _ in counted)
    assert all(method != "BREW" for method, _, _ in counted)


def test_nothing_is_said_of_people_or_units(told: Callable[[], Figures]) -> None:
    labels = {label for _, values in told() for label in values}
    assert not any("script" in label for label in labels)


def test_database_that_is_down_leaves_the_rest(front: FrontOffice, database: Database) -> None:
    client = Client(front, metrics_on_loopback=True, states=lambda: {"broker": True})
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE kiosk_command")
    found = read(client.ask("/metrics")[2])
    assert found["presensi_hub_ready", ()] == 0
    assert found["presensi_hub_part_up", ("broker",)] == 1


def test_token_needs_its_scope_and_every_unit(stranger: Any, database: Database, office: Any) -> None:
    unit = office.unit("Dinas")

    def token(name: str, *scopes: str, unit_id: int | None = None) -> str:
        made = add_token(database, name, scopes, unit_id=unit_id, days=30, by="t", now=NOW)
        return f"Bearer {made}"

    assert stranger.get("/metrics").status == 401
    assert stranger.get("/metrics", Authorization="Bearer presensi_1_x").status == 401
    assert stranger.get("/metrics", Authorization=token("prometheus", "metrics:read")).status == 200
    assert stranger.get("/metrics", Authorization=token("other", "kiosks:read")).status == 403
    assert stranger.get("/metrics", Authorization=token("unit", "metrics:read", unit_id=unit)).status == 403


def test_people_with_every_kiosk_may_look(as_role: Callable[..., Any], office: Any) -> None:
    office.unit("Dinas")
    assert as_role(Role.TECHNICIAN).get("/metrics").status == 200
    assert as_role(Role.OPERATOR, "Dinas").get("/metrics").status == 403


@pytest.mark.parametrize(
    ("host", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.9"}, 401),
        ("127.0.0.1", {"Forwarded": "for=10.0.0.9"}, 401),
        ("10.0.0.9", {}, 401),
        ("testclient", {}, 401),
    ],
)
def test_this_machine_needs_no_token_where_that_is_set(
    front: FrontOffice, host: str, headers: dict[str, str], status: int
) -> None:
    assert Client(front, host, metrics_on_loopback=True).ask("/metrics", headers=headers)[0] == status
    assert Client(front, host).ask("/metrics", headers=headers)[0] == 401


def rules() -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]:
        yield from group["rules"]


@pytest.mark.parametrize("rule", list(rules()), ids=lambda rule: rule["alert"])
def test_rule_names_figures_that_there_are_and_speaks_both_languages(rule: dict[str, Any], front: FrontOffice) -> None:
    client = Client(front, metrics_on_loopback=True)
    families = {family.name for family in text_string_to_metric_families(client.ask("/metrics")[2])}
    named = set(re.findall(r"\b(?:up|presensi_[a-z_]+)\b", re.sub(r'"[^"]*"', "", rule["expr"])))
    assert named
    assert {SUFFIXES.sub("", name) for name in named - FOREIGN} <= {SUFFIXES.sub("", name) for name in families}
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert set(rule["annotations"]) == {"summary", "description", "summary_en", "description_en"}
    assert all(len(words) > 15 for words in rule["annotations"].values())


def test_rules_cover_what_they_must() -> None:
    text = msgspec.json.encode([rule["expr"] for rule in rules()]).decode()
    for name in ("heard", "queue", "clock", "disk", "certificate", "ready", "part_up", "ingest", "job_due"):
        assert name in text


def test_promtool_takes_the_rules() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool here")
    done = subprocess.run([promtool, "check", "rules", str(RULES)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
