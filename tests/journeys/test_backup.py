"""Yesterday's backup comes back: kiosks send again what it lacks, and nothing is there twice."""

from __future__ import annotations

import json
from pathlib import Path

from tests.journeys.conftest import AddKiosk
from tests.journeys.world import Broker, HubAtWork, assert_hub_holds_the_journal, wait_until


def test_after_a_restore_every_punch_is_there_again_once(broker: Broker, tmp_path: Path, add_kiosk: AddKiosk) -> None:
    hub = HubAtWork(tmp_path / "hub", broker.url)
    hub.start()
    try:
        kiosk = add_kiosk(hub)
        kiosk.start(250)
        kiosk.deliver_all()
        made = json.loads(hub.run("backup", "--to", str(tmp_path / "backups"), "--json").stdout)
        assert made["counts"]["punches"] == 250
        kiosk.start(600)
        kiosk.deliver_all()
        assert len(hub.rows(kiosk.device)) == 600
        hub.end()

        restored = json.loads(hub.run("restore", made["backup"]["path"], "--replace", "--json").stdout)
        assert Path(restored["moved_aside"][0], "hub.db").is_file()
        assert len(hub.rows(kiosk.device)) == 250

        hub.start()
        # Everything of its journal was receipted: without a word from the hub it has nothing to send.
        process = kiosk.start(600, "--stay")
        wait_until(lambda: len(hub.rows(kiosk.device)) == 600, "the restored hub holds everything again")
        process.close_input()
        kiosk.deliver_all()
        assert_hub_holds_the_journal(hub, kiosk, rows=600)
    finally:
        hub.end()
