"""What `make test-pi` makes of parts that pass, fail, and cannot begin."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.pi import roots, run
from tests.pi.run import Outcome
from tests.pi.wheels import MissingWheelError

GOOD = Outcome(what="a", passed=3, seconds=1.0)
BAD = Outcome(what="b", passed=2, failed=1)
EMPTY = Outcome(what="c")
ABSENT = Outcome(what="d", left_out="no mirror answers")


@pytest.mark.parametrize(
    ("outcomes", "strict", "if_possible"),
    [
        ([GOOD], 0, 0),
        ([GOOD, BAD], 1, 1),
        ([GOOD, EMPTY], 1, 1),
        ([GOOD, ABSENT], 1, 0),
        ([ABSENT, BAD], 1, 1),
        ([ABSENT], 1, 0),
    ],
    ids=["passed", "failed", "nothing ran", "left out", "failed beside what was left out", "all left out"],
)
def test_failure_fails_always_and_what_is_left_out_only_when_it_was_asked_for(
    outcomes: list[Outcome], strict: int, if_possible: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.report(outcomes, seconds=1.0, if_possible=False) == strict
    assert run.report(outcomes, seconds=1.0, if_possible=True) == if_possible
    said = capsys.readouterr().out
    assert all(str(outcome) in said for outcome in outcomes)


def _raising(error: Exception) -> Callable[[str, Path, Sequence[str]], Outcome]:
    def part(what: str, scratch: Path, more: Sequence[str]) -> Outcome:
        raise error

    return part


def test_part_that_cannot_begin_is_left_out_and_the_next_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(run._RUNS, "arm64", ("d", _raising(roots.RootNotMadeError("no mirror answers"))))
    monkeypatch.setitem(run._RUNS, "camera", ("a", lambda *_: GOOD))
    assert run.run_lane(["arm64", "camera"], tmp_path, []) == [ABSENT, GOOD]


@pytest.mark.parametrize("error", [MissingWheelError("spidev"), subprocess.TimeoutExpired("pytest", 1.0)])
def test_missing_wheel_and_a_part_without_end_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(run._RUNS, "arm64", ("b", _raising(error)))
    (outcome,) = run.run_lane(["arm64"], tmp_path, [])
    assert (outcome.ok, outcome.left_out) == (False, "")
    assert str(error) in capsys.readouterr().out


@pytest.mark.parametrize(("options", "code"), [([], 1), (["--if-possible"], 0)])
def test_machine_that_cannot_says_why_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str], code: int
) -> None:
    monkeypatch.setattr(run, "_install_tools", lambda: None)
    monkeypatch.setattr(run.signal, "signal", lambda *_: None)
    monkeypatch.setattr(roots, "why_not", lambda: "it needs root")
    assert run.main(options) == code
    assert capsys.readouterr().out == "test-pi: left out: it needs root.\n"
