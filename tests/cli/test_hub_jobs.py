"""`presensi hub jobs retire`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from click.testing import Result

from hub.db import Database
from hub.scheduler import claims

Hub = Callable[..., Result]


def test_job_of_a_folder_that_is_gone_is_retired(presensi_hub: Hub, hub_database: Database) -> None:
    now = datetime.now(UTC)
    claims.enrol(hub_database, "retention@gone", now - timedelta(days=2))
    claims.enrol(hub_database, "retention@here", now)
    assert "LATE" in presensi_hub("jobs").stdout
    said = presensi_hub("jobs", "retire", "retention@gone", "--by", "budi")
    assert (said.exit_code, said.stdout) == (0, "retention@gone is retired.\n")
    assert [line["name"] for line in json.loads(presensi_hub("jobs", "--json").stdout)] == ["retention@here"]
    assert "retired by budi; never done" in presensi_hub("jobs", "history").stdout
    refused = presensi_hub("jobs", "retire", "retention@here", "--by", "budi")
    assert (refused.exit_code != 0, "only what nobody does is retired" in refused.output) == (True, True)
