"""From the hub's order to a release that runs, or to the former one that runs again; with real environments and pip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract.signing import SigningKey
from kiosk.bulletin import Bulletin, read_told
from provisioning.errors import ReleaseError, SourceError, WheelhouseError
from provisioning.releases.installing import install
from provisioning.releases.shelf import Trial
from tests.factories.releases import HERE, lay_release, make_release_folder
from tests.provisioning.releases.conftest import Site


def running(site: Site) -> str:
    told = read_told(site.data / "bulletin.json", Bulletin)
    assert told is not None
    return told.software


def test_ordered_release_is_installed_tried_and_kept(site: Site) -> None:
    site.give("0.2.0")
    site.order("0.2.0")
    assert site.updater().go_round() == "done"
    assert (site.shelf.current, site.shelf.good, site.shelf.trial) == ("0.2.0", "0.2.0", None)
    assert running(site) == "0.2.0"
    assert site.progress is not None
    assert (site.progress.release, site.progress.step) == ("0.2.0", "done")
    assert site.updater().go_round() is None
    assert site.kiosk.starts == 2


@pytest.mark.parametrize(
    ("ill", "words"),
    [
        ("dead", "did not come up"),
        ("camera", "camera gives no pictures"),
        ("hub", "hub is not reached"),
        ("roster", "no roster"),
    ],
)
def test_release_that_does_not_work_is_taken_back_with_words(site: Site, ill: str, words: str) -> None:
    lay_release(site.shelf, "0.2.0", ill, days=1)
    site.order("0.2.0")
    assert site.updater().go_round() == "rolled_back"
    assert (site.shelf.current, site.shelf.good, site.shelf.trial) == ("0.1.0", "0.1.0", None)
    assert site.progress is not None
    assert site.progress.step == "rolled_back"
    assert words in site.progress.detail
    assert "0.1.0 runs again" in site.progress.detail
    assert site.updater().go_round() is None  # the same order is not tried again
    assert site.kiosk.starts == 3


def test_power_that_goes_during_the_trial_leads_to_one_more_and_then_back(site: Site) -> None:
    lay_release(site.shelf, "0.2.0", days=1)
    site.shelf.begin_trial(Trial(release="0.2.0", former="0.1.0"))
    assert site.updater().go_round() == "done"
    lay_release(site.shelf, "0.3.0", days=2)
    site.shelf.begin_trial(Trial(release="0.3.0", former="0.2.0", starts=2))
    assert site.updater().go_round() == "rolled_back"
    assert site.shelf.current == "0.2.0"


def test_kiosk_that_cannot_be_started_goes_back_at_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("no service manager")

    lay_release(site.shelf, "0.2.0", days=1)
    site.order("0.2.0")
    monkeypatch.setattr(site.kiosk, "restart", broken)
    assert site.updater().go_round() == "rolled_back"
    assert site.shelf.current == "0.1.0"


def test_what_was_left_half_installed_is_made_anew(site: Site) -> None:
    half = site.shelf.room("0.2.0")
    (half / "bin").mkdir(parents=True)
    (half / "bin" / "python").write_text("nothing")
    site.give("0.2.0")
    site.order("0.2.0")
    assert site.updater().go_round() == "done"


def _tampered_wheel(folder: Path) -> None:
    wheel = next((folder / "wheels").iterdir())
    content = bytearray(wheel.read_bytes())
    content[100] ^= 1
    wheel.write_bytes(content)


def _tampered_manifest(folder: Path) -> None:
    text = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(text.replace('"0.2.0"', '"0.9.0"'))


def _wheel_beside(folder: Path) -> None:
    (folder / "wheels" / "more-1.0-py3-none-any.whl").write_bytes(b"PK")


@pytest.mark.parametrize("spoil", [_tampered_wheel, _tampered_manifest, _wheel_beside])
def test_what_was_changed_after_it_was_signed_is_refused_and_the_hub_hears_why(site: Site, spoil: Any) -> None:
    spoil(site.give("0.2.0"))
    site.order("0.2.0")
    assert site.updater().go_round() is None
    assert site.progress is not None
    assert site.progress.step == "refused"
    assert site.progress.detail
    assert site.shelf.current == "0.1.0"
    assert not site.shelf.room("0.2.0").exists()
    assert site.kiosk.starts == 1


def test_another_key_is_not_believed(site: Site, tmp_path: Path) -> None:
    make_release_folder(tmp_path / "foreign", "0.2.0", key=SigningKey.generate(), days=1)
    with pytest.raises(WheelhouseError, match="not signed with this release key"):
        install(tmp_path / "foreign", site.shelf, site.key.verify_key)


def test_older_release_is_refused(site: Site) -> None:
    with pytest.raises(ReleaseError, match=r"signed before 0\.1\.0, which runs"):
        install(site.give("0.0.9", days=-1), site.shelf, site.key.verify_key)


def test_other_build_of_what_runs_is_refused(site: Site, tmp_path: Path) -> None:
    make_release_folder(tmp_path / "again", "0.1.0", key=site.key, days=3)
    with pytest.raises(ReleaseError, match="version of its own"):
        install(tmp_path / "again", site.shelf, site.key.verify_key)


def test_release_for_other_machines_and_wheelhouse_without_presensi_are_refused(site: Site, tmp_path: Path) -> None:
    make_release_folder(tmp_path / "other", "0.2.0", key=site.key, days=1, target="riscv64 cp313")
    with pytest.raises(ReleaseError, match=f"not for {HERE}"):
        install(tmp_path / "other", site.shelf, site.key.verify_key)
    make_release_folder(tmp_path / "bare", "0.2.0", key=site.key, days=1, release="")
    with pytest.raises(ReleaseError, match="Presensi itself is not in it"):
        install(tmp_path / "bare", site.shelf, site.key.verify_key)


def test_hub_that_is_away_is_asked_again_later(site: Site) -> None:
    def away(_release: str, _told: object) -> Path:
        raise SourceError("https://hub/rilis/0.2.0/manifest.sig: no answer.", unreachable=True)

    site.order("0.2.0")
    assert site.updater(away).go_round() is None
    assert site.progress is not None
    assert site.progress.step == "waiting"
    site.give("0.2.0")
    assert site.updater().go_round() == "done"


def test_hours_that_are_over_let_it_wait(site: Site) -> None:
    def late(_release: str, _told: object) -> Path:
        raise TimeoutError

    site.order("0.2.0")
    assert site.updater(late).go_round() is None
    assert site.progress is not None
    assert site.progress.step == "waiting"


def test_old_releases_go_and_the_last_three_stay(site: Site) -> None:
    for number in range(2, 6):
        lay_release(site.shelf, f"0.{number}.0", days=number)
        site.order(f"0.{number}.0", command=number)
        assert site.updater().go_round() == "done"
    assert sorted(path.name for path in site.shelf.folder.iterdir() if path.is_dir() and not path.is_symlink()) == [
        "0.3.0",
        "0.4.0",
        "0.5.0",
    ]
