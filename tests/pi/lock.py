"""The lock files of this checkout."""

from __future__ import annotations

from pathlib import Path

from provisioning.lock_file import SOURCE_ONLY, TARGETS, TRIXIE_PC, TRIXIE_PI, Pin, Target, pins_for, read_lock

__all__ = ["SOURCE_ONLY", "TARGETS", "TRIXIE_PC", "TRIXIE_PI", "Pin", "Target", "pins_for", "read_lock"]

ROOT = Path(__file__).resolve().parents[2]
WHOLE_LOCK = ROOT / "requirements.lock"
KIOSK_LOCK = ROOT / "requirements-kiosk.lock"
REFERENCE_LOCK = ROOT / "requirements-reference.lock"
CAMERA_LOCK = Path(__file__).parent / "requirements-camera.lock"
