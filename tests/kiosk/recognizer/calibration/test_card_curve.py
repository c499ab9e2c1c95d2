from pathlib import Path

import msgspec
import numpy as np
import pytest

from kiosk.errors import DatasetError
from kiosk.recognizer.calibration.card_curve import compute_card_curve, sort_people
from kiosk.recognizer.evaluation.dataset import EmbeddedPhotos, LabelledPhoto
from kiosk.recognizer.face import normalised
from kiosk.recognizer.packs.card import decode_card, read_card
from kiosk.recognizer.packs.card_text import encode_card


def photos_of(counts: dict[str, int], *, seed: int = 1, blind: int = 0) -> EmbeddedPhotos:
    """People as random directions; the first `blind` photos show no face."""
    rng = np.random.default_rng(seed)
    photos, rows = [], []
    for person, count in counts.items():
        centre = rng.standard_normal(32)
        for number in range(count):
            photos.append(LabelledPhoto(Path(f"{person}/{number}.jpg"), person))
            rows.append(centre + 0.35 * rng.standard_normal(32))
    embeddings = normalised(np.asarray(rows, np.float32))
    embeddings[:blind] = 0
    return EmbeddedPhotos(tuple(photos), embeddings, (), 1.0)


OFFICE = {f"p{number}": 6 for number in range(60)} | {f"s{number}": 1 for number in range(200)}


def compute(counts, **changes):
    population = sort_people(photos_of(counts, **changes), enrol=5)
    return compute_card_curve(population, described="crowd", made_by="a test", enrol=5)


def test_curve_rises_over_the_sizes_that_the_people_can_fill():
    # Of 60 people the tails are so uncertain that the curve can be flat.
    curve = compute({f"p{number}": 6 for number in range(200)} | {f"s{number}": 1 for number in range(100)})
    assert curve.sizes == (1, 5, 10, 20, 50, 100, 200)
    assert list(curve.thresholds) == sorted(curve.thresholds)
    assert curve.thresholds[0] + 0.02 < curve.thresholds[-1]
    assert curve.population == "crowd, 200 people and 100 strangers"


def test_curve_never_falls_and_ends_at_as_many_people_as_there_are():
    curve = compute(OFFICE)
    assert curve.sizes == (1, 5, 10, 20, 50)
    assert list(curve.thresholds) == sorted(curve.thresholds)


def test_people_without_enough_faces_are_strangers():
    population = sort_people(photos_of(OFFICE, blind=2), enrol=5)
    assert len(population.staff) == 59
    assert population.strangers["p0"].shape == (4, 32)
    assert {len(rows) for rows in population.staff.values()} == {5}


def test_too_few_people_are_told():
    with pytest.raises(DatasetError, match="Only 29 people"):
        sort_people(photos_of({f"p{number}": 5 for number in range(29)}), enrol=5)


def test_card_with_the_curve_can_be_read_again():
    card = msgspec.structs.replace(read_card("builtin"), name="ours", threshold_curve=compute(OFFICE))
    assert decode_card(encode_card(card), name="ours") == card
