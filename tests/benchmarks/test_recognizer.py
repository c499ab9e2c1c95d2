import json

import pytest

from benchmarks import recognizer
from contract.errors import BadInputError


def test_run_without_photos_says_what_to_do(tmp_path):
    with pytest.raises(BadInputError, match="--photos"):
        recognizer.run(frames=1, photos=tmp_path / "nowhere")


def test_main_prints_every_figure_and_we_agree_with_the_reference(shared, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(recognizer, "MANY_PEOPLE", 2_000)
    assert recognizer.main(True, 10, shared / "data/faces/demo/obama/obama.jpg") == 0
    figures = json.loads(capsys.readouterr().out)
    assert {"reference_ms", "ours_ms", "ratio_total", "match_1000_ms", "match_100k_ms", "frames"} <= figures.keys()
    assert figures["ours_ms"].keys() == figures["reference_ms"].keys() == {"detect", "embed", "total"}
    assert figures["parity_max_abs"] <= 1e-5
    assert figures["recall"]["ratio"] >= 0.99
    assert figures["ratio_total"] > 3  # a machine under load; the bar is 15 on a quiet one
