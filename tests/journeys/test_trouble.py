"""A damaged card, a full disk, a settings file that cannot be: nothing is lost in silence."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract import ranges
from tests.journeys.conftest import AddKiosk
from tests.journeys.presensi import assert_one_sentence, run_presensi
from tests.journeys.world import HubAtWork, KioskAtWork, RowKey, assert_hub_holds_the_journal

NOBODY = "mqtt://127.0.0.1:1"
"""Nobody listens there."""


def _damage(journal: Path, *, first_page: int, pages: int) -> None:
    """What a dying card does: some pages of the file hold something else."""
    page_bytes = 8192
    assert journal.stat().st_size > (first_page + pages) * page_bytes
    with journal.open("r+b") as file:
        file.seek(first_page * page_bytes)
        file.write(os.urandom(pages * page_bytes))


def _numbers(rows: list[RowKey], epoch: str) -> ranges.Ranges:
    return ranges.union([], [(seq, seq) for _, of, seq, _ in rows if of == epoch])


def test_hub_gets_the_union_after_a_journal_was_damaged(hub: HubAtWork, add_kiosk: AddKiosk) -> None:
    kiosk = add_kiosk(hub)
    kiosk.start(200)
    kiosk.deliver_all()
    delivered = hub.rows(kiosk.device)
    kiosk.broker_url = NOBODY
    kiosk.start(500, "--stay")
    kiosk.await_status(lambda status: status.rows == 500, "three hundred punches wait for a network")
    kiosk.end()
    before = kiosk.rows()
    _damage(kiosk.folder / "journal.sqlite3", first_page=12, pages=4)
    kiosk.broker_url = hub.broker_url
    kiosk.start(600, "--stay")
    status = kiosk.await_status(lambda status: status.rows == 600 and status.queue == 0, "everything is delivered")
    assert len(status.alarms) == 1
    assert "damaged" in status.alarms[0]
    kiosk.end()
    after, held = kiosk.rows(), hub.rows(kiosk.device)
    old, new = before[0][1], status.epoch
    assert {epoch for _, epoch, _, _ in after} == {old, new}
    assert old != new
    assert held == sorted({*delivered, *after})
    salvaged = [row for row in after if row[1] == old]
    assert set(salvaged) < set(before)
    assert 0 < len(before) - len(salvaged) < 100, "four pages hold some ten rows each"
    # What was taken after the damage stands in an epoch of its own, whole.
    assert _numbers(after, new) == ((1, 600 - len(salvaged)),)
    assert hub.quarantined(kiosk.device) == 0
    assert [aside.name for aside in kiosk.folder.glob("*.damaged-*")]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of sixteen megabytes, twice what SQLite's log takes at most; skips where none can be mounted."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk; the limited file size is tested instead")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=False)


def test_full_disk_refuses_punches_until_there_is_space(hub: HubAtWork, small_disk: Path, add_kiosk: AddKiosk) -> None:
    kiosk = add_kiosk(hub, folder=small_disk)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(15_500_000))
    _fill_and_recover(hub, kiosk, free=ballast.unlink)


def test_file_that_may_not_grow_refuses_punches_until_it_may(hub: HubAtWork, add_kiosk: AddKiosk) -> None:
    kiosk = add_kiosk(hub)

    def limit(size: int) -> None:
        assert kiosk.process is not None
        resource.prlimit(kiosk.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    _fill_and_recover(hub, kiosk, begin=lambda: limit(200_000), free=lambda: limit(resource.RLIM_INFINITY))


def _fill_and_recover(
    hub: HubAtWork, kiosk: KioskAtWork, *, begin: Callable[[], None] = lambda: None, free: Callable[[], None]
) -> None:
    kiosk.start(1500)
    begin()
    status = kiosk.await_status(lambda status: status.refused_punches > 3, "punches are refused")
    assert 0 < status.rows < 1500
    free()
    kiosk.deliver_all()
    assert_hub_holds_the_journal(hub, kiosk, rows=1500)
    assert kiosk.status is not None
    assert kiosk.status.alarms == ()


def test_kiosk_that_was_rolled_back_to_an_old_card_begins_anew(hub: HubAtWork, add_kiosk: AddKiosk) -> None:
    """The card is set back to what it was: its numbers must not be given to other punches."""
    kiosk = add_kiosk(hub)
    kiosk.start(100)
    kiosk.deliver_all()
    files = [kiosk.folder / f"journal.sqlite3{end}" for end in ("", "-wal", "-shm")]
    copy = {file: file.read_bytes() for file in files if file.exists()}
    kiosk.start(250)
    kiosk.deliver_all()
    first = hub.rows(kiosk.device)
    for file in files:
        file.unlink(missing_ok=True)
    for file, content in copy.items():
        file.write_bytes(content)
    kiosk.start(100, "--stay")
    status = kiosk.await_status(lambda status: bool(status.alarms), "it learns from the hub that its card is old")
    assert "rolled back" in status.alarms[0]
    kiosk.end()
    kiosk.start(180)
    kiosk.deliver_all()
    after, held = kiosk.rows(), hub.rows(kiosk.device)
    assert held == sorted({*first, *after})
    assert _numbers(after, status.epoch) == ((1, 80),)
    assert hub.quarantined(kiosk.device) == 0


@pytest.mark.parametrize("side", ["kiosk", "hub"])
@pytest.mark.parametrize(
    ("text", "naming"),
    [
        ("devcie = 'kiosk-1'\n", "devcie"),
        ("this is no TOML", "TOML"),
        ("broker = 'http://127.0.0.1'\n", "broker"),
        ("broker = 5\n", "broker"),
        (None, "cannot read"),
    ],
)
def test_settings_file_that_cannot_be_used_is_told_in_a_sentence(
    side: str, text: str | None, naming: str, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.toml"
    if text is not None:
        settings.write_text(text, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "hub.pub").write_text("A" * 43 + "=\n", encoding="ascii")
    options = ["--settings", str(settings), "--data", str(tmp_path / "data")]
    finished = run_presensi(side, "run", *(["--headless"] if side == "kiosk" else []), *options)
    assert_one_sentence(finished, code=2)
    assert naming.lower() in finished.stderr.lower()


def test_port_that_is_taken_is_told_in_a_sentence(hub: HubAtWork, tmp_path: Path) -> None:
    taken = hub.url.removeprefix("http://")
    options = ["--data", str(tmp_path), "--broker", NOBODY, "--http", taken]
    assert_one_sentence(run_presensi("hub", "run", *options), code=1, naming=[taken])
