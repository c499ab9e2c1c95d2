"""`face_recognition`, the reference that parity and speed are measured against; never in the product's path."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, cast

from contract.errors import BadInputError
from kiosk.camera.frame import Pixels

Location = tuple[int, int, int, int]
"""top, right, bottom, left, as `face_recognition` has it."""


class Reference(Protocol):
    """What is used of the module `face_recognition`."""

    def face_locations(self, img: Pixels) -> list[Location]: ...

    def face_encodings(self, face_image: Pixels, known_face_locations: list[Location], *, model: str) -> list[Any]: ...


def load_reference() -> Reference:
    """Import `face_recognition`; BadInputError when it is not installed.

    It asks `pkg_resources`, which setuptools has removed, for the place of its weights; a stand-in answers that one
    question and is taken away again.
    """
    if importlib.util.find_spec("face_recognition") is None:
        raise BadInputError(
            "The reference is not installed: pip install --no-deps face_recognition face_recognition_models==0.3.0"
        )
    stand_in = None if importlib.util.find_spec("pkg_resources") else _pkg_resources()
    if stand_in is not None:
        sys.modules["pkg_resources"] = stand_in
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints, and exits, when its weights are missing
            return cast(Reference, importlib.import_module("face_recognition"))
    except (ImportError, SystemExit) as error:
        raise BadInputError("The reference cannot be imported: install face_recognition_models==0.3.0") from error
    finally:
        if stand_in is not None:
            del sys.modules["pkg_resources"]


def _pkg_resources() -> ModuleType:
    module = ModuleType("pkg_resources")

    def resource_filename(package: str, name: str) -> str:
        spec = importlib.util.find_spec(package)
        folders = spec.submodule_search_locations if spec is not None else None
        if not folders:
            raise ModuleNotFoundError(package)
        return str(Path(next(iter(folders))) / name)

    module.__dict__["resource_filename"] = resource_filename
    return module
