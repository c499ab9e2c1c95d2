import json
import platform

import pytest

from benchmarks import recognizer
from benchmarks.machine import machine
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


def test_table_is_markdown_and_names_the_machine(capsys, monkeypatch):
    times = {"detect": 4.0, "embed": 5.0, "total": 9.04}
    found = {"faces": 10, "reference": 9, "ours": 10, "ratio": 1.1111}
    figures = {"reference_ms": times, "ours_ms": times, "ratio_total": 1.0, "parity_max_abs": 0.0, "recall": found}
    figures |= {"match_1000_ms": 0.1, "match_100k_ms": 9.0, "timed_frames": 8}
    monkeypatch.setattr(recognizer, "run", lambda **_: figures)
    assert recognizer.main() == 0
    head, line, *rows = capsys.readouterr().out.partition("\n\n")[0].splitlines()
    assert head.startswith(f"| {machine()}: ms, median |")
    assert {row.count("|") for row in (head, line, *rows)} == {5}
    assert rows[1] == "| presensi | 4.0 | 5.0 | 9.0 |"


def test_machine_is_named_with_its_python():
    name, _, version = machine().rpartition(", Python ")
    assert name
    assert version == platform.python_version()
