"""Users, folders, log, clock and firewall: each file read by the program that it is for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from contract.codec import MAX_PACKED_BYTES
from contract.enrolment import MAX_ENROL_BYTES
from tests.factories.shipped_broker import SHIPPED, Client, Office, ShippedBroker
from tests.factories.staged_root import ETC, SERVICES, Unit

SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def program(name: str) -> str:
    found = shutil.which(name, path=SBIN)
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="makes users and gives folders to them")
def test_users_and_folders_are_made(tmp_path: Path) -> None:
    sysusers, tmpfiles = program("systemd-sysusers"), program("systemd-tmpfiles")
    (tmp_path / "etc").mkdir()
    for folder in ("sysusers.d", "tmpfiles.d"):
        shutil.copytree(ETC / folder, tmp_path / "etc" / folder)
    done = run(sysusers, f"--root={tmp_path}", *sorted((tmp_path / "etc/sysusers.d").iterdir()))
    assert (done.returncode, re.sub(r"^Creating .*\n", "", done.stderr, flags=re.MULTILINE)) == (0, "")
    users = {line.split(":")[0]: line.split(":") for line in (tmp_path / "etc/passwd").read_text().splitlines()}
    assert {unit.one("User") for unit in map(Unit.read, SERVICES)} - {None, "root"} == set(users)
    assert all(fields[6].endswith("nologin") for fields in users.values())
    groups = {line.split(":")[0]: line.split(":")[3] for line in (tmp_path / "etc/group").read_text().splitlines()}
    assert {name for name, members in groups.items() if "presensi-kiosk" in members.split(",")} == {
        *("video", "render", "audio", "gpio")
    }
    for machine, private in (
        ("hub", ("var/lib/presensi/hub", "var/lib/presensi/authority", "var/backups/presensi")),
        ("kiosk", ("var/lib/presensi/kiosk",)),
    ):
        done = run(tmpfiles, "--create", f"--root={tmp_path}", tmp_path / f"etc/tmpfiles.d/presensi-{machine}.conf")
        assert (done.returncode, done.stderr) == (0, "")
        owner = int(users[f"presensi-{machine}"][2])
        for name in private:
            found = (tmp_path / name).stat()
            assert (found.st_mode & 0o777, found.st_uid) == (0o700, owner)
        settings = (tmp_path / "etc/presensi").stat()
        assert (settings.st_mode & 0o777, settings.st_uid) == (0o750, 0)


@pytest.mark.parametrize("machine", ["kiosk", "hub"])
def test_firewall_is_what_nft_takes(machine: str) -> None:
    nft, rules = program("nft"), ETC / f"nftables/presensi-{machine}.nft"
    done = run(nft, "-c", "-f", rules)
    if "Operation not permitted" in done.stderr:
        pytest.skip("no right to ask the kernel here")
    assert (done.returncode, done.stderr) == (0, "")
    ports = {port for found in re.findall(r"tcp dport (?:\{([^}]*)\}|(\d+))", rules.read_text()) for port in found}
    opened = {int(port) for each in ports for port in re.findall(r"\d+", each)}
    assert opened == ({22} if machine == "kiosk" else {22, 443, 8883})


def test_clock_is_what_chrony_takes() -> None:
    done = run(program("chronyd"), "-p", "-f", ETC / "chrony/conf.d/presensi.conf")
    assert (done.returncode, done.stderr) == (0, "")
    # Without it the kernel is never told that the clock is set, and the kiosk would call its clock free.
    assert "rtcsync" in done.stdout.splitlines()


def test_log_has_keys_that_journald_knows() -> None:
    theirs = Path("/etc/systemd/journald.conf")
    if not theirs.is_file():
        pytest.skip("systemd is not installed here")
    known = set(re.findall(r"^#?([A-Z]\w+)=", theirs.read_text(), flags=re.MULTILINE))
    for path in (ETC / "systemd/journald.conf.d").iterdir():
        assert set(re.findall(r"^(\w+)=", path.read_text(), flags=re.MULTILINE)) <= known


class DebianBroker(ShippedBroker):
    """Ours beside Debian's own file, which includes it last."""

    def configuration(self) -> str:
        (self.folder / "conf.d").mkdir()
        (self.folder / "conf.d" / "presensi.conf").write_text(super().configuration())
        lines = ("persistence true", f"persistence_location {self.folder}/", "log_dest stderr")
        return "\n".join((*lines, f"include_dir {self.folder}/conf.d")) + "\n"


def test_broker_starts_with_debians_own_file_around_ours(office: Office) -> None:
    broker = DebianBroker(office.folder)
    broker.start()
    try:
        with Client(broker.port, office.folder / "ca.crt", office.kiosk("kiosk-1")) as kiosk:
            assert kiosk.let_in
        with Client(broker.port, office.folder / "ca.crt", None) as nobody:
            assert not nobody.let_in
    finally:
        broker.kill()


def test_broker_takes_the_largest_message() -> None:
    text = (SHIPPED / "conf.d" / "presensi.conf").read_text()
    largest = int(re.findall(r"^max_packet_size (\d+)$", text, flags=re.MULTILINE)[0])
    assert largest >= max(MAX_PACKED_BYTES, MAX_ENROL_BYTES) + 1024
