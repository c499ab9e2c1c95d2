"""Pictures that nobody took: frames with a face-sized box, and small JPEGs as a kiosk makes them."""

from __future__ import annotations

import cv2
import numpy as np

from contract import codec
from contract.evidence import Evidence, snapshot_hash
from contract.signing import SigningKey
from kiosk.camera.frame import Frame, Pixels, SourceKind
from kiosk.recognizer.face import Box

BOX = Box(250, 150, 400, 300)


def picture(seed: int = 1, *, width: int = 640, height: int = 480, noise: int = 20) -> Pixels:
    """(height, width, 3) BGR: a soft gradient with some noise; another seed, another picture."""
    dice = np.random.default_rng(seed)
    across = np.linspace(40, 200, width, dtype=np.float32)[None, :, None]
    rough = across + dice.integers(0, noise + 1, (height, width, 3))
    return np.clip(rough, 0, 255).astype(np.uint8)


def frame(seed: int = 1, *, source: SourceKind = "webcam") -> Frame:
    main = picture(seed)
    return Frame(main, main[..., 0], 0.0, seed, source)


def jpeg(seed: int = 1, *, side: int = 96) -> bytes:
    """A small baseline JPEG."""
    return bytes(cv2.imencode(".jpg", picture(seed, width=side, height=side))[1])


def sealed_evidence(
    content: bytes, *, key: SigningKey, epoch: str, device: str = "kiosk-1", sha256: str | None = None
) -> bytes:
    """A snapshot as its kiosk publishes it; sha256 None: the true one."""
    evidence = Evidence(epoch=epoch, sha256=sha256 or snapshot_hash(content), jpeg=content)
    return codec.seal(evidence, key=key, purpose="evidence", device=device)
