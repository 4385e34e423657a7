"""
Settings: what an operator may choose, each with its unit, a safe default, a check and a sentence of help.

A setting comes from the command line, else from a `GREENROOM_…` variable, else from a TOML file, else from
its default. The variable of `storage.fsync` is `GREENROOM_STORAGE_FSYNC`; settings outside a section have no
section in their name: `GREENROOM_PORT`. Names that are not settings are refused, so a misspelt one is noticed.
"""

import ipaddress
import math
import os
import re
import tomllib
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

from greenroom.errors import SettingError
from greenroom.net.addresses import AllowList

MIB = 1024 * 1024
WEEK_S = 7 * 86400
CENTURY_S = 36500 * 86400

_ADDRESS = re.compile(r"https?://(?:[\w.-]*\w[\w.-]*|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?(?:/[\w.~%-]+)*/?")
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
# Apps of phones and extensions of browsers have schemes of their own; pages of files are "null".
_PAGE_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")

NOT_SETTINGS = frozenset(("GREENROOM_CONFIG", "GREENROOM_URL", "GREENROOM_PYTHON"))
"""Variables of ours that other programs read: the path of the TOML file, the client's server, the scripts' Python."""

PROFILES: dict[str, dict[str, Any]] = {"greenroom": {}, "jogg": {"rates.posts_per_minute": 20}}
"""The defaults that a profile has instead of the usual ones."""

Check = Callable[[Any], bool]


def setting(default: Any, text: str, check: Check | None = None, allowed: str = "") -> Any:
    """A field with its help sentence and, where given, a check and the allowed values in words."""
    metadata = {"help": text, "check": check, "allowed": allowed}
    if isinstance(default, (list, dict)):
        return field(default_factory=lambda: type(default)(default), metadata=metadata)
    return field(default=default, metadata=metadata)


def is_allow_list(value: list[str]) -> bool:
    """Whether a guard can read a setting that opens hosts and networks."""
    try:
        AllowList.of(value)
    except ValueError:
        return False
    return True


def is_network_list(value: list[str]) -> bool:
    """Whether each is an address or a network; one whose address lies inside it, such as 10.0.0.1/8, is neither."""
    try:
        return all(ipaddress.ip_network(text) for text in value)
    except ValueError:
        return False


def is_address(url: str) -> bool:
    """Whether an address is a scheme and a host, perhaps with a port and a path; one slash may end it."""
    found = _ADDRESS.fullmatch(url)
    return found is not None and int(found[1] or 0) < 65536


def service(default: str, text: str) -> Any:
    """Where another server is that this one calls; empty only if that is the default."""
    allowed = "an address like `https://api.example.com`, without query or user name" + (
        "" if default else ", or empty"
    )
    return setting(default, text, lambda value: value == default or is_address(value), allowed)


def positive(default: float, text: str) -> Any:
    """A number above zero."""
    return setting(default, text, lambda value: 0 < value < math.inf, "a number above 0")


def waiting(default: float, text: str) -> Any:
    """Seconds that somebody waits or a process works: clocks of sockets and processes take no more than years."""
    return setting(default, text, lambda value: 0 < value <= WEEK_S, f"a number above 0, up to {WEEK_S} (a week)")


def lasting(default: float, text: str) -> Any:
    """Seconds for which something holds: an instant that they are added to must be one of the calendar's."""
    return setting(
        default, text, lambda value: 0 < value <= CENTURY_S, f"a number above 0, up to {CENTURY_S} (a century)"
    )


def lasting_from(least_s: int, default: float, text: str, why: str = "") -> Any:
    """The same, not less than given; `why` says what is so about that."""
    allowed = f"{least_s} to {CENTURY_S} (a century)" + (f"; {why}" if why else "")
    return setting(default, text, lambda value: least_s <= value <= CENTURY_S, allowed)


def not_negative(default: float, text: str) -> Any:
    """A number that may be zero."""
    return setting(default, text, lambda value: 0 <= value < math.inf, "0 or more")


@dataclass(frozen=True, slots=True)
class Http:
    """How the server treats connections."""

    header_timeout_s: float = waiting(10.0, "A request's headers must be complete after this time.")
    body_gap_s: float = waiting(30.0, "A body that brings nothing for this long is given up.")
    body_min_bytes_per_s: int = setting(
        100, "A body slower than this, over a minute, is given up.", lambda value: value >= 0, "0 or more"
    )
    keep_alive_s: float = waiting(75.0, "An idle connection is closed after this time.")
    write_timeout_s: float = waiting(60.0, "A reader that takes nothing for this long is given up.")
    max_header_bytes: int = positive(32 * 1024, "All header lines of a request together, in bytes.")
    max_header_count: int = positive(100, "Header lines of a request.")
    linger_bytes: int = positive(8 * MIB, "After an early refusal this much of the body is read and thrown away.")
    linger_s: float = waiting(5.0, "After an early refusal the body is read and thrown away for this long.")
    max_connections: int = positive(4096, "Connections open at once; further ones are answered 503.")
    lend_bytes: int = positive(1 * MIB, "Bodies from this size on are received by a thread that is lent the socket.")


@dataclass(frozen=True, slots=True)
class Storage:
    """Where and how bytes are kept."""

    fsync: bool = setting(True, "Make every accepted file durable before it is acknowledged. Off only for tests.")
    headroom_bytes: int = setting(
        256 * MIB,
        "Uploads are refused when they would leave less free than this.",
        lambda value: value >= 0,
        "0 or more",
    )


@dataclass(frozen=True, slots=True)
class Uploads:
    """How uploads are taken."""

    grant_lifetime_s: float = lasting(900.0, "How long a sign_url may be used to begin a PUT.")
    judgement_wait_s: float = waiting(10.0, "A PUT is answered 202 when judgement takes longer.")
    max_pending: int = positive(256, "Uploads received or judged at once; further ones are answered 503.")
    form_max_fields: int = positive(20, "Fields of a multipart form beside the file.")
    form_max_field_bytes: int = positive(4096, "Size of one such field.")


@dataclass(frozen=True, slots=True)
class Idempotency:
    """How long requests with an Idempotency-Key are remembered."""

    lifetime_s: float = lasting(86400.0, "A request that is sent again within this time is answered, not repeated.")


@dataclass(frozen=True, slots=True)
class Folders:
    """How large a tree of folders may grow."""

    max_depth: int = setting(32, "Levels of folders in folders.", lambda value: 0 < value <= 100, "1 to 100")
    max_per_account: int = positive(100_000, "Folders of one account.")
    max_deleted_at_once: int = positive(5_000, "Folders and assets that go with one folder; it takes 2 to 3 s.")


@dataclass(frozen=True, slots=True)
class Imports:
    """How files are fetched from addresses that users give."""

    workers: int = positive(4, "Files fetched at once.")
    ports: list[str] = setting(
        ["80", "443"],
        "Ports of servers on the internet that may be called.",
        lambda value: all(port.isascii() and port.isdigit() and 0 < int(port) < 65536 for port in value),
        "numbers from 1 to 65535",
    )
    allow: list[str] = setting(
        [],
        "Hosts and networks that may be called although they are not on the internet, on any port: "
        "`10.1.0.0/16`, `files.internal`.",
        is_allow_list,
        "host names, addresses and networks",
    )
    timeout_s: float = waiting(600.0, "A fetch that takes longer, redirects included, is given up and tried again.")
    connect_timeout_s: float = waiting(10.0, "Longest wait for a connection.")
    silence_timeout_s: float = waiting(30.0, "Longest wait for the next bytes.")
    max_redirects: int = setting(5, "Redirects that are followed, each checked.", lambda value: value >= 0, "0 or more")
    tries: int = positive(6, "So often a fetch is tried that fails for reasons that may pass.")
    retry_gap_s: float = waiting(5.0, "Wait before the second try; each further wait is four times as long.")
    lifetime_s: float = lasting(21600.0, "An import that has not succeeded after this time is given up.")


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be uploaded."""

    image_max_bytes: int = positive(10 * MIB, "Largest image.")
    video_max_bytes: int = positive(100 * MIB, "Largest video.")
    audio_max_bytes: int = positive(20 * MIB, "Largest sound.")
    file_type_audio_max_bytes: int = positive(
        50 * MIB, "Largest sound when the upload was asked for with file_name and file_type."
    )
    video_max_duration_s: float = lasting(300.0, "Longest video.")
    audio_max_duration_s: float = lasting(600.0, "Longest sound.")


@dataclass(frozen=True, slots=True)
class Quotas:
    """What an account may hold unless it was given limits of its own; 0 is no limit."""

    stored_bytes: int = not_negative(0, "Bytes of all assets together, with those of uploads under way.")
    assets: int = not_negative(0, "Assets, with those that wait for their bytes.")
    media_s: float = lasting_from(0, 0.0, "Length of all videos and sounds together.")


@dataclass(frozen=True, slots=True)
class Credits:
    """What an account may spend on productions; uploads are free."""

    per_account: float = not_negative(0.0, "Credits of an account that was given no number of its own; 0 is no limit.")
    refund_failed: bool = setting(True, "Give back what was charged for a production that failed.")


@dataclass(frozen=True, slots=True)
class Rates:
    """How often a key may call."""

    posts_per_minute: int = not_negative(600, "POST requests of a key in any 60 seconds; 0 is no limit.")


@dataclass(frozen=True, slots=True)
class Verification:
    """What looking into a file may cost, and which files are not looked into at all."""

    wall_s: float = waiting(20.0, "Longest judgement before an upload is answered.")
    cpu_s: int = waiting(15, "Processor time of such a judgement.")
    deep_wall_s: float = waiting(1200.0, "Longest full decode of a video, in the background.")
    deep_cpu_s: int = waiting(900, "Processor time of a full decode.")
    memory_bytes: int = positive(1024 * MIB, "Memory of a judging process beyond what it starts with.")
    max_pixels: int = positive(50_000_000, "Pixels of one picture.")
    max_animation_frames: int = positive(2000, "Frames of an animated image.")
    max_side: int = positive(4096, "Longest side of a video in pixels.")
    max_fps: float = positive(120.0, "Frames a second of a video.")
    max_streams: int = positive(16, "Streams of a file.")
    max_packets: int = positive(400_000, "Packets of a file.")
    max_boxes: int = positive(200_000, "Boxes of an MP4 or MOV, elements of a WebM.")
    min_sample_rate_hz: int = positive(1_000, "Lowest sample rate of a sound.")
    max_sample_rate_hz: int = positive(768_000, "Highest sample rate of a sound.")
    max_channels: int = positive(32, "Channels of a sound.")
    max_image_side: int = positive(32_768, "Longest side of an image in pixels.")
    max_animation_pixels: int = positive(1_000_000_000, "Pixels of all frames of an animated image together.")
    max_scans: int = positive(64, "Scans of a progressive JPEG.")
    max_metadata_bytes: int = positive(16 * MIB, "Texts and profiles of an image, unpacked.")
    require_sandbox: bool = setting(False, "Refuse to start where the kernel lacks Landlock or seccomp.")


@dataclass(frozen=True, slots=True)
class Delivery:
    """How assets are served."""

    max_age_s: int = lasting(86400, "How long caches may keep an asset whose verification is deep.")
    structural_max_age_s: int = lasting(300, "The same while a video's verification is structural.")


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept that nobody needs any more."""

    restore_s: float = lasting_from(0, 30 * 86400.0, "A deleted asset can be restored for this long.")
    blob_grace_s: float = lasting_from(0, 3600.0, "Bytes that nothing needs any more are removed after this time.")


@dataclass(frozen=True, slots=True)
class Optimizing:
    """How render-safe copies are made; one at a time, at low priority."""

    preset: str = setting(
        "veryfast",
        "The effort of the H.264 encoder: medium takes twice as long and makes files a little smaller.",
        lambda value: value in ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"),
        "ultrafast, superfast, veryfast, faster, fast, medium and slow",
    )
    wall_s: float = waiting(3600.0, "A copy that takes longer is given up.")
    memory_bytes: int = positive(3072 * MIB, "Address space of the process that makes a copy.")


_VOICE = re.compile(r"[^=:,]+=(openai|azure|google|elevenlabs|piper):[^:]+:[A-Za-z]{2,3}(-[A-Za-z0-9]+)*(:(fe)?male)?")


@dataclass(frozen=True, slots=True)
class Voices:
    """Providers of voices beside the embedded ones; each is used when its key or address is set."""

    openai_url: str = service("", "Address of a server with OpenAI's speech call; empty is OpenAI's own, with a key.")
    openai_key: str = setting("", "Key for it; a server of one's own may need none.")
    openai_model: str = setting("gpt-4o-mini-tts", "Model that speaks there.")
    azure_key: str = setting("", "Key of Azure's Speech service.")
    azure_region: str = setting("eastus", "Its region.")
    azure_url: str = service("", "Address of it, instead of the region's.")
    google_key: str = setting("", "API key of a Google project with Cloud Text-to-Speech.")
    google_url: str = service("https://texttospeech.googleapis.com", "Address of Google's service.")
    elevenlabs_key: str = setting("", "API key of ElevenLabs.")
    elevenlabs_url: str = service("https://api.elevenlabs.io", "Address of ElevenLabs' service.")
    elevenlabs_model: str = setting("eleven_multilingual_v2", "Model that speaks there.")
    piper_url: str = service("", "Address of Piper's HTTP server.")
    piper_folder: str = setting(
        "", "Folder of voice files of Piper (`NAME.onnx` beside `NAME.onnx.json`), which speak without that server."
    )
    listed: list[str] = setting(
        [],
        "Voices of these providers: `id=provider:name there:locale`, with `:female` or `:male` behind it where known, "
        "such as `ann=piper:en_US-amy-medium:en-US:female`.",
        lambda value: all(_VOICE.fullmatch(one) for one in value),
        "texts like `ann=piper:en_US-amy-medium:en-US:female`",
    )
    timeout_s: float = waiting(60.0, "Longest wait for a provider's answer.")
    transcription_url: str = service(
        "",
        "Address of a server with OpenAI's call for transcriptions, which hears the words of sounds that are to have "
        "captions and came without; empty is OpenAI's own, with a key. Without either such videos are refused.",
    )
    transcription_key: str = setting("", "Key for it; a server of one's own may need none.")
    transcription_model: str = setting("whisper-1", "Model that hears there.")
    transcription_max_bytes: int = positive(25 * MIB, "Largest file that is sent there, as it was uploaded.")
    transcription_timeout_s: float = waiting(300.0, "Longest wait for its answer.")


@dataclass(frozen=True, slots=True)
class Render:
    """How videos are made; each by a process of its own, at low priority."""

    workers: int = setting(1, "Videos made at once.", lambda value: 0 <= value <= 64, "0 to 64; 0 makes none")
    resolution: str = setting(
        "1080p",
        "Size of videos that do not ask for one.",
        lambda value: value in ("720p", "1080p", "4k"),
        "720p, 1080p, 4k",
    )
    label: bool = setting(False, "Say in the picture that it was made by program. The file's metadata always do.")
    max_script_chars: int = positive(10_000, "Longest script, in characters.")
    max_duration_s: float = lasting(900.0, "Longest video.")
    preset: str = setting(
        "veryfast",
        "The effort of the H.264 encoder: medium takes more than twice as long.",
        lambda value: value in ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"),
        "ultrafast, superfast, veryfast, faster, fast, medium and slow",
    )
    crf: int = setting(21, "Quality of H.264; less is better and larger.", lambda value: 10 <= value <= 40, "10 to 40")
    wall_s: float = waiting(7200.0, "An attempt at a video that takes longer is given up.")
    cpu_s: int = waiting(14_400, "Processor time of an attempt.")
    memory_bytes: int = positive(
        6144 * MIB, "Address space of a process that makes a video, beyond what it starts with."
    )
    attempts: int = setting(
        3, "A video is given up after so many attempts.", lambda value: 1 <= value <= 100, "1 to 100"
    )
    retry_gap_s: float = waiting(5.0, "Wait before the second attempt; each further wait is four times as long.")


@dataclass(frozen=True, slots=True)
class Previews:
    """Pictures, films and sounds of presenters, voices and music, which lists link to."""

    ahead_after_s: float = lasting_from(
        0,
        60.0,
        "When the server has run for so long, it begins to make previews that nobody has asked for yet, at low "
        "priority; all take some minutes of one processor. 0 makes each when it is first asked for.",
    )


@dataclass(frozen=True, slots=True)
class Photo:
    """Avatars of photographs, and the provider that makes portraits of descriptions."""

    require_consent: bool = setting(False, "Refuse a photo avatar without a word on the consent of who is shown.")
    images_url: str = service(
        "",
        "Address of a server with OpenAI's images call, like `https://api.openai.com`; empty takes photographs only.",
    )
    images_key: str = setting("", "Key for it; a server of one's own may need none.")
    images_model: str = setting("gpt-image-1", "Model that makes images there.")
    timeout_s: float = waiting(180.0, "Longest wait for an image of it.")
    engine_url: str = service(
        "",
        "Address of an engine of yours that makes photographs talk; empty uses the built-in one.",
    )
    engine_key: str = setting("", "Key for it; one of your own may need none.")
    engine_licence: str = setting(
        "", "The licence of the engine and its weights, as it names it: setting it says that you agree."
    )
    engine_timeout_s: float = waiting(3600.0, "Longest wait for all frames of a video.")
    advice: bool = setting(
        True,
        "Look at uploaded images when nothing else is to do, and advise on what a photo avatar would be refused for.",
    )
    wall_s: float = waiting(60.0, "A photograph that takes longer to be looked at is given up.")
    memory_bytes: int = positive(3072 * MIB, "Address space of the process that looks at a photograph.")


@dataclass(frozen=True, slots=True)
class Models:
    """Fonts for captions, and the models that find faces in photos: `greenroom models install` fetches them."""

    folder: str = setting(
        "", "Where they are; empty for share/greenroom/models in the Python environment that Greenroom is installed in."
    )


@dataclass(frozen=True, slots=True)
class Webhooks:
    """How receivers are told of events."""

    allow_http: bool = setting(False, "Tell receivers without TLS too.")
    allow: list[str] = setting(
        [],
        "Receivers that may be told although they are not on the internet, on any port: `10.1.0.0/16`, "
        "`receiver.internal`.",
        is_allow_list,
        "host names, addresses and networks",
    )
    timeout_s: float = waiting(5.0, "A receiver that has not answered after this time is told again later.")
    at_once: int = setting(32, "Receivers told at once.", lambda value: 2 <= value <= 1024, "2 to 1024")
    kept_s: float = lasting_from(
        2 * 86400,
        30 * 86400.0,
        "Events and deliveries are forgotten after this time.",
        "deliveries are tried for a day",
    )


@dataclass(frozen=True, slots=True)
class Bench:
    """Switches for benchmarks, which show what each step costs. Never for service."""

    verify: bool = setting(True, "Verify files.")
    deepen: bool = setting(True, "Decode videos in full after their uploads were answered.")
    hash: bool = setting(True, "Hash files; without, each gets a random key.")
    sign_rows: bool = setting(True, "Write a row for each signed URL.")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator may choose."""

    host: str = setting("127.0.0.1", "Address to listen on.")
    port: int = setting(8700, "Port to listen on; 0 takes a free one.", lambda value: 0 <= value < 65536, "0 to 65535")
    data: str = setting(
        "greenroom-data",
        "Folder for the catalogue, the bytes and the keys.",
        lambda value: value != "" and "\0" not in value,
        "the path of a folder",
    )
    api_key: str = setting(
        "",
        "The first API key; without it the first start makes one and shows it once.",
        lambda value: value.isascii() and value.isprintable() and value == value.strip(),
        "letters, digits and signs of ASCII, without a space at either end: it travels in a header",
    )
    signing_keys: list[str] = setting(
        [],
        "Keys for signed URLs, 32 bytes or more each: the first signs, all verify. Else made in the data folder.",
    )
    receipt_keys: list[str] = setting(
        [],
        "Secrets behind the keys for receipts, as above: the first signs, all are published.",
    )
    public_urls: list[str] = setting(
        [],
        "Addresses under which clients reach this server: the first is written into answers, all are known as ours. "
        "A path is one that a proxy takes away before it asks this server.",
        lambda value: all(is_address(url) for url in value),
        "addresses that begin with http:// or https:// and have a host, without query or user name, like "
        "`https://media.example.com`",
    )
    allowed_hosts: list[str] = setting(
        [],
        "Values of the Host header that may be written into answers.",
        lambda value: all(_HOST.fullmatch(host) for host in value),
        "names and addresses like `media.example.com` and `10.0.0.5:8700`",
    )
    trusted_proxies: list[str] = setting(
        [],
        "Addresses and networks of proxies whose X-Forwarded-… headers are believed.",
        is_network_list,
        "addresses and networks like `10.0.0.1` and `10.0.0.0/8`",
    )
    cors_origins: list[str] = setting(
        [],
        "Origins of web pages that may call the routes that take a key.",
        lambda value: all(_PAGE_ORIGIN.fullmatch(origin) for origin in value),
        "origins as browsers write them, like `https://app.example.com`, in lower case and without a slash at the end; "
        "or `*`",
    )
    profile: str = setting(
        "greenroom",
        "Which defaults hold for what is not set. jogg has those of the JoggAI API: `rates.posts_per_minute` is 20.",
        lambda value: value in PROFILES,
        "greenroom and jogg",
    )
    log_format: str = setting("text", "How log lines look.", lambda value: value in ("text", "json"), "text or json")
    http: Http = field(default_factory=Http)
    storage: Storage = field(default_factory=Storage)
    uploads: Uploads = field(default_factory=Uploads)
    idempotency: Idempotency = field(default_factory=Idempotency)
    folders: Folders = field(default_factory=Folders)
    imports: Imports = field(default_factory=Imports)
    limits: Limits = field(default_factory=Limits)
    quotas: Quotas = field(default_factory=Quotas)
    credits: Credits = field(default_factory=Credits)
    rates: Rates = field(default_factory=Rates)
    verification: Verification = field(default_factory=Verification)
    delivery: Delivery = field(default_factory=Delivery)
    retention: Retention = field(default_factory=Retention)
    optimizing: Optimizing = field(default_factory=Optimizing)
    models: Models = field(default_factory=Models)
    photo: Photo = field(default_factory=Photo)
    voices: Voices = field(default_factory=Voices)
    render: Render = field(default_factory=Render)
    previews: Previews = field(default_factory=Previews)
    webhooks: Webhooks = field(default_factory=Webhooks)
    bench: Bench = field(default_factory=Bench)


@dataclass(frozen=True, slots=True)
class SettingFacts:
    """One setting as documents and messages name it."""

    name: str
    variable: str
    type: Any
    default: Any
    help: str
    check: Check | None
    allowed: str


def all_settings(section: Any = Settings, prefix: str = "") -> Iterator[SettingFacts]:
    """Every setting in the order of the documentation."""
    for item in fields(section):
        if is_dataclass(item.type):
            yield from all_settings(item.type, f"{prefix}{item.name}.")
            continue
        name = prefix + item.name
        default = item.default if item.default_factory is MISSING else item.default_factory()
        variable = "GREENROOM_" + name.replace(".", "_").upper()
        yield SettingFacts(name, variable, item.type, default, **item.metadata)


def load(environ: Mapping[str, str], file: str | None = None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """
    The settings from command line, environment and TOML file, in this order of preference.

    Raises SettingError that names the setting, what was given and what is allowed.
    """
    known = {facts.name: facts for facts in all_settings()}
    values: dict[str, Any] = {}
    for name, value in _from_file(file).items():
        values[name] = _checked(_known(known, name, f"{file}: {name}"), value, f"{file}: {name}")
    by_variable = {facts.variable: facts for facts in known.values()}
    for variable, text in environ.items():
        if variable.startswith("GREENROOM_") and variable not in NOT_SETTINGS:
            facts = _known(by_variable, variable, variable)
            values[facts.name] = _checked(facts, _parsed(facts, text, variable), variable)
    for name, value in (overrides or {}).items():
        if value is not None:
            values[name] = _checked(known[name], value, f"--{name}")
    profile = PROFILES[values.get("profile", known["profile"].default)]
    settings: Settings = _built(Settings, profile | values, "")
    return settings


def from_environment(file: str | None, overrides: Mapping[str, Any]) -> Settings:
    """The same for a command, with the variables of this process."""
    return load(os.environ, file, overrides)


def process_environment() -> Mapping[str, str]:
    """The variables of this process, for commands that heed those of other programs."""
    return os.environ


def _known(table: Mapping[str, SettingFacts], name: str, shown: str) -> SettingFacts:
    if name not in table:
        raise SettingError(f"{shown} is not a setting. docs/reference/settings.md lists them all.")
    return table[name]


def _from_file(file: str | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        tree = tomllib.loads(Path(file).read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise SettingError(f"The settings file {file} cannot be read: {problem}") from problem
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            flat.update({f"{name}.{inner}": inner_value for inner, inner_value in value.items()})
        else:
            flat[name] = value
    return flat


def _parsed(facts: SettingFacts, text: str, shown: str) -> Any:
    if facts.type is bool:
        words = {
            "on": True,
            "true": True,
            "yes": True,
            "1": True,
            "off": False,
            "false": False,
            "no": False,
            "0": False,
        }
        if text.lower() not in words:
            raise SettingError(f"{shown} is {text!r}; allowed are on and off.")
        return words[text.lower()]
    if typing.get_origin(facts.type) is list:
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return facts.type(text)
    except ValueError:
        raise SettingError(f"{shown} is {text!r}; allowed is {_type_in_words(facts.type)}.") from None


def _checked(facts: SettingFacts, value: Any, shown: str) -> Any:
    wanted = typing.get_origin(facts.type) or facts.type
    if wanted is float and type(value) is int:
        value = float(value)
    if type(value) is not wanted or (wanted is list and not all(type(part) is str for part in value)):
        raise SettingError(f"{shown} is {value!r}; allowed is {_type_in_words(facts.type)}.")
    if facts.check is not None and not facts.check(value):
        raise SettingError(f"{shown} is {value!r}; allowed is {facts.allowed}.")
    return value


def _type_in_words(kind: Any) -> str:
    names: dict[Any, str] = {int: "a whole number", float: "a number", str: "a text", bool: "on or off"}
    return names.get(kind, "a list of texts" if isinstance(kind, types.GenericAlias) else str(kind))


def _built(section: Any, values: Mapping[str, Any], prefix: str) -> Any:
    given: dict[str, Any] = {}
    for item in fields(section):
        if is_dataclass(item.type):
            given[item.name] = _built(item.type, values, f"{prefix}{item.name}.")
        elif prefix + item.name in values:
            given[item.name] = values[prefix + item.name]
    return section(**given)
