"""
Cheap looks at coded pictures without decoding them: do their parts fill their packet exactly?

H.264 and H.265 store a length before each NAL unit, AV1 one in each OBU; VP8 and VP9 frames begin with
marks of their own. A zeroed or torn block breaks these long before it is decoded.
"""

from __future__ import annotations  # PyAV's packets are generic in its stubs alone

import os
from collections.abc import Iterator

from av.packet import Packet
from av.stream import Stream

_VP8_START_CODE = b"\x9d\x01\x2a"


def nal_length_bytes(codec: str, extradata: bytes | None) -> int | None:
    """How many bytes each NAL unit's length takes; None where the units are not stored with lengths."""
    if not extradata or extradata[0] != 1:
        return None
    at = {"h264": 4, "hevc": 21}.get(codec)
    if at is None or len(extradata) <= at:
        return None
    return (extradata[at] & 3) + 1


def damaged_samples(fd: int, stream: Stream, codec: str, length_bytes: int) -> Iterator[tuple[int, int]]:
    """
    Yield number and time stamp of each sample whose NAL units overrun it, are empty, or begin wrongly.

    The file is read only where a length stands. Samples beyond its end are passed over.
    """
    # By calls: in a map of the file each of these places, far from each other, would cost a page fault.
    read, head_bytes = os.pread, length_bytes + 2
    size, hevc, from_bytes = os.fstat(fd).st_size, codec == "hevc", int.from_bytes
    for number, entry in enumerate(stream.index_entries):
        at = entry.pos
        end = at + entry.size
        if end > size or at < 0:
            continue
        while at < end:
            head = read(fd, head_bytes, at)
            length = from_bytes(head[:length_bytes], "big")
            at += length_bytes + length
            # The first bit of a NAL unit is forbidden; in H.265 its temporal id is never 0.
            if not length or at > end or head[length_bytes] & 0x80 or (hevc and length > 1 and not head[-1] & 7):
                yield number, entry.timestamp
                break


def vp8_complaint(packet: Packet[Stream]) -> str | None:
    """Say what is wrong with a VP8 frame's header, if anything."""
    head = bytes(memoryview(packet)[:10])
    is_key = not head[0] & 1
    if is_key and (len(head) < 10 or head[3:6] != _VP8_START_CODE):
        return "its start code is missing"
    first_partition_bytes = (head[0] | head[1] << 8 | head[2] << 16) >> 5 if len(head) > 2 else 0
    if first_partition_bytes > packet.size:
        return "its first partition overruns it"
    return None


def vp9_complaint(packet: Packet[Stream]) -> str | None:
    """Say what is wrong with a VP9 frame's header, if anything."""
    return None if memoryview(packet)[0] >> 6 == 2 else "its frame marker is missing"


def av1_complaint(packet: Packet[Stream]) -> str | None:
    """Say what is wrong with the OBUs of an AV1 packet, if anything."""
    data = memoryview(packet)
    at, end = 0, len(data)
    while at < end:
        header = data[at]
        at += 2 if header & 4 else 1
        if header & 0x80:
            return "an OBU begins with its forbidden bit set"
        if not header & 2:
            return None  # without a size of its own it reaches to the end
        length, at = _leb128(data, at)
        at += length
        if at > end:
            return "an OBU overruns it"
    return None


def _leb128(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for index in range(8):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << 7 * index
        if not byte & 0x80:
            break
    return value, at


PACKET_CHECKS = {"vp8": vp8_complaint, "vp9": vp9_complaint, "av1": av1_complaint}
