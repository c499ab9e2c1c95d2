import json
import subprocess
import sys
import textwrap
from dataclasses import replace
from importlib import resources
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from kiosk.errors import PackError
from kiosk.recognizer.enrolment import embed_photo
from kiosk.recognizer.face import Box, Detection, Face, Match
from kiosk.recognizer.models.aligner import DlibAligner
from kiosk.recognizer.models.dlib_weights import model_path
from kiosk.recognizer.packs import model_check
from kiosk.recognizer.packs.card import card_names, decode_card, read_card
from kiosk.recognizer.packs.pack import open_pack

CARD = Path(str(resources.files("kiosk.recognizer.packs") / "cards" / "builtin.toml"))


def test_card_of_builtin_says_what_a_user_must_know():
    card = read_card("builtin")
    assert "iBUG 300-W" in card.notice
    assert "commercial" in card.notice
    assert {file.role for file in card.files} == {"embedder", "landmarks"}
    assert card.threshold_curve.target_fpir == 1e-3
    assert {rates.population for rates in card.error_rates} == {"lfw", "office"}
    assert all(rates.fpir <= 1e-3 for rates in card.error_rates)


def test_card_curve_is_stricter_than_the_library_everywhere():
    curve = read_card("builtin").curve
    # A distance of 0.6 between embeddings of the usual length 1.42 is a cosine of 1 - 0.6^2 / (2 * 1.42^2) = 0.911.
    assert all(curve.at(people) > 0.911 for people in (1, 2, 50, 500))


def test_card_sizes_are_those_of_the_installed_files():
    for file in read_card("builtin").files:
        assert model_path(file.name).stat().st_size == file.size


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('name = "builtin"', "name = 3"),
        ('name = "builtin"', 'name = "builtin"\nsurprise = 1'),
        ("size = 22466066", "size = 0"),
        ("dimensions = 128", ""),
        ('sha256 = "5553', 'sha256 = "5X53'),
    ],
)
def test_card_that_is_wrong_is_refused(before, after):
    text = CARD.read_text()
    assert before in text
    with pytest.raises(PackError, match="correct it"):
        decode_card(text.replace(before, after).encode(), name="builtin")


def test_card_with_an_impossible_curve_is_refused():
    text = CARD.read_text().replace("sizes = [1, 5,", "sizes = [5, 1,")
    with pytest.raises(PackError, match="rising"):
        decode_card(text.encode(), name="builtin")


def test_card_that_is_no_toml_is_refused():
    with pytest.raises(PackError):
        decode_card(b"\xff[[[", name="builtin")


def test_open_pack_of_an_unknown_name_says_which_there_is():
    with pytest.raises(PackError, match="builtin"):
        open_pack("marvellous")


def test_open_pack_with_replaced_weights_is_refused(tmp_path, monkeypatch, cache):
    changed = tmp_path / "weights.dat"
    changed.write_bytes(b"something else")
    monkeypatch.setattr(model_check, "model_path", lambda name: changed)
    with pytest.raises(PackError, match="not the file that the model card names"):
        open_pack(cache=cache)


def test_open_pack_does_not_import_onnx_when_the_network_is_cached(pack, cache):
    program = textwrap.dedent("""
        import json, pathlib, sys
        from kiosk.recognizer.packs.pack import open_pack
        open_pack(cache=pathlib.Path(sys.argv[1]))
        print(json.dumps([name for name in ("onnx", "face_recognition", "face_recognition_models", "PySide6")
                          if name in sys.modules]))
    """)
    told = subprocess.run([sys.executable, "-c", program, str(cache)], capture_output=True, text=True, check=True)
    assert json.loads(told.stdout) == []


def test_pack_rule_takes_curve_and_margin_of_the_card_or_given_ones(pack):
    card = pack.card
    assert pack.rule(50).threshold == card.curve.at(50)
    assert pack.rule(50).margin == card.threshold_curve.margin
    assert pack.rule(50, margin=0.5).margin == 0.5


def test_aligner_refuses_what_is_no_model(tmp_path):
    path = tmp_path / "points.dat"
    path.write_bytes(b"x")
    with pytest.raises(PackError, match="landmark model"):
        DlibAligner(path)


def test_chip_of_a_face_at_the_edge_is_whole(pack, wall):
    box = Box(600, 440, 640, 480)
    face = Face(box, pack.aligner.landmarks(wall, Detection(box, 1.0)), 1.0)
    assert pack.aligner.chip(wall, face).shape == (150, 150, 3)


def test_embedder_mirror_is_the_mean_of_both(pack, wall):
    chip = wall[:150, :150]
    mean = pack.embedder.raw([chip, chip[:, ::-1]]).mean(axis=0)
    mirrored = pack.embedder.embed(chip, mirror=True)
    np.testing.assert_allclose(mirrored, mean / np.linalg.norm(mean), atol=1e-6)
    np.testing.assert_allclose(mirrored, pack.embedder.embed(chip[:, ::-1], mirror=True), atol=1e-5)
    assert np.linalg.norm(pack.embedder.embed(chip, mirror=False)) == pytest.approx(1, abs=1e-6)


def test_embeddings_equal_the_reference_on_the_same_boxes(pack, shared):
    """Within 1e-5 before normalisation: what staff enrolled with face_recognition's embeddings relies on."""
    import cv2

    from benchmarks.reference import load_reference

    reference = load_reference()
    compared = 0
    for path in (
        sorted((shared / "data/faces/demo").glob("*/*"))[:4] + sorted((shared / "data/faces/office/0001").iterdir())[:2]
    ):
        photo = np.asarray(cv2.imread(str(path)), np.uint8)
        rgb = np.ascontiguousarray(photo[:, :, ::-1])
        for top, right, bottom, left in reference.face_locations(rgb):
            box = Box(left, top, right + 1, bottom + 1)
            face = Face(box, pack.aligner.landmarks(photo, Detection(box, 1.0)), 1.0)
            ours = pack.embedder.raw([pack.aligner.chip(photo, face)])[0]
            (theirs,) = reference.face_encodings(rgb, [(top, right, bottom, left)], model="small")
            np.testing.assert_allclose(ours, theirs, atol=1e-5)
            compared += 1
    assert compared >= 5


def test_card_of_every_pack_can_be_read_and_says_what_may_be_done_with_it():
    for name in card_names():
        card = read_card(name)
        assert card.name == name
        assert all(file.licence for file in card.files)
    assert {"builtin", "evaluation", "standard"} <= set(card_names())


def test_card_that_calls_itself_otherwise_is_refused():
    with pytest.raises(PackError, match="same name"):
        decode_card(CARD.read_bytes(), name="another")


def test_card_in_the_models_folder_is_read_but_cannot_replace_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("PRESENSI_MODELS", str(tmp_path))
    (tmp_path / "cards").mkdir()
    text = CARD.read_text()
    (tmp_path / "cards/ours.toml").write_text(text.replace('name = "builtin"', 'name = "ours"'))
    (tmp_path / "cards/builtin.toml").write_text(text.replace("dlib: HOG", "something else: HOG"))
    assert read_card("ours").title.startswith("dlib")
    assert read_card("builtin").title.startswith("dlib")
    assert "ours" in card_names()


@pytest.mark.parametrize("name", ["../cards/builtin", "/etc/passwd", ""])
def test_card_name_that_climbs_out_of_the_folder_names_nothing(name):
    with pytest.raises(PackError, match="no recognition pack"):
        read_card(name)


def test_open_pack_without_its_files_says_how_to_get_them(tmp_path, monkeypatch):
    monkeypatch.setenv("PRESENSI_MODELS", str(tmp_path))
    with pytest.raises(PackError, match="presensi models fetch standard"):
        open_pack("standard")


def test_open_pack_of_evaluation_tells_people_apart(models, shared):
    pack = open_pack("evaluation")
    frames = {
        person: [embed_photo(pack, cv2.imread(str(shared / "data/faces/demo" / person / file))) for file in files]
        for person, files in {"obama": ("obama.jpg", "obama2.jpg"), "biden": ("biden.jpg", "biden2.jpg")}.items()
    }
    (obama, obama2), (biden, biden2) = ([f.embedding for f in each] for each in frames.values())
    assert min(obama @ obama2, biden @ biden2) > 0.5
    assert max(obama @ biden, obama2 @ biden2, obama @ biden2) < 0.3


def test_rule_of_a_pack_that_nobody_calibrated_accepts_nobody(opened):
    card = msgspec.structs.replace(opened.card, threshold_curve=None)
    rule = replace(opened, card=card).rule(10)
    assert not rule.accepts(Match("p", 1.0, -1.0))
