"""A recognition pack: everything that must fit together, opened as one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import PackError
from kiosk.recognizer.aligner import Aligner, DlibAligner
from kiosk.recognizer.card import ModelCard, ModelFile, read_card
from kiosk.recognizer.decision import DecisionRule, ThresholdCurve
from kiosk.recognizer.detector import Detector
from kiosk.recognizer.dlib_graph import cache_folder, onnx_file
from kiosk.recognizer.dlib_weights import file_sha256, model_path
from kiosk.recognizer.embedder import Embedder
from kiosk.recognizer.hog_detector import HogDetector
from kiosk.recognizer.network import OnnxNetwork


@dataclass(frozen=True, slots=True)
class Pack:
    """Detector, aligner, embedder and the card that calibrates them.

    The detector remembers the stream it looks at: open one pack for each camera.
    """

    card: ModelCard
    detector: Detector
    aligner: Aligner
    embedder: Embedder

    @property
    def name(self) -> str:
        return self.card.name

    @property
    def curve(self) -> ThresholdCurve:
        """The card's thresholds, for use until the hub has computed some from its own staff."""
        return self.card.curve

    def rule(self, people: int, *, curve: ThresholdCurve | None = None, margin: float | None = None) -> DecisionRule:
        """The decision rule for a gallery of that many people; None takes the card's curve or margin."""
        chosen = self.card.threshold_curve.margin if margin is None else margin
        return DecisionRule.for_gallery(curve or self.curve, people, margin=chosen)


def open_pack(name: str = "builtin", *, threads: int = 1, cache: Path | None = None) -> Pack:
    """Open a pack by name, writing converted networks to the cache at first.

    threads: of one network run. cache: None means `cache_folder()`.
    Raises PackError when the pack is unknown, a file is missing or differs from the card.
    """
    card = read_card(name)
    if name != "builtin":
        raise PackError(f'Pack "{name}" cannot be opened by this version; use "builtin"')
    weights, weights_sha256 = _checked(card.file("embedder"))
    points, _ = _checked(card.file("landmarks"))
    network = OnnxNetwork(
        onnx_file(weights, weights_sha256=weights_sha256, folder=cache or cache_folder()), threads=threads
    )
    return Pack(card=card, detector=HogDetector(), aligner=DlibAligner(points), embedder=Embedder(network))


def _checked(file: ModelFile) -> tuple[Path, str]:
    """Find a file of the card and make sure that it is the one the card was measured with."""
    path = model_path(file.name)
    sha256 = file_sha256(path)
    if sha256 != file.sha256:
        raise PackError(
            f"{path} is not the file that the model card names (damaged or replaced); install the pack again"
        )
    return path, sha256
