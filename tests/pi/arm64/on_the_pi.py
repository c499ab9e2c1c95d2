"""What a Pi computes: run once on this machine and once on the emulated one, and compared.

python -m tests.pi.arm64.on_the_pi imports|embeddings|journal|window FOLDER    writes one JSON object
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

DEVICE = "kiosk-1"
INSIDE = (
    # What lies below the first import, compiled for the processor: a package may import without it.
    "cryptography.hazmat.bindings._rust",
    "google.protobuf.message",
    "msgspec._core",
    "onnxruntime.capi.onnxruntime_pybind11_state",
    "paho.mqtt.client",
    "PySide6.QtNetwork",
    "PySide6.QtQuick",
)
NOT_IMPORTED = {"face_recognition_models", "distutils-precedence", "bin"}
"""The first is read as files (kiosk.recognizer.models.dlib_weights.model_path); the others are no modules."""


def imports(folder: Path) -> dict[str, Any]:
    """Import every module that the distributions below a folder brought."""
    failures, packages = {}, {}
    for distribution in importlib.metadata.distributions(path=[str(folder)]):
        name = re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()
        packages[name] = sorted(set(_modules(distribution)) - NOT_IMPORTED)
    for module in [*(module for found in packages.values() for module in found), *INSIDE]:
        try:
            importlib.import_module(module)
        except Exception as error:  # noqa: BLE001 (whatever goes wrong in a package is what is asked)
            failures[module] = repr(error)
    return {"machine": platform.machine(), "python": sys.version, "packages": packages, "failures": failures}


def _modules(distribution: importlib.metadata.Distribution) -> Iterator[str]:
    for file in distribution.files or ():
        first = file.parts[0]
        if len(file.parts) > 1 and file.suffix in {".py", ".so"} and first.isidentifier() and first != "__pycache__":
            yield first
        elif len(file.parts) == 1 and file.suffix in {".py", ".so"}:
            yield first.split(".")[0]


def embeddings(folder: Path) -> dict[str, Any]:
    """Convert dlib's weights; embed the chips of chips.npy, and each photo as enrolment does."""
    import cv2
    import numpy as np

    from kiosk.recognizer.enrolment import EnrolmentFrame, embed_photo
    from kiosk.recognizer.packs.pack import open_pack

    pack = open_pack(cache=folder / f"cache-{platform.machine()}")
    chips = np.load(folder / "chips.npy")
    of_photos = []
    for file in sorted(folder.glob("*.png")):
        frame = embed_photo(pack, np.asarray(cv2.imread(str(file)), np.uint8))
        assert isinstance(frame, EnrolmentFrame), frame
        of_photos.append(frame.embedding.tolist())
    of_chips = [pack.embedder.embed(chip, mirror=True).tolist() for chip in chips]
    return {"machine": platform.machine(), "chips": of_chips, "photos": of_photos}


def journal(folder: Path) -> dict[str, Any]:
    """Encode rows, chain and sign them; read the journal that the other machine left, and write on in it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from contract.codec import encode
    from contract.signing import FIRST_PREVIOUS, SigningKey, chain_hashes
    from kiosk.journal import Journal
    from tests.factories.journals import anchor, punch
    from tests.factories.terminal import write

    rows = [encode(row) for row in (punch(), anchor(seq=2), punch(seq=3, person="Ni Luh Ayu é"))]
    chain = chain_hashes(FIRST_PREVIOUS, rows)
    signature = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32)))).sign(chain[-1])
    with Journal(folder / "journal.sqlite3", device=DEVICE) as kept:
        found = [[row.hex(), digest.hex()] for row, digest in kept.stored_rows()]
        write(kept, f"person-of-{platform.machine()}")
        left = [[row.hex(), digest.hex()] for row, digest in kept.stored_rows()]
    return {
        "machine": platform.machine(),
        "rows": [row.hex() for row in rows],
        "chain": [digest.hex() for digest in chain],
        "signature": signature.hex(),
        "found": found,
        "left": left,
    }


def window(folder: Path) -> dict[str, Any]:
    """Draw the accepted screen and read what stands on it; the picture goes into the folder."""
    os.environ |= {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software", "HOME": str(folder)}
    from PySide6.QtCore import QCoreApplication

    from kiosk.ui.bridge import Bridge
    from kiosk.ui.drawn_people import draw_frame
    from kiosk.ui.presenter import Surroundings
    from kiosk.ui.scenes import scene
    from kiosk.ui.window import PORTRAIT, KioskWindow, start_qt

    start_qt()
    view, setting = scene("accepted", Surroundings(online=True, queue=0, unit="Dinas Kesehatan"))
    bridge = Bridge()
    kiosk = KioskWindow(bridge, windowed=True, size=PORTRAIT, animated=False)
    bridge.show_frame(*draw_frame(setting.person))
    bridge.show(view)
    kiosk.show()
    QCoreApplication.processEvents()
    kiosk.window.grabWindow().save(str(folder / f"window-{platform.machine()}.png"))
    texts = sorted(_texts(kiosk.window.contentItem()))
    kiosk.close()
    return {"machine": platform.machine(), "texts": texts}


def _texts(item: Any) -> Iterator[str]:
    for child in item.childItems():
        if child.isVisible() and child.opacity() > 0:
            if child.property("text") and child.property("contentWidth"):
                yield str(child.property("text"))
            yield from _texts(child)


TASKS: dict[str, Callable[[Path], dict[str, Any]]] = {
    task.__name__: task for task in (imports, embeddings, journal, window)
}

if __name__ == "__main__":
    answer = json.dumps(TASKS[sys.argv[1]](Path(sys.argv[2])))
    print(answer, flush=True)
    # Nothing is left to do, and taking Qt down takes an emulated processor long.
    os._exit(0)
