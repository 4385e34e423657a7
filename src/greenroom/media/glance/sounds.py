"""MP3 by its first frames and WAV by its header: how long they play, and how they are coded."""

import struct

from greenroom.domain.glance import Ends, Glance
from greenroom.domain.media import AudioStream, Finding, Format, Kind, Measurements, MediaInfo
from greenroom.media.findings import FINDINGS

_RATES_HZ = (44_100, 48_000, 32_000)
_KBPS = {
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (2, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_FRAMES_LOOKED_AT = 400
_OPEN_SIZES = (0, 0xFFFF_FFFF)
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_OTHER_TAGS = {0x55: "mp3", 0xFF: "aac"}


def glance_at_mp3(ends: Ends, format: Format) -> Glance:
    """Take the length from the Xing, Info or VBRI header, else from the bit rate of the first frames."""
    start = _after_id3(ends.head)
    at = start
    rates: list[int] = []
    first: tuple[int, int, int, int, int] | None = None
    said_s: float | None = None
    while len(rates) < _FRAMES_LOOKED_AT and (frame := _frame(ends.head, at)) is not None:
        if first is None:
            first = frame
            said_s = _said_s(ends.head[at : at + 192], frame)
        rates.append(frame[0])
        at += frame[4]
    if first is None:
        return Glance(MediaInfo(format, Kind.AUDIO), open=("how long it plays: no frame is in the part that was sent",))
    tail_bytes = 128 if ends.tail[-128:-125] == b"TAG" else 0
    sound_bytes = max(0, ends.size_bytes - start - tail_bytes)
    mean = sum(rates) / len(rates)
    still_open = []
    duration_s = said_s
    if duration_s is None:
        duration_s = sound_bytes * 8 / mean
        if len(set(rates)) > 1:
            still_open.append("how long it plays exactly: the bit rate varies and the header does not say")
    audio = AudioStream(0, "mp3", first[1], first[2], duration_s)
    measured = Measurements(audio_bit_rate=round(sound_bytes * 8 / duration_s) if duration_s else None)
    info = MediaInfo(format, Kind.AUDIO, duration_s=duration_s, audio=audio, measurements=measured)
    return Glance(info, open=tuple(still_open))


def _after_id3(data: bytes) -> int:
    at = 0
    while data[at : at + 3] == b"ID3" and at + 10 <= len(data):
        size = data[at + 6] << 21 | data[at + 7] << 14 | data[at + 8] << 7 | data[at + 9]
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    while at < len(data) and data[at] == 0:  # padding after a tag
        at += 1
    return at


def _frame(data: bytes, at: int) -> tuple[int, int, int, int, int] | None:
    """Bit rate, sample rate, channels, samples and bytes of the MPEG audio frame at `at`; None if there is none."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, rate, row = head[1] >> 3 & 3, head[2] >> 2 & 3, head[2] >> 4
    if version == 1 or rate == 3 or not 0 < row < 15:
        return None
    bit_rate = _KBPS[(3, 1) if version == 3 else (2, 1)][row - 1] * 1000
    rate_hz = _RATES_HZ[rate] >> {3: 0, 2: 1, 0: 2}[version]
    samples = 1152 if version == 3 else 576
    size = samples // 8 * bit_rate // rate_hz + (head[2] >> 1 & 1)
    return bit_rate, rate_hz, 1 if head[3] >> 6 == 3 else 2, samples, size


def _said_s(frame: bytes, facts: tuple[int, int, int, int, int]) -> float | None:
    _, rate_hz, channels, samples, _ = facts
    xing = 4 + ((17 if channels == 1 else 32) if samples == 1152 else (9 if channels == 1 else 17))
    frames = 0
    if frame[xing : xing + 4] in (b"Xing", b"Info") and frame[xing + 7] & 1:
        (frames,) = struct.unpack_from(">I", frame, xing + 8)
    elif frame[36:40] == b"VBRI":
        (frames,) = struct.unpack_from(">I", frame, 50)
    return frames * samples / rate_hz if frames else None


def glance_at_wav(ends: Ends, format: Format) -> Glance:
    """Read the chunks up to the sound."""
    at, codec, channels, rate_hz, bytes_per_s = 12, "", 0, 0, 0
    long_size = 0
    while (head := ends.read(at, 8)) is not None and len(head) == 8:
        name, length = struct.unpack("<4sI", head)
        body = ends.read(at + 8, min(length, 64)) or b""
        if name == b"ds64":
            (long_size,) = struct.unpack_from("<Q", body, 8)
        elif name == b"fmt ":
            tag, channels, rate_hz, bytes_per_s, _, bits = struct.unpack_from("<HHIIHH", body)
            tag = struct.unpack_from("<H", body, 24)[0] if tag == _EXTENSIBLE and len(body) >= 26 else tag
            codec = {_PCM: f"pcm_s{bits}le" if bits > 8 else "pcm_u8", _FLOAT: f"pcm_f{bits}le"}.get(
                tag, f"wav {tag:#x}"
            )
        elif name == b"data":
            length = long_size if length == 0xFFFF_FFFF and long_size else length
            return _wav(ends, format, at + 8, length, (codec, channels, rate_hz, bytes_per_s))
        at += 8 + length + (length & 1)
    return Glance(MediaInfo(format, Kind.AUDIO), open=("how long it plays: the sound begins after the part sent",))


def _wav(ends: Ends, format: Format, start: int, length: int, facts: tuple[str, int, int, int]) -> Glance:
    codec, channels, rate_hz, bytes_per_s = facts
    held = ends.size_bytes - start
    damage: tuple[Finding, ...] = ()
    if length not in _OPEN_SIZES and length > held:
        text = f"The file ends after {held} of the {length} bytes of sound that its header promises."
        damage = (Finding(code="file_truncated", message=text, cure=FINDINGS["file_truncated"].cure),)
    duration_s = min(held, length if length not in _OPEN_SIZES else held) / bytes_per_s
    audio = AudioStream(0, codec, rate_hz, channels, duration_s) if codec else None
    measured = Measurements(audio_bit_rate=bytes_per_s * 8)
    return Glance(MediaInfo(format, Kind.AUDIO, duration_s=duration_s, audio=audio, measurements=measured), damage)
