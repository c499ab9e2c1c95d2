"""The units: whole in systemd's eyes, hardened, and starting commands that exist."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from cli import main
from kiosk.service_notice import ServiceNotice
from tests.factories.staged_root import SERVICES, UNITS, Unit, need_systemd, stage

EVERY = sorted(path.name for path in UNITS.iterdir())
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "ProtectClock": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectControlGroups": "yes",
    "ProtectProc": "invisible",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "SystemCallArchitectures": "native",
}
AS_ROOT = {
    "presensi-revocations.service": "CAP_CHOWN CAP_DAC_READ_SEARCH CAP_FOWNER",
    "presensi-update.service": "CAP_DAC_OVERRIDE",
}
"""Whose rights are these of root's, and no others."""
HUB_PARTS = ("presensi-hub-web.service", "presensi-ingest@.service", "presensi-scheduler.service")


def verify(analyze: str, root: Path, units: list[Path]) -> tuple[int, str]:
    done = subprocess.run(
        [analyze, "verify", "--man=no", f"--root={root}", *map(str, units)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    analyze = need_systemd()
    ours = stage(tmp_path)
    units = [ours / name.replace("@.", "@1.") for name in EVERY]
    assert verify(analyze, tmp_path, units) == (0, "")
    # And it would.
    (tmp_path / "opt/presensi/current/bin/presensi").unlink()
    code, said = verify(analyze, tmp_path, [ours / "presensi-scheduler.service"])
    assert code != 0
    assert "is not executable" in said


@pytest.mark.parametrize("name", SERVICES)
def test_exposure_is_below_two_of_ten(tmp_path: Path, name: str) -> None:
    analyze = need_systemd()
    done = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", "--no-pager", "--json=short", str(UNITS / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    open_things = {each["json_field"] for each in json.loads(done.stdout) if each["set"] is False}
    must = {"NoNewPrivileges", "ProtectSystem", "ProtectHome", "UserOrDynamicUser"}
    assert open_things & must == ({"UserOrDynamicUser"} if name in AS_ROOT else set())


@pytest.mark.parametrize("name", SERVICES)
def test_directives_stand_in_every_service(name: str) -> None:
    unit = Unit.read(name)
    assert {key: unit.one(key) for key in HARDENED} == HARDENED
    assert unit.all("SystemCallFilter")[0] == "@system-service"
    assert unit.one("CapabilityBoundingSet") is not None
    assert unit.one("SyslogIdentifier")


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in AS_ROOT])
def test_services_run_as_somebody_without_rights(name: str) -> None:
    unit = Unit.read(name)
    assert unit.one("User") == ("presensi-kiosk" if name == "presensi-kiosk.service" else "presensi-hub")
    assert unit.one("UMask") == "0077"
    assert unit.one("StateDirectoryMode") == "0700"
    assert "~@privileged @resources" in unit.all("SystemCallFilter")
    assert unit.one("CapabilityBoundingSet") == ("CAP_NET_BIND_SERVICE" if name == "presensi-hub-web.service" else "")


@pytest.mark.parametrize("name", AS_ROOT)
def test_those_that_are_root_have_few_of_its_rights(name: str) -> None:
    unit = Unit.read(name)
    assert unit.one("CapabilityBoundingSet") == AS_ROOT[name]
    assert unit.one("NoNewPrivileges") == "yes"


def test_releases_are_switched_from_the_last_good_one() -> None:
    unit = Unit.read("presensi-update.service")
    good = "/opt/presensi/good/bin/presensi"
    assert (unit.one("ExecStart") or "").split()[0] == good
    assert unit.one("ConditionPathExists", "Unit") == good
    # Or the kiosk's user could not run what it has installed.
    assert unit.one("UMask") == "0022"


def test_only_the_kiosk_reaches_devices_and_only_those_that_it_needs() -> None:
    for name in SERVICES:
        unit = Unit.read(name)
        if name != "presensi-kiosk.service":
            assert (unit.one("PrivateDevices"), unit.one("MemoryDenyWriteExecute")) == ("yes", "yes")
            assert unit.all("DeviceAllow") == []
    kiosk = Unit.read("presensi-kiosk.service")
    assert kiosk.one("DevicePolicy") == "closed"
    assert {line.split()[0].removeprefix("char-") for line in kiosk.all("DeviceAllow")} == {
        *("drm", "video4linux", "media", "dma_heap", "gpiochip", "alsa", "usb_device"),
        "/dev/tty1",
    }


def test_kiosk_is_watched_as_it_reports() -> None:
    unit = Unit.read("presensi-kiosk.service")
    assert (unit.one("Type"), unit.one("NotifyAccess")) == ("notify", "all")
    assert unit.one("Restart") == "always"
    assert (unit.one("StartLimitBurst", "Unit"), unit.one("StartLimitAction", "Unit")) == ("30", "reboot")
    seconds = int(unit.one("WatchdogSec") or 0)
    # The manager means cage by WATCHDOG_PID: the kiosk then reports at a pace of its own, which must be quick enough.
    told = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": str(seconds * 1_000_000), "WATCHDOG_PID": str(os.getppid())}
    notice = ServiceNotice(told)
    assert notice.heard
    assert notice.every_seconds * 3 <= seconds
    # The first start converts networks (docs/hardware.md).
    assert int(unit.one("TimeoutStartSec") or 0) >= 300


@pytest.mark.parametrize(("status", "reboots"), [(76, True), (0, False), (1, False), (75, False), (176, False)])
def test_machine_boots_when_the_kiosk_asks_for_it(tmp_path: Path, status: int, reboots: bool) -> None:
    unit = Unit.read("presensi-kiosk.service")
    (tmp_path / "presensi-kiosk").mkdir()

    def said(line: str | None) -> str:
        script = shlex.split(line or "")[-1].replace("$$", "$").replace("%t", str(tmp_path))
        script = re.sub(r"/opt/\S+ kiosk run --settings [^;]*", f"(exit {status})", script)
        script = script.replace("systemctl", "echo systemctl")
        return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout

    assert said(unit.one("ExecStopPost")) == ""
    assert said(unit.one("ExecStart")) == ""
    assert said(unit.one("ExecStopPost")) == ("systemctl reboot\n" if reboots else "")


def test_hub_parts_restart_and_wait_for_the_tables() -> None:
    for name in HUB_PARTS:
        unit = Unit.read(name)
        assert (unit.one("Restart"), unit.one("RestartSec")) == ("always", "5")
        assert (unit.one("StartLimitIntervalSec", "Unit"), unit.one("StartLimitBurst", "Unit")) == ("10min", "30")
        assert unit.one("Requires", "Unit") == "presensi-hub-db.service"
        assert "presensi-hub-db.service" in (unit.one("After", "Unit") or "").split()
        assert unit.one("WantedBy", "Install") == "presensi.target"


@pytest.mark.parametrize("name", [name for name in SERVICES if "revocations" not in name])
def test_command_of_the_unit_exists_with_its_options(name: str) -> None:
    words = shlex.split(Unit.read(name).one("ExecStart") or "")
    if words[0] == "/usr/bin/cage":
        assert words[1:4] == ["--", "/bin/sh", "-c"]
        words = shlex.split(words[4].partition(";")[0])
    assert words[0] in ("/opt/presensi/current/bin/presensi", "/opt/presensi/good/bin/presensi")
    command: click.Command = main
    context = click.Context(main, info_name="presensi")
    rest = words[1:]
    while isinstance(command, click.Group):
        found = command.get_command(context, rest[0])
        assert found is not None, f"there is no command {' '.join(words)}"
        command, context, rest = found, click.Context(found, parent=context, info_name=rest[0]), rest[1:]
    # Raises for an option that the command has not.
    command.make_parser(context).parse_args(list(rest))


def test_files_of_workers_are_named_as_the_acl_names_them() -> None:
    start = Unit.read("presensi-ingest@.service").one("ExecStart") or ""
    assert re.findall(r"--cert(?:-key)? (\S+)", start) == [
        "/etc/presensi/ingest-%i.crt",
        "/etc/presensi/ingest-%i.key",
    ]
