"""The model card: what a pack is made of, who may use it, and how well it does."""

from __future__ import annotations

from importlib import resources
from typing import Annotated

import msgspec

from kiosk.errors import PackError
from kiosk.recognizer.decision import ThresholdCurve


class ModelFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file of a pack.

    role: embedder, landmarks, detector, …; size: bytes; sha256: hexadecimal, of the file as upstream publishes it.
    """

    role: str
    name: str
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, msgspec.Meta(gt=0)]
    source: str
    licence: str


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
    """A pack's card, as in cards/NAME.toml; `notice` is what a user must be told before using the pack."""

    name: str
    title: str
    notice: str
    input: InputNeeds
    files: tuple[ModelFile, ...]
    threshold_curve: CardCurve
    error_rates: tuple[ErrorRates, ...]

    @property
    def curve(self) -> ThresholdCurve:
        return ThresholdCurve(self.threshold_curve.sizes, self.threshold_curve.thresholds)

    def file(self, role: str) -> ModelFile:
        """The file with that role; PackError when the card has none."""
        for file in self.files:
            if file.role == role:
                return file
        raise PackError(f"The card of pack {self.name} lists no {role}; correct the card")


def read_card(name: str) -> ModelCard:
    """The card of a pack that comes with the product; PackError when there is none or it cannot be read."""
    path = resources.files("kiosk.recognizer") / "cards" / f"{name}.toml"
    if not path.is_file():
        raise PackError(f'There is no recognition pack "{name}"; use "builtin"')
    return decode_card(path.read_bytes(), name=name)


def decode_card(content: bytes, *, name: str) -> ModelCard:
    """Decode a TOML card; PackError when a field is missing, unknown or impossible."""
    try:
        card = msgspec.toml.decode(content, type=ModelCard)
    except (msgspec.DecodeError, ValueError) as error:
        raise PackError(f"The card of pack {name} cannot be used ({error}); correct it") from error
    _ = card.curve  # an impossible curve is a broken card
    return card
