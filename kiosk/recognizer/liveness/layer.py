"""What one layer of presentation attack detection says; the terms are those of ISO/IEC 30107."""

from __future__ import annotations

from typing import Literal

from contract.punch import LivenessLayer

__all__ = ["LayerName", "LivenessLayer", "Verdict"]

Verdict = Literal["live", "attack", "undecided"]
"""live: a person is here. attack: a photo, a screen, a recording. undecided: this layer cannot tell, and says so."""

LayerName = Literal["passive", "challenge", "infrared"]
