"""
Judging video and sound: PyAV, with the one demuxer that the sniffed format asks for.

FFmpeg reads through its own `fd:` protocol, the only one allowed, so there are no callbacks into Python,
and no path or address that a file names is ever opened. Nothing is decoded on opening (`skip_frame`):
the size of the picture is judged before the first frame of it is.
"""

import io
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as PictureStream

from greenroom.domain.media import AudioStream, Examination, Format, Kind, Measurements, MediaInfo, VideoStream
from greenroom.media import claims, decoding
from greenroom.media.bitstream import PACKET_CHECKS, damaged_samples, nal_length_bytes
from greenroom.media.caps import check_sound_form
from greenroom.media.ebml import count_tracks
from greenroom.media.facts import picture_facts, sound_facts
from greenroom.media.findings import finding
from greenroom.media.isobmff import Movie, read_movie, too_many_streams
from greenroom.media.limits import ExamLimits
from greenroom.media.logbook import FINDINGS_KEPT, GivenUp, Logbook
from greenroom.media.mapping import mapped
from greenroom.media.measuring import film_measurements, index_at_end, sound_measurements
from greenroom.media.picture_meter import PictureMeter
from greenroom.media.protocol import Task
from greenroom.media.sound import check_wav
from greenroom.media.sound_meter import SoundMeter
from greenroom.media.streams import Chosen, choose, codec_name
from greenroom.media.tracks import Track, find_end_of_data, read_packets, read_tables, read_tail
from greenroom.media.trailers import judge_disguise

DECODER = f"PyAV {av.__version__}, libavcodec {'.'.join(map(str, av.library_versions['libavcodec']))}"

_DEMUXERS = {
    Format.MP4: "mov",
    Format.MOV: "mov",
    Format.M4A: "mov",
    Format.WEBM: "matroska",
    Format.MP3: "mp3",
    Format.WAV: "wav",
}
# The headers say what the streams are. FFmpeg would go on to read 5 MB of packets, to guess what nobody asks.
_PROBE_BYTES = 65536
_ISO_FORMATS = frozenset((Format.MP4, Format.MOV, Format.M4A))
_SHORT_SOUND_S = 15  # up to here the loudness of all of it is measured


def warm_up() -> None:
    """Open and decode a short sound, so that PyAV imports nothing in a child."""
    silence = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 2036, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", 2000
    )
    with av.open(io.BytesIO(silence + bytes(2000)), "r", format="wav") as container:
        meter = SoundMeter(thorough=True)
        for packet in container.demux():
            for frame in packet.decode():
                assert isinstance(frame, AudioFrame)
                meter.feed(frame)
        meter.result()


def examine(fd: int, task: Task, limits: ExamLimits) -> Examination:
    """Judge an open film or sound file; `task.deep` decodes all pictures too."""
    logbook = Logbook()
    info = None
    try:
        info = Film(fd, mapped(fd, logbook), task, limits, logbook).judged()
    except GivenUp:
        pass  # the reason stands in the logbook
    except MemoryError:
        raise  # FFmpeg's too: what the machine lacks is no fault of the file
    except av.FFmpegError:
        # Any seek and any step of a demuxer may fail, and mostly with -1, which reads as "not permitted".
        text = "The packets of the file cannot all be found or read"
        logbook.damaged(finding("packets_unreadable", text))
    deep = info is not None and (task.deep or info.video is None)
    return logbook.examination(info, deep=deep, decoder=DECODER)


class Film:
    """One file under examination, from its boxes to its frames."""

    def __init__(self, fd: int, data: mmap.mmap, task: Task, limits: ExamLimits, logbook: Logbook) -> None:
        self._fd = fd
        self._data = data
        self._task = task
        self._limits = limits
        self._logbook = logbook
        self._meters: tuple[PictureMeter, SoundMeter] | None = None

    def judged(self) -> MediaInfo:
        """Judge stage by stage; raises GivenUp as soon as going on makes no sense."""
        movie = None
        with self._logbook.stage("disguise", "no archive or document besides"):
            judge_disguise(self._data, self._logbook)
        with self._logbook.stage("container", "boxes, sizes and headers"):
            if self._task.format in _ISO_FORMATS:
                movie = read_movie(self._data, self._limits, self._logbook)
            elif self._task.format is Format.WEBM:
                self._check_stream_count(count_tracks(self._data))
            elif self._task.format is Format.WAV:
                check_wav(self._data, self._limits, self._logbook)
        with self._opened() as container:
            with self._logbook.stage("streams", "kinds, codecs, sizes, frame rates"):
                chosen = self._chosen(container, movie)
            if chosen.picture is None:
                return self._sound_file(container, chosen, movie)
            return self._film(container, chosen, movie)

    @contextmanager
    def _opened(self) -> Iterator[InputContainer]:
        os.lseek(self._fd, 0, os.SEEK_SET)
        options = {
            "fd": str(self._fd),
            "protocol_whitelist": "fd",
            "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mp3,wav",
            "skip_frame": "all",
            "probesize": str(_PROBE_BYTES),
            "max_streams": str(self._limits.max_streams + 1),
            # A WAV is searched for DTS that poses as PCM; the first packet of it shows that as well as five megabytes.
            "max_probe_packets": "1",
        }
        try:
            container = av.open("fd:", format=_DEMUXERS[self._task.format], options=options, metadata_errors="replace")
        except av.FFmpegError as error:
            text = f"The {self._task.format} structure of the file cannot be read: {error.strerror}"
            raise self._logbook.give_up(finding("container_unreadable", text)) from error
        with container:
            yield container

    def _chosen(self, container: InputContainer, movie: Movie | None) -> Chosen:
        self._check_stream_count(len(container.streams))
        chosen = choose(container, movie, self._logbook)
        if chosen.picture is None and chosen.sound is None:
            text = "The file holds neither a picture nor a sound that can be decoded"
            raise self._logbook.give_up(finding("no_media", text))
        if chosen.picture is not None:
            self._check_side(chosen.picture.width, chosen.picture.height)
        if chosen.sound is not None and chosen.sound.channels:  # none: the header leaves it to the sound itself
            check_sound_form(chosen.sound.sample_rate, chosen.sound.channels, self._limits, self._logbook)
        return chosen

    def _check_stream_count(self, count: int) -> None:
        if count > self._limits.max_streams:
            raise self._logbook.give_up(too_many_streams(str(count), self._limits))

    def _check_side(self, width: int, height: int) -> None:
        allowed = self._limits.max_side
        if max(width, height) > allowed:
            text = f"The picture is {width} x {height} pixels; the longer side may have {allowed}"
            raise self._logbook.give_up(
                finding(
                    "side_too_long",
                    text,
                    measured=f"{max(width, height)} pixels",
                    allowed=f"{allowed} pixels",
                )
            )

    # Sound alone

    def _sound_file(self, container: InputContainer, chosen: Chosen, movie: Movie | None) -> MediaInfo:
        assert chosen.sound is not None
        track = Track(chosen.sound)
        if movie is not None and not movie.fragmented:
            with self._logbook.stage("packets", "every sample lies inside the file"):
                find_end_of_data(track, self._data, self._limits, self._logbook)
        with self._logbook.stage("sound", "every packet decoded"):
            meter = SoundMeter(thorough=0 < (container.duration or 0) <= _SHORT_SOUND_S * av.time_base)
            decoded = decoding.decode_sound(container, track, self._limits, self._logbook, meter)
            decoding.report_sound(track, decoded, self._logbook)
            if not track.count:
                self._logbook.damaged(finding("sound_missing", "The sound track has no samples"))
        self._judge_claims([track], movie)
        audio = sound_facts(chosen.sound, track)
        measured = sound_measurements(track, meter, index_at_end=index_at_end(movie, self._data))
        return self._info(Kind.AUDIO, audio.duration_s, chosen, movie, measured, audio=audio)

    def _judge_claims(self, tracks: list[Track], movie: Movie | None) -> None:
        with self._logbook.stage("claims", "durations and ends in the header against the data, what follows"):
            if movie is not None:
                claims.judge_movie(movie, tracks, self._data, self._logbook)
            elif self._task.format is Format.WEBM:
                claims.judge_webm(tracks, self._data, self._logbook)
            elif self._task.format is Format.MP3:
                claims.judge_mp3(tracks[0], self._data, self._logbook)

    # Pictures

    def _film(self, container: InputContainer, chosen: Chosen, movie: Movie | None) -> MediaInfo:
        assert chosen.picture is not None
        picture = Track(chosen.picture)
        sound = Track(chosen.sound) if chosen.sound is not None else None
        tracks = [picture] if sound is None else [picture, sound]
        self._read(container, chosen.picture, tracks, movie)
        if not picture.count:
            self._judge_claims(tracks, movie)
            raise self._logbook.give_up(finding("picture_missing", "The video track has no frames"))
        self._check_frame_rate(picture)
        self._check_sound_is_there(sound, movie)
        self._judge_claims(tracks, movie)
        frame = self._decode(container, picture, sound)
        video = picture_facts(chosen.picture, picture, frame, movie)
        audio = sound_facts(chosen.sound, sound) if chosen.sound and sound else None
        start_s = max(0.0, min(track.start_s() for track in tracks if track.count))
        duration_s = max(track.end_s() for track in tracks) - start_s
        measured = film_measurements(
            picture,
            sound,
            frame,
            rotation_deg=video.rotation_deg,
            index_at_end=index_at_end(movie, self._data),
            meters=self._meters,
        )
        return self._info(Kind.VIDEO, duration_s, chosen, movie, measured, video=video, audio=audio)

    def _read(self, container: InputContainer, stream: PictureStream, tracks: list[Track], movie: Movie | None) -> None:
        picture = tracks[0]
        codec = codec_name(stream)
        with self._logbook.stage("packets", "every packet: inside the file, whole, real end"):
            if movie is not None and not movie.fragmented:
                read_tables(tracks, self._data, self._limits, self._logbook)
                read_tail(container, tracks)
            else:
                check = None if movie is not None else PACKET_CHECKS.get(codec)
                read_packets(container, tracks, self._limits, self._logbook, check)
        length_bytes = nal_length_bytes(codec, stream.codec_context.extradata)
        if movie is not None and length_bytes is not None:
            with self._logbook.stage("coded pictures", "lengths and marks of every NAL unit"):
                self._walk_nal_units(picture, codec, length_bytes)

    def _walk_nal_units(self, picture: Track, codec: str, length_bytes: int) -> None:
        bad = damaged_samples(self._fd, picture.stream, codec, length_bytes)
        for number, moment in bad:
            at_s = max(0.0, moment * picture.unit_s)
            text = f"The coded picture data of the frame at {at_s:.2f} s does not add up"
            self._logbook.damaged(finding("nal_damaged", text, at_s=at_s, frame=number, stream=picture.index))
            if len(self._logbook.damage) > FINDINGS_KEPT:
                return

    def _check_frame_rate(self, picture: Track) -> None:
        rate, allowed = picture.frame_rate(), self._limits.max_fps
        if rate is not None and rate > allowed * 1.01:
            text = f"The video has {rate:.1f} frames per second; allowed are {allowed:g}"
            raise self._logbook.give_up(
                finding("frame_rate_too_high", text, measured=f"{rate:.1f} fps", allowed=f"{allowed:g} fps")
            )

    def _check_sound_is_there(self, sound: Track | None, movie: Movie | None) -> None:
        """A muted recorder leaves a sound track empty and says so; a table that was lost leaves it promised."""
        if sound is None or sound.count or movie is None or movie.fragmented or sound.index >= len(movie.tracks):
            return
        promised_s = movie.tracks[sound.index].claimed_s
        if promised_s:
            text = f"The header promises {promised_s:.1f} s of sound, but its track has no samples"
            self._logbook.damaged(finding("sound_missing", text, stream=sound.index))

    def _decode(self, container: InputContainer, picture: Track, sound: Track | None) -> VideoFrame | None:
        with self._logbook.stage("key frames", "some key frames, first and last among them, decoded"):
            frame = decoding.decode_key_frames(container, picture, self._limits, self._logbook)
        if self._task.deep:
            with self._logbook.stage("full decode", "every frame and every sound packet decoded"):
                self._decode_all(picture, sound)
        return frame

    def _decode_all(self, picture: Track, sound: Track | None) -> None:
        seen, heard = PictureMeter(), SoundMeter(thorough=True)
        decoded = self._decode_pictures(picture, seen, strict=True)
        if decoded.lost and decoded.codec == "h264":
            seen = PictureMeter()
            strict, decoded = decoded, self._decode_pictures(picture, seen, strict=False)
            if not decoded.lost:
                at_s, reason = strict.places[0]
                text = f"The strict decoder complained at {at_s:.2f} s ({reason}); nothing is lost"
                self._logbook.noted(finding("decoder_complained", text, at_s=at_s))
        decoding.report_pictures(picture, decoded, self._logbook)
        if sound is not None:
            with self._opened() as container:
                track = Track(container.streams[sound.index])
                sounded = decoding.decode_sound(container, track, self._limits, self._logbook, heard)
                decoding.report_sound(track, sounded, self._logbook)
        self._meters = seen, heard

    def _decode_pictures(self, picture: Track, meter: PictureMeter, *, strict: bool) -> decoding.Decoded:
        with self._opened() as container:
            track = Track(container.streams[picture.index])
            return decoding.decode_pictures(container, track, self._limits.decode_threads, meter, strict=strict)

    def _info(
        self,
        kind: Kind,
        duration_s: float,
        chosen: Chosen,
        movie: Movie | None,
        measured: Measurements,
        *,
        video: VideoStream | None = None,
        audio: AudioStream | None = None,
    ) -> MediaInfo:
        return MediaInfo(
            format=self._task.format,
            kind=kind,
            width=video.width if video else None,
            height=video.height if video else None,
            duration_s=round(duration_s, 6),
            frame_count=video.frame_count if video else None,
            video=video,
            audio=audio,
            ignored_streams=chosen.ignored,
            bit_rate=round(len(self._data) * 8 / duration_s) if duration_s > 0 else None,
            brand=movie.brand or None if movie else None,
            measurements=measured,
        )
