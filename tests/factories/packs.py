"""Files of a small pack, the same in every run."""

from __future__ import annotations

import hashlib
import random

from kiosk.recognizer.packs.card import ModelFile

LENGTHS = {"net.param": 900, "net.bin": 200_000}


def content_of(name: str) -> bytes:
    return random.Random(name).randbytes(LENGTHS[name])


def file_of(name: str, source: str = "elsewhere") -> ModelFile:
    content = content_of(name)
    return ModelFile(
        role=name.rpartition(".")[2],
        name=f"small/{name}",
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        source=source,
        licence="MIT",
    )
