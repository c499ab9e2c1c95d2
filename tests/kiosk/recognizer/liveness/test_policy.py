import itertools

import pytest

from contract.punch import LivenessLayer
from kiosk.recognizer.liveness.policy import layers_of, weigh

PASSIVE = {
    verdict: LivenessLayer(name="passive", verdict=verdict, score=0.5) for verdict in ("live", "attack", "undecided")
}
PASSED, FAILED = (LivenessLayer(name="challenge", verdict=verdict, score=0.1) for verdict in ("live", "attack"))

TABLE = {
    # policy: passive live, grey zone, attack; without a model
    "off": ("live", "live", "live", "live"),
    "passive": ("live", "refused", "refused", "closed"),
    "active": ("live", "challenge", "refused", "challenge"),
    "strict": ("challenge", "challenge", "refused", "closed"),
}


@pytest.mark.parametrize("policy", TABLE)
def test_table_before_any_challenge(policy):
    live, grey, attack, absent = TABLE[policy]
    for verdict, expected in (("live", live), ("undecided", grey), ("attack", attack)):
        assert weigh(policy, passive=PASSIVE[verdict], passive_settled=True, challenge=None) == expected
    assert weigh(policy, passive=None, passive_settled=False, challenge=None) == absent


@pytest.mark.parametrize("policy", ["passive", "active", "strict"])
@pytest.mark.parametrize("verdict", PASSIVE)
def test_passive_layer_that_has_not_seen_enough_is_waited_for(policy, verdict):
    assert weigh(policy, passive=PASSIVE[verdict], passive_settled=False, challenge=None) == "wait"


@pytest.mark.parametrize(
    ("policy", "passive", "challenge", "expected"),
    [
        ("active", "undecided", PASSED, "live"),
        ("active", "undecided", FAILED, "refused"),
        ("active", None, PASSED, "live"),
        ("active", None, FAILED, "refused"),
        ("active", "attack", PASSED, "refused"),
        ("strict", "live", PASSED, "live"),
        ("strict", "live", FAILED, "refused"),
        ("strict", "undecided", PASSED, "refused"),
        ("strict", "attack", PASSED, "refused"),
        ("strict", None, PASSED, "closed"),
        ("passive", "undecided", PASSED, "refused"),
    ],
)
def test_challenge_counts_where_the_policy_asks_for_it(policy, passive, challenge, expected):
    layer = PASSIVE[passive] if passive else None
    assert weigh(policy, passive=layer, passive_settled=True, challenge=challenge) == expected


def test_nothing_but_off_lets_an_attack_or_a_missing_layer_pass():
    for policy, challenge in itertools.product(("passive", "active", "strict"), (None, PASSED, FAILED)):
        assert weigh(policy, passive=PASSIVE["attack"], passive_settled=True, challenge=challenge) == "refused"
    for policy in ("passive", "strict"):
        assert weigh(policy, passive=None, passive_settled=True, challenge=PASSED) == "closed"


def test_layers_are_those_that_spoke():
    assert layers_of(None, PASSED) == (PASSED,)
    assert layers_of(PASSIVE["live"], FAILED) == (PASSIVE["live"], FAILED)
    assert layers_of(None, None) == ()
