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
from greenroom.studio.photo.place import Place, placed
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


CORNERS = [(0.0, 0.0), (0.04, 0.5), (1.0, 0.0), (1.0, 1.0)]
MOUTH = [13, 14, 61, 291]


def face(portrait: Portrait, place: Place) -> Floats:
    """The points of the face in pixels of the box."""
    return np.asarray(portrait.points[:, :2] * place.scale + (place.x, place.y))


@pytest.mark.parametrize("position", CORNERS)
@pytest.mark.parametrize("framing", [Framing.FULL, Framing.WAIST, Framing.CLOSEUP])
@pytest.mark.parametrize("frame", [(1280, 720), (720, 1280), (720, 720)])
def test_a_face_and_its_mouth_are_whole_wherever_it_stands(
    frame: tuple[int, int], framing: Framing, position: tuple[float, float], prepared: Prepared
) -> None:
    portrait = prepared("anna")
    (middle, usual), (aside, there) = (
        (placed(portrait, frame, framing, at, own_ground=False), PhotoAvatar(portrait, frame, framing, at))
        for at in (None, position)
    )

    points = face(portrait, aside)
    assert points.min() >= 0
    assert (points.max(0) <= there.box[2:]).all()
    assert np.abs(mouth_of(there, points) - mouth_of(usual, face(portrait, middle))).max() < 6


def mouth_of(one: PhotoAvatar, points: Floats) -> NDArray[np.float64]:
    """The mean colour about a mouth that is open."""
    (left, top), (right, bottom) = points[MOUTH].min(0).astype(int), points[MOUTH].max(0).astype(int)
    return np.asarray(shown(one.draw(OPEN))[top:bottom, left:right].mean((0, 1)))


@pytest.mark.parametrize("position", CORNERS)
@pytest.mark.parametrize("framing", [Framing.FULL, Framing.CLOSEUP])
def test_a_face_before_its_own_wide_ground_is_never_cut_by_the_frame(
    framing: Framing, position: tuple[float, float], prepared: Prepared
) -> None:
    portrait = widened(prepared("bruno"), 900)
    place = placed(portrait, FRAME, framing, position, own_ground=True)

    points = face(portrait, place)
    assert points.min() >= 0
    assert (points.max(0) <= FRAME).all()
    assert place.x <= 0
    assert place.x + portrait.alpha.shape[1] * place.scale >= FRAME[0]
    PhotoAvatar(portrait, FRAME, framing, position, own_ground=True).draw(OPEN)


def widened(portrait: Portrait, more: int) -> Portrait:
    """A portrait with so many more columns of ground at each side."""

    def wide(plane: NDArray[np.uint8], border: int) -> NDArray[np.uint8]:
        return np.asarray(cv2.copyMakeBorder(plane, 0, 0, more, more, border), np.uint8)

    planes = (portrait.picture, portrait.person, portrait.ground)
    picture, person, ground = (wide(plane, cv2.BORDER_REPLICATE) for plane in planes)
    alpha = wide(portrait.alpha, cv2.BORDER_CONSTANT)
    return Portrait(picture, person, alpha, ground, portrait.points + np.array((more, 0, 0)), portrait.doubt)


@pytest.mark.filterwarnings("error")
def test_a_mouth_that_the_frame_cuts_off_is_painted_in_no_colour_of_nothing(prepared: Prepared) -> None:
    portrait = narrowed(prepared("anna"))

    # Frames of such a photograph's own ground end above the mouth.
    picture = PhotoAvatar(portrait, (1280, 720), own_ground=True).draw(OPEN)

    assert picture[..., :3].mean() > 40


def narrowed(portrait: Portrait) -> Portrait:
    """A portrait of which the photograph has little but the face."""
    (left, top), (right, bottom) = (portrait.points[:, :2].min(0) - 20).astype(int), portrait.points[:, :2].max(0) + 20
    part = slice(top, int(bottom)), slice(left, int(right))
    planes = (portrait.picture, portrait.person, portrait.alpha, portrait.ground)
    picture, person, alpha, ground = (np.ascontiguousarray(plane[part]) for plane in planes)
    return Portrait(picture, person, alpha, ground, portrait.points - np.array((left, top, 0)), portrait.doubt)


@pytest.mark.parametrize("own_ground", [True, False])
@pytest.mark.parametrize("framing", list(Framing))
def test_half_way_is_the_usual_place(framing: Framing, own_ground: bool, prepared: Prepared) -> None:
    half = (1.0, 1.0) if framing is Framing.CIRCLE else (0.5, 0.0)

    found, usual = (placed(prepared("jana"), (1280, 720), framing, at, own_ground) for at in (half, None))

    assert found == usual


def test_a_person_at_the_end_of_a_position_touches_the_edge_of_the_frame(prepared: Prepared) -> None:
    ends = [PhotoAvatar(prepared("anna"), (1280, 720), Framing.FULL, (x, 1.0)) for x in (0.0, 1.0)]

    left, right = (np.flatnonzero((one.draw(CLOSED)[..., 3] > 127).any(0)) + one.box.left for one in ends)

    assert left[0] == 0
    assert right[-1] == 1279
    assert len(left) == pytest.approx(len(right), abs=2)


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
