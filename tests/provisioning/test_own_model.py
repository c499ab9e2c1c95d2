"""A model of one's own is added whole, with a card that claims nothing, or not at all."""

from __future__ import annotations

import errno
import hashlib
from pathlib import Path

import msgspec
import numpy as np
import onnx
import pytest
from onnx import TensorProto

from kiosk.errors import PackError
from kiosk.recognizer.face import Match
from kiosk.recognizer.packs.card import CardCurve, ModelCard, card_names, read_card
from kiosk.recognizer.packs.card_text import encode_card
from kiosk.recognizer.packs.pack import open_pack
from provisioning.errors import ModelRefusedError, ModelsFolderError
from provisioning.own_model import OwnModel, add_model, read_own_card
from tests.factories.networks import write_embedder

OURS = OwnModel(name="ours", licence="MIT")
CURVE = CardCurve(
    target_fpir=1e-3, score="s", population="p", made_by="m", margin=0.02, sizes=(1, 10), thresholds=(0.5, 0.6)
)


@pytest.fixture(autouse=True)
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRESENSI_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def network(tmp_path: Path) -> Path:
    return write_embedder(tmp_path / "face.onnx")


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != "lock"}


def test_added_model_has_a_card_that_says_what_is_known(network, models_folder):
    content = network.read_bytes()
    card = add_model(network, OURS)
    assert read_card("ours") == card
    assert (models_folder / card.file("embedder").name).read_bytes() == content
    assert card.file("embedder").sha256 == hashlib.sha256(content).hexdigest()
    assert card.file("embedder").licence == "MIT"
    assert card.input.dimensions == 8
    assert (card.embedder.runtime, card.embedder.mean, card.embedder.scale) == ("onnx", 127.5, 1 / 128)
    assert (card.threshold_curve, card.error_rates) == (None, ())
    assert files_in(models_folder) == {card.file("embedder").name, "cards/ours.toml"}


def test_added_model_takes_detector_and_liveness_of_the_standard_pack(network):
    card, standard = add_model(network, OURS), read_card("standard")
    assert card.files[1:] == tuple(file for file in standard.files if file.role != "embedder")
    assert (card.detector, card.aligner, card.liveness) == ("yunet", "arcface", standard.liveness)


def test_added_model_opens_and_accepts_nobody_before_it_is_calibrated(network, shared, models_folder):
    card = add_model(network, OURS)
    for file in card.files[1:]:
        (models_folder / file.name).parent.mkdir(exist_ok=True)
        (models_folder / file.name).write_bytes((shared / "models" / file.name).read_bytes())
    pack = open_pack("ours")
    assert pack.embedder.embed(np.zeros((112, 112, 3), np.uint8), mirror=True).shape == (8,)
    assert not pack.rule(1).accepts(Match("p", 1.0, -1.0))


def test_network_that_takes_one_picture_at_a_time_can_be_added(tmp_path):
    assert add_model(write_embedder(tmp_path / "one.onnx", taken=(1, 3, 112, 112)), OURS).input.dimensions == 8


def test_network_that_names_no_sizes_can_be_added(tmp_path):
    assert add_model(write_embedder(tmp_path / "any.onnx", taken=("n", 3, "h", "w")), OURS).input.dimensions == 8


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"taken": ("n", 112, 112, 3)}, "its colours come last"),
        ({"taken": ("n", 3, 160, 160)}, r"not faces as tensor\(float\) of \[n, 3, 112, 112\]"),
        ({"taken": ("n", 3, 112)}, "not faces as"),
        ({"kind": TensorProto.UINT8}, r"takes tensor\(uint8\)"),
        ({"outputs": 2}, "1 inputs and 2 outputs"),
        ({"factor": 0.0}, "no direction"),
        ({"factor": float("nan")}, "no usable numbers"),
        ({"factor": float("inf")}, "no usable numbers"),
    ],
)
def test_network_that_does_not_fit_is_refused_and_nothing_is_kept(tmp_path, models_folder, made, words):
    with pytest.raises(ModelRefusedError, match=words):
        add_model(write_embedder(tmp_path / "face.onnx", **made), OURS)
    assert files_in(models_folder) == set()
    assert "ours" not in card_names()


def test_network_that_gives_everybody_the_same_is_refused(tmp_path):
    path = write_embedder(tmp_path / "face.onnx", length=1)
    with pytest.raises(ModelRefusedError, match="same numbers for different pictures"):
        add_model(path, OwnModel(name="ours", mean=0.0, scale=1.0))


def test_network_with_its_weights_elsewhere_is_refused(tmp_path):
    whole = onnx.load(str(write_embedder(tmp_path / "whole.onnx")))
    onnx.save(whole, str(tmp_path / "face.onnx"), save_as_external_data=True, location="w.bin", size_threshold=0)
    with pytest.raises(ModelRefusedError, match="weights in another file"):
        add_model(tmp_path / "face.onnx", OURS)


@pytest.mark.parametrize("content", [b"", b"no network at all"])
def test_file_that_is_no_network_is_refused(tmp_path, models_folder, content):
    (tmp_path / "face.onnx").write_bytes(content)
    with pytest.raises(ModelRefusedError):
        add_model(tmp_path / "face.onnx", OURS)
    assert not models_folder.exists() or files_in(models_folder) == set()


def test_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ModelRefusedError, match="cannot be read: No such file"):
        add_model(tmp_path / "nothing.onnx", OURS)


@pytest.mark.parametrize("name", ["", "Ours", "../ours", "a b", "-x", "x" * 64])
def test_name_that_is_none_is_refused(network, name):
    with pytest.raises(ModelRefusedError, match="no name for a pack"):
        add_model(network, OwnModel(name=name))


@pytest.mark.parametrize("name", ["builtin", "standard", "evaluation"])
def test_pack_of_the_product_cannot_be_replaced(network, name):
    with pytest.raises(ModelRefusedError, match="pack of the product"):
        add_model(network, OwnModel(name=name), replace=True)


def test_name_that_is_taken_is_refused_unless_it_shall_be_replaced(network, tmp_path, models_folder):
    old = add_model(network, OURS)
    new = write_embedder(tmp_path / "new.onnx", length=16, seed=2)
    with pytest.raises(ModelRefusedError, match="--replace"):
        add_model(new, OURS)
    assert read_card("ours") == old
    card = add_model(new, OURS, replace=True)
    assert read_card("ours") == card
    assert card.input.dimensions == 16
    assert files_in(models_folder) == {card.file("embedder").name, "cards/ours.toml"}


def test_replacing_a_model_by_itself_keeps_its_file(network, models_folder):
    add_model(network, OURS)
    card = add_model(network, OwnModel(name="ours", colours="bgr"), replace=True)
    assert (models_folder / card.file("embedder").name).is_file()
    assert "BGR" in card.input.chip


def test_broken_card_can_be_replaced(network, models_folder):
    (models_folder / "cards").mkdir(parents=True)
    (models_folder / "cards/ours.toml").write_bytes(b"name =")
    card = add_model(network, OURS, replace=True)
    assert read_card("ours") == card


def test_card_that_cannot_be_written_leaves_no_model_behind(network, models_folder, monkeypatch):
    def refuse(_card: ModelCard) -> bytes:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("provisioning.own_model.encode_card", refuse)
    with pytest.raises(ModelsFolderError, match="Read-only file system"):
        add_model(network, OURS)
    assert files_in(models_folder) == set()


def test_replacement_that_fails_leaves_the_old_pack(network, tmp_path, models_folder, monkeypatch):
    old = add_model(network, OURS)

    def refuse(_card: ModelCard) -> bytes:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("provisioning.own_model.encode_card", refuse)
    with pytest.raises(ModelsFolderError):
        add_model(write_embedder(tmp_path / "new.onnx", seed=2), OURS, replace=True)
    assert read_card("ours") == old
    assert files_in(models_folder) == {old.file("embedder").name, "cards/ours.toml"}


# With a card that somebody has written ------------------------------------------------------------------------------


@pytest.fixture
def written(network: Path, tmp_path: Path) -> ModelCard:
    """The card of a pack that was added and calibrated on another machine."""
    with pytest.MonkeyPatch.context() as other:
        other.setenv("PRESENSI_MODELS", str(tmp_path / "other"))
        return msgspec.structs.replace(add_model(network, OURS), threshold_curve=CURVE)


def test_written_card_is_taken_as_it_is(network, written, tmp_path):
    (tmp_path / "ours.toml").write_bytes(encode_card(written))
    add_model(network, read_own_card(tmp_path / "ours.toml", name="ours"))
    assert read_card("ours") == written
    assert read_card("ours").curve is not None


def test_written_card_for_another_file_is_refused(written, tmp_path, models_folder):
    with pytest.raises(ModelRefusedError, match="not the embedder that the card names"):
        add_model(write_embedder(tmp_path / "other.onnx", seed=2), written)
    assert not models_folder.exists()


def test_written_card_with_another_length_is_refused(network, written, models_folder):
    wrong = msgspec.structs.replace(written, input=msgspec.structs.replace(written.input, dimensions=9))
    with pytest.raises(ModelRefusedError, match="8 numbers where the card says 9"):
        add_model(network, wrong)
    assert files_in(models_folder) == set()


def test_written_card_cannot_take_the_place_of_another_packs_file(network, written):
    yunet = read_card("standard").file("detector").name
    moved = msgspec.structs.replace(written.files[0], name=yunet)
    with pytest.raises(ModelRefusedError, match=f"{yunet} is a file of pack evaluation"):
        add_model(network, msgspec.structs.replace(written, files=(moved, *written.files[2:])))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('name = "ours"', 'name = "theirs"'),
        ('runtime = "onnx"', 'runtime = "ncnn"'),
        ('role = "embedder"', 'role = "something"'),
        ("[input]", "[input"),
    ],
)
def test_written_card_that_cannot_be_used_is_refused(written, tmp_path, before, after):
    text = encode_card(written).decode()
    assert before in text
    (tmp_path / "ours.toml").write_text(text.replace(before, after))
    with pytest.raises(ModelRefusedError, match=r"ours\.toml"):
        read_own_card(tmp_path / "ours.toml", name="ours")


def test_written_card_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ModelRefusedError, match="cannot be read"):
        read_own_card(tmp_path / "ours.toml", name="ours")


def test_open_pack_of_an_added_model_without_its_detector_says_how_to_get_it(network):
    add_model(network, OURS)
    with pytest.raises(PackError, match="presensi models fetch ours"):
        open_pack("ours")
