"""Ten thousand punches without a broker."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.journeys.conftest import AddKiosk
from tests.journeys.world import PATIENCE_SECONDS, Broker, HubAtWork, assert_hub_holds_the_journal

PUNCHES = 10_000


def test_ten_thousand_punches_without_a_broker_all_arrive_in_order(
    tmp_path: Path, add_kiosk: AddKiosk, capsys: pytest.CaptureFixture[str]
) -> None:
    broker = Broker(tmp_path)
    hub = HubAtWork(tmp_path / "hub", broker.url)
    hub.run("db", "upgrade")
    try:
        kiosk = add_kiosk(hub)
        began = time.monotonic()
        kiosk.start(PUNCHES)
        status = kiosk.await_status(lambda status: status.rows == PUNCHES, "ten thousand punches are in the journal")
        taken = time.monotonic() - began
        assert (status.queue, status.online) == (PUNCHES, False)
        broker.start()
        hub.start()
        kiosk.await_status(lambda status: status.queue < PUNCHES, "the first receipt has come")
        first_receipt = time.monotonic()
        kiosk.deliver_all()
        seconds = time.monotonic() - first_receipt
        with capsys.disabled():
            print(
                f"\n{PUNCHES} punches into the journal in {taken:.1f} s ({PUNCHES / taken:.0f}/s), "
                f"drained in {seconds:.1f} s after the first receipt ({PUNCHES / seconds:.0f}/s)"
            )
        assert_hub_holds_the_journal(hub, kiosk, rows=PUNCHES)
        _assert_commands_agree(hub, kiosk.folder, kiosk.device)
    finally:
        hub.end()
        broker.end()


def _assert_commands_agree(hub: HubAtWork, folder: Path, device: str) -> None:
    """What a technician sees with `presensi` at either end is the same list."""
    command = [sys.executable, "-c", "from cli import main; main()", "kiosk", "journal", "rows", "--json"]
    shown = subprocess.run(
        [*command, "--data", str(folder), "--device", device],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
    )
    at_kiosk = [(row["epoch"], row["seq"], row["hash"]) for row in json.loads(shown.stdout)]
    held = json.loads(hub.run("journal-rows", "--device", device, "--json").stdout)
    assert [(row["epoch"], row["seq"], row["hash"]) for row in held] == at_kiosk
    assert [row["seq"] for row in held] == list(range(1, PUNCHES + 1))
