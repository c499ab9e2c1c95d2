"""Units really start: as their user, on a read-only system, with the rights that they name and no other."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import socket
import ssl
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.signing import SigningKey
from tests.factories.shipped_broker import Office
from tests.factories.unit_run import PATIENCE_SECONDS, USER, StagedMachine, staged_machine

KIOSK = """device = "kiosk-1"
broker = "mqtt://127.0.0.1:1"
hub_key = "/etc/presensi/hub.pub"

[camera]
kind = "photo"
path = "/etc/presensi/photos"
loop = true
"""
WITHOUT_SCREEN = {"WLR_BACKENDS": "headless", "WLR_LIBINPUT_NO_DEVICES": "1", "WLR_RENDERER": "pixman"}
WITHOUT_SCREEN |= {"QT_QUICK_BACKEND": "software"}


def free_low_port() -> int:
    """One that needs the right to bind it."""
    for port in range(1023, 600, -1):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    pytest.skip("no low port is free here")


@pytest.fixture
def machine() -> Iterator[StagedMachine]:
    with staged_machine() as made:
        yield made


@pytest.fixture
def hub_machine(machine: StagedMachine, office: Office) -> StagedMachine:
    files = office.worker("ingest-1")
    machine.keep("ingest-1.crt", files[0].read_bytes())
    machine.keep("ingest-1.key", files[1].read_bytes())
    hub = office.server("hub")
    machine.keep("hub.crt", hub[0].read_bytes())
    machine.keep("hub.key", hub[1].read_bytes())
    machine.give(office.authority.folder, "var/lib/presensi/authority")
    machine.keep("ca.crt", (office.folder / "ca.crt").read_bytes())
    machine.keep(
        "hub.toml",
        f'broker = "mqtts://127.0.0.1:{office.broker.port}"\nbroker_ca = "/etc/presensi/ca.crt"\n'
        f"share = true\nport = {free_low_port()}\n"
        'tls_cert = "/etc/presensi/hub.crt"\ntls_cert_key = "/etc/presensi/hub.key"\n'
        '[authority]\nfolder = "/var/lib/presensi/authority"\n',
    )
    return machine


def test_units_of_the_hub_start_and_end(hub_machine: StagedMachine, office: Office) -> None:
    machine = hub_machine
    assert "up to date" in machine.run("presensi-hub-db.service")
    with (
        machine.running("presensi-hub-web.service") as web,
        machine.running("presensi-ingest@.service", "1") as ingest,
        machine.running("presensi-scheduler.service") as scheduler,
    ):
        url = re.findall(r"https://\S+", web.wait_for("Hub: "))[0]
        ours = ssl.create_default_context(cafile=str(office.folder / "ca.crt"))
        with urllib.request.urlopen(f"{url}/readyz", timeout=PATIENCE_SECONDS, context=ours) as answer:
            assert json.load(answer)["database"] is True
        ingest.wait_for("Taking in what kiosks send")
        scheduler.wait_for("Doing what is due")
        wait_for_name(office.folder / "mosquitto.log", "ingest-1")
        assert "verified" in machine.run("presensi-backup.service")
    assert len(list((machine.folder / "var/backups/presensi").glob("*.zip"))) == 1
    written = [*(machine.folder / "var/lib/presensi/hub").rglob("*"), *(machine.folder / "var/backups").rglob("*.zip")]
    assert {path.name for path in written} >= {"hub.db", "hub.key", "session.key"}
    assert {(path.stat().st_uid, path.stat().st_mode & 0o077) for path in written} == {(USER, 0)}


def test_kiosk_reports_through_its_compositor(machine: StagedMachine, demo_photos: Path) -> None:
    if not all(map(shutil.which, ("cage", "Xwayland"))):
        pytest.skip("cage is not installed here")
    shutil.copytree(demo_photos, machine.settings / "photos")
    for path in [machine.settings / "photos", *(machine.settings / "photos").rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    machine.keep("hub.pub", SigningKey.generate().verify_key.text + "\n")
    machine.keep("kiosk.toml", KIOSK)
    address = f"presensi-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("\0" + address)
        ear.settimeout(PATIENCE_SECONDS)
        told = {"NOTIFY_SOCKET": f"@{address}", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"} | WITHOUT_SCREEN
        kiosk = machine.start("presensi-kiosk.service", others=told)
        try:
            words: list[str] = []
            while not any("READY=1" in each for each in words):
                words.append(ear.recv(4096).decode())
                assert kiosk.process.poll() is None
            assert "WATCHDOG=1" in words[-1]
            assert "WATCHDOG=1" in ear.recv(4096).decode()
        finally:
            # How an old cage ends without a screen is its own affair.
            kiosk.process.terminate()
            kiosk.process.communicate(timeout=PATIENCE_SECONDS)


def wait_for_name(log: Path, name: str) -> None:
    """Until the broker has let somebody in under it twice: the probe of shared subscriptions, and the worker."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while log.read_text().count(f"u'{name}'") < 2:
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)  # another process: there is no event to wait for
