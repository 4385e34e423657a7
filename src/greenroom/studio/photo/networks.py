"""
The three networks that look at a portrait, run by OpenCV: face detector, face landmarks, who is in front of what.

Their files are MediaPipe's (Apache-2.0); `greenroom models install` puts them into a folder. No MediaPipe is imported.
"""

import os

import cv2
import numpy as np
from numpy.typing import NDArray

from greenroom.errors import ModelsMissing
from greenroom.studio import models

Floats = NDArray[np.float64]
Rgb = NDArray[np.uint8]
"""Rows x columns x red, green, blue."""

DETECTOR, LANDMARKS, SEGMENTER = (
    "face_detection_short_range.tflite",
    "face_landmark.tflite",
    "selfie_segmentation.tflite",
)

_DETECTOR_SIDE, _LANDMARKS_SIDE, _SEGMENTER_SIDE = 128, 192, 256


class Networks:
    """
    The networks, loaded from the models folder (`studio.models`). Not for several threads at once.

    Raises ModelsMissing when a file is not there, or is none that OpenCV can run.
    """

    def __init__(self, models_folder: str) -> None:
        folder = models.faces_folder(models_folder)
        self._detector, self._landmarks, self._segmenter = (
            _loaded(folder, name) for name in (DETECTOR, LANDMARKS, SEGMENTER)
        )

    def faces(self, square: Rgb) -> tuple[Floats, Floats]:
        """Of a square picture: 896 scores from 0 to 1, and as many rows of box and key points, not decoded."""
        self._detector.setInput(_planes(square, _DETECTOR_SIDE) * 2 - 1)
        scores, rows = self._detector.forward(["classificators", "regressors"])
        return _sigmoid(scores.reshape(-1).astype(float)), rows.reshape(-1, 16).astype(float)

    def landmarks(self, square: Rgb) -> tuple[Floats, float]:
        """Of a square that a face fills: 468 points x, y, z in parts of its side, and how sure it is, 0 to 1."""
        self._landmarks.setInput(_planes(square, _LANDMARKS_SIDE))
        points, present = self._landmarks.forward(["conv2d_21", "conv2d_31"])
        return points.reshape(468, 3).astype(float) / _LANDMARKS_SIDE, float(
            _sigmoid(present.reshape(-1).astype(float))[0]
        )

    def person(self, picture: Rgb) -> NDArray[np.float32]:
        """How likely each place of a picture belongs to a person: 256 x 256, 0 to 1."""
        self._segmenter.setInput(_planes(picture, _SEGMENTER_SIDE))
        found = self._segmenter.forward(["activation_10"])[0]
        return np.ascontiguousarray(found.reshape(_SEGMENTER_SIDE, _SEGMENTER_SIDE), np.float32)


def _loaded(folder: str, name: str) -> cv2.dnn.Net:
    try:
        # The new engine gives one output only.
        return cv2.dnn.readNetFromTFLite(os.path.join(folder, name), cv2.dnn.ENGINE_CLASSIC)
    except cv2.error as error:
        raise ModelsMissing("photo avatars", folder, [name]) from error


def _planes(picture: Rgb, side: int) -> NDArray[np.float32]:
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small.transpose(2, 0, 1)[None], np.float32) / np.float32(255)


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -40, 40))))
