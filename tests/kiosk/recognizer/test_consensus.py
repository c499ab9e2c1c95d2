import numpy as np
import pytest

from kiosk.recognizer.consensus import Consensus, Identity, Look, Unknown
from kiosk.recognizer.decision import DecisionRule
from kiosk.recognizer.face import Box, Match
from kiosk.recognizer.gallery import Gallery

RULE = DecisionRule(threshold=0.8, margin=0.02)
HERE, THERE = Box(200, 100, 400, 300), Box(0, 0, 90, 90)
DIMENSIONS = 12
GALLERY = Gallery({"ana": np.eye(1, DIMENSIONS, 0), "budi": np.eye(1, DIMENSIONS, 1)})
NOBODY = Gallery({}, dimensions=DIMENSIONS)


def look(ana=0.0, budi=0.0, *, noise=2, weight=1.0, gallery=GALLERY):
    """A frame with these cosines to the two people; what is left lies in the dimension `noise` (2 to 11)."""
    embedding = np.zeros(DIMENSIONS, np.float32)
    embedding[:2] = ana, budi
    embedding[noise] = np.sqrt(1 - ana**2 - budi**2)
    return Look(embedding, gallery.match(embedding), weight)


ANA, BUDI, LOW = look(ana=0.9), look(budi=0.9), look(ana=0.7)
TWIN = look(ana=0.70, budi=0.69)


def feed(consensus, *looks, start=0.0, step=0.1, box=HERE):
    return [consensus.observe(box, each, start + i * step) for i, each in enumerate(looks)]


@pytest.fixture
def consensus() -> Consensus:
    return Consensus(rule=RULE, gallery=GALLERY)


def test_consensus_needs_several_frames(consensus):
    assert feed(consensus, ANA, ANA) == [None, None]
    assert consensus.observe(HERE, ANA, 0.2) == Identity(
        "ana", pytest.approx(0.9), 0.8, pytest.approx(0.9), 3, first_seen_at=0.0
    )


def test_consensus_of_frames_that_err_apart_is_better_than_each(consensus):
    *_, verdict = feed(consensus, *(look(ana=0.75, noise=n) for n in (2, 3, 4)))
    # What differs lies at right angles: |mean|^2 = 0.75^2 + (1 - 0.75^2) / 3.
    assert verdict.similarity == pytest.approx(0.75 / np.sqrt(0.75**2 + (1 - 0.75**2) / 3), abs=1e-4)


def test_consensus_of_frames_that_err_alike_is_no_better_than_each(consensus):
    assert set(feed(consensus, *[look(ana=0.79)] * 8)) == {None}


def test_consensus_weighs_frames_by_their_quality(consensus):
    good, poor = look(ana=0.95), look(ana=0.5, weight=0.1)
    *_, verdict = feed(consensus, good, poor, poor, good)
    mean = 2 * 0.95 + 2 * 0.1 * 0.5
    aside = 2 * np.sqrt(1 - 0.95**2) + 2 * 0.1 * np.sqrt(1 - 0.5**2)
    assert verdict.similarity == pytest.approx(mean / np.hypot(mean, aside), abs=1e-4)


def test_consensus_takes_the_best_frames_and_not_the_first():
    consensus = Consensus(rule=RULE, gallery=GALLERY, frames_needed=2, best_frames=2, window_frames=4)
    poor, good = look(budi=0.9, weight=0.2), look(ana=0.9)
    assert feed(consensus, poor, poor)[-1].person == "budi"
    *_, verdict = feed(consensus, good, good, start=0.2)
    assert (verdict.person, verdict.similarity, verdict.frames) == ("ana", pytest.approx(0.9), 2)


def test_consensus_of_frames_that_cancel_out_is_nobody(consensus):
    here, there = look(ana=0.9), look(ana=0.9)
    there = Look(-here.embedding, there.match)
    assert feed(consensus, here, there, here, there)[-1] is None


def test_consensus_below_the_threshold_says_nothing(consensus):
    assert set(feed(consensus, *[LOW] * 6)) == {None}


def test_consensus_between_lookalikes_says_nothing(consensus):
    assert set(feed(consensus, *[TWIN] * 6)) == {None}


def test_consensus_of_frames_that_disagree_says_nothing(consensus):
    assert set(feed(consensus, ANA, BUDI, ANA, BUDI)) == {None}


def test_consensus_needs_the_majority_of_its_frames():
    consensus = Consensus(rule=RULE, gallery=GALLERY, frames_needed=2, best_frames=5, window_frames=5)
    faint = look(budi=0.3, noise=5, weight=0.05)
    assert feed(consensus, faint, faint, ANA, ANA)[-1] is None
    assert consensus.observe(HERE, ANA, 0.4).person == "ana"


def test_consensus_overrides_one_odd_frame(consensus):
    odd = look(budi=0.5, noise=7)
    assert feed(consensus, ANA, odd, ANA, ANA)[-1].frames == 3


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
    assert isinstance(feed(consensus, *[ANA] * 6, start=4.0)[-1], Identity)


def test_consensus_with_an_empty_gallery_is_unknown():
    verdicts = feed(Consensus(rule=RULE, gallery=NOBODY), *[look(ana=0.9, gallery=NOBODY)] * 16)
    assert verdicts[-1].best == Match(None, -1.0, -1.0)


def test_consensus_ignores_faces_that_are_not_usable(consensus):
    assert set(feed(consensus, *[None] * 60)) == {None}


def test_consensus_under_a_new_rule_or_gallery_forgets(consensus):
    feed(consensus, ANA, ANA)
    consensus.use(RULE, GALLERY)
    assert consensus.observe(HERE, ANA, 0.2) is None
    assert consensus.first_seen_at == 0.2


@pytest.mark.parametrize(("needed", "best", "window"), [(0, 5, 5), (6, 5, 8), (3, 5, 4)])
def test_consensus_refuses_impossible_settings(needed, best, window):
    with pytest.raises(ValueError, match="frames_needed"):
        Consensus(rule=RULE, gallery=GALLERY, frames_needed=needed, best_frames=best, window_frames=window)
