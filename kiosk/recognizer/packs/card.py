"""The model card: what a pack is made of, who may use it, and how well it does."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from kiosk.errors import PackError
from kiosk.recognizer.decision import ThresholdCurve
from kiosk.recognizer.models.dlib_graph import cache_folder

NAME_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,62}\Z"

INSTALLED: Final = "package index: "
"""How the source of a file begins that came with an installed package; any other source is an address."""


class ModelFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file of a pack.

    role: embedder, landmarks, detector, …; size: bytes; sha256: hexadecimal, of the file as upstream publishes it.
    name: path below the models folder; source: the address it is fetched from, or INSTALLED and the package.
    """

    role: str
    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*\Z")]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, msgspec.Meta(gt=0)]
    source: str
    licence: str

    @property
    def installed(self) -> bool:
        """Whether the file comes with an installed package and is never fetched by itself."""
        return self.source.startswith(INSTALLED)


class EmbedderNeeds(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What runs the embedder, and what its network takes.

    runtime: dlib (a .dat, converted at first), onnx, or ncnn (roles embedder-param and embedder-weights).
    A pixel value v of 0..255 goes in as (v - mean) * scale, in the order `colours`.
    input, output: names of the blobs, for ncnn.
    """

    runtime: Literal["dlib", "onnx", "ncnn"] = "dlib"
    colours: Literal["rgb", "bgr"] = "rgb"
    mean: float = 0.0
    scale: float = 1.0
    input: str = "data"
    output: str = "fc1"


class LivenessNeeds(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The pack's passive liveness model: scores in [0, 1], higher is more alive.

    crops: for each net, how many times the face's box it sees; the files have the roles passive-N-param and
    passive-N-weights, N from 1. live: from this score on a face is live; attack: up to this one it is none.
    """

    method: Literal["minifasnet"]
    crops: Annotated[tuple[float, ...], msgspec.Meta(min_length=1)]
    live: Annotated[float, msgspec.Meta(gt=0, lt=1)]
    attack: Annotated[float, msgspec.Meta(gt=0, lt=1)]


class InputNeeds(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the pack wants to see.

    chip: what the embedder takes, in words; dimensions: length of an embedding.
    smallest_face: width in pixels of the smallest face that the detector is meant to find at 640 pixels.
    smallest_eye_distance: pixels in Frame.main below which a face is not embedded but asked to come nearer.
    """

    chip: str
    dimensions: Annotated[int, msgspec.Meta(gt=0)]
    smallest_face: Annotated[int, msgspec.Meta(gt=0)]
    smallest_eye_distance: Annotated[float, msgspec.Meta(gt=0)]


class ErrorRates(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One measurement of the deployed rule. Rates are shares in [0, 1].

    fpir: strangers accepted; fnir: staff refused or taken for another; probe: what stood in front of the camera.
    """

    population: str
    probe: str
    gallery: int
    frames_per_person: int
    fpir: float
    fnir: float


class CardCurve(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The threshold curve and how it was made; see ThresholdCurve."""

    target_fpir: float
    score: str
    population: str
    made_by: str
    margin: float
    sizes: tuple[int, ...]
    thresholds: tuple[float, ...]


class ModelCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A pack's card, as in cards/NAME.toml; `notice` is what a user must be told before using the pack.

    threshold_curve: None while nobody has calibrated the pack; nobody is recognised by the card alone then.
    error_rates: empty while nothing was measured. liveness: None when the pack has no passive model.
    """

    name: Annotated[str, msgspec.Meta(pattern=NAME_PATTERN)]
    title: str
    notice: str
    detector: Literal["hog", "yunet"] = "hog"
    aligner: Literal["dlib", "arcface"] = "dlib"
    input: InputNeeds
    embedder: EmbedderNeeds = EmbedderNeeds()
    liveness: LivenessNeeds | None = None
    files: tuple[ModelFile, ...]
    threshold_curve: CardCurve | None = None
    error_rates: tuple[ErrorRates, ...] = ()

    @property
    def curve(self) -> ThresholdCurve | None:
        if self.threshold_curve is None:
            return None
        return ThresholdCurve(self.threshold_curve.sizes, self.threshold_curve.thresholds)

    def file(self, role: str) -> ModelFile:
        """The file with that role; PackError when the card has none."""
        for file in self.files:
            if file.role == role:
                return file
        raise PackError(f"The card of pack {self.name} lists no {role}; correct the card")


def models_folder() -> Path:
    """Where fetched packs and cards of one's own are: $PRESENSI_MODELS, else `models` in the cache folder."""
    named = os.environ.get("PRESENSI_MODELS")
    return Path(named) if named else cache_folder() / "models"


def card_names() -> list[str]:
    """Names of the cards that come with the product and of those in the models folder, sorted."""
    own = {file.name.removesuffix(".toml") for file in (models_folder() / "cards").glob("*.toml")}
    return sorted(own | shipped_names())


def shipped_names() -> set[str]:
    """Names of the cards that come with the product."""
    names = (file.name for file in (resources.files("kiosk.recognizer.packs") / "cards").iterdir())
    return {name.removesuffix(".toml") for name in names if name.endswith(".toml")}


def read_card(name: str) -> ModelCard:
    """The card of a pack that comes with the product, or that lies in `cards` of the models folder.

    PackError when there is none or it cannot be read. The product's own cards cannot be replaced from outside.
    """
    for folder in (resources.files("kiosk.recognizer.packs") / "cards", models_folder() / "cards"):
        path = folder / f"{name}.toml"
        # Names from outside reach this: one that climbs out of the folder names no card.
        if "/" not in name and path.is_file():
            return decode_card(path.read_bytes(), name=name)
    raise PackError(f'There is no recognition pack "{name}"; there are {", ".join(card_names())}')


def decode_card(content: bytes, *, name: str) -> ModelCard:
    """Decode a TOML card; PackError when a field is missing, unknown or impossible."""
    try:
        card = msgspec.toml.decode(content, type=ModelCard)
    except (msgspec.DecodeError, ValueError) as error:
        raise PackError(f"The card of pack {name} cannot be used ({error}); correct it") from error
    if card.name != name:
        raise PackError(f"The card {name}.toml calls itself {card.name}; give file and card the same name")
    _ = card.curve  # an impossible curve is a broken card
    return card
