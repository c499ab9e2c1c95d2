import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from kiosk.errors import PackError
from kiosk.recognizer.models.network import NcnnNetwork, OnnxNetwork

POOL = """7767517
2 2
Input            data   0 1 data
Pooling          pool   1 1 data out 0=1 4=1
"""


def onnx_mean(path, *, batch):
    """A network that gives each channel's mean."""
    taken = helper.make_tensor_value_info("data", TensorProto.FLOAT, [batch, 3, 4, 4])
    given = helper.make_tensor_value_info("out", TensorProto.FLOAT, [batch, 3])
    nodes = [
        helper.make_node("GlobalAveragePool", ["data"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["out"]),
    ]
    model = helper.make_model(helper.make_graph(nodes, "mean", [taken], [given]), ir_version=9)
    del model.opset_import[:]
    model.opset_import.append(helper.make_opsetid("", 17))
    onnx.save(model, str(path))
    return path


def ncnn_mean(folder, text=POOL):
    """The same network for ncnn; it has no weights."""
    (folder / "net.param").write_text(text)
    (folder / "net.bin").write_bytes(b"\0")
    return folder / "net.param", folder / "net.bin"


@pytest.fixture
def pictures():
    return np.random.default_rng(1).uniform(0, 255, (3, 3, 4, 4)).astype(np.float32)


@pytest.mark.parametrize("batch", [1, "n"])
def test_onnx_network_takes_several_pictures_even_where_the_file_takes_one(tmp_path, pictures, batch):
    network = OnnxNetwork(onnx_mean(tmp_path / "mean.onnx", batch=batch))
    assert np.allclose(network.run(pictures), pictures.mean(axis=(2, 3)), rtol=1e-5)


def test_ncnn_network_gives_what_onnx_gives(tmp_path, pictures):
    network = NcnnNetwork(*ncnn_mean(tmp_path), input_name="data", output_name="out")
    assert np.allclose(network.run(pictures), pictures.mean(axis=(2, 3)), rtol=1e-3)


def test_ncnn_network_leaves_its_input_alone(tmp_path, pictures):
    before = pictures.copy()
    network = NcnnNetwork(*ncnn_mean(tmp_path), input_name="data", output_name="out")
    assert np.array_equal(network.run(pictures), network.run(pictures))
    assert np.array_equal(pictures, before)


def test_ncnn_network_takes_an_array_that_is_not_contiguous(tmp_path, pictures):
    network = NcnnNetwork(*ncnn_mean(tmp_path), input_name="data", output_name="out")
    turned = pictures.transpose(0, 1, 3, 2)
    assert np.allclose(network.run(turned), network.run(np.ascontiguousarray(turned)))


@pytest.mark.parametrize("name", ["net.param", "net.bin"])
def test_ncnn_network_without_a_file_says_which(tmp_path, name):
    param, weights = ncnn_mean(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(PackError, match="missing; install"):
        NcnnNetwork(param, weights, input_name="data", output_name="out")


def test_ncnn_network_of_nonsense_is_refused(tmp_path):
    with pytest.raises(PackError, match="not a usable"):
        NcnnNetwork(*ncnn_mean(tmp_path, "no network\n"), input_name="data", output_name="out")


def test_ncnn_network_without_the_named_blobs_is_refused(tmp_path):
    with pytest.raises(PackError, match="card"):
        NcnnNetwork(*ncnn_mean(tmp_path), input_name="picture", output_name="out")
