"""A pack is fetched whole or not at all, and what was there before keeps working whatever happens."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections import namedtuple
from pathlib import Path

import msgspec
import pytest

from kiosk.recognizer.packs.card import ModelCard, read_card
from provisioning.download import Patience
from provisioning.errors import FetchError, MirrorError, ModelsError, ModelsFolderError
from provisioning.model_sources import FolderMirror, Upstream, WebMirror, read_hub, read_mirror, sources
from provisioning.models import FetchedPack, export_pack, fetch_pack
from tests.factories.file_server import Exchange, FileServer, cut_after, give, say
from tests.factories.packs import LENGTHS, content_of

WHOLE = {f"small/{name}": content_of(name) for name in sorted(LENGTHS)}
OLD = {"small/net.bin": b"old weights", "small/net.param": b"old parameters"}


@pytest.fixture
def mirror(server: FileServer) -> WebMirror:
    return WebMirror(f"{server.url}/mirror")


@pytest.fixture
def fetch(card: ModelCard, folder: Path, patience: Patience):
    def run(*asked, **others) -> FetchedPack:
        return fetch_pack(card, asked or (Upstream(),), folder=folder, patience=patience, **others)

    return run


@pytest.fixture
def old(folder: Path) -> None:
    """Files of an older card, of the same names."""
    (folder / "small").mkdir(parents=True)
    for name, content in OLD.items():
        (folder / name).write_bytes(content)


def waiting(folder: Path) -> list[str]:
    """What is still arriving."""
    return sorted(path.name for path in (folder / ".arriving").glob("*") if path.name != "lock")


def test_pack_is_fetched_from_the_addresses_on_its_card(fetch, folder, installed, server):
    fetched = fetch()
    assert installed() == WHOLE
    assert [(file.name, file.source) for file in fetched.files] == [
        (f"small/{name}", f"{server.url}/{name}") for name in LENGTHS
    ]
    assert (fetched.pack, fetched.folder, fetched.troubles) == ("small", folder, ())
    assert waiting(folder) == []


def test_fetched_files_can_be_read_by_whoever_runs_the_kiosk(fetch, folder):
    before = os.umask(0o077)
    try:
        fetch()
    finally:
        os.umask(before)
    assert (folder / "small/net.bin").stat().st_mode & 0o777 == 0o644


def test_whole_files_are_not_fetched_again(fetch, server):
    fetch()
    server.asked.clear()
    assert [file.source for file in fetch().files] == [None, None]
    assert server.asked == []


def test_pack_that_is_whole_needs_no_folder_that_can_be_written(fetch, folder):
    fetch()
    shutil.rmtree(folder / ".arriving")
    (folder / ".arriving").write_bytes(b"")  # nothing can arrive here
    assert [file.source for file in fetch().files] == [None, None]


def test_damaged_file_is_fetched_again_and_only_that(fetch, folder, installed, server):
    fetch()
    server.asked.clear()
    with (folder / "small/net.bin").open("r+b") as content:
        content.write(b"scratch")
    assert [file.source is None for file in fetch().files] == [True, False]
    assert installed() == WHOLE
    assert [path for path, _ in server.asked] == ["/net.bin"]


def test_new_files_take_the_place_of_old_ones(fetch, folder, installed, old):
    fetch()
    assert installed() == WHOLE
    assert waiting(folder) == []


def test_mirror_is_asked_first(fetch, mirror, files, server):
    assert [file.source for file in fetch(mirror, Upstream()).files] == [
        f"{server.url}/mirror/{file.sha256}" for file in files
    ]


def test_file_that_a_mirror_lacks_comes_from_upstream_and_that_is_told(fetch, mirror, files, server, installed):
    del server.contents[f"/mirror/{files[1].sha256}"]
    fetched = fetch(mirror, Upstream())
    assert fetched.files[1].source == f"{server.url}/net.bin"
    assert len(fetched.troubles) == 1
    assert "404" in fetched.troubles[0]
    assert installed() == WHOLE


def test_mirror_that_gives_wrong_bytes_is_passed_over_and_named(fetch, mirror, files, server, installed):
    server.contents[f"/mirror/{files[1].sha256}"] = b"x" * files[1].size
    fetched = fetch(mirror, Upstream())
    assert installed() == WHOLE
    assert "SHA-256 differs" in fetched.troubles[0]
    assert mirror.address in fetched.troubles[0]


def test_download_that_one_source_began_is_ended_by_another(fetch, mirror, files, server, installed):
    address = f"/mirror/{files[1].sha256}"
    server.faults[address] = [cut_after(100_000), say(404)]
    fetch(mirror, Upstream())
    assert installed() == WHOLE
    assert server.ranges("/net.bin") == ["bytes=100000-"]


def test_source_that_does_not_answer_is_given_up_for_all_files(fetch, pauses, installed):
    fetched = fetch(WebMirror("http://127.0.0.1:9/mirror"), Upstream())
    assert installed() == WHOLE
    assert (len(fetched.troubles), len(pauses)) == (1, 2)


@pytest.mark.parametrize("fault", [say(404), say(500), cut_after(5), say(302, Location="http://127.0.0.2:9/")])
def test_failed_fetch_leaves_the_old_pack_and_says_what_to_do(fetch, server, installed, old, fault):
    server.faults["/net.bin"] = [fault] * 9
    with pytest.raises(FetchError) as caught:
        fetch()
    assert installed() == OLD
    assert str(caught.value).startswith("Pack small was not fetched, for want of small/net.bin (http://127.0.0.1:")
    assert "What was installed before is as it was. Check the network and fetch again" in str(caught.value)


def test_wrong_hash_leaves_the_old_pack(fetch, server, installed, old):
    server.contents["/net.bin"] = b"x" * LENGTHS["net.bin"]
    with pytest.raises(FetchError, match="SHA-256 differs"):
        fetch()
    assert installed() == OLD


def test_no_network_leaves_the_old_pack(card, folder, patience, installed, old):
    files = tuple(msgspec.structs.replace(file, source="http://127.0.0.1:9/x") for file in card.files)
    with pytest.raises(FetchError, match="Connection refused"):
        fetch_pack(
            msgspec.structs.replace(card, files=files), [FolderMirror(folder / "no-stick"), Upstream()], folder=folder,
            patience=patience,
        )  # fmt: skip
    assert installed() == OLD


def test_file_that_nobody_offers_is_said(card, folder, patience):
    files = tuple(msgspec.structs.replace(file, source="added here") for file in card.files)
    with pytest.raises(FetchError, match="neither the card nor anybody else"):
        fetch_pack(msgspec.structs.replace(card, files=files), sources(), folder=folder, patience=patience)


def test_fetch_after_a_failed_one_goes_on_where_that_ended(fetch, folder, server, installed):
    server.faults["/net.bin"] = [cut_after(50_000), say(404)]
    with pytest.raises(FetchError):
        fetch()
    assert installed() == {}
    server.asked.clear()
    fetched = fetch()
    assert installed() == WHOLE
    assert [(path, headers.get("Range")) for path, headers in server.asked] == [("/net.bin", "bytes=50000-")]
    assert [file.source is None for file in fetched.files] == [True, False]
    assert waiting(folder) == []


def test_fetch_that_is_ended_by_the_user_can_be_taken_up(fetch, server, installed):
    def interrupt(_file, arrived: int) -> None:
        if arrived > 100_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(on_progress=interrupt)
    assert installed() == {}
    fetch()
    assert installed() == WHOLE
    assert server.ranges("/net.bin")[1].startswith("bytes=1")


def test_pack_that_arrived_before_power_went_is_installed_without_a_network(fetch, files, folder, installed):
    (folder / ".arriving").mkdir(parents=True)
    for file, name in zip(files, LENGTHS, strict=True):
        (folder / f".arriving/{file.sha256}.part").write_bytes(content_of(name))
    fetch(WebMirror("http://127.0.0.1:9"))
    assert installed() == WHOLE


def test_full_disk_is_noticed_before_anything_is_fetched(fetch, server, monkeypatch, installed, old):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1000))
    with pytest.raises(ModelsFolderError, match=r"needs 64,200,900 bytes of free space and its disk has 1,000"):
        fetch()
    assert server.asked == []
    assert installed() == OLD


def test_disk_that_fills_up_meanwhile_gets_its_space_back(fetch, folder, monkeypatch, installed, old):
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("provisioning.part_file.os.fsync", refuse)
    with pytest.raises(ModelsFolderError, match=r"No space left on device.*free the disk"):
        fetch()
    assert installed() == OLD
    assert not [name for name in waiting(folder) if name.endswith(".part")]


def test_folder_that_cannot_be_made_is_named(card, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ModelsFolderError, match=r"file/models cannot be written .*PRESENSI_MODELS"):
        fetch_pack(card, sources(), folder=tmp_path / "file/models")


@pytest.mark.skipif(os.geteuid() == 0, reason="for root no folder is read-only")
def test_folder_that_is_read_only_is_named(fetch, folder):
    folder.mkdir(mode=0o500)
    with pytest.raises(ModelsFolderError, match="Permission denied"):
        fetch()


def test_install_that_fails_half_way_brings_the_old_files_back(fetch, folder, installed, server):
    (folder / "small").mkdir(parents=True)
    (folder / "small/net.param").write_bytes(b"old parameters")
    (folder / "small/net.bin").mkdir()  # a folder where the second file belongs
    with pytest.raises(ModelsFolderError, match="cannot be written"):
        fetch()
    assert installed() == {"small/net.param": b"old parameters"}
    (folder / "small/net.bin").rmdir()
    server.asked.clear()
    fetch()
    assert installed() == WHOLE
    assert server.asked == []


def test_two_fetches_at_once_do_no_harm(fetch, folder, installed, server):
    second_waits = threading.Event()

    def answer_when_the_second_waits(exchange: Exchange) -> None:
        assert second_waits.wait(60)
        give(exchange)

    server.faults["/net.param"] = [answer_when_the_second_waits]
    fetched: list[FetchedPack] = []
    both = [threading.Thread(target=lambda: fetched.append(fetch(say=lambda _: second_waits.set()))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert installed() == WHOLE
    assert sorted(file.source is None for pack in fetched for file in pack.files) == [False, False, True, True]
    assert len(server.asked) == 2


def test_builtin_comes_with_packages_and_is_not_fetched(tmp_path):
    assert fetch_pack(read_card("builtin"), sources(), folder=tmp_path / "models").files == ()
    assert not (tmp_path / "models").exists()


def test_export_makes_a_mirror_for_a_stick(fetch, card, folder, tmp_path, patience):
    fetch()
    copies = export_pack(card, tmp_path / "stick", folder=folder)
    assert [path.read_bytes() for path in copies] == [content_of(name) for name in LENGTHS]
    there = tmp_path / "another/models"
    fetched = fetch_pack(card, [FolderMirror(tmp_path / "stick")], folder=there, patience=patience)
    assert [file.source for file in fetched.files] == [str(path) for path in copies]


def test_export_of_a_damaged_pack_is_refused(fetch, card, folder, tmp_path):
    fetch()
    (folder / "small/net.bin").write_bytes(b"")
    with pytest.raises(ModelsError, match=r"net\.bin is damaged"):
        export_pack(card, tmp_path / "stick", folder=folder)
    assert not (tmp_path / "stick").exists()


def test_export_to_what_is_no_folder_is_refused(fetch, card, folder, tmp_path):
    fetch()
    (tmp_path / "stick").write_bytes(b"")
    with pytest.raises(ModelsError, match="cannot be written"):
        export_pack(card, tmp_path / "stick", folder=folder)


def test_folder_takes_files_by_the_name_that_a_browser_gave_them(fetch, tmp_path, installed):
    for name in LENGTHS:
        (tmp_path / name).write_bytes(content_of(name))
    fetch(FolderMirror(tmp_path))
    assert installed() == WHOLE


@pytest.mark.parametrize("content", [b"", b"x" * LENGTHS["net.bin"], content_of("net.bin")[:-1]])
def test_wrong_file_on_a_stick_is_refused(fetch, tmp_path, installed, content):
    (tmp_path / "net.param").write_bytes(content_of("net.param"))
    (tmp_path / "net.bin").write_bytes(content)
    with pytest.raises(FetchError, match="is not the file on the card"):
        fetch(FolderMirror(tmp_path))
    assert installed() == {}


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("http://mirror.example/models/", WebMirror("http://mirror.example/models")),
        ("https://mirror.example:8443", WebMirror("https://mirror.example:8443")),
        ("/media/stick", FolderMirror(Path("/media/stick"))),
        ("stick", FolderMirror(Path("stick"))),
        ("file:///media/my%20stick", FolderMirror(Path("/media/my stick"))),
    ],
)
def test_mirror_is_an_address_or_a_folder(text, source):
    assert read_mirror(text) == source


@pytest.mark.parametrize("text", ["", "ftp://mirror/x", "http://", "http://h:x/", "http://h/?a=1", "file://host/x"])
def test_mirror_of_another_kind_is_refused(text):
    with pytest.raises(MirrorError):
        read_mirror(text)


def test_hub_has_its_files_below_models():
    assert read_hub("http://hub:8080/") == WebMirror("http://hub:8080/models")
    with pytest.raises(MirrorError, match="as in a browser"):
        read_hub("hub:8080")


def test_sources_are_asked_from_near_to_far():
    assert sources(mirror="/stick", hub="http://hub:8080") == (
        FolderMirror(Path("/stick")),
        WebMirror("http://hub:8080/models"),
        Upstream(),
    )
