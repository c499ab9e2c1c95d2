import json
import tomllib

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from cli.models_calibrate import calibrate
from kiosk.recognizer.evaluation import dataset
from kiosk.recognizer.face import normalised
from kiosk.recognizer.packs import pack
from kiosk.recognizer.packs.card import read_card
from kiosk.recognizer.packs.card_text import encode_card


@pytest.fixture
def own_pack(tmp_path, monkeypatch):
    """A pack of one's own, whose embeddings are invented, and a folder of 40 people with six files and 50 with one."""
    models = tmp_path / "models"
    (models / "cards").mkdir(parents=True)
    monkeypatch.setenv("PRESENSI_MODELS", str(models))
    card = msgspec.structs.replace(read_card("builtin"), name="ours", threshold_curve=None, error_rates=())
    (models / "cards" / "ours.toml").write_bytes(encode_card(card))
    for number, count in [*enumerate([6] * 40), *enumerate([1] * 50, start=40)]:
        (tmp_path / "photos" / f"p{number}").mkdir(parents=True)
        for each in range(count):
            (tmp_path / "photos" / f"p{number}" / f"{each}.jpg").write_bytes(b"x")

    def embed(_pack, photos):
        listed = tuple(photos)
        rng = np.random.default_rng(1)
        centres = {photo.person: rng.standard_normal(32) for photo in listed}
        rows = [centres[photo.person] + 0.35 * rng.standard_normal(32) for photo in listed]
        return dataset.EmbeddedPhotos(listed, normalised(np.asarray(rows, np.float32)), (), 1.0)

    monkeypatch.setattr(dataset, "embed_photos", embed)
    monkeypatch.setattr(pack, "open_pack", lambda name: name)
    return tmp_path


def run(folder, *arguments):
    return CliRunner().invoke(calibrate, ["--dataset", str(folder / "photos"), *arguments])


def test_curve_is_printed_as_it_stands_in_a_card(own_pack):
    result = run(own_pack, "--pack", "ours")
    assert result.exit_code == 0, result.output
    assert tomllib.loads(result.stdout)["threshold_curve"]["sizes"] == [1, 5, 10, 20]
    assert read_card("ours").curve is None


def test_written_curve_is_in_force(own_pack):
    result = run(own_pack, "--pack", "ours", "--write", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert read_card("ours").curve.thresholds == tuple(told["thresholds"])
    assert (told["pack"], told["images"], told["failure_to_detect"]) == ("ours", 290, 0)


def test_cards_of_the_product_are_not_written(own_pack):
    result = run(own_pack, "--pack", "builtin", "--write")
    assert result.exit_code == 2
    assert "comes with the product" in result.stderr


def test_folder_without_photos_is_one_sentence(own_pack):
    result = CliRunner().invoke(calibrate, ["--pack", "ours", "--dataset", str(own_pack / "nowhere")])
    assert result.exit_code == 2
    assert "There is no folder" in result.stderr
