"""Videos: checked before they are queued, made once, published whole, and taken up again after whatever went wrong."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from film_studio import WISH, FilmStudio, film_studio
from msgspec import structs
from small_house import DAMAGED, TESTER, SmallHouse

import media_samples
from greenroom.db import accounts, blobs, folders, outbox, usage, uses, verdicts
from greenroom.db.sqlite import Database
from greenroom.db.uploads import Judged
from greenroom.domain.account import Account
from greenroom.domain.act import Act
from greenroom.domain.allowance import Limits
from greenroom.domain.asset import AssetChange, AssetState, Verification
from greenroom.domain.folder import TOP, FolderLimits, FolderRef
from greenroom.domain.ids import AccountId, BlobKey
from greenroom.domain.media import Examination, Format, Kind, MediaInfo
from greenroom.domain.production import LIP_SYNCS, Caller, Files, Progress, Step, Video, VideoId, VideoState
from greenroom.domain.production_findings import warnings_now
from greenroom.domain.video import CaptionStyle, FilmGround, Framing, PictureGround, RecordedVoice, Source
from greenroom.domain.video_wish import GroundWish, MusicWish, Named, VideoWish
from greenroom.errors import (
    AssetInUse,
    InsufficientCredit,
    NotFound,
    NotProduced,
    ParameterError,
    StorageFull,
    VideoOver,
    VoiceFailed,
)
from greenroom.services import making

STRANGER = Act(AccountId("acc_of_another"), "key")


@pytest.fixture
def studio(house: SmallHouse) -> FilmStudio:
    return film_studio(house)


def wished(**changes: Any) -> VideoWish:
    return structs.replace(WISH, **changes)


def behind(named: str, kind: str = "image") -> GroundWish:
    return GroundWish(kind, Named(named, "background_image"))


def events(studio: FilmStudio, video: Video) -> list[str]:
    return [event.type for event in studio.house.database.read(lambda tx: outbox.events_of(tx, video.id))]


def spent(studio: FilmStudio) -> float:
    return studio.house.database.read(lambda tx: usage.of(tx, TESTER.account_id))[0].credits_m / 1000


# What is asked for


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"avatar": Named("sarah_ful", "avatar.avatar_id")}, "avatar.avatar_id is 'sarah_ful', which names no avatar. "
         "Near it are: sarah_full_01"),
        ({"avatar": Named("7", "avatar_id"), "custom_avatar": True}, "avatar_id is '7', which names no photo avatar"),
        ({"voice_id": "nobody"}, "voice_id 'nobody' names no voice"),
        ({"voice_id": ""}, "voice_id is required"),
        ({"script": " …! "}, "script has no word in it"),
        ({"script": "word " * 201}, "script has 1,005 characters; allowed are 1,000"),
        ({"script": None}, "script is missing, and so is audio"),
        ({"audio": Named("1", "audio_url")}, "script and audio_url are both given"),
        ({"ground": behind("img_none")}, "background_image is 'img_none', which names no asset of this account"),
        ({"ground": behind("https://example.com/none.png")}, "background_image is the address"),
        ({"ground": behind("nocolor", "color")}, "background_image is 'nocolor'; a background's colour"),
        ({"ground": behind("x", "sound")}, "background_image is of the kind 'sound'"),
        ({"music": MusicWish(Named("9", "music_id"), track=True)}, "music_id is '9', which names no track"),
        ({"music": MusicWish(Named("1", "music_id"), volume=1.5, track=True)}, "volume is 1.5"),
        ({"position": (0.5, 1.5)}, "position has 1.5 in it"),
        ({"captions": CaptionStyle(position="left")}, "caption_style has the position 'left'"),
        ({"captions": CaptionStyle(color="red")}, "caption_style has the color 'red'"),
        ({"captions": CaptionStyle(size=0.5)}, "caption_style has the size 0.5"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_wish_is_said_by_the_callers_name_of_the_field(
    studio: FilmStudio, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ParameterError) as told:
        studio.asked(wished(**changes))

    assert str(told.value).startswith(said)
    assert spent(studio) == 0


@pytest.mark.parametrize(
    ("framing", "position", "codes"),
    [
        (Framing.FULL, (0.2, 0.5), ["position_in_part"]),
        (Framing.CLOSEUP, (0.2, 0.0), ["position_in_part"]),
        (Framing.FULL, (0.2, 1.0), []),
        (Framing.CIRCLE, (0.2, 0.5), []),
        (Framing.FULL, None, []),
    ],
)
def test_a_height_is_warned_of_where_nothing_heeds_it(
    studio: FilmStudio, framing: Framing, position: tuple[float, float] | None, codes: list[str]
) -> None:
    video = studio.asked(wished(framing=framing, position=position))

    assert [one.code for one in video.warnings if one.code == "position_in_part"] == codes


def test_a_complaint_uses_the_name_that_the_caller_has_for_a_field(studio: FilmStudio) -> None:
    with pytest.raises(ParameterError, match=r"^voice\.voice_id 'nobody'"):
        studio.asked(wished(voice_id="nobody", fields={"voice_id": "voice.voice_id"}))


def test_captions_of_a_sound_need_its_words(studio: FilmStudio) -> None:
    with pytest.raises(ParameterError, match="caption cannot be written without the words of the sound"):
        studio.asked(wished(script=None, audio=Named("1", "audio_url"), captions=CaptionStyle()))


def test_an_asset_of_another_kind_is_refused(studio: FilmStudio) -> None:
    photo = studio.house.uploaded()

    with pytest.raises(ParameterError, match=f"is {photo.id}, which is an image; a video is needed here"):
        studio.asked(wished(ground=behind(photo.id, "video")))


@pytest.mark.parametrize("named", ["{0.id}", "{0.number}", "{0.path}"])
def test_an_asset_is_named_by_its_id_its_number_or_its_path(studio: FilmStudio, named: str) -> None:
    photo = studio.house.uploaded()

    video = studio.asked(wished(ground=behind(named.format(photo))))

    assert video.spec.ground == PictureGround(Source(photo.id))


def test_a_deleted_asset_is_refused(studio: FilmStudio) -> None:
    photo = studio.house.uploaded()
    studio.house.library.delete(TESTER, photo.id)

    with pytest.raises(ParameterError, match="which is deleted"):
        studio.asked(wished(ground=behind(photo.id)))


def test_another_accounts_asset_is_not_there(studio: FilmStudio) -> None:
    photo = studio.house.uploaded()

    with pytest.raises(ParameterError, match="names no asset of this account"):
        studio.production.wishes.brief(STRANGER, wished(ground=behind(photo.id)))


def test_a_video_is_pending_until_it_is_made(studio: FilmStudio) -> None:
    video = studio.asked()

    assert video.state is VideoState.PENDING
    assert studio.production.progress(video) == Progress(Step.WAITING, 0.0)
    assert studio.production.files(video) == Files()


def test_another_account_does_not_find_a_video(studio: FilmStudio) -> None:
    video = studio.asked()

    with pytest.raises(NotFound):
        studio.production.one(STRANGER, video.id)


def test_videos_are_listed_newest_first_page_by_page(studio: FilmStudio) -> None:
    asked: list[VideoId] = []
    for _ in range(5):
        studio.house.clock.go_on(1)
        asked.insert(0, studio.asked().id)
    first = studio.production.page(TESTER, most=2)
    last = first[-1]

    following = studio.production.page(TESTER, (last.created_at.timestamp(), last.id), most=2)
    numbered, total = studio.production.numbered(TESTER, 3, 2)
    oldest, _ = studio.production.numbered(TESTER, 1, 2, oldest_first=True)

    assert [one.id for one in (*first, *following, *numbered)] == asked
    assert [one.id for one in oldest] == asked[:2:-1]
    assert total == 5


@pytest.mark.parametrize("caller", [Caller.LIP_SYNC, Caller.LIP_SYNC_V2, Caller.MOTION])
def test_what_is_no_avatar_video_is_found_only_where_such_are_looked_for(studio: FilmStudio, caller: Caller) -> None:
    other = studio.production.create(TESTER, WISH, caller)
    elsewhere = replace(studio.production, callers=frozenset({caller}))

    for act_on in (studio.production.one, studio.production.cancel, studio.production.retry, studio.production.delete):
        with pytest.raises(NotFound):
            act_on(TESTER, other.id)
    assert studio.production.page(TESTER) == []
    assert studio.production.numbered(TESTER, 1, 9) == ([], 0)
    assert elsewhere.page(TESTER) == elsewhere.numbered(TESTER, 1, 9)[0] == [elsewhere.one(TESTER, other.id)]
    assert elsewhere.cancel(TESTER, other.id).state is VideoState.CANCELLED


def test_what_is_under_way_is_stopped_by_whoever_finds_it(studio: FilmStudio) -> None:
    lip_syncs = replace(studio.production, callers=LIP_SYNCS)
    other = lip_syncs.create(TESTER, WISH, Caller.LIP_SYNC)
    stopped: list[bool] = []

    def cancelled() -> None:
        lip_syncs.cancel(TESTER, other.id)
        stopped.append(studio.making.under_way[other.id].stop.is_set())

    studio.studio.between = cancelled
    studio.making.work()

    assert stopped == [True]


def test_a_list_can_be_of_some_states_only(studio: FilmStudio) -> None:
    done, waiting = studio.made(), studio.asked()

    assert [one.id for one in studio.production.page(TESTER, states=(VideoState.COMPLETED,))] == [done.id]
    assert studio.production.numbered(TESTER, 1, 9, (VideoState.PENDING,)) == ([waiting], 1)


# What it costs


def test_a_video_costs_a_credit_for_every_two_minutes_that_it_probably_lasts(studio: FilmStudio) -> None:
    studio.asked()

    assert spent(studio) == 1


def test_what_it_costs_is_settled_when_its_length_is_known(studio: FilmStudio) -> None:
    studio.speaker.duration_s = 130.0

    studio.made()

    assert spent(studio) == 2


def test_without_credits_nothing_is_queued(house: SmallHouse) -> None:
    studio = film_studio(house, Limits(credits_m=999))

    with pytest.raises(InsufficientCredit):
        studio.asked()

    assert studio.production.page(TESTER) == []


def test_a_video_that_fails_costs_nothing(studio: FilmStudio) -> None:
    studio.studio.failures = [NotProduced("face_lost", "There is no face.")]

    assert studio.made().state is VideoState.FAILED
    assert spent(studio) == 0


# What becomes of it


def test_a_made_video_is_an_asset_with_its_files_beside_it(studio: FilmStudio) -> None:
    video = studio.made()

    assert video.state is VideoState.COMPLETED
    assert video.outcome is not None
    film = studio.house.library.one(TESTER, video.outcome.asset_id)
    assert (film.state, film.verification, film.name) == (AssetState.READY, Verification.DEEP, "Greeting")
    base = f"/videos/{video.id}"
    assert studio.production.files(video) == Files(
        film.path, f"{base}/cover.jpg", f"{base}/captions.srt", f"{base}/captions.vtt"
    )
    assert studio.production.progress(video).done == 1.0


def test_its_files_stand_under_their_addresses(studio: FilmStudio) -> None:
    video = studio.made()

    shown = studio.production.shown(f"{video.id}/captions.vtt")

    assert shown is not None
    assert shown.blob is not None
    assert os.pread(shown.blob.fd, 100, 0) == b"WEBVTT\n"


def test_a_video_whose_film_was_deleted_has_no_addresses_and_says_so(studio: FilmStudio) -> None:
    video, other = studio.made(), studio.made()
    assert video.outcome is not None
    studio.house.library.delete(TESTER, video.outcome.asset_id)

    gone, there = (studio.production.one(TESTER, one.id) for one in (video, other))

    assert (gone.film_gone, studio.production.files(gone)) == (True, Files())
    assert warnings_now(gone)[-1].code == "film_gone"
    assert (there.film_gone, studio.production.files(there)) == (False, studio.production.files(other))
    assert warnings_now(there) == there.warnings


def test_a_video_whose_film_was_restored_has_its_addresses_again(studio: FilmStudio) -> None:
    video = studio.made()
    assert video.outcome is not None
    studio.house.library.delete(TESTER, video.outcome.asset_id)
    studio.house.library.restore(TESTER, video.outcome.asset_id)

    (again,) = studio.production.page(TESTER)

    assert again == video


@pytest.mark.parametrize("path", ["", "x", "/cover.jpg", "../cover.jpg", "{}/cover.png", "{}/../x", "{}"])
def test_nothing_else_stands_there(studio: FilmStudio, path: str) -> None:
    assert studio.production.shown(path.format(studio.made().id)) is None


def test_receivers_are_told_of_the_beginning_and_the_end(studio: FilmStudio) -> None:
    video = studio.made(wished(webhook_url="https://example.com/hook"))

    assert events(studio, video) == ["video.started", "generated_avatar_video_success"]
    told = studio.house.database.read(lambda tx: outbox.events_of(tx, video.id))[-1].data
    assert told["video_url"] == studio.production.files(video).film
    assert (told["status"], told["duration"]) == ("completed", 2.0)


def test_its_warnings_stand_in_the_result(studio: FilmStudio) -> None:
    assert [one.code for one in studio.made().warnings] == ["voice_fallback"]


def test_nothing_is_left_in_the_work_folder_or_on_its_way_in(studio: FilmStudio) -> None:
    studio.made()

    assert studio.work_folders() == []
    assert studio.house.temporary_files() == []


def test_assets_are_pinned_by_their_bytes_when_it_begins(studio: FilmStudio) -> None:
    photo = studio.house.uploaded()

    video = studio.made(wished(ground=behind(photo.id)))

    assert video.spec.ground == PictureGround(Source(photo.id, photo.blob_key))
    assert list(studio.studio.plans[0].materials) == [photo.id]


def test_a_key_of_a_folder_forgets_its_video_but_no_film_that_was_moved_elsewhere(studio: FilmStudio) -> None:
    now = studio.house.clock()
    shop = (
        studio.house.database.write(lambda tx: folders.create(tx, TESTER, TOP, "shop", FolderLimits(), now)).result().id
    )
    restricted = structs.replace(TESTER, within=shop)
    moved, there = (studio.made(act=restricted) for _ in range(2))
    assert moved.outcome is not None and there.outcome is not None
    top = AssetChange(folder=FolderRef())
    studio.house.library.alter(TESTER, moved.outcome.asset_id, top, None)

    for video in (moved, there):
        studio.production.delete(restricted, video.id)

    films = [studio.house.library.one(TESTER, one.outcome.asset_id) for one in (moved, there) if one.outcome]
    assert [film.state for film in films] == [AssetState.READY, AssetState.DELETED]
    assert studio.production.page(TESTER) == []


def test_an_asset_in_use_by_a_pending_video_is_not_deleted_without_a_word(studio: FilmStudio) -> None:
    photo = studio.house.uploaded()
    video = studio.asked(wished(ground=behind(photo.id)))

    with pytest.raises(AssetInUse) as told:
        studio.house.library.delete(TESTER, photo.id)

    assert told.value.used_by == [{"type": "video", "id": video.id}]


def test_a_made_video_lets_go_of_its_assets(studio: FilmStudio) -> None:
    photo = studio.house.uploaded()
    studio.made(wished(ground=behind(photo.id)))

    used = studio.house.database.read(lambda tx: uses.of_asset(tx, photo.id))

    assert [one.pending for one in used] == [False]
    studio.house.library.delete(TESTER, photo.id)


def test_a_video_waits_for_an_asset_that_is_not_judged_yet(studio: FilmStudio) -> None:
    signed = studio.house.signed()
    video = studio.asked(wished(ground=behind(signed.asset_id)))
    studio.making.work()
    before = studio.production.one(TESTER, video.id).state

    studio.house.uploaded(signed=signed)
    studio.house.clock.go_on(2)
    studio.making.work()

    assert [one.code for one in video.warnings] == ["asset_awaited"]
    made = studio.production.one(TESTER, video.id)
    assert (before, made.state) == (VideoState.PENDING, VideoState.COMPLETED)
    assert "asset_awaited" not in [one.code for one in made.warnings]


def test_what_is_cancelled_waits_no_longer_until_it_is_tried_again(studio: FilmStudio) -> None:
    video = studio.asked(wished(ground=behind(studio.house.signed().asset_id)))

    cancelled = studio.production.cancel(TESTER, video.id)
    again = studio.production.retry(TESTER, video.id)

    assert [one.code for one in cancelled.warnings] == []
    assert [one.code for one in again.warnings] == ["asset_awaited"]


def test_a_video_that_waits_keeps_no_other_waiting(studio: FilmStudio) -> None:
    studio.asked(wished(ground=behind(studio.house.signed().asset_id)))

    assert studio.made().state is VideoState.COMPLETED


def test_a_crowd_that_waits_keeps_no_other_waiting(studio: FilmStudio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_MOST_LOOKED_AT", 2)
    for _ in range(5):
        studio.asked(wished(ground=behind(studio.house.signed().asset_id)))
    studio.house.clock.go_on(1)

    assert studio.made().state is VideoState.COMPLETED


def test_a_video_fails_when_the_asset_that_it_waits_for_never_comes(studio: FilmStudio) -> None:
    video = studio.asked(wished(ground=behind(studio.house.signed().asset_id)))
    studio.house.clock.go_on(1000)
    studio.house.retention.expire()

    studio.making.work()

    failed = studio.production.one(TESTER, video.id)
    assert (failed.state, failed.findings[0].code) == (VideoState.FAILED, "asset_refused")
    assert (failed.warnings, failed.findings[0].message[:21]) == ((), "The background (asset")
    assert failed.findings[0].message.endswith(") got no file before its upload URL expired.")
    assert events(studio, video) == ["generated_avatar_video_failed"]
    (told,) = studio.house.database.read(lambda tx: outbox.events_of(tx, video.id))
    assert told.data["error"]["message"].endswith(" expired. Make a new video with a good file, or a good address.")
    with pytest.raises(VideoOver, match="Make a new video with a good file"):
        studio.production.retry(TESTER, video.id)


def test_a_video_of_a_deleted_asset_is_tried_again_when_that_is_restored(studio: FilmStudio) -> None:
    photo = studio.house.uploaded()
    video = studio.asked(wished(ground=behind(photo.id)))
    studio.production.cancel(TESTER, video.id)
    studio.house.library.delete(TESTER, photo.id)

    with pytest.raises(VideoOver, match=r"is deleted\. Restore the asset and retry"):
        studio.production.retry(TESTER, video.id)
    studio.house.library.restore(TESTER, photo.id)
    assert studio.production.retry(TESTER, video.id).state is VideoState.PENDING


# What goes wrong


def test_what_cannot_be_made_fails_with_the_studios_reason(studio: FilmStudio) -> None:
    studio.studio.failures = [NotProduced("face_lost", "There is no face.")]

    video = studio.made()

    assert [(one.code, one.message) for one in video.findings] == [("face_lost", "There is no face.")]
    assert studio.work_folders() == []


@pytest.mark.parametrize(
    "failure",
    [NotProduced("render_crashed", "It was killed."), RuntimeError("unforeseen")],
)
def test_a_crash_is_tried_again_after_a_while(studio: FilmStudio, failure: Exception) -> None:
    studio.studio.failures = [failure]
    video = studio.made()
    studio.house.clock.go_on(6)

    studio.making.work()

    assert (video.state, studio.production.one(TESTER, video.id).state) == (VideoState.PENDING, VideoState.COMPLETED)
    assert studio.speaker.said == ["Hello there."]


def test_a_video_that_crashes_each_time_is_given_up(studio: FilmStudio) -> None:
    studio.studio.failures = [NotProduced("render_crashed", "It was killed.")] * 9
    video = studio.asked()
    for _ in range(4):
        studio.making.work()
        studio.house.clock.go_on(3600)

    given_up = studio.production.one(TESTER, video.id)

    assert (given_up.state, given_up.attempts, len(studio.studio.plans)) == (VideoState.FAILED, 3, 3)


def test_a_voice_that_may_come_back_is_asked_again(studio: FilmStudio) -> None:
    studio.speaker.failures = [VoiceFailed("azure", "no answer", passes=True)]
    video = studio.made()
    studio.house.clock.go_on(6)

    studio.making.work()

    assert studio.production.one(TESTER, video.id).state is VideoState.COMPLETED


def test_a_voice_that_will_not_is_asked_once(studio: FilmStudio) -> None:
    studio.speaker.failures = [VoiceFailed("azure", "the key is wrong")]

    assert [one.code for one in studio.made().findings] == ["voice_impossible"]


def test_a_speech_that_is_too_long_is_not_rendered(studio: FilmStudio) -> None:
    studio.speaker.duration_s = 301.0

    assert [one.code for one in studio.made().findings] == ["video_too_long"]
    assert studio.studio.plans == []


def test_fault_12_a_full_disk_costs_no_attempt_and_passes(studio: FilmStudio) -> None:
    studio.studio.failures = [NotProduced("render_disk_full", "full")] * 5
    video = studio.asked()
    for _ in range(6):
        studio.making.work()
        studio.house.clock.go_on(31)

    made = studio.production.one(TESTER, video.id)

    assert (made.state, made.attempts) == (VideoState.COMPLETED, 1)


def test_fault_12_no_room_is_found_before_anything_is_rendered(
    studio: FilmStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(store: object, size_bytes: int) -> None:
        raise StorageFull("The disk has no room.", 60)

    monkeypatch.setattr(type(studio.house.store), "require_room", full)

    video = studio.made()

    assert (video.state, [one.code for one in video.findings]) == (VideoState.PENDING, ["render_disk_full"])
    assert studio.studio.plans == []


@pytest.mark.parametrize(
    ("see", "said"),
    [
        (lambda eye: DAMAGED, "Row 3 cannot be decoded."),
        (lambda eye: eye.seen(width=720), "has 720x1920 as its size; wanted was 1080x1920"),
        (lambda eye: eye.seen(frames=59), "has 59 as its number of frames; wanted was 60"),
        (lambda eye: eye.seen(sound=False), "has 0.00 s as its sound's length; wanted was 2.00 s"),
    ],
)
def test_what_was_made_is_believed_no_more_than_an_upload(
    studio: FilmStudio, see: Callable[[Any], Any], said: str
) -> None:
    studio.eye.film = see(studio.eye)
    video = studio.asked()
    for _ in range(3):
        studio.making.work()
        studio.house.clock.go_on(3600)

    failed = studio.production.one(TESTER, video.id)

    assert (failed.state, failed.findings[0].code) == (VideoState.FAILED, "render_refused")
    assert said in failed.findings[0].message


def test_a_film_that_the_account_may_not_hold_is_not_kept(house: SmallHouse) -> None:
    studio = film_studio(house, Limits(credits_m=9000, media_ms=1000))

    video = studio.made()

    assert [one.code for one in video.findings] == ["quota_exceeded"]
    house.clock.go_on(4000)
    house.retention.remove_condemned()
    assert list(house.data.glob("blobs/*/*")) == []


# Ending it


def test_a_pending_video_can_be_cancelled_and_costs_nothing(studio: FilmStudio) -> None:
    video = studio.asked()

    cancelled = studio.production.cancel(TESTER, video.id)
    studio.making.work()

    assert cancelled.state is VideoState.CANCELLED
    assert (spent(studio), studio.studio.plans) == (0, [])
    assert events(studio, video) == ["video.cancelled"]


def test_cancelling_twice_changes_nothing(studio: FilmStudio) -> None:
    video = studio.asked()
    once = studio.production.cancel(TESTER, video.id)

    assert studio.production.cancel(TESTER, video.id) == once


def test_a_completed_video_cannot_be_cancelled(studio: FilmStudio) -> None:
    with pytest.raises(VideoOver, match="completed"):
        studio.production.cancel(TESTER, studio.made().id)


def test_an_attempt_that_was_cancelled_cannot_publish(studio: FilmStudio) -> None:
    video = studio.asked()
    studio.studio.between = lambda: studio.production.cancel(TESTER, video.id) and None

    studio.making.work()

    assert studio.production.one(TESTER, video.id).state is VideoState.CANCELLED
    assert studio.work_folders() == []
    studio.house.clock.go_on(4000)
    studio.house.retention.remove_condemned()
    assert list(studio.house.data.glob("blobs/*/*")) == []


def test_cancelling_tells_the_attempt_to_stop(studio: FilmStudio) -> None:
    video = studio.asked()
    stopped: list[bool] = []

    def cancel() -> None:
        going = studio.production.under_way[video.id]
        studio.production.cancel(TESTER, video.id)
        stopped.append(going.stop.is_set())

    studio.studio.between = cancel
    studio.making.work()

    assert stopped == [True]


def test_an_attempt_of_before_a_retry_cannot_publish_over_the_new_one(studio: FilmStudio) -> None:
    video = studio.asked()

    def cancel_and_retry() -> None:
        studio.studio.between = lambda: None
        studio.production.cancel(TESTER, video.id)
        studio.production.retry(TESTER, video.id)

    studio.studio.between = cancel_and_retry
    studio.making.work()

    made = studio.production.one(TESTER, video.id)
    assert (made.state, len(studio.studio.plans)) == (VideoState.COMPLETED, 2)
    assert spent(studio) == 1
    assert events(studio, video).count("generated_avatar_video_success") == 1


def test_a_failed_video_can_be_tried_again_and_is_charged_again(studio: FilmStudio) -> None:
    studio.studio.failures = [NotProduced("face_lost", "There is no face.")]
    video = studio.made()

    again = studio.production.retry(TESTER, video.id)
    studio.making.work()

    assert (again.state, again.findings, again.attempts) == (VideoState.PENDING, (), 0)
    assert studio.production.one(TESTER, video.id).state is VideoState.COMPLETED
    assert spent(studio) == 1


def test_only_what_failed_or_was_cancelled_is_tried_again(studio: FilmStudio) -> None:
    with pytest.raises(VideoOver, match="pending"):
        studio.production.retry(TESTER, studio.asked().id)


def test_a_deleted_video_is_gone_and_its_film_is_a_deleted_asset(studio: FilmStudio) -> None:
    video = studio.made()
    assert video.outcome is not None

    studio.production.delete(TESTER, video.id)

    with pytest.raises(NotFound):
        studio.production.one(TESTER, video.id)
    assert studio.house.library.one(TESTER, video.outcome.asset_id).state is AssetState.DELETED
    assert studio.production.shown(f"{video.id}/cover.jpg") is None


def test_bytes_beside_a_video_live_as_long_as_the_video(studio: FilmStudio) -> None:
    video = studio.made()
    assert video.outcome is not None
    keys = {video.outcome.cover, video.outcome.srt, video.outcome.vtt}
    database, clock, retention = studio.house.database, studio.house.clock, studio.house.retention

    database.write(lambda tx: blobs.condemn(tx, list(keys), clock())).result()
    clock.go_on(4000)
    retention.remove_condemned()
    retention.remove_strays()
    kept = database.read(lambda tx: blobs.known(tx, keys))
    studio.production.delete(TESTER, video.id)
    clock.go_on(4000)
    retention.remove_condemned()

    assert kept == keys
    assert database.read(lambda tx: blobs.known(tx, keys)) == set()


def test_a_pending_video_can_be_deleted(studio: FilmStudio) -> None:
    studio.production.delete(TESTER, studio.asked().id)

    assert (studio.production.page(TESTER), spent(studio)) == ([], 0)


# Ends of the server


def test_what_a_killed_run_was_making_is_made_by_the_next(studio: FilmStudio) -> None:
    class Killed(BaseException):
        pass

    studio.studio.failures = [Killed()]  # type: ignore[list-item]
    video = studio.asked()
    with pytest.raises(Killed):
        studio.making.work()
    interrupted = studio.production.one(TESTER, video.id).state
    folders = studio.work_folders()

    studio.making.resume()
    studio.making.work()

    assert (interrupted, folders) == (VideoState.PROCESSING, [video.id])
    made = studio.production.one(TESTER, video.id)
    assert (made.state, made.attempts, studio.speaker.said) == (VideoState.COMPLETED, 2, ["Hello there."])


def test_fault_12_a_video_of_which_nothing_could_be_written_down_is_taken_up_again(
    studio: FilmStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(database: Database, work: object) -> None:
        raise StorageFull("The disk of the catalogue is full.", 60)

    with monkeypatch.context() as patch:
        studio.studio.between = lambda: patch.setattr(Database, "write", full)
        studio.studio.failures = [NotProduced("render_disk_full", "full")]
        video = studio.asked()
        with pytest.raises(StorageFull):
            studio.making.work()
    studio.studio.between = lambda: None

    studio.making.work()

    assert studio.production.one(TESTER, video.id).state is VideoState.COMPLETED


def test_a_video_that_the_server_dies_of_is_given_up(studio: FilmStudio) -> None:
    class Killed(BaseException):
        pass

    studio.studio.failures = [Killed()] * 9  # type: ignore[list-item]
    video = studio.asked()
    for _ in range(3):
        with pytest.raises(Killed):
            studio.making.work()
        studio.making.resume()

    failed = studio.production.one(TESTER, video.id)

    assert (failed.state, failed.findings[0].code) == (VideoState.FAILED, "render_interrupted")
    assert studio.work_folders() == []


def test_a_stopped_server_puts_back_what_it_was_making(studio: FilmStudio) -> None:
    video = studio.asked()
    studio.studio.between = studio.making.close
    studio.studio.failures = [NotProduced("render_stopped", "stopped")]

    studio.making.work()

    put_back = studio.production.one(TESTER, video.id)
    assert (put_back.state, put_back.attempts) == (VideoState.PENDING, 0)
    assert studio.work_folders() == [video.id]


def test_folders_of_ended_videos_are_swept_and_others_stay(studio: FilmStudio) -> None:
    waiting, stray = studio.asked(), VideoId("0" * 32)
    for one in (waiting.id, stray):
        studio.making.folders.of(one)

    studio.making.resume()

    assert studio.work_folders() == [waiting.id]


def test_no_account_waits_for_all_videos_of_another(studio: FilmStudio) -> None:
    other = AccountId("acc_busy")
    account = Account(other, "busy", studio.house.clock())
    studio.house.database.write(lambda tx: accounts.add(tx, account)).result()
    busy = Act(other, "key")
    crowd = [studio.production.create(busy, WISH, Caller.API).id for _ in range(3)]
    studio.house.clock.go_on(1)
    mine = studio.asked().id

    studio.making.work()

    order = [os.path.basename(plan.work) for plan in studio.studio.plans]
    assert order[1] == mine
    assert {*order} == {*crowd, mine}


def test_a_recorded_voice_is_charged_by_its_length_and_pinned(studio: FilmStudio) -> None:
    house = studio.house
    house.decoder.answer = Examination(MediaInfo(Format.MP3, Kind.AUDIO, duration_s=130.0), deep=True)
    sound = house.uploaded(media_samples.mp3(1), house.signed("voice.mp3"))

    video = studio.made(wished(script=None, audio=Named(sound.id, "audio_url"), transcript="Hello."))

    assert video.state is VideoState.COMPLETED
    assert video.spec.voice == RecordedVoice(Source(sound.id, sound.blob_key), "Hello.", "en-US")
    assert spent(studio) == 2


def test_a_sound_that_is_longer_than_a_video_may_be_is_refused(studio: FilmStudio) -> None:
    house = studio.house
    house.decoder.answer = Examination(MediaInfo(Format.MP3, Kind.AUDIO, duration_s=400.0), deep=True)
    sound = house.uploaded(media_samples.mp3(1), house.signed("voice.mp3"))

    with pytest.raises(ParameterError, match="audio_url lasts 6 min 40 s; allowed are 5 min"):
        studio.asked(wished(script=None, audio=Named(sound.id, "audio_url")))


def test_a_video_behind_is_waited_for_until_it_is_decoded_in_full(studio: FilmStudio) -> None:
    house = studio.house
    info = MediaInfo(Format.MP4, Kind.VIDEO, 64, 48, 1.0)
    house.decoder.answer = Examination(info)
    film = house.uploaded(media_samples.mp4(seconds=1), house.signed("ground.mp4"))
    video = studio.asked(wished(ground=behind(film.id, "video")))
    studio.making.work()
    before = studio.production.one(TESTER, video.id).state

    judged = Judged(BlobKey(film.blob_key or ""), film.size_bytes or 0, info, Examination(info, deep=True))
    house.database.write(lambda tx: verdicts.passed(tx, film, judged, house.clock())).result()
    house.clock.go_on(2)
    studio.making.work()

    made = studio.production.one(TESTER, video.id)
    assert (before, made.state) == (VideoState.PENDING, VideoState.COMPLETED)
    assert made.spec.ground == FilmGround(Source(film.id, film.blob_key))
