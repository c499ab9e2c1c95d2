"""One file over HTTP on a bad day: cut, wrong, slow, endless, led elsewhere; against a server on this machine."""

from __future__ import annotations

import socket
from http import HTTPStatus
from pathlib import Path

import pytest

from kiosk.recognizer.packs.card import ModelFile
from provisioning.download import Downloader, Patience
from provisioning.errors import SourceError
from provisioning.part_file import PartFile
from tests.factories.certificates import Authority
from tests.factories.file_server import (
    Answer,
    Exchange,
    FileServer,
    cut_after,
    fall_silent_after,
    give,
    hang_up,
    never_end,
    say,
    serve_files,
    tagged,
    without_ranges,
)
from tests.factories.packs import content_of

NAME = "net.bin"
PATH = f"/{NAME}"
CONTENT = content_of(NAME)


@pytest.fixture
def file(files: tuple[ModelFile, ...]) -> ModelFile:
    return files[1]


@pytest.fixture
def part(tmp_path: Path, file: ModelFile) -> PartFile:
    return PartFile(tmp_path, file)


@pytest.fixture
def said() -> list[str]:
    """What somebody who waits has been told."""
    return []


@pytest.fixture
def download(server: FileServer, part: PartFile, patience: Patience, said: list[str]) -> object:
    def run(patience: Patience = patience, address: str = f"{server.url}{PATH}") -> list[int]:
        arrived: list[int] = []
        with Downloader(patience, say=said.append) as downloader:
            downloader.download(address, part, lambda _file, count: arrived.append(count))
        return arrived

    return run


def test_file_arrives_whole_and_every_step_is_told(download, part, pauses):
    arrived = download()
    assert part.path.read_bytes() == CONTENT
    assert arrived[0] == 0
    assert arrived == sorted(arrived)
    assert arrived[-1] == len(CONTENT)
    assert pauses == []


def test_cut_download_is_resumed_where_it_was_cut(download, server, part, pauses):
    server.faults[PATH] = [cut_after(70_000), cut_after(70_000)]
    download()
    assert part.is_whole()
    assert server.ranges(PATH) == [None, "bytes=70000-", "bytes=140000-"]
    assert all("If-Range" in headers for _, headers in server.asked[1:])
    assert len(pauses) == 2


def test_part_of_an_earlier_run_is_resumed(download, server, part):
    part.path.write_bytes(CONTENT[:150_000])
    assert download()[0] == 150_000
    assert part.is_whole()
    assert server.ranges(PATH) == ["bytes=150000-"]


def test_part_that_is_complete_already_needs_no_server(download, server, part):
    part.path.write_bytes(CONTENT)
    download()
    assert server.asked == []


@pytest.mark.parametrize("there", [b"x" * 1000, b"x" * len(CONTENT), b"x" * (len(CONTENT) + 1)])
def test_part_with_wrong_bytes_is_thrown_away_and_the_file_still_arrives(download, part, there):
    part.path.write_bytes(there)
    download()
    assert part.is_whole()


def test_server_without_ranges_gives_all_of_it_again(download, server, part):
    server.faults[PATH] = [without_ranges(most=70_000), without_ranges()]
    download()
    assert part.path.read_bytes() == CONTENT
    assert server.ranges(PATH) == [None, "bytes=70000-"]


def test_server_that_has_no_rest_is_asked_for_the_whole(download, server, part):
    part.path.write_bytes(CONTENT[:1000])
    server.faults[PATH] = [say(416, Content_Range="bytes */10")]
    download()
    assert part.is_whole()
    assert server.ranges(PATH) == ["bytes=1000-", None]


def test_file_that_changed_at_the_server_meanwhile_begins_anew(download, server, part):
    server.faults[PATH] = [tagged('"old"', most=70_000), tagged('"new"')]
    arrived = download()
    assert part.is_whole()
    assert arrived.count(0) == 2
    assert server.asked[1][1]["If-Range"] == '"old"'


def _rest_of_another(exchange: Exchange) -> None:
    """A rest, whatever the condition was."""
    rest = CONTENT[exchange.start :]
    exchange.head(206, len(rest), ETag='"new"', Content_Range=f"bytes {exchange.start}-199999/200000")
    exchange.wfile.write(rest)


def _rest_from_elsewhere(exchange: Exchange) -> None:
    """Not the rest that was asked for."""
    exchange.head(206, 10, Content_Range="bytes 5-14/200000")
    exchange.wfile.write(CONTENT[5:15])


@pytest.mark.parametrize("answer", [_rest_of_another, _rest_from_elsewhere])
def test_rest_that_does_not_belong_to_the_part_is_not_appended(download, server, part, answer: Answer):
    server.faults[PATH] = [tagged('"old"', most=70_000), answer]
    download()
    assert part.is_whole()
    assert server.ranges(PATH)[-1] is None


def test_wrong_bytes_are_not_kept_nor_asked_for_again(download, server, part, pauses):
    server.contents[PATH] = b"x" * len(CONTENT)
    with pytest.raises(SourceError, match="SHA-256 differs"):
        download()
    assert not part.path.exists()
    assert (len(server.asked), pauses) == (1, [])


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_passing_trouble_is_waited_for_and_that_is_said(download, server, part, pauses, said, status):
    server.faults[PATH] = [say(status), hang_up]
    download()
    assert part.is_whole()
    assert len(pauses) == 2
    assert pauses[0] < pauses[1]
    answered = f"it answers {status} {HTTPStatus(status).phrase}"
    assert said[0] == f"{server.url}{PATH}: {answered}; once more in {pauses[0]:.0f} s."


def test_server_that_asks_to_wait_is_given_the_time(download, server, pauses):
    server.faults[PATH] = [say(503, Retry_After="17"), say(503, Retry_After="86400"), give]
    download()
    assert pauses == [17.0, 30.0]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_refusal_is_final(download, server, status):
    server.faults[PATH] = [say(status)]
    with pytest.raises(SourceError, match=f"answers {status}"):
        download()
    assert len(server.asked) == 1


def test_server_that_stays_in_trouble_is_given_up(download, server, pauses):
    server.otherwise = say(500)
    with pytest.raises(SourceError, match="answers 500"):
        download()
    assert len(server.asked) == 3
    assert len(pauses) == 2


def test_line_that_is_cut_again_and_again_but_brings_something_is_not_given_up(download, server, part):
    server.otherwise = cut_after(66_000)
    download()
    assert part.is_whole()
    assert len(server.asked) == 4


def test_line_that_is_cut_at_once_each_time_is_given_up_and_its_part_kept(download, server, part):
    server.otherwise = cut_after(10)
    with pytest.raises(SourceError, match="cut"):
        download()
    assert part.path.read_bytes() == CONTENT[:30]


def test_body_without_end_is_read_to_the_size_on_the_card_only(download, server, part):
    server.faults[PATH] = [never_end]
    arrived = download()
    assert arrived[-1] == len(CONTENT)
    assert part.is_whole()
    assert server.left.wait(30)


def test_body_without_end_that_is_wrong_is_refused(download, server, part):
    server.contents[PATH] = b""
    server.faults[PATH] = [never_end]
    with pytest.raises(SourceError, match="SHA-256 differs"):
        download()
    assert server.left.wait(30)
    assert part.size == 0


def test_file_of_another_size_is_not_read_at_all(download, server, part):
    server.contents[PATH] = b"version https://git-lfs.github.com/spec/v1\n"
    with pytest.raises(SourceError, match="has a file of 43 bytes where the card names 200,000"):
        download()
    assert not part.path.exists()


def test_web_page_in_place_of_the_file_is_recognised(download, server):
    server.faults[PATH] = [say(200, b"<h1>Welcome</h1>", Content_Type="text/html; charset=utf-8")]
    with pytest.raises(SourceError, match="sign-in"):
        download()


def test_packed_body_is_refused(download, server):
    server.faults[PATH] = [say(200, b"z" * len(CONTENT), Content_Encoding="gzip")]
    with pytest.raises(SourceError, match="packed"):
        download()
    assert server.asked[0][1]["Accept-Encoding"] == "identity"


def test_redirect_on_the_same_host_is_followed(download, server, part):
    server.contents["/elsewhere"] = CONTENT
    server.faults[PATH] = [say(302, Location="/elsewhere")]
    download()
    assert part.is_whole()


@pytest.mark.parametrize("there", ["http://127.0.0.2:9/sign-in", "file:///etc/passwd", "http://[", "ftp://127.0.0.1/x"])
def test_redirect_to_elsewhere_is_not_followed_and_named(download, server, there):
    server.faults[PATH] = [say(302, Location=there)]
    with pytest.raises(SourceError, match="leads on to"):
        download()


def _lead_elsewhere_with_many_words(exchange: Exchange) -> None:
    exchange.head(302, None, Location="http://127.0.0.2:9/", Connection="close")
    never_end(exchange, begun=True)


def test_body_of_a_redirect_is_not_read(download, server):
    server.faults[PATH] = [_lead_elsewhere_with_many_words]
    with pytest.raises(SourceError, match="leads on to"):
        download()
    assert server.left.wait(30)


def test_redirects_without_end_are_given_up(download, server):
    server.otherwise = say(302, Location=PATH)
    with pytest.raises(SourceError, match="on and on"):
        download()
    assert len(server.asked) == 6


def test_silence_in_the_middle_is_not_waited_out(download, server, part, pauses):
    server.otherwise = fall_silent_after(1000)
    with pytest.raises(SourceError, match=r"sent nothing for 0\.2 s"):
        download(Patience(read_seconds=0.2, attempts=2, pause=pauses.append))
    assert part.size <= 1000


def test_nobody_there_is_said_and_marks_the_source(download):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(SourceError, match=r"no connection .*refused") as caught:
            download(address=f"http://127.0.0.1:{taken.getsockname()[1]}/x")
    assert caught.value.unreachable


def test_certificate_of_a_stranger_is_not_trusted_until_his_authority_is(download, part, tmp_path, monkeypatch):
    authority = Authority(tmp_path / "authority")
    with serve_files(certificate=authority.issue("mirror")) as secure:
        secure.contents[PATH] = CONTENT
        with pytest.raises(SourceError, match="certificate is not trusted"):
            download(address=f"{secure.url}{PATH}")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.ca_file))
        download(address=f"{secure.url}{PATH}")
    assert part.is_whole()


def test_unknown_name_asks_whether_there_is_a_network(download, monkeypatch):
    def look_up(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(SourceError, match="is there a network"):
        download(address="https://mirror.example/x")


@pytest.mark.parametrize("address", ["http://", "http://[::1", "nothing"])
def test_address_that_is_none_is_said(download, address):
    with pytest.raises(SourceError, match="cannot be used"):
        download(address=address)
