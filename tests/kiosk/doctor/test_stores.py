"""Roster and model pack, whole and not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from contract.roster import KioskPolicy, RosterPart, RosterPerson
from kiosk.doctor import stores
from kiosk.roster import RosterCache
from tests.factories.vaults import VAULT

NOW = datetime.now(UTC)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    path = tmp_path / "roster.msgpack"
    vectors = np.ones((2, 4), "<f4").tobytes()
    people = (
        RosterPerson(person="p1", name="Siti Aminah", count=2, embeddings=vectors),
        RosterPerson(person="p2", name="Budi", count=0, embeddings=b""),
    )
    policy = KioskPolicy()
    part = RosterPart(version=7, base=None, part=1, parts=1, pack="builtin", policy=policy, people=people)
    RosterCache(path, vault=VAULT, pack="builtin", dimensions=4).take(part)
    return path


def test_a_roster_is_counted(cache: Path) -> None:
    finding = stores.judge_roster(stores.read_roster(cache, NOW, VAULT))
    assert finding.state == "ok"
    counted = (finding.measured["version"], finding.measured["people"], finding.measured["templates"])
    assert counted == (7, 2, 2)
    assert stores.judge_roster(stores.read_roster(cache, NOW + timedelta(days=40), VAULT)).state == "warning"


def test_a_roster_that_is_missing_or_damaged_is_bad(cache: Path) -> None:
    assert stores.judge_roster(stores.read_roster(cache.with_name("none"), NOW, VAULT)).state == "bad"
    content = bytearray(cache.read_bytes())
    content[-1] ^= 1
    cache.write_bytes(bytes(content))
    finding = stores.judge_roster(stores.read_roster(cache, NOW, VAULT))
    assert (finding.state, finding.value.en) == ("bad", "damaged: it is damaged, or was sealed with another key")


def test_a_pack_that_is_missing_is_bad_with_the_way_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stores.check_pack("no-such-pack").state == "bad"
    monkeypatch.setattr(stores, "place_of", lambda file: tmp_path / file.name)
    finding = stores.check_pack("builtin")
    assert finding.state == "bad"
    assert finding.advice.id
    assert finding.measured["missing"]


def test_a_whole_pack_is_well() -> None:
    assert stores.check_pack("builtin").state == "ok"
