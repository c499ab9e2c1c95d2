"""Checks that fail stop no other; only what is bad ends a run badly."""

from __future__ import annotations

from contract.checkup.finding import Check, Finding, Words, carry_out, is_well, plain


def broken() -> Finding:
    raise OSError("no such\ndevice")


def check(name: str, state: str = "ok") -> Check:
    return Check(name, plain(name), lambda: Finding(state, plain("1")))  # type: ignore[arg-type]


def test_a_check_that_fails_says_so_and_the_others_still_run() -> None:
    first, second, third = carry_out([check("a"), Check("b", plain("b"), broken), check("c")])
    assert (first.finding.state, second.finding.state, third.finding.state) == ("ok", "bad", "ok")
    assert "OSError: no such device" in second.finding.value.en
    assert "gagal" in second.finding.value.id


def test_only_what_is_bad_is_not_well() -> None:
    assert is_well(carry_out([check("a"), check("b", "warning"), check("c", "not_fitted")]))
    assert not is_well(carry_out([check("a"), check("b", "bad")]))


def test_words_are_of_the_language_asked_for() -> None:
    assert [Words("pintu", "door").in_("id"), Words("pintu", "door").in_("en")] == ["pintu", "door"]
