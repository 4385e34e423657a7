"""The cover of a film: a frame that shows its presenter well, as a JPEG."""

from collections.abc import Sequence

import cv2

from greenroom.studio.planes import Planes, rgb_of_planes
from greenroom.studio.pose import Pose

_QUALITY = 90
_EARLIEST_S, _LATEST_S = 0.4, 6.0
_LATE_PRICE = 0.03  # for a second: of two frames that are as good, the earlier one


def best_frame(poses: Sequence[Pose], frame_rate: int) -> int:
    """
    The frame with eyes open and on the camera, a mouth that is not in the middle of a sound, and a friendly face.

    It is looked for in the first seconds: a cover shows how a film begins.
    """
    first = min(len(poses) - 1, round(_EARLIEST_S * frame_rate))
    last = min(len(poses), max(first + 1, round(_LATEST_S * frame_rate)))
    return min(range(first, last), key=lambda i: (_faults(poses[i]) + _LATE_PRICE * i / frame_rate, i))


def _faults(pose: Pose) -> float:
    jaw, wide, upper, press, tuck, _ = pose.mouth
    mouth = 2.0 * max(0.0, jaw - 0.12) + 1.5 * max(0.0, -wide) + 0.5 * upper + press + 2.0 * tuck
    away = abs(pose.gaze[0]) + abs(pose.gaze[1]) + 2.0 * sum(abs(angle) for angle in pose.head)
    return 4.0 * pose.blink + mouth + away - 0.8 * pose.smile - (0.15 * pose.reach if pose.gesture else 0.0)


def jpeg(planes: Planes) -> bytes:
    """A frame as a JPEG."""
    done, data = cv2.imencode(".jpg", rgb_of_planes(planes)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise ValueError("a picture could not be written as JPEG")
    return data.tobytes()
