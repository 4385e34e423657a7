"""A photograph that talks, measured on what it draws."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from greenroom.domain.video import Aspect, Framing, Resolution, frame_size
from greenroom.studio.photo import Networks, NotPrepared, PhotoAvatar, Portrait, decoded, encoded, looks, mesh
from greenroom.studio.photo.faces import found, measured
from greenroom.studio.photo.networks import Floats
from greenroom.studio.pose import Picture, Pose

FRAME = (540, 960)
CLOSED = Pose((0, 0, 0, 0, 0, 0), smile=0.24)
OPEN = Pose((0.9, 0, 0.2, 0, 0, 0), smile=0.24)
PRESSED = Pose((0.3, 0, 0, 1, 0, 0), smile=0.24)
Prepared = Callable[[str], Portrait]


def avatar(portrait: Portrait, *, own_ground: bool = True) -> PhotoAvatar:
    return PhotoAvatar(portrait, FRAME, Framing.CLOSEUP, own_ground=own_ground)


def shown(picture: Picture) -> NDArray[np.uint8]:
    """As a picture of RGB before grey."""
    rest = 255 - picture[..., 3:].astype(np.int64)
    return (picture[..., :3] + rest * 128 // 255).astype(np.uint8)


def seen(one: PhotoAvatar, poses: list[Pose], networks: Networks) -> list[Floats]:
    """The points of the face in each of some poses. Where about it is, is looked for once."""
    drawn = [shown(one.draw(pose)) for pose in poses]
    place = found(drawn[0], networks)[0]
    return [measured(picture, place, networks).points[:, :2] for picture in drawn]


def shape(points: Floats, like: Floats) -> Floats:
    """Points moved, turned and scaled onto others as well as can be: what is left is a difference of shape."""
    a, b = points - points.mean(0), like - like.mean(0)
    u, s, v = np.linalg.svd(b.T @ a)
    return np.asarray(a @ (u @ v).T * s.sum() / (a * a).sum() + like.mean(0))


def aperture(points: Floats) -> float:
    """Between the lips' inner edges, in parts of the face's height."""
    gap = points[[13, 82, 312], 1] - points[[14, 87, 317], 1]
    return float(-gap.mean() / np.hypot(*(points[10] - points[152])))


@pytest.mark.parametrize("name", ["anna", "bruno", "imani", "jana"])
def test_pressed_lips_are_closed(name: str, prepared: Prepared, networks: Networks) -> None:
    points = seen(avatar(prepared(name)), [CLOSED, OPEN, PRESSED], networks)

    closed, opened, pressed = (aperture(one) for one in points)

    assert opened - closed > 0.05
    assert pressed - closed < 0.15 * (opened - closed)


@pytest.mark.parametrize("name", ["anna", "farid", "jana"])
def test_speech_changes_nothing_of_who_it_is(name: str, prepared: Prepared, networks: Networks) -> None:
    points = seen(avatar(prepared(name)), [CLOSED, OPEN], networks)

    still, talking = (one[list(mesh.AWAY)] for one in points)

    tall = np.hypot(*(points[0][10] - points[0][152]))
    assert np.hypot(*(shape(talking, still) - still).T).mean() < 0.01 * tall


def test_shoulders_and_ground_stand_still_while_the_head_moves(prepared: Prepared) -> None:
    one = avatar(prepared("bruno"))
    before = one.draw(CLOSED).copy()

    after = one.draw(Pose((0.5, 0, 0, 0, 0, 0), head=(0.12, 0.06, 0.08), smile=0.5, breath=1))

    moved = np.abs(after.astype(int) - before.astype(int)).max(-1) > 2
    assert moved.any()
    assert not moved[-before.shape[0] // 5 :].any()


def test_the_head_goes_where_the_pose_turns_it(prepared: Prepared, networks: Networks) -> None:
    turns = [Pose(CLOSED.mouth, head=(turn, 0, 0)) for turn in (0.1, -0.1)]

    right, left = seen(avatar(prepared("gao")), turns, networks)

    nose, ears = (right - left)[1, 0], (right - left)[[234, 454], 0].mean()
    assert nose > 1.3 * ears > 0


def test_a_blink_closes_both_eyes_and_a_glance_does_not(prepared: Prepared, networks: Networks) -> None:
    poses = [CLOSED, Pose(CLOSED.mouth, blink=1.0), Pose(CLOSED.mouth, gaze=(0.4, 0.0))]

    points = seen(avatar(prepared("anna")), poses, networks)

    rest, blink, glance = (float((one[[145, 374], 1] - one[[159, 386], 1]).mean()) for one in points)
    assert blink < 0.72 * rest
    assert glance == pytest.approx(rest, rel=0.12)


def test_the_same_poses_give_the_same_bytes_whatever_was_drawn_before(prepared: Prepared) -> None:
    first, second = avatar(prepared("elsa")), avatar(decoded(encoded(prepared("elsa"))))
    second.draw(Pose(OPEN.mouth, blink=0.7, gaze=(0.5, -0.2), head=(0.1, 0.1, 0.1)))

    assert first.draw(OPEN).tobytes() == second.draw(OPEN).tobytes()


def test_the_same_poses_give_the_same_bytes_on_any_number_of_threads(prepared: Prepared) -> None:
    usual = cv2.getNumThreads()
    made = []
    for threads in (1, 4):
        cv2.setNumThreads(threads)
        made.append(avatar(prepared("hugo")).draw(OPEN).tobytes())
    cv2.setNumThreads(usual)

    assert made[0] == made[1]


@pytest.mark.parametrize("framing", list(Framing))
@pytest.mark.parametrize("frame", [(1080, 1920), (1280, 720), (720, 720)])
def test_a_box_is_even_and_within_its_frame(framing: Framing, frame: tuple[int, int], prepared: Prepared) -> None:
    one = PhotoAvatar(prepared("divya"), frame, framing)

    left, top, width, height = one.box
    assert all(side % 2 == 0 for side in one.box)
    assert left >= 0 <= top
    assert left + width <= frame[0]
    assert top + height <= frame[1]
    assert one.draw(CLOSED).shape == (height, width, 4)


def test_a_cut_out_person_keeps_nothing_of_the_ground(prepared: Prepared) -> None:
    picture = avatar(prepared("hugo"), own_ground=False).draw(CLOSED)

    edges = np.concatenate([picture[:40, :, 3].ravel(), picture[: len(picture) // 2, :20, 3].ravel()])
    assert edges.max() <= 2
    # Premultiplied: no colour is larger than its share.
    assert (picture[..., :3] <= picture[..., 3:]).all()


def test_the_four_images_have_the_asked_shape_and_one_is_transparent(prepared: Prepared) -> None:
    made = looks(prepared("mateo"), Aspect.SQUARE, Resolution.HD)

    width, height = frame_size(Aspect.SQUARE, Resolution.HD)
    assert list(made) == ["original", "cutout", "studio", "stylised"]
    assert {one.shape for one in made.values()} == {(height, width, 4)}
    assert [bool((one[..., 3] < 255).any()) for one in made.values()] == [False, True, False, False]


def test_a_damaged_portrait_is_said_to_be_damaged(prepared: Prepared) -> None:
    data = encoded(prepared("anna"))

    with pytest.raises(NotPrepared):
        decoded(data[: len(data) // 2])
