import multiprocessing
from pathlib import Path

import dlib
import numpy as np
import pytest

from kiosk.errors import PackError
from kiosk.recognizer.models.dlib_graph import build_graph, cache_folder, onnx_file
from kiosk.recognizer.models.dlib_weights import AddShortcut, DlibNetwork, Relu, file_sha256, model_path, read_network
from kiosk.recognizer.models.network import OnnxNetwork

RESNET = "dlib_face_recognition_resnet_model_v1.dat"


@pytest.fixture
def weights(tiny, tmp_path: Path) -> Path:
    path = tmp_path / "tiny.dat"
    path.write_bytes(tiny.content())
    return path


def convert(weights: Path, folder: Path) -> Path:
    return onnx_file(weights, weights_sha256=file_sha256(weights), folder=folder)


def convert_into(queue, weights: Path, folder: Path) -> None:
    queue.put(convert(weights, folder).name)


def as_blob(picture):
    return picture.transpose(2, 0, 1)[None].astype(np.float32)


def test_onnx_file_computes_what_the_layers_say(tiny, weights, tmp_path):
    picture = np.random.default_rng(1).integers(0, 256, (150, 150, 3), dtype=np.uint8)
    network = OnnxNetwork(convert(weights, tmp_path / "cache"))
    np.testing.assert_allclose(network.run(as_blob(picture))[0], tiny.expected(picture), atol=1e-5)


def test_onnx_file_is_written_once(weights, tmp_path):
    first = convert(weights, tmp_path / "cache")
    written_at = first.stat().st_mtime_ns
    assert convert(weights, tmp_path / "cache") == first
    assert first.stat().st_mtime_ns == written_at


@pytest.mark.parametrize("damage", [b"", b"not a network", None])
def test_onnx_file_damaged_in_the_cache_is_written_again(weights, tmp_path, damage):
    path = convert(weights, tmp_path / "cache")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    again = convert(weights, tmp_path / "cache")
    assert again.read_bytes() == whole
    assert [file.name for file in (tmp_path / "cache").iterdir()] == [again.name]


def test_onnx_file_of_other_weights_has_another_name(tiny, weights, tmp_path):
    first = convert(weights, tmp_path / "cache")
    tiny.bias[0] += 1
    weights.write_bytes(tiny.content())
    assert convert(weights, tmp_path / "cache") != first


def test_onnx_file_by_two_processes_at_once_is_one_whole_file(weights, tmp_path):
    context = multiprocessing.get_context("spawn")
    names = context.Queue()
    folder = tmp_path / "cache"
    writers = [context.Process(target=convert_into, args=(names, weights, folder)) for _ in range(2)]
    for writer in writers:
        writer.start()
    told = {names.get(timeout=120) for _ in writers}
    for writer in writers:
        writer.join(timeout=120)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert {file.name for file in folder.iterdir()} == told
    assert len(told) == 1


def test_onnx_file_in_an_unusable_folder_says_what_to_do(weights, tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(PackError, match="PRESENSI_CACHE"):
        convert(weights, blocked / "cache")


def test_build_graph_with_layers_in_an_unknown_order_is_refused():
    with pytest.raises(PackError):
        build_graph(DlibNetwork((0.0, 0.0, 0.0), (Relu(), AddShortcut())))


def test_build_graph_with_layers_that_do_not_fit_is_refused(weights):
    network = read_network(weights)
    with pytest.raises(PackError, match="do not fit"):
        build_graph(DlibNetwork(network.mean, (*network.layers, network.layers[0])))


def test_onnx_network_of_no_network_is_refused(tmp_path):
    path = tmp_path / "x.onnx"
    path.write_bytes(b"nothing")
    with pytest.raises(PackError, match="delete it"):
        OnnxNetwork(path)


def test_face_network_agrees_with_dlib_itself(pack):
    rng = np.random.default_rng(2)
    chips = [rng.integers(0, 256, (150, 150, 3), dtype=np.uint8), np.full((150, 150, 3), 90, np.uint8)]
    chips.append(np.kron(rng.integers(0, 256, (10, 10, 3), dtype=np.uint8), np.ones((15, 15, 1), np.uint8)))
    theirs = dlib.face_recognition_model_v1(str(model_path(RESNET)))
    expected = np.array([theirs.compute_face_descriptor(chip) for chip in chips])
    np.testing.assert_allclose(pack.embedder.raw(chips), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"PRESENSI_CACHE": "/a/b"}, "/a/b"),
        ({"XDG_CACHE_HOME": "/x"}, "/x/presensi"),
        ({"HOME": "/home/kiosk"}, "/home/kiosk/.cache/presensi"),
    ],
)
def test_cache_folder_follows_the_environment(monkeypatch, variables, folder):
    for variable in ("PRESENSI_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    assert cache_folder() == Path(folder)
