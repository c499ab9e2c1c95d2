"""The script that copies units and settings: whole for each machine, and again without harm."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.factories.staged_root import ETC, SYSTEMD, UNITS

INSTALL = SYSTEMD / "install.sh"


def install(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", str(INSTALL), *words], capture_output=True, text=True, check=False)


def files_below(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("machine", ["hub", "kiosk"])
def test_everything_of_a_machine_is_copied(tmp_path: Path, machine: str) -> None:
    done = install(machine, str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    found = files_below(tmp_path)
    units = {name.removeprefix("etc/systemd/system/") for name in found if name.startswith("etc/systemd/system/")}
    kiosk = {"presensi-kiosk.service"}
    assert units == (kiosk if machine == "kiosk" else {path.name for path in UNITS.iterdir()} - kiosk)
    other = "kiosk" if machine == "hub" else "hub"
    common = {"etc/nftables/presensi.nft", "etc/systemd/journald.conf.d/presensi.conf", "etc/nftables.conf"}
    shipped = {
        f"etc/{path.relative_to(ETC)}"
        for path in ETC.rglob("*")
        if path.is_file() and path.parent.name not in {"nftables", "journald.conf.d"} and other not in path.name
    }
    only_hub = {name for name in shipped if "mosquitto" in name}
    only_kiosk = {name for name in shipped if "udev" in name}
    expected = shipped - (only_kiosk if machine == "hub" else only_hub)
    assert {name for name in found if not name.startswith("etc/systemd/system/")} == expected | common


def test_second_run_keeps_the_acl_and_loads_the_firewall_once(tmp_path: Path) -> None:
    assert install("hub", str(tmp_path)).returncode == 0
    acl = tmp_path / "etc/mosquitto/presensi/acl"
    acl.write_text(acl.read_text() + "user ingest-9\n")
    (tmp_path / "etc/mosquitto/conf.d/presensi.conf").write_text("changed")
    assert install("hub", str(tmp_path)).returncode == 0
    assert acl.read_text().endswith("user ingest-9\n")
    assert (tmp_path / "etc/mosquitto/conf.d/presensi.conf").read_text() != "changed"
    assert (tmp_path / "etc/nftables.conf").read_text().count("presensi.nft") == 1


@pytest.mark.parametrize("words", [[], ["laptop"], ["hub", "/tmp", "more"]])
def test_wrong_use_is_told(words: list[str]) -> None:
    done = install(*words)
    assert (done.returncode, done.stderr) == (2, "Usage: sh systemd/install.sh hub|kiosk [ROOT]\n")
