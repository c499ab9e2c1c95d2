"""Which layers of liveness a policy asks for, and what their verdicts together mean: the table of the design, pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from contract.punch import LivenessLayer

Policy = Literal["off", "passive", "active", "strict"]

Standing = Literal["live", "refused", "closed", "wait", "challenge"]
"""live: enough is proven. refused: this is no live person, as far as can be told. closed: this kiosk lacks a layer that
the policy asks for. wait: the passive layer has not seen enough frames. challenge: movements must be asked for."""

_WITHOUT_MODEL: Final[dict[Policy, Standing]] = {
    "off": "live",
    "passive": "closed",
    "active": "challenge",
    "strict": "closed",
}


def may_challenge(policy: Policy, *, passive_model: bool) -> bool:
    """Whether anybody can be asked for movements under this policy; passive_model: whether the pack has one."""
    if not passive_model:
        return _WITHOUT_MODEL[policy] == "challenge"
    return policy in {"active", "strict"}


def weigh(
    policy: Policy, *, passive: LivenessLayer | None, passive_settled: bool, challenge: LivenessLayer | None
) -> Standing:
    """Where a face stands.

    passive: what the passive layer says; None when the pack has no such model. passive_settled: whether more frames
    would not change it. challenge: how a challenge of this face ended; None when there was none.

    A passive verdict of "attack" is never outweighed by a challenge: a mask of paper with eyeholes can turn. In its
    grey zone, and where light or camera let it see nothing, `active` asks for movements; `passive` has nobody to ask
    and refuses.
    """
    if policy == "off":
        return "live"
    if passive is None:
        standing = _WITHOUT_MODEL[policy]
        return _after(challenge) if standing == "challenge" else standing
    if passive.verdict == "attack" and passive_settled:
        return "refused"
    if not passive_settled:
        return "wait"
    if policy == "passive":
        return "live" if passive.verdict == "live" else "refused"
    if policy == "active" and passive.verdict == "live":
        return "live"
    after = _after(challenge)
    if policy == "strict" and after == "live" and passive.verdict != "live":
        return "refused"
    return after


def _after(challenge: LivenessLayer | None) -> Standing:
    if challenge is None:
        return "challenge"
    return "live" if challenge.verdict == "live" else "refused"


def layers_of(*layers: LivenessLayer | None) -> tuple[LivenessLayer, ...]:
    """Those layers that spoke, for the punch."""
    return tuple(_present(layers))


def _present(layers: Iterable[LivenessLayer | None]) -> Iterable[LivenessLayer]:
    return (layer for layer in layers if layer is not None)
