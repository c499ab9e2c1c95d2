"""`presensi models` on this machine: what it prints, what it ends with, and what it leaves behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from cli import main
from kiosk.recognizer.packs.card import InputNeeds, ModelCard, ModelFile, read_card
from kiosk.recognizer.packs.card_text import encode_card
from tests.factories.file_server import FileServer, say, serve_files
from tests.factories.networks import write_embedder

CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRESENSI_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("PRESENSI_MODELS_MIRROR", raising=False)
    return tmp_path / "models"


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serve_files() as files:
        files.contents |= {"/net.onnx": CONTENT, f"/mirror/{SHA256}": CONTENT, f"/models/{SHA256}": CONTENT}
        yield files


@pytest.fixture(autouse=True)
def card(server: FileServer, folder: Path) -> ModelCard:
    """A pack "small" of one file that the server has; it is no network."""
    file = ModelFile(
        role="embedder",
        name="small/net.onnx",
        sha256=SHA256,
        size=len(CONTENT),
        source=f"{server.url}/net.onnx",
        licence="MIT",
    )
    needs = InputNeeds(chip="any", dimensions=2, smallest_face=80, smallest_eye_distance=28.0)
    made = ModelCard(name="small", title="Small", notice="For tests.", input=needs, files=(file,))
    (folder / "cards").mkdir(parents=True)
    (folder / "cards/small.toml").write_bytes(encode_card(made))
    return made


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["models", *map(str, words)])


def test_fetch_says_what_came_from_where(server, folder):
    done = run("fetch", "small")
    assert done.exit_code == 0, done.output
    assert f"small/net.onnx, 10,240 bytes: {server.url}/net.onnx" in done.stdout
    assert f"small: all 1 files are whole, in {folder}." in done.stdout
    assert "accepts nobody until" in done.stdout
    assert done.stderr == ""
    assert (folder / "small/net.onnx").read_bytes() == CONTENT


def test_fetch_again_says_that_it_was_here(server):
    run("fetch", "small")
    assert "10,240 bytes: was here" in run("fetch", "small").stdout
    assert len(server.asked) == 1


def test_fetch_as_json(server, folder):
    done = run("fetch", "small", "--json")
    assert json.loads(done.stdout) == {
        "pack": "small",
        "folder": str(folder),
        "files": [
            {"name": "small/net.onnx", "sha256": SHA256, "size": len(CONTENT), "source": f"{server.url}/net.onnx"}
        ],
        "troubles": [],
    }


def test_fetch_that_fails_ends_with_one_and_a_sentence(server, folder):
    server.contents["/net.onnx"] = CONTENT[::-1]
    done = run("fetch", "small", "--json")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith("presensi: Pack small was not fetched, for want of small/net.onnx (")
    assert "SHA-256 differs" in done.stderr
    assert not (folder / "small").exists()


def test_fetch_tells_of_sources_that_were_passed_over(server):
    server.faults[f"/mirror/{SHA256}"] = [say(404)]
    done = run("fetch", "small", "--mirror", f"{server.url}/mirror")
    assert done.exit_code == 0
    assert f"presensi: passed over: {server.url}/mirror/{SHA256}: it answers 404 Not Found." in done.stderr


def _settings(folder: Path, text: str) -> Path:
    (folder / "kiosk.toml").write_text(text)
    return folder / "kiosk.toml"


@pytest.mark.parametrize("way", ["option", "environment", "settings", "hub"])
def test_fetch_asks_the_mirror_that_was_named(server, tmp_path, monkeypatch, way):
    words = []
    if way == "option":
        words = ["--mirror", f"{server.url}/mirror"]
    elif way == "environment":
        monkeypatch.setenv("PRESENSI_MODELS_MIRROR", f"{server.url}/mirror")
    elif way == "settings":
        text = f'device = "kiosk-1"\nmodels_mirror = "{server.url}/mirror"\n'
        words = ["--settings", _settings(tmp_path, text)]
    else:
        words = ["--hub", server.url]
    done = run("fetch", "small", *words)
    assert done.exit_code == 0, done.output
    assert [path for path, _ in server.asked] == [f"/{'models' if way == 'hub' else 'mirror'}/{SHA256}"]


def test_fetch_prefers_the_command_line_to_the_settings(server, tmp_path):
    settings = _settings(tmp_path, 'models_mirror = "http://127.0.0.1:9"\n')
    assert run("fetch", "small", "--settings", settings, "--mirror", f"{server.url}/mirror").exit_code == 0
    assert [path for path, _ in server.asked] == [f"/mirror/{SHA256}"]


@pytest.mark.parametrize("text", [None, "models_mirror = 3", "[["])
def test_settings_that_cannot_be_used_are_named(tmp_path, text):
    path = tmp_path / "kiosk.toml" if text is None else _settings(tmp_path, text)
    done = run("fetch", "small", "--settings", path)
    assert done.exit_code == 2
    assert str(path) in done.stderr


@pytest.mark.parametrize("words", [("--mirror", "ftp://mirror"), ("--hub", "hub:8080")])
def test_mirror_of_an_unknown_kind_is_bad_input(words):
    assert run("fetch", "small", *words).exit_code == 2


def test_fetch_of_an_unknown_pack_names_those_there_are():
    done = run("fetch", "smaller")
    assert done.exit_code == 1
    assert "builtin, evaluation, small, standard" in done.stderr


def test_fetch_of_builtin_has_nothing_to_do():
    done = run("fetch", "builtin")
    assert done.exit_code == 0
    assert "nothing to fetch" in done.stdout


def test_exported_pack_can_be_fetched_from_the_stick(server, folder, tmp_path):
    run("fetch", "small")
    server.contents.clear()
    exported = run("export", "small", tmp_path / "stick")
    assert exported.exit_code == 0
    assert f"--mirror {tmp_path / 'stick'}" in exported.stdout
    (folder / "small/net.onnx").unlink()
    assert run("fetch", "small", "--mirror", tmp_path / "stick").exit_code == 0
    assert (folder / "small/net.onnx").read_bytes() == CONTENT


def test_verify_of_builtin_is_whole_and_opens():
    done = run("verify")
    assert done.exit_code == 0, done.output
    assert done.stdout == "builtin: all 2 files are whole.\n"


def test_verify_names_what_is_missing_and_how_to_get_it(folder):
    done = run("verify", "small")
    assert done.exit_code == 1
    assert f"embedder: {folder / 'small/net.onnx'}: missing" in done.stdout
    assert done.stderr.endswith("net.onnx; `presensi models fetch small`\n")


def test_verify_as_json_ends_with_one_all_the_same(folder):
    (folder / "small").mkdir()
    (folder / "small/net.onnx").write_bytes(CONTENT[:-1] + b"x")
    done = run("verify", "small", "--json")
    assert done.exit_code == 1
    (found,) = json.loads(done.stdout)
    assert (found["pack"], found["state"]) == ("small", "damaged")
    assert found["files"] == [
        {
            "role": "embedder",
            "name": "small/net.onnx",
            "path": str(folder / "small/net.onnx"),
            "condition": "damaged",
        }
    ]
    assert found["trouble"] in done.stderr


def test_verify_of_whole_files_that_do_not_open_says_so():
    run("fetch", "small")
    done = run("verify", "small", "--json")
    assert done.exit_code == 1
    (found,) = json.loads(done.stdout)
    assert (found["state"], found["files"][0]["condition"]) == ("unusable", "whole")


def test_verify_all_forgives_packs_that_were_not_fetched(folder):
    done = run("verify", "--all", "--json")
    assert done.exit_code == 0, done.stderr
    assert {one["pack"]: one["state"] for one in json.loads(done.stdout)} == {
        "builtin": "whole",
        "evaluation": "incomplete",
        "small": "incomplete",
        "standard": "incomplete",
    }


def test_verify_all_does_not_forgive_damage_nor_broken_cards(folder):
    (folder / "small").mkdir()
    (folder / "small/net.onnx").write_bytes(b"")
    (folder / "cards/torn.toml").write_bytes(b"name =")
    done = run("verify", "--all")
    assert done.exit_code == 1
    assert "Pack small: damaged or missing" in done.stderr
    assert "The card of pack torn cannot be used" in done.stderr


def test_verify_of_a_pack_and_of_all_is_bad_input():
    assert run("verify", "small", "--all").exit_code == 2


def test_verify_of_the_evaluation_pack_opens_it(shared, monkeypatch):
    monkeypatch.setenv("PRESENSI_MODELS", str(shared / "models"))
    done = run("verify", "evaluation")
    assert done.exit_code == 0, done.output


def test_list_says_which_packs_are_here_and_calibrated(folder):
    found = {one["name"]: one for one in json.loads(run("list", "--json").stdout)}
    assert {name: (one["installed"], one["calibrated"]) for name, one in found.items()} == {
        "builtin": (True, True),
        "evaluation": (False, read_card("evaluation").threshold_curve is not None),
        "small": (False, False),
        "standard": (False, read_card("standard").threshold_curve is not None),
    }
    assert found["small"]["files"] == [
        {
            "role": "embedder",
            "name": "small/net.onnx",
            "path": str(folder / "small/net.onnx"),
            "size": len(CONTENT),
            "licence": "MIT",
        }
    ]
    assert {"name", "title", "licence", "error_rates", "threshold"} <= found["small"].keys()
    run("fetch", "small")
    assert {one["name"]: one["installed"] for one in json.loads(run("list", "--json").stdout)}["small"]


def test_list_in_words_says_what_was_not_measured(folder):
    shown = run("list").stdout
    small = shown[shown.index("small: Small") :]
    assert "not installed (`presensi models fetch small`); not calibrated: accepts nobody by itself" in small
    assert "error rates: not measured here" in small


def test_list_goes_on_after_a_broken_card(folder):
    (folder / "cards/torn.toml").write_bytes(b"name =")
    done = run("list")
    assert done.exit_code == 0
    assert "small: Small" in done.stdout
    assert "torn" in done.stderr


def test_added_model_is_listed_as_not_calibrated(tmp_path):
    path = write_embedder(tmp_path / "face.onnx")
    done = run("add", path, "--name", "ours", "--licence", "research use")
    assert done.exit_code == 0, done.output
    assert "ours: added; 8 numbers a face, licence research use." in done.stdout
    assert "presensi models fetch ours" in done.stdout
    assert "presensi models calibrate --pack ours" in done.stdout
    (ours,) = [one for one in json.loads(run("list", "--json").stdout) if one["name"] == "ours"]
    assert (ours["calibrated"], ours["error_rates"], ours["threshold"]) == (False, [], None)
    assert "research use" in ours["licence"]


def test_added_model_is_described_by_the_options(tmp_path):
    path = write_embedder(tmp_path / "face.onnx")
    run("add", path, "--name", "ours", "--mean", "0", "--scale", "1", "--colours", "bgr")
    embedder = read_card("ours").embedder
    assert (embedder.mean, embedder.scale, embedder.colours) == (0.0, 1.0, "bgr")


def test_model_that_does_not_fit_is_bad_input(tmp_path):
    done = run("add", write_embedder(tmp_path / "face.onnx", taken=("n", 112, 112, 3)), "--name", "ours")
    assert done.exit_code == 2
    assert "its colours come last" in done.stderr


def test_model_with_a_card_takes_its_name_from_it(tmp_path, folder):
    path = write_embedder(tmp_path / "face.onnx")
    run("add", path, "--name", "ours")
    card = read_card("ours")
    (tmp_path / "theirs.toml").write_bytes(encode_card(msgspec.structs.replace(card, name="theirs")))
    done = run("add", path, "--card", tmp_path / "theirs.toml")
    assert done.exit_code == 0, done.output
    assert read_card("theirs").files == card.files


@pytest.mark.parametrize(
    ("words", "said"),
    [((), "--name"), (("--card", "ours.toml", "--mean", "0"), "--mean"), (("--card", "ours.toml"), "cannot be read")],
)
def test_add_says_what_it_needs(tmp_path, words, said):
    done = run("add", write_embedder(tmp_path / "face.onnx"), *words)
    assert done.exit_code == 2
    assert said in done.stderr
