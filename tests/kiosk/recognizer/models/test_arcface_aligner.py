import math

import cv2
import numpy as np
import pytest

from kiosk.errors import PackError
from kiosk.recognizer.face import Box, Detection, Face
from kiosk.recognizer.models.arcface_aligner import TEMPLATE, ArcFaceAligner, similarity_transform

BOX = Box(0, 0, 10, 10)


def moved(points, *, degrees, scale, shift):
    angle = math.radians(degrees)
    rotation = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return (scale * points @ rotation.T + shift).astype(np.float32)


@pytest.mark.parametrize(("degrees", "scale", "shift"), [(0, 1, (0, 0)), (25, 2.5, (40, -7)), (-170, 0.3, (300, 200))])
def test_similarity_transform_undoes_a_similarity(degrees, scale, shift):
    matrix = similarity_transform(moved(TEMPLATE, degrees=degrees, scale=scale, shift=shift), TEMPLATE)
    back = moved(TEMPLATE, degrees=degrees, scale=scale, shift=shift) @ matrix[:, :2].T + matrix[:, 2]
    assert np.abs(back - TEMPLATE).max() < 1e-2


def test_similarity_transform_is_the_least_squares_one():
    rng = np.random.default_rng(1)
    source = TEMPLATE * 2 + rng.normal(0, 4, TEMPLATE.shape).astype(np.float32)
    best = similarity_transform(source, TEMPLATE)

    def error(matrix):
        return float(((source @ matrix[:, :2].T + matrix[:, 2] - TEMPLATE) ** 2).sum())

    for turn, grow in ((0.01, 1.0), (-0.01, 1.0), (0.0, 1.01), (0.0, 0.99)):
        twist = grow * np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
        worse = best.copy()
        worse[:, :2] = twist @ best[:, :2]
        worse[:, 2] = TEMPLATE.mean(axis=0) - worse[:, :2] @ source.mean(axis=0)
        assert error(worse) > error(best)


def test_similarity_transform_never_mirrors():
    mirrored = TEMPLATE * (-1, 1) + (112, 0)
    assert np.linalg.det(similarity_transform(mirrored.astype(np.float32), TEMPLATE)[:, :2]) > 0


def test_similarity_transform_of_one_point_is_refused():
    with pytest.raises(ValueError, match="one point"):
        similarity_transform(np.ones((5, 2), np.float32), TEMPLATE)


def test_chip_brings_the_face_upright_and_to_size_as_rgb():
    picture = np.zeros((400, 400, 3), np.uint8)
    points = moved(TEMPLATE, degrees=30, scale=2, shift=(170, 40))
    for index, (x, y) in enumerate(points):
        colour = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255)][index]
        cv2.circle(picture, (round(float(x)), round(float(y))), 8, colour, cv2.FILLED)
    chip = ArcFaceAligner().chip(picture, Face(BOX, points, 1.0))
    assert chip.shape == (112, 112, 3)
    at = [tuple(int(v) for v in chip[round(float(y)), round(float(x))]) for x, y in TEMPLATE]
    assert at == [(0, 0, 255), (0, 255, 0), (255, 0, 0), (0, 255, 255), (255, 255, 0)]


def test_eye_distance_is_that_of_the_first_two_points():
    assert ArcFaceAligner().eye_distance(Face(BOX, TEMPLATE, 1.0)) == pytest.approx(35.24, abs=0.01)


def test_landmarks_of_a_detector_that_finds_none_name_the_remedy():
    with pytest.raises(PackError, match="dlib aligner"):
        ArcFaceAligner().landmarks(np.zeros((10, 10, 3), np.uint8), Detection(BOX, 1.0))
