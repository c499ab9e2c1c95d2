"""Adding an embedder of one's own: any ONNX file that takes faces aligned as ArcFace does, with a card."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import numpy as np

from kiosk.errors import PackError
from kiosk.recognizer.face import normalised
from kiosk.recognizer.models.embedder import Embedder
from kiosk.recognizer.models.network import OnnxNetwork
from kiosk.recognizer.packs.card import (
    NAME_PATTERN,
    EmbedderNeeds,
    ModelCard,
    ModelFile,
    card_names,
    decode_card,
    models_folder,
    read_card,
    shipped_names,
)
from kiosk.recognizer.packs.card_text import encode_card
from provisioning.download import Say
from provisioning.errors import ModelRefusedError
from provisioning.models_folder import ModelsFolder
from provisioning.part_file import PartFile

CHIP_SIDE: Final = 112
ARCFACE_MEAN: Final = 127.5
ARCFACE_SCALE: Final = 0.0078125
"""How networks trained with InsightFace's code take a pixel v: (v - 127.5) / 128
(https://github.com/deepinsight/insightface)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnModel:
    """What somebody says of a model of theirs; the rest of the card is found out or is that of the standard pack.

    licence: as its publisher names it. colours, mean, scale: see EmbedderNeeds.
    """

    name: str
    licence: str = "unknown"
    colours: Literal["rgb", "bgr"] = "rgb"
    mean: float = ARCFACE_MEAN
    scale: float = ARCFACE_SCALE


def add_model(
    path: Path, described: OwnModel | ModelCard, *, replace: bool = False, say: Say = lambda _: None
) -> ModelCard:
    """Copy an ONNX file into the models folder and put a card beside it; whole or not at all.

    described: a card that somebody has written, or what is needed to write one. Such a card lists the detector and the
    passive liveness model of the standard pack, has no threshold curve, and so accepts nobody until it is calibrated.
    replace: whether a pack of one's own with that name may be replaced.
    Raises ModelRefusedError when file, card or name cannot be used, ModelsFolderError when the disk refuses.
    """
    _check_name(described.name, replace=replace)
    size, sha256 = _measure(path)
    card = described if isinstance(described, ModelCard) else _card(described, path, size=size, sha256=sha256)
    embedder = card.file("embedder")
    if (embedder.size, embedder.sha256) != (size, sha256):
        raise ModelRefusedError(f"{path} is not the embedder that the card names (size or SHA-256 differs).")
    _check_place(card)
    models = ModelsFolder(models_folder())
    with models.writing(say):
        part = models.part(embedder)
        try:
            models.require_space(size)
            _copy(path, part)
            # The copy and not the original: what the original finds beside itself the copy will not have.
            dimensions = embedding_length(part.path, card.embedder, named=path)
            if isinstance(described, OwnModel):
                card = msgspec.structs.replace(card, input=msgspec.structs.replace(card.input, dimensions=dimensions))
            elif card.input.dimensions != dimensions:
                raise ModelRefusedError(
                    f"{path} gives embeddings of {dimensions} numbers where the card says {card.input.dimensions}."
                )
            before = _own_card(card.name)
            models.install([part])
            try:
                _write_card(models.path / "cards", card)
            finally:
                # The files of the card before this one; or, without a card, the one that has just come.
                _drop_unnamed(models.path, (*(before.files if before is not None else ()), embedder))
        finally:
            part.discard()
    return card


def read_own_card(path: Path, *, name: str) -> ModelCard:
    """A card that somebody has written; ModelRefusedError when it cannot be used."""
    try:
        card = decode_card(path.read_bytes(), name=name)
        card.file("embedder")
    except OSError as error:
        raise ModelRefusedError(f"{path} cannot be read: {error.strerror}.") from error
    except PackError as error:
        raise ModelRefusedError(f"{path}: {error}.") from error
    if card.embedder.runtime != "onnx":
        raise ModelRefusedError(f'{path}: the embedder must be an ONNX file; write runtime = "onnx" in [embedder].')
    return card


def embedding_length(path: Path, needs: EmbedderNeeds, *, named: Path) -> int:
    """How many numbers the network makes of a face; it is run on two made-up ones.

    named: how errors call the file. Raises ModelRefusedError when it takes or gives something else than it must.
    """
    _check_shapes(path, named)
    chips = np.random.default_rng(0).integers(0, 256, (2, CHIP_SIDE, CHIP_SIDE, 3), np.uint8)
    embedder = Embedder(OnnxNetwork(path), bgr=needs.colours == "bgr", mean=needs.mean, scale=needs.scale)
    try:
        given = embedder.raw(list(chips))
    except Exception as error:  # ONNX Runtime's errors share no root but Exception
        raise ModelRefusedError(f"{named} fails on a picture of {CHIP_SIDE} x {CHIP_SIDE}: {_line(error)}.") from error
    if given.ndim != 2 or given.shape[0] != 2:
        raise ModelRefusedError(f"{named} gives {given.shape} for two faces, not one row of numbers for each.")
    try:
        one, other = normalised(given)
    except ValueError as error:
        raise ModelRefusedError(f"{named} gives no usable numbers for a face: {error}.") from error
    if np.allclose(one, other):
        raise ModelRefusedError(f"{named} gives the same numbers for different pictures; is it the right file?")
    return int(given.shape[1])


def _check_shapes(path: Path, named: Path) -> None:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors share no root but Exception
        told = _line(error).replace(str(path), named.name)
        raise ModelRefusedError(
            f"{named} is not a usable ONNX network, or has its weights in another file: {told}."
        ) from error
    taken, given = session.get_inputs(), session.get_outputs()
    if len(taken) != 1 or len(given) != 1:
        raise ModelRefusedError(f"{named} has {len(taken)} inputs and {len(given)} outputs; one of each is needed.")
    shape = list(taken[0].shape)
    if taken[0].type != "tensor(float)" or not _fits(shape, (3, CHIP_SIDE, CHIP_SIDE)):
        hint = ""
        if _fits(shape, (CHIP_SIDE, CHIP_SIDE, 3)):
            hint = "; its colours come last: convert it so that they come first"
        raise ModelRefusedError(
            f"{named} takes {taken[0].type} of {shape}, not faces as tensor(float) of [n, 3, {CHIP_SIDE}, {CHIP_SIDE}]"
            f"{hint}."
        )


def _fits(shape: Sequence[Any], picture: tuple[int, int, int]) -> bool:
    """Whether a network with that input takes such pictures; what is no number in a shape may be any."""
    return len(shape) == 4 and all(not isinstance(a, int) or a == b for a, b in zip(shape[1:], picture, strict=True))


def _line(error: Exception) -> str:
    """The first line of what a library said."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _check_name(name: str, *, replace: bool) -> None:
    if not re.fullmatch(NAME_PATTERN, name):
        raise ModelRefusedError(f"'{name}' is no name for a pack: small letters, digits and hyphens.")
    if name in shipped_names():
        raise ModelRefusedError(f"{name} is a pack of the product; choose another name.")
    if name in card_names() and not replace:
        raise ModelRefusedError(f"There is a pack {name} already; choose another name, or replace it with --replace.")


def _check_place(card: ModelCard) -> None:
    """Refuse a card whose files would stand where another pack has different ones."""
    wanted = {file.name: file.sha256 for file in card.files}
    for name in card_names():
        if name == card.name or (other := _own_card(name)) is None:
            continue
        for file in other.files:
            if wanted.get(file.name, file.sha256) != file.sha256:
                raise ModelRefusedError(f"{file.name} is a file of pack {name}; give it another name in the card.")


def _own_card(name: str) -> ModelCard | None:
    """The card of that name; None when there is none that can be read."""
    try:
        return read_card(name)
    except PackError:
        return None


def _measure(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of the file that shall be added."""
    try:
        with path.open("rb") as content:
            return path.stat().st_size, hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise ModelRefusedError(f"{path} cannot be read: {error.strerror}.") from error


def _copy(path: Path, part: PartFile) -> None:
    with path.open("rb") as content, part.open(start=0, address=str(path), etag=None) as copy:
        while chunk := content.read(1 << 20):
            copy.write(chunk)
    if not part.is_whole():
        raise ModelRefusedError(f"{path} changed while it was copied; add it again.")


def _card(model: OwnModel, path: Path, *, size: int, sha256: str) -> ModelCard:
    """A card for the file. Its dimensions are those of the standard pack until the network has been run."""
    standard = read_card("standard")
    embedder = ModelFile(
        role="embedder",
        # With its hash: while a new file arrives, the card of the one before it still finds its own.
        name=f"{model.name}/{model.name}-{sha256[:12]}.onnx",
        sha256=sha256,
        size=size,
        source=f"added from {path.name}",
        licence=model.licence,
    )
    return ModelCard(
        name=model.name,
        title=f"YuNet detector, embedding of {path.name}, MiniFASNet passive liveness",
        notice=(
            f"Added on this machine from {path.name}. Its error rates were not measured here: run `presensi models "
            f"evaluate --pack {model.name}` and `presensi models calibrate --pack {model.name}` on faces like those of "
            "your staff. Until it is calibrated it accepts nobody."
        ),
        detector=standard.detector,
        aligner=standard.aligner,
        input=msgspec.structs.replace(standard.input, chip=standard.input.chip.replace("RGB", model.colours.upper())),
        embedder=EmbedderNeeds(runtime="onnx", colours=model.colours, mean=model.mean, scale=model.scale),
        liveness=standard.liveness,
        files=(embedder, *(file for file in standard.files if file.role != "embedder")),
    )


def _write_card(folder: Path, card: ModelCard) -> None:
    """Put the card in place, all of it at once: from then on the pack exists."""
    folder.mkdir(exist_ok=True)
    scratch = folder / f".{card.name}.part"
    try:
        with scratch.open("wb") as content:
            content.write(encode_card(card))
            content.flush()
            os.fsync(content.fileno())
        scratch.replace(folder / f"{card.name}.toml")
    finally:
        scratch.unlink(missing_ok=True)


def _drop_unnamed(folder: Path, files: Sequence[ModelFile]) -> None:
    """Delete those files of a replaced card that no card names any more."""
    cards = [card for name in card_names() if (card := _own_card(name)) is not None]
    named = {file.name for card in cards for file in card.files}
    for file in files:
        if not file.installed and file.name not in named:
            (folder / file.name).unlink(missing_ok=True)
