"""Releases for kiosks: only what a manifest names leaves the hub, and technicians order them on the kiosk's page."""

from __future__ import annotations

from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from contract.signing import SigningKey
from hub.errors import FleetError
from hub.fleet.release_files import ReleaseFiles
from hub.web.office import FrontOffice
from tests.factories.releases import make_release_folder


@pytest.fixture
def store(front: FrontOffice, tmp_path: Path) -> ReleaseFiles:
    """Release 0.2.0 is here."""
    made = ReleaseFiles(tmp_path / "kept")
    make_release_folder(tmp_path / "given", "0.2.0", key=SigningKey.generate())
    made.take(tmp_path / "given")
    object.__setattr__(front, "releases", made)
    return made


def ask(port: int, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read(), dict(answer.getheaders())


def test_files_of_a_release_are_served_from_any_byte_on(stranger: Any, store: ReleaseFiles, tmp_path: Path) -> None:
    wheel = next((tmp_path / "given" / "wheels").iterdir())
    path = f"/rilis/0.2.0/wheels/{wheel.name}"
    status, content, headers = ask(stranger.port, path)
    assert (status, content) == (200, wheel.read_bytes())
    status, rest, _ = ask(stranger.port, path, **{"Range": "bytes=100-", "If-Range": headers["etag"]})
    assert (status, rest) == (206, wheel.read_bytes()[100:])
    assert ask(stranger.port, path, **{"If-None-Match": headers["etag"]})[0] == 304
    for name in ("manifest.json", "manifest.sig"):
        assert ask(stranger.port, f"/rilis/0.2.0/{name}")[1] == (tmp_path / "given" / name).read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/rilis/0.2.0/wheels/other.whl",
        "/rilis/0.2.0/../session.key",
        "/rilis/0.2.0/%2e%2e/session.key",
        "/rilis/..%2f../session.key",
        "/rilis/0.3.0/manifest.json",
        "/rilis/0.2.0/",
    ],
)
def test_nothing_else_leaves_the_hub(stranger: Any, store: ReleaseFiles, tmp_path: Path, path: str) -> None:
    (tmp_path / "kept" / "session.key").write_text("secret")
    (tmp_path / "kept" / "releases" / "session.key").write_text("secret")
    status, content, _ = ask(stranger.port, path)
    assert status == 404
    assert b"secret" not in content


def test_release_is_taken_once_and_dropped(store: ReleaseFiles, tmp_path: Path) -> None:
    with pytest.raises(FleetError, match="here already"):
        store.take(tmp_path / "given")
    [release] = store.all()
    assert (release.name, release.files) == ("0.2.0", 2)
    store.drop("0.2.0")
    assert store.all() == []
    with pytest.raises(FleetError, match="no release"):
        store.drop("0.2.0")


def test_folder_without_a_release_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FleetError, match="holds no release"):
        ReleaseFiles(tmp_path / "kept").take(tmp_path / "empty")


def test_technician_orders_a_release_that_is_here(admin: Any, store: ReleaseFiles, furnished: Any) -> None:
    page = admin.get("/kiosk/kiosk-1")
    assert "0.2.0" in page.text
    token = page.field("token")
    assert admin.post("/kiosk/kiosk-1/perintah", token=token, action="release", text="0.9.0").status == 400
    assert admin.post("/kiosk/kiosk-1/perintah", token=token, action="release", text="0.2.0").status == 303
    assert "Ganti rilis" in admin.get("/kiosk/kiosk-1").words


def test_without_releases_none_is_offered(admin: Any, furnished: Any) -> None:
    assert "Ganti rilis" not in admin.get("/kiosk/kiosk-1").words
