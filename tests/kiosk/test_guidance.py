from __future__ import annotations

import pytest

from kiosk.guidance import HINTS, Guidance
from kiosk.recognizer.quality.assessment import Usability

FRAME = 1 / 15
USABLE, BLUR, FAR = Usability.USABLE, Usability.HOLD_STILL, Usability.COME_NEARER
MASK = Usability.TAKE_OFF_MASK


def shown(*seen: tuple[Usability, float], guidance: Guidance | None = None) -> list[str | None]:
    """What the screen says over time, each change once."""
    guide = guidance or Guidance()
    now, hints = 100.0, []
    for usability, seconds in seen:
        for _ in range(max(1, round(seconds / FRAME))):
            hint = guide.advise(usability, first_seen_at=100.0, now=now).hint
            if not hints or hints[-1] != hint:
                hints.append(hint)
            now += FRAME
    return hints


def test_every_fault_has_its_hint() -> None:
    assert set(HINTS) == set(Usability) - {USABLE}
    assert len(set(HINTS.values())) == len(HINTS)


def test_one_blurred_frame_is_not_told() -> None:
    assert shown((USABLE, 1), (BLUR, FRAME), (USABLE, 1)) == [None]


def test_fault_that_comes_and_goes_is_not_told() -> None:
    assert shown(*[(BLUR, FRAME), (USABLE, FRAME)] * 20) == [None]


def test_lasting_fault_is_told_and_stays_for_a_moment() -> None:
    assert shown((BLUR, 0.6), (USABLE, 0.3)) == [None, "still"]
    assert shown((BLUR, 0.6), (USABLE, 1.5)) == [None, "still", None]


def test_two_faults_in_turn_do_not_flicker() -> None:
    assert shown((MASK, 1), *[(BLUR, FRAME), (MASK, FRAME)] * 20) == [None, "mask"]


def test_somebody_who_walks_up_is_told_at_once() -> None:
    assert shown((FAR, FRAME)) == ["nearer"]
    assert shown((FAR, 1), (USABLE, FRAME)) == ["nearer", None]


def test_somebody_at_the_limit_of_size_does_not_make_it_flicker() -> None:
    assert shown((FAR, 1), *[(USABLE, FRAME), (FAR, FRAME)] * 20) == ["nearer", None]


def test_doubt_does_not_count_until_it_has_lasted() -> None:
    guide = Guidance(patience_seconds=4.0)
    counts = [guide.advise(MASK, first_seen_at=100.0, now=100.0 + n * FRAME).counts for n in range(90)]
    assert counts == [n * FRAME >= 4.0 for n in range(90)]


def test_usable_frame_counts_and_begins_the_patience_anew() -> None:
    guide = Guidance(patience_seconds=4.0)
    assert not guide.advise(MASK, first_seen_at=100.0, now=100.0).counts
    assert guide.advise(USABLE, first_seen_at=100.0, now=103.9).counts
    assert not guide.advise(MASK, first_seen_at=100.0, now=104.5).counts


@pytest.mark.parametrize("usability", [each for each in Usability if each.hopeless])
def test_face_of_which_nothing_can_be_made_never_counts(usability: Usability) -> None:
    guide = Guidance()
    assert not any(guide.advise(usability, first_seen_at=100.0, now=100.0 + n).counts for n in range(60))


def test_next_person_starts_anew() -> None:
    guide = Guidance()
    for n in range(90):
        guide.advise(MASK, first_seen_at=100.0, now=100.0 + n * FRAME)
    advice = guide.advise(MASK, first_seen_at=106.0, now=106.0)
    assert (advice.hint, advice.counts) == (None, False)
