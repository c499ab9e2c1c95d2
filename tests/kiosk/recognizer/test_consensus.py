import pytest

from kiosk.recognizer.consensus import Consensus, Identity, Unknown
from kiosk.recognizer.decision import DecisionRule
from kiosk.recognizer.face import Box, Match

RULE = DecisionRule(threshold=0.95, margin=0.02)
HERE, THERE = Box(200, 100, 400, 300), Box(0, 0, 90, 90)
ANA, LOW, TWIN = Match("ana", 0.97, 0.90), Match("ana", 0.93, 0.90), Match("ana", 0.99, 0.98)
BUDI = Match("budi", 0.97, 0.90)


def feed(consensus, *matches, start=0.0, step=0.1, box=HERE):
    return [consensus.observe(box, match, start + i * step) for i, match in enumerate(matches)]


@pytest.fixture
def consensus() -> Consensus:
    return Consensus(rule=RULE)


def test_consensus_needs_several_frames(consensus):
    assert feed(consensus, ANA, ANA) == [None, None]
    assert consensus.observe(HERE, ANA, 0.2) == Identity(
        "ana", pytest.approx(0.97), 0.95, pytest.approx(0.07), 3, first_seen_at=0.0
    )


def test_consensus_judges_the_mean(consensus):
    strong, weak = Match("ana", 0.98, 0.90), Match("ana", 0.93, 0.90)
    *_, verdict = feed(consensus, strong, weak, strong)
    assert verdict.similarity == pytest.approx((0.98 + 0.93 + 0.98) / 3)
    *_, verdict = feed(Consensus(rule=RULE), weak, strong, weak)
    assert verdict is None


def test_consensus_below_the_threshold_says_nothing(consensus):
    assert set(feed(consensus, *[LOW] * 6)) == {None}


def test_consensus_between_lookalikes_says_nothing(consensus):
    assert set(feed(consensus, *[TWIN] * 6)) == {None}


def test_consensus_of_frames_that_disagree_says_nothing(consensus):
    assert set(feed(consensus, ANA, BUDI, ANA, BUDI)) == {None}


def test_consensus_needs_the_majority_of_its_window():
    consensus = Consensus(rule=RULE, frames_needed=2, window_frames=5)
    assert feed(consensus, BUDI, Match("citra", 0.9, 0.8), ANA, ANA)[-1] is None
    assert consensus.observe(HERE, ANA, 0.4).person == "ana"


def test_consensus_overrides_one_odd_frame(consensus):
    assert feed(consensus, ANA, BUDI, ANA, ANA)[-1].frames == 3


def test_consensus_goes_on_saying_who_it_is(consensus):
    verdicts = feed(consensus, *[ANA] * 8)
    assert all(isinstance(verdict, Identity) for verdict in verdicts[2:])
    assert verdicts[-1].frames == 5


def test_consensus_counts_from_the_first_sight_of_the_face(consensus):
    feed(consensus, None, None, start=10.0)
    assert feed(consensus, ANA, ANA, ANA, start=10.2)[-1].first_seen_at == 10.0


def test_consensus_follows_a_face_that_comes_nearer(consensus):
    for step, match in enumerate([ANA, ANA, ANA]):
        grown = Box(200 - 10 * step, 100 - 10 * step, 300 + 10 * step, 200 + 10 * step)
        verdict = consensus.observe(grown, match, 0.1 * step)
    assert isinstance(verdict, Identity)


def test_consensus_starts_anew_when_the_face_jumps(consensus):
    feed(consensus, ANA, ANA)
    assert consensus.observe(THERE, ANA, 0.2) is None
    assert feed(consensus, ANA, ANA, start=0.3, box=THERE)[-1].first_seen_at == 0.2


def test_consensus_starts_anew_after_a_gap(consensus):
    feed(consensus, ANA, ANA)
    assert consensus.observe(HERE, ANA, 1.5) is None


def test_consensus_bridges_a_short_gap(consensus):
    feed(consensus, ANA, ANA)
    consensus.miss(0.5)
    assert isinstance(consensus.observe(HERE, ANA, 0.9), Identity)


def test_consensus_forgets_after_frames_without_a_face(consensus):
    feed(consensus, ANA, ANA)
    consensus.miss(1.2)
    assert consensus.observe(HERE, ANA, 1.25) is None


def test_consensus_starts_anew_when_time_goes_back(consensus):
    feed(consensus, ANA, ANA, start=100.0)
    assert consensus.observe(HERE, ANA, 5.0) is None


def test_consensus_calls_a_stranger_unknown(consensus):
    verdicts = feed(consensus, *[LOW] * 17)
    unknown = next(verdict for verdict in verdicts if verdict is not None)
    assert verdicts.index(unknown) == 15  # 1.5 s, and more than 8 frames
    assert (unknown.best.person, unknown.frames, unknown.attempt, unknown.first_seen_at) == ("ana", 16, 1, 0.0)


def test_consensus_waits_for_enough_frames_before_unknown(consensus):
    verdicts = feed(consensus, *[LOW] * 8, step=0.5)
    assert [type(verdict) for verdict in verdicts] == [type(None)] * 7 + [Unknown]


def test_consensus_counts_attempts_and_still_recognises(consensus):
    verdicts = [v for v in feed(consensus, *[LOW] * 40) if v is not None]
    assert [verdict.attempt for verdict in verdicts] == [1, 2]
    assert isinstance(feed(consensus, ANA, ANA, ANA, ANA, ANA, ANA, start=4.0)[-1], Identity)


def test_consensus_with_an_empty_gallery_is_unknown(consensus):
    verdicts = feed(consensus, *[Match(None, -1.0, -1.0)] * 16)
    assert verdicts[-1].best == Match(None, -1.0, -1.0)


def test_consensus_ignores_faces_that_are_not_usable(consensus):
    assert set(feed(consensus, *[None] * 60)) == {None}


def test_consensus_under_a_new_rule_forgets(consensus):
    feed(consensus, ANA, ANA)
    consensus.use(RULE)
    assert isinstance(consensus.observe(HERE, ANA, 0.2), Identity)
    consensus.use(DecisionRule(threshold=0.96, margin=0.02))
    assert consensus.observe(HERE, ANA, 0.3) is None


@pytest.mark.parametrize(("needed", "window"), [(0, 5), (6, 5)])
def test_consensus_refuses_impossible_settings(needed, window):
    with pytest.raises(ValueError, match="frames_needed"):
        Consensus(rule=RULE, frames_needed=needed, window_frames=window)
