"""A recognition pack: everything that must fit together, opened as one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import PackError
from kiosk.recognizer.decision import DEFAULT_MARGIN, DecisionRule, ThresholdCurve
from kiosk.recognizer.liveness.passive import PassiveLiveness
from kiosk.recognizer.models.aligner import Aligner, DlibAligner
from kiosk.recognizer.models.arcface_aligner import ArcFaceAligner
from kiosk.recognizer.models.detector import Detector
from kiosk.recognizer.models.dlib_graph import cache_folder, onnx_file
from kiosk.recognizer.models.dlib_weights import file_sha256
from kiosk.recognizer.models.embedder import Embedder
from kiosk.recognizer.models.hog_detector import HogDetector
from kiosk.recognizer.models.network import NcnnNetwork, Network, OnnxNetwork
from kiosk.recognizer.models.yunet_detector import YuNetDetector
from kiosk.recognizer.packs.card import ModelCard, read_card
from kiosk.recognizer.packs.model_check import locate


@dataclass(frozen=True, slots=True)
class Pack:
    """Detector, aligner, embedder, passive liveness and the card that calibrates them.

    The detector remembers the stream it looks at: open one pack for each camera.
    passive: None when the pack has no such model.
    """

    card: ModelCard
    detector: Detector
    aligner: Aligner
    embedder: Embedder
    passive: PassiveLiveness | None = None

    @property
    def name(self) -> str:
        return self.card.name

    @property
    def curve(self) -> ThresholdCurve | None:
        """The card's thresholds, for use until the hub has computed some from its own staff; None: not calibrated."""
        return self.card.curve

    def rule(self, people: int, *, curve: ThresholdCurve | None = None, margin: float | None = None) -> DecisionRule:
        """The decision rule for a gallery of that many people; None takes the card's curve or margin.

        Without any curve the rule accepts nobody: a pack that nobody has calibrated decides nothing.
        """
        own = self.card.threshold_curve
        chosen = margin if margin is not None else own.margin if own is not None else DEFAULT_MARGIN
        curve = curve or self.curve
        if curve is None:
            return DecisionRule(threshold=math.inf, margin=chosen)
        return DecisionRule.for_gallery(curve, people, margin=chosen)


def open_pack(name: str = "builtin", *, threads: int = 1, cache: Path | None = None) -> Pack:
    """Open a pack by name, writing converted networks to the cache at first.

    threads: of one network run. cache: None means `cache_folder()`.
    Raises PackError when the pack is unknown, a file is missing or differs from the card.
    """
    card = read_card(name)
    detector: Detector = HogDetector()
    if card.detector == "yunet":
        detector = YuNetDetector(checked_file(card, "detector"))
    aligner: Aligner = ArcFaceAligner()
    if card.aligner == "dlib":
        aligner = DlibAligner(checked_file(card, "landmarks"))
    needs = card.embedder
    embedder = Embedder(
        _open_network(card, threads=threads, cache=cache or cache_folder()),
        bgr=needs.colours == "bgr",
        mean=needs.mean,
        scale=needs.scale,
    )
    passive = _open_passive(card, threads=threads)
    return Pack(card=card, detector=detector, aligner=aligner, embedder=embedder, passive=passive)


def _open_network(card: ModelCard, *, threads: int, cache: Path) -> Network:
    """The embedder's network, by the runtime that the card names."""
    needs = card.embedder
    if needs.runtime == "ncnn":
        param, weights = checked_file(card, "embedder-param"), checked_file(card, "embedder-weights")
        return NcnnNetwork(param, weights, input_name=needs.input, output_name=needs.output, threads=threads)
    path = checked_file(card, "embedder")
    if needs.runtime == "dlib":
        path = onnx_file(path, weights_sha256=card.file("embedder").sha256, folder=cache)
    return OnnxNetwork(path, threads=threads)


def _open_passive(card: ModelCard, *, threads: int) -> PassiveLiveness | None:
    """The card's passive liveness model; None when it names none."""
    needs = card.liveness
    if needs is None:
        return None
    networks = [
        NcnnNetwork(
            checked_file(card, f"passive-{number}-param"),
            checked_file(card, f"passive-{number}-weights"),
            input_name="data",
            output_name="softmax",
            threads=threads,
        )
        for number in range(1, len(needs.crops) + 1)
    ]
    try:
        return PassiveLiveness(networks, crops=needs.crops, live=needs.live, attack=needs.attack)
    except ValueError as error:
        raise PackError(f"The [liveness] section of pack {card.name} cannot be used ({error}); correct it") from error


def checked_file(card: ModelCard, role: str) -> Path:
    """Find a file of the card and make sure that it is the one the card was measured with."""
    file = card.file(role)
    path = locate(file)
    if not path.is_file():
        raise PackError(
            f"Pack {card.name} lacks {path}; fetch it with `presensi models fetch {card.name}`, "
            "or name the folder that holds it in PRESENSI_MODELS"
        )
    if file_sha256(path) != file.sha256:
        raise PackError(
            f"{path} is not the file that the model card names (damaged or replaced); install the pack again"
        )
    return path
