import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from kiosk.errors import PackError
from kiosk.recognizer.models.dlib_weights import Convolution, Cursor, FullyConnected, model_path, read_network

RESNET = "dlib_face_recognition_resnet_model_v1.dat"


def test_model_path_names_an_installed_file():
    assert model_path(RESNET).is_file()
    assert model_path("shape_predictor_5_face_landmarks.dat").is_file()


def test_model_path_without_the_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PackError, match=r"face_recognition_models==0\.3\.0"):
        model_path(RESNET)


def test_model_path_with_the_old_package_says_that_it_is_old(monkeypatch, tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / RESNET).touch()
    spec = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    assert model_path(RESNET).is_file()
    with pytest.raises(PackError, match="older than"):
        model_path("shape_predictor_5_face_landmarks.dat")


def test_read_network_knows_the_face_network():
    network = read_network(model_path(RESNET))
    assert network.mean == pytest.approx((122.782, 117.001, 104.298), abs=1e-4)
    convolutions = [layer for layer in network.layers if isinstance(layer, Convolution)]
    assert len(convolutions) == 29
    assert convolutions[0].weights.shape == (32, 3, 7, 7)
    last = network.layers[-1]
    assert isinstance(last, FullyConnected)
    assert last.weights.shape == (256, 128)


def test_read_network_reads_a_tiny_network(tiny, tmp_path):
    path = tmp_path / "tiny.dat"
    path.write_bytes(tiny.content())
    network = read_network(path)
    assert [type(layer).__name__ for layer in network.layers] == [
        "Convolution",
        "Affine",
        "Relu",
        "Pool",
        "FullyConnected",
    ]
    np.testing.assert_array_equal(network.layers[0].weights, tiny.weights)
    np.testing.assert_array_equal(network.layers[1].offset, tiny.offset)
    np.testing.assert_array_equal(network.layers[4].weights, tiny.last)


def test_read_network_cut_anywhere_is_refused(tiny, tmp_path):
    content = tiny.content()
    path = tmp_path / "cut.dat"
    for length in range(0, len(content) - 12, 7):  # the last twelve bytes are bookkeeping behind the last layer
        path.write_bytes(content[:length])
        with pytest.raises(PackError):
            read_network(path)


def test_read_network_of_noise_is_refused(tmp_path):
    path = tmp_path / "noise.dat"
    path.write_bytes(np.random.default_rng(1).bytes(10_000))
    with pytest.raises(PackError, match="no picture as input"):
        read_network(path)


def test_read_network_with_a_weight_that_is_no_number_is_refused(tiny, tmp_path):
    tiny.bias[0] = np.nan
    path = tmp_path / "nan.dat"
    path.write_bytes(tiny.content())
    with pytest.raises(PackError, match="no number"):
        read_network(path)


def test_read_network_of_a_missing_file_is_refused(tmp_path):
    with pytest.raises(PackError, match="cannot be read"):
        read_network(tmp_path / "nowhere.dat")


@pytest.mark.parametrize(("content", "value"), [(b"\x01\x07", 7), (b"\x81\x07", -7), (b"\x02\x00\x01", 256)])
def test_cursor_reads_integers(content: bytes, value: int):
    assert Cursor(content, name="x").integer() == value


@pytest.mark.parametrize("content", [b"", b"\x00", b"\x09" + bytes(9), b"\x10\x01", b"\x04\x01"])
def test_cursor_refuses_what_is_no_integer(content: bytes):
    with pytest.raises(PackError):
        Cursor(content, name="x").integer()


def test_cursor_refuses_a_tensor_larger_than_the_file():
    huge = b"\x01\x02" + b"\x03\xff\xff\xff" * 4
    with pytest.raises(PackError, match="more bytes expected"):
        Cursor(huge + bytes(64), name="x").tensor()


def test_model_path_needs_no_import_of_the_package():
    source = Path(model_path.__code__.co_filename).read_text()
    assert "import face_recognition_models" not in source
