"""The hub passes on model files that a card names, and nothing else."""

from __future__ import annotations

import hashlib
import http.client
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.recognizer.packs.card import InputNeeds, ModelCard, ModelFile, read_card
from kiosk.recognizer.packs.card_text import encode_card
from provisioning.model_sources import read_hub
from provisioning.models import fetch_pack

CONTENT = bytes(range(256)) * 600
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def card() -> ModelCard:
    file = ModelFile(
        role="embedder", name="small/net.onnx", sha256=SHA256, size=len(CONTENT), source="by hand", licence="MIT"
    )
    needs = InputNeeds(chip="any", dimensions=2, smallest_face=80, smallest_eye_distance=28.0)
    return ModelCard(name="small", title="Small", notice="For tests.", input=needs, files=(file,))


@pytest.fixture(autouse=True)
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, card: ModelCard) -> Path:
    """The hub's models folder holds a pack of one file."""
    folder = tmp_path / "models"
    monkeypatch.setenv("PRESENSI_MODELS", str(folder))
    (folder / "cards").mkdir(parents=True)
    (folder / "cards/small.toml").write_bytes(encode_card(card))
    (folder / "cards/broken.toml").write_bytes(b"name = ")
    (folder / "small").mkdir()
    (folder / "small/net.onnx").write_bytes(CONTENT)
    return folder / "small/net.onnx"


@pytest.fixture
def ask(port: int) -> Any:
    def run(path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, text in headers.items():
            connection.putheader(name.replace("_", "-"), text)
        connection.endheaders()
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, {name.lower(): text for name, text in answer.getheaders()}, content

    return run


def test_kiosk_fetches_a_pack_from_the_hub(port: int, card: ModelCard, tmp_path: Path) -> None:
    fetched = fetch_pack(card, [read_hub(f"http://127.0.0.1:{port}")], folder=tmp_path / "kiosk")
    assert fetched.files[0].source == f"http://127.0.0.1:{port}/models/{SHA256}"
    assert (tmp_path / "kiosk/small/net.onnx").read_bytes() == CONTENT


def test_kiosk_resumes_what_the_hub_began(port: int, card: ModelCard, tmp_path: Path) -> None:
    (tmp_path / "kiosk/.arriving").mkdir(parents=True)
    (tmp_path / f"kiosk/.arriving/{SHA256}.part").write_bytes(CONTENT[:100_000])
    seen: list[int] = []
    fetch_pack(
        card,
        [read_hub(f"http://127.0.0.1:{port}")],
        folder=tmp_path / "kiosk",
        on_progress=lambda _file, arrived: seen.append(arrived),
    )
    assert seen[0] == 100_000
    assert (tmp_path / "kiosk/small/net.onnx").read_bytes() == CONTENT


def test_model_may_be_kept_for_ever_and_needs_no_sign_in(ask: Any) -> None:
    status, headers, content = ask(f"/models/{SHA256}")
    assert (status, content) == (200, CONTENT)
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["etag"] == f'"{SHA256}"'
    assert (headers["content-type"], headers["content-length"]) == ("application/octet-stream", str(len(CONTENT)))
    assert "set-cookie" not in headers


def test_model_is_given_in_parts_to_who_has_the_beginning(ask: Any) -> None:
    status, headers, content = ask(f"/models/{SHA256}", Range="bytes=100000-", If_Range=f'"{SHA256}"')
    assert (status, content) == (206, CONTENT[100_000:])
    assert headers["content-range"] == f"bytes 100000-{len(CONTENT) - 1}/{len(CONTENT)}"


def test_model_that_somebody_has_is_not_sent_again(ask: Any) -> None:
    assert ask(f"/models/{SHA256}", If_None_Match=f'"{SHA256}"')[::2] == (304, b"")


def test_model_tells_its_size_without_being_sent(ask: Any) -> None:
    status, headers, content = ask(f"/models/{SHA256}", "HEAD")
    assert (status, headers["content-length"], content) == (200, str(len(CONTENT)), b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_models_cannot_be_changed(ask: Any, model: Path, method: str) -> None:
    assert ask(f"/models/{SHA256}", method)[0] == 405
    assert model.read_bytes() == CONTENT


@pytest.mark.parametrize(
    "name",
    [
        "0" * 64,
        SHA256.upper(),
        SHA256[:-1],
        f"{SHA256}%0a",
        "small/net.onnx",
        "cards/small.toml",
        "..%2f..%2fhub.db",
        "../../../../etc/passwd",
        "%2e%2e/%2e%2e/etc/passwd",
        "%00",
        "",
    ],
)
def test_nothing_else_is_given(ask: Any, name: str) -> None:
    status, headers, content = ask(f"/models/{name}")
    assert status == 404
    assert headers["cache-control"] == "no-store"
    assert b"root:" not in content
    assert CONTENT[:64] not in content


def test_files_of_installed_packages_are_not_given(ask: Any) -> None:
    assert [ask(f"/models/{file.sha256}")[0] for file in read_card("builtin").files] == [404, 404]


def test_damaged_model_is_not_given_also_when_it_was_whole_before(ask: Any, model: Path) -> None:
    assert ask(f"/models/{SHA256}")[0] == 200
    model.write_bytes(CONTENT[::-1])
    assert ask(f"/models/{SHA256}")[0] == 404
    model.write_bytes(CONTENT)
    assert ask(f"/models/{SHA256}")[0] == 200
    model.unlink()
    assert ask(f"/models/{SHA256}")[0] == 404


def test_whole_file_that_no_card_expects_there_is_not_given(ask: Any, model: Path, card: ModelCard) -> None:
    elsewhere = msgspec.structs.replace(card.files[0], name="small/other.onnx")
    (model.parent.parent / "cards/small.toml").write_bytes(
        encode_card(msgspec.structs.replace(card, files=(elsewhere,)))
    )
    assert ask(f"/models/{SHA256}")[0] == 404
