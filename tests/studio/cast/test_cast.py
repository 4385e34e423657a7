"""The cast: who there is, how they are found, and that each can be drawn as the frame asks."""

import numpy as np
import pytest

from greenroom.domain.video import Framing
from greenroom.studio import cast
from greenroom.studio.cast import Age, Drawn, Ethnicity, Gender, Scene, Style
from greenroom.studio.cast.stage import stage
from greenroom.studio.planes import rgba_of_yuva
from greenroom.studio.pose import Pose

REST = Pose(mouth=(0, 0, 0, 0, 0, 0))
SMALL = (180, 320)


def test_sarah_is_known_by_the_number_and_the_name_of_the_guides() -> None:
    sarah = cast.person(81)

    assert sarah is not None
    assert sarah is cast.person("81") is cast.person("sarah_full_01")
    assert (sarah.name, sarah.gender, sarah.age) == ("Sarah", Gender.FEMALE, Age.YOUNG_ADULT)


def test_nobody_has_an_unknown_id() -> None:
    assert cast.person("nobody") is None
    assert cast.person(80) is None
    assert cast.person("²") is None


def test_no_two_share_an_id() -> None:
    people = cast.people()

    assert len({one.number for one in people}) == len({one.id for one in people}) == len(people) >= 16


@pytest.mark.parametrize(
    ("attribute", "values"),
    [("gender", Gender), ("age", Age), ("style", Style), ("scene", Scene), ("ethnicity", Ethnicity)],
)
def test_each_value_of_a_filter_finds_somebody(attribute: str, values: type) -> None:
    assert {getattr(one, attribute) for one in cast.people()} == set(values)


def test_each_gender_has_each_age() -> None:
    assert len({(one.gender, one.age) for one in cast.people()}) == 6


@pytest.fixture(scope="module")
def all_of_them() -> dict[str, Drawn]:
    return {one.name: cast.avatar(one, SMALL) for one in cast.people()}


@pytest.mark.parametrize("name", [one.name for one in cast.people()])
def test_each_is_drawn_as_premultiplied_colour_as_large_as_the_box(name: str, all_of_them: dict[str, Drawn]) -> None:
    avatar = all_of_them[name]

    picture = avatar.draw(REST)

    assert picture.shape == (avatar.box.height, avatar.box.width, 4)
    assert (picture[..., :3] <= picture[..., 3:]).all()
    assert 0.3 < (picture[..., 3] > 0).mean() < 0.8


def test_no_two_look_alike(all_of_them: dict[str, Drawn]) -> None:
    pictures = {avatar.draw(REST).tobytes() for avatar in all_of_them.values()}

    assert len(pictures) == len(cast.people())


@pytest.mark.parametrize("framing", Framing)
@pytest.mark.parametrize("frame", [(1080, 1920), (1920, 1080), (1080, 1080), (720, 1280)], ids=str)
def test_the_box_is_within_the_frame_and_even(frame: tuple[int, int], framing: Framing) -> None:
    box = stage(frame, framing).box

    assert all(side % 2 == 0 for side in box)
    assert 0 <= box.left < box.left + box.width <= frame[0]
    assert 0 <= box.top < box.top + box.height <= frame[1]


def test_nearer_framings_show_a_larger_head() -> None:
    scales = [stage(SMALL, framing).scale for framing in (Framing.FULL, Framing.WAIST, Framing.CLOSEUP)]

    assert scales == sorted(set(scales))


def test_a_round_window_is_in_the_lower_right_corner_and_opaque_to_its_edge() -> None:
    avatar = cast.avatar(cast.people()[0], (320, 180), Framing.CIRCLE)

    alpha = avatar.draw(REST)[..., 3]

    size = avatar.box.width
    rows, columns = np.mgrid[:size, :size] - (size - 1) / 2
    radius = np.hypot(rows, columns)
    assert avatar.box.left > 160 and avatar.box.top > 90
    assert (alpha[radius < size / 2 - 2] == 255).all()
    assert (alpha[radius > size / 2 + 1] == 0).all()


@pytest.mark.parametrize("framing", [Framing.FULL, Framing.WAIST, Framing.CLOSEUP])
@pytest.mark.parametrize("name", ["Sarah", "Marcus"])  # Marcus has the broadest shoulders
def test_at_the_ends_of_a_position_a_presenter_stands_whole_beside_the_edge(name: str, framing: Framing) -> None:
    (one,) = [person for person in cast.people() if person.name == name]
    seen = [columns(cast.avatar(one, (320, 180), framing, position)) for position in (None, (0.0, 1.0), (1.0, 1.0))]

    middle, left, right = seen
    widths = [part[1] - part[0] for part in seen]
    assert max(widths) - min(widths) <= 1
    assert 0 <= left[0] < 12
    assert 308 < right[1] <= 320
    assert left[0] < middle[0] < right[0]


def columns(avatar: Drawn) -> tuple[int, int]:
    """From which column of the frame to which one a presenter at rest is seen."""
    found = np.flatnonzero((avatar.draw(REST)[..., 3] > 40).any(0)) + avatar.box.left
    return int(found[0]), int(found[-1]) + 1


@pytest.mark.parametrize("framing", Framing)
@pytest.mark.parametrize("frame", [(720, 1280), (1280, 720), (720, 720)], ids=str)
def test_half_way_is_the_usual_place(frame: tuple[int, int], framing: Framing) -> None:
    half = (1.0, 1.0) if framing is Framing.CIRCLE else (0.5, 0.0)

    assert stage(frame, framing, half) == stage(frame, framing)


def test_a_presenter_without_free_room_stays_in_the_middle() -> None:
    assert stage((720, 1280), Framing.CLOSEUP, (0.0, 0.0)) == stage((720, 1280), Framing.CLOSEUP)


def test_the_same_poses_give_the_same_bytes(all_of_them: dict[str, Drawn]) -> None:
    poses = [
        Pose(
            mouth=(i / 6, 0.2, 0.1, 0, 0, 0),
            blink=i / 6,
            head=(0.05 * i, 0.02, -0.03),
            breath=0.4,
            gesture="open",
            reach=i / 6,
        )
        for i in range(6)
    ]
    one, other = all_of_them["Sarah"], cast.avatar(cast.people()[0], SMALL)

    first = [one.draw(pose).tobytes() for pose in poses]
    again = [other.draw(pose).tobytes() for pose in reversed(poses)]

    assert first == again[::-1]


@pytest.mark.parametrize("gesture", cast.GESTURES)
def test_a_gesture_moves_hands_and_leaves_the_head_alone(gesture: str, all_of_them: dict[str, Drawn]) -> None:
    avatar = all_of_them["Sarah"]
    chin = avatar.mouth_box.top + avatar.mouth_box.height - avatar.box.top

    still = avatar.draw(REST).copy()
    moved = avatar.draw(Pose(mouth=REST.mouth, gesture=gesture, reach=1.0))

    middle = slice(avatar.box.width // 2 - 20, avatar.box.width // 2 + 20)
    assert (still[chin:] != moved[chin:]).any(2).mean() > 0.03
    assert (still[: chin - 20, middle] == moved[: chin - 20, middle]).all()


def test_hands_are_never_cut_off_by_the_sides_of_a_portrait_frame(all_of_them: dict[str, Drawn]) -> None:
    avatar = all_of_them["Marcus"]  # who has the broadest shoulders

    edges = [
        avatar.draw(Pose(mouth=REST.mouth, gesture=name, reach=1.0))[:, [0, -1], 3].max() for name in cast.GESTURES
    ]

    assert max(edges) == 0


def test_what_a_gesture_reached_is_gone_when_hands_are_back(all_of_them: dict[str, Drawn]) -> None:
    avatar = all_of_them["Sarah"]
    before = avatar.draw(REST).copy()

    avatar.draw(Pose(mouth=REST.mouth, gesture="wave", reach=1.0, head=(0.4, 0.3, 0.2)))

    assert (avatar.draw(REST) == before).all()


def test_a_turned_head_moves_features_more_than_its_outline() -> None:
    avatar = cast.avatar(cast.people()[1], (360, 640), Framing.CLOSEUP)
    middle = avatar.mouth_box.left - avatar.box.left + avatar.mouth_box.width // 2
    mouth = avatar.mouth_box.top - avatar.box.top

    def teeth(turn: float) -> float:
        picture = rgba_of_yuva(avatar.draw(Pose(mouth=(0.6, 0, 0.5, 0, 0, 0), head=(turn, 0, 0)))).astype(int)
        near = picture[mouth : mouth + avatar.mouth_box.height, middle - 70 : middle + 70, :3]
        return float(np.nonzero(near.min(2) > 170)[1].mean())

    def outline(turn: float) -> float:
        alpha = avatar.draw(Pose(mouth=REST.mouth, head=(turn, 0, 0)))[..., 3]
        return float(np.flatnonzero(alpha[mouth - 60] > 128).mean())

    assert teeth(0.3) - teeth(-0.3) > 2 * (outline(0.3) - outline(-0.3)) > 0
