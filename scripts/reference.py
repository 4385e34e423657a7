"""The pages of docs/reference that follow from the code, each as a function that gives its text."""

import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from greenroom import cli, config
from greenroom.domain import findings as upload_findings
from greenroom.domain.advice import TABLE as ADVICE
from greenroom.domain.advice import Row
from greenroom.domain.events import ALL_EVENTS, COMPATIBLE, GENERATED_VIDEO, OF_AN_UPLOAD, OF_VIDEOS, OURS, PING
from greenroom.domain.formats import FORMATS, names_of
from greenroom.domain.media import Kind
from greenroom.domain.optimize_findings import OPTIMIZE_FINDINGS
from greenroom.domain.photo_avatar import LEAST_PORTRAIT_SIDE, LONGEST_PORTRAIT
from greenroom.domain.policy import AUDIO_CODECS, CODEC_NAMES, VIDEO_CODECS, Dialect, Policy, megabytes, minutes
from greenroom.domain.production_findings import VIDEO_FINDINGS
from greenroom.errors import DataFolderInUse, GreenroomError, SettingError
from greenroom.media import findings as media_findings
from greenroom.studio import cast, sound
from greenroom.studio.voices.languages import Row as LanguageRow
from greenroom.studio.voices.languages import rows as language_rows
from greenroom.web.problem_codes import problem_codes
from greenroom.web.problems import FILE_TYPE_TEXTS, TABLE, Told

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
NOTE = "<!-- Written by scripts/make-reference; a test fails when it differs from the code. -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def page(title: str, *parts: str) -> str:
    """A page of its title and parts."""
    return "\n\n".join([f"# {title}", NOTE, *parts]) + "\n"


# Settings


def settings() -> str:
    """Every setting, section by section."""
    sections: dict[str, list[config.SettingFacts]] = {}
    for facts in config.all_settings():
        sections.setdefault(facts.name.rpartition(".")[0], []).append(facts)
    return page(
        "Settings",
        "A setting is taken from the command line, else from its variable, else from the TOML file that `--config` or "
        "`GREENROOM_CONFIG` names, else it has its default. Names that are not settings are refused at start. "
        "In variables, lists are separated by commas, and switches are `on` or `off`. "
        "A name that ends in `_s` is in seconds, one that ends in `_bytes` in bytes.",
        *[part for name, facts in sections.items() for part in _section(name, facts)],
    )


def _section(name: str, facts: list[config.SettingFacts]) -> list[str]:
    heading = f"## [{name}]" if name else "## At the top of the file"
    rows = [
        [f"`{one.name}`", f"`{one.variable}`", _type(one), _default(one.default), one.allowed or "any", one.help]
        for one in facts
    ]
    return [heading, table(("name", "variable", "type", "default", "allowed", "what it does"), rows)]


def _type(facts: config.SettingFacts) -> str:
    words = {int: "whole number", float: "number", str: "text", bool: "switch"}
    name = words.get(facts.type) or f"list of {words[typing.get_args(facts.type)[0]]}s"
    units = {"_s": "seconds", "_bytes": "bytes", "_bytes_per_s": "bytes per second"}
    unit = next((unit for ending, unit in reversed(units.items()) if facts.name.endswith(ending)), "")
    return f"{name}, {unit}" if unit else name


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if value in ("", []):
        return "empty"
    whole = isinstance(value, float) and value.is_integer()
    return f"`{value:.0f}`" if whole else f"`{value}`"


# Errors


def errors() -> str:
    """The codes of every kind of error, and every finding."""
    rows = [_told(error, told) for error, told in TABLE.items() if _is_answered(error)]
    return page(
        "Errors",
        "The compatible calls answer HTTP 200 with a business code (HTTP 429 where the code is 429); a PUT to a "
        "`sign_url` answers a real status with one of the first seed page's codes; our own API answers a problem "
        "document (RFC 9457). `data.reason.code`, in problem documents `code`, is stable: branch on it.",
        table(
            ("error", "code", "at signing", "at signing with `file_name`/`file_type`", "at the PUT", "our own API"),
            rows,
        ),
        "Messages with these codes begin with: "
        + "; ".join(f"{code} `{text}`" for code, text in FILE_TYPE_TEXTS.items())
        + ".",
        "A server that cannot start says why on standard error and ends with status 2: "
        f"`{SettingError.code}`, `{DataFolderInUse.code}`.",
        "## Findings of an upload",
        _findings(upload_findings.FINDINGS),
        "## Findings of a look into the file",
        "Those whose cure is *Nothing to do.* are notes: the file is accepted.",
        _findings(media_findings.FINDINGS),
        "## Findings of a render-safe copy",
        "The codes that begin with `optimize_` say why there is none; the others are remarks on one that there is.",
        _findings(OPTIMIZE_FINDINGS),
        "## Findings of a video",
        "Why a video failed, or what is not as it was asked for. The studio has further codes, each with its sentence.",
        _findings(VIDEO_FINDINGS),
    )


def problems() -> str:
    """Every code of a problem document."""
    rows = [
        [
            f"`{one.code}`",
            str(one.status),
            f"`{one.error}`" if one.error else "–",
            one.when,
            one.cure,
            ", ".join(f"`{name}`" for name in one.members),
        ]
        for one in problem_codes()
    ]
    return page(
        "Problems",
        "What `/api/v1` answers instead of what was asked for is a problem document (RFC 9457), with the type "
        "`application/problem+json`. `code` is stable: branch on it. `detail` is a sentence for people, `field` names "
        "what has to be set right, `request_id` finds the request in the log and in the audit. Each outcome of a bulk "
        "call that is no asset has one too. All errors of all faces: [errors](errors.md).",
        "Members are what the document of a code has beyond those.",
        table(("code", "status", "class", "when", "what to do", "members"), rows),
    )


def _told(error: type[GreenroomError], told: Told) -> list[str]:
    cause = "Something that nobody foresaw; the server's log has it." if error is GreenroomError else _first_line(error)
    code = f"`{error.code}`" if isinstance(error.code, str) else "of its finding"
    codes = [str(told.jogg_code), str(told.file_type_code), f"{told.put_status}, {told.put_code}", str(told.api_status)]
    return [cause, code, *codes]


def _is_answered(error: type[GreenroomError]) -> bool:
    """Whether requests are refused with this class itself: not a group of others, nor a failure to start."""
    is_group = bool(error.__subclasses__()) and error is not GreenroomError
    return not is_group and error not in (SettingError, DataFolderInUse)


def _first_line(thing: object) -> str:
    return str(thing.__doc__).strip().splitlines()[0]


def _findings(found: Mapping[str, tuple[str, str]]) -> str:
    return table(("code", "what it means", "cure"), [[f"`{code}`", *words] for code, words in found.items()])


# Limits


def limits() -> str:
    """What may be uploaded by default."""
    policy = Policy()
    return page(
        "Limits",
        "The defaults; every number is a [setting](settings.md). MB means MiB: 10 MB are 10,485,760 bytes.",
        table(("kind", "formats", "largest", "longest"), [_limit(policy, kind) for kind in Kind]),
        f"A sound that was asked for with `file_name` and `file_type` may have "
        f"{megabytes(policy.max_bytes(Kind.AUDIO, Dialect.FILE_TYPE))}. "
        f"Up to {policy.duration_slack_s:g} s over the longest duration are forgiven.",
        "## Formats",
        table(
            ("format", "extensions", "types", "picture", "sound"),
            [
                [
                    name.value,
                    ", ".join(f".{extension}" for extension in facts.extensions),
                    ", ".join([facts.mime, *sorted(facts.aliases - {facts.mime})]),
                    _codecs(VIDEO_CODECS.get(name, frozenset())),
                    _codecs(AUDIO_CODECS.get(name, frozenset())),
                ]
                for name, facts in FORMATS.items()
            ],
        ),
        "A PUT may also have the type `application/octet-stream`. Streams that are neither the picture nor a sound "
        "that can be decoded are ignored; a video needs no sound.",
    )


def _limit(policy: Policy, kind: Kind) -> list[str]:
    longest_s = policy.limits[kind].max_duration_s
    largest = megabytes(policy.max_bytes(kind, Dialect.CONTENT_TYPE))
    return [kind.value, names_of(kind), largest, minutes(longest_s) if longest_s else "–"]


def _codecs(names: frozenset[str]) -> str:
    return ", ".join(sorted(CODEC_NAMES[name] for name in names)) or "–"


# Command line


def command_line() -> str:
    """Every command with its arguments and options."""
    group = typer.main.get_command(cli.app)
    return page("Command line", *_command(group, "greenroom"))


def _command(command: Any, name: str) -> list[str]:
    below = getattr(command, "commands", {})
    if below:
        inner = [part for key in sorted(below) for part in _command(below[key], f"{name} {key}")]
        return [*([f"## {name} …", _sentence(command)] if " " in name else [_sentence(command)]), *inner]
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    usage = " ".join([name, *[_argument(one) for one in arguments], *(["[OPTIONS]"] if options else [])])
    rows = [[f"`{_argument(one)}`", one.help or "", "–", "–"] for one in arguments]
    rows += [[_option(one), one.help or "", _shown_default(one), _variable(one)] for one in options]
    parts = [f"## {name}", _sentence(command), f"```\n{usage}\n```"]
    return [*parts, table(("argument or option", "what it is", "default", "variable"), rows)] if rows else parts


def _sentence(command: Any) -> str:
    return str(command.help or "").strip()


def _argument(parameter: Any) -> str:
    name = (parameter.metavar or parameter.name).upper()
    return f"{name}..." if parameter.nargs == -1 else name


def _option(parameter: Any) -> str:
    return ", ".join(f"`{name}`" for name in parameter.opts)


def _shown_default(parameter: Any) -> str:
    shown = parameter.show_default if isinstance(parameter.show_default, str) else parameter.default
    return f"`{shown}`" if shown not in (None, "", (), [], False) else "–"


def _variable(parameter: Any) -> str:
    variables = [parameter.envvar] if isinstance(parameter.envvar, str) else parameter.envvar or []
    return ", ".join(f"`{one}`" for one in variables) or "–"


# Advice


def advice() -> str:
    """Every row of the advice table."""
    given = [row for row in ADVICE if row.look is not None]
    usual = [row for row in given if not row.purpose]
    others = [row for row in ADVICE if row.look is None]
    return page(
        "Advice",
        "What is accepted but not best for video making stands in `advice` of an asset, each with a stable `code`, a "
        "sentence, what was `measured`, what is `recommended`, and the `cure`. Nothing is refused for it. What needs "
        "every picture of a video (its loudness, black and frozen stretches) is told once its verification is `deep`.",
        *[part for kind in Kind for part in _advice_on(kind, [row for row in usual if kind in row.kinds])],
        "## Photo avatar",
        "An image that was uploaded or imported is looked at as a portrait when the server has nothing else to do, "
        "mostly within seconds. Its advice then has the `purpose` `photo_avatar` and the codes that a photo avatar of "
        "it would be refused with. None means that nothing speaks against one, or that nobody has looked yet: "
        "`POST /api/v1/photo-avatars/check` looks at once. Looked at are stills of at least "
        f"{LEAST_PORTRAIT_SIDE} px on each side and up to {LONGEST_PORTRAIT:g}:1 or 1:{LONGEST_PORTRAIT:g}, within a "
        "day, where the networks are installed (`greenroom models install`) and `photo.advice` is on.",
        _advice_table([row for row in given if row.purpose]),
        "## Figures that are no advice",
        table(
            ("code", "figure", "who sees to it"),
            [[f"`{row.code}`", row.recommended, row.upheld_by] for row in others],
        ),
    )


def _advice_on(kind: Kind, rows: Sequence[Row]) -> list[str]:
    return [f"## {kind.value.capitalize()}", _advice_table(rows)]


def _advice_table(rows: Sequence[Row]) -> str:
    cells = [[f"`{row.code}`", row.recommended, row.message.format(measured="…"), row.cure] for row in rows]
    return table(("code", "recommended", "what is said", "what to do"), cells)


# Events


def events() -> str:
    """Every event that hooks are told of."""
    return page(
        "Events",
        "What hooks and callbacks are told, and `GET /api/v1/events` lists. A message is "
        "`{event_id, event, timestamp, sequence, data}`: `event_id` stays the same however often it is sent, "
        "`timestamp` is in Unix seconds, `sequence` counts the events of one asset, or whatever else they are about, "
        "from 1. Fields of `data` that have nothing to say are left out. How to receive them: "
        "[webhooks](../howto/webhooks.md).",
        "## Of assets",
        _events(OURS),
        f"The `callback_url` of an upload is told of {_listed(sorted(OF_AN_UPLOAD))}.",
        "## Of the compatible contract",
        f"Who asks for {_listed(GENERATED_VIDEO)} is told of every kind of video under these names.",
        _events(COMPATIBLE),
        "## Of videos",
        "Who asks for `video.completed` or `video.failed` is told of every kind of video under these names, unless "
        "one of the compatible names is asked for too.",
        _events(OF_VIDEOS),
        "## To one hook alone",
        _events({PING: ALL_EVENTS[PING]}),
    )


def _events(rows: Mapping[str, Any]) -> str:
    cells = [[f"`{name}`", row.sentence, _listed(row.data.split(", "))] for name, row in rows.items()]
    return table(("event", "when", "data"), cells)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


# Languages


def languages() -> str:
    """What voices, normalisation, timing and captions can do for each language."""
    cells = [
        [
            one.name,
            f"`{one.tag}`",
            ", ".join(one.writing),
            _voices(one),
            "all" if one.full_normalisation else "addresses and signs" if one.embedded else "the provider's",
            one.timing,
            one.captions,
            one.note,
        ]
        for one in language_rows()
    ]
    return page(
        "Languages",
        "A script may be in any of these languages, and so may a sound that is given with its words; what is not here "
        "is refused. `language` is a BCP 47 tag (`pt-BR`, `de`); without one the voice's own is spoken.",
        "**Voices.** Every embedded voice speaks every language here but those of providers only (those of flite, "
        "where that program is installed, speak English alone, and other languages are refused), and tells exactly "
        "when each word and sound is heard, so captions and lips need no alignment. The embedded voices are "
        "synthesised by rules: clear, but not human. Without a provider the ids of its voices are spoken by the "
        "embedded voice of the same language and gender, and the result has the warning `voice_fallback`. Letters of "
        "another writing system are spoken in a language that has them; where none has, the result has the warning "
        "`text_not_spoken`, and a script of nothing else is refused.",
        "**Normalisation.** Numbers are counted by the voice in its language. *All* also gives words to money, per "
        "cent, units, dates, times, ranges, abbreviations and signs, and names the signs of addresses; *addresses and "
        "signs* leaves signs to the voice and reads addresses by their parts. Emoji are never spoken and stay in "
        "captions.",
        "**Timing** of a sound that tells no times itself: one that is given with its words, or comes of a provider "
        "that tells none. *Aligned*: an acoustic model finds each word and sound, to a hundredth of a second or two. "
        "*Warped*: an embedded voice says the same, and that is laid onto the sound, to a few hundredths. "
        "*Recognised*: the lips follow the sounds of speech that are heard, and words are spread over what is heard. "
        "What does not work on a sound gives way to the next; `outcome.timing` says what did, and warnings why.",
        "**Captions** light up by words, by characters where there are no spaces, or not at all where no installed "
        "font has the letters: then captions are refused.",
        table(("language", "tag", "writing", "voices", "normalisation", "timing", "captions", "to know"), cells),
    )


def _voices(row: LanguageRow) -> str:
    if not row.embedded:
        return "of configured providers only"
    return ", ".join(f"`{voice}`" for voice in row.voices) or "any voice, with `language` set"


# Avatars


def avatars() -> str:
    """The stock presenters, and what they can do."""
    rows = [
        [
            f"`{one.number}`",
            f"`{one.id}`",
            one.name,
            *(f"`{value}`" for value in (one.gender, one.age, one.style, one.scene, one.ethnicity)),
            one.about,
        ]
        for one in cast.people()
    ]
    return page(
        "Avatars",
        f"The {len(rows)} stock presenters are drawn by this program as layered vector art. They need no model, no "
        "network and no graphics card, and they are yours to publish. Their numbers and ids are stable for ever. "
        "[Make a video](../howto/videos.md) of them.",
        "![All presenters](avatars/cast.webp)",
        table(["number", "id", "name", "gender", "age", "style", "scene", "ethnicity", "about"], rows),
        "## Framings",
        "`full` shows a presenter down to the hips with both hands, `waist` to the waist, `closeup` head and "
        "shoulders, `circle` head and shoulders in a round window in the lower right corner. Each is drawn for every "
        "aspect ratio and size.",
        "![Each framing in 9:16, 16:9 and 1:1](avatars/framings.webp)",
        "## Speech",
        "The mouth follows six channels at 100 Hz: how far the jaw has fallen, lips spread or puckered, the upper lip "
        "raised, lips pressed together, the lower lip under the teeth, the tongue behind them. Pressed lips are always "
        "shut; chin, cheeks and beard follow the jaw.",
        "![The shapes of speech](avatars/mouths.webp)",
        "## Hands",
        f"Hands are folded at rest. Gestures: {', '.join(f'`{name}`' for name in cast.GESTURES)}.",
        "![Hands at rest and in each gesture](avatars/gestures.webp)",
        "## Head and face",
        "Heads turn, nod and tilt in depth, eyes blink and look about, brows rise, and faces smile in pauses.",
        "![Head and face](avatars/heads.webp)",
        "`scripts/make-contact-sheets` draws the pictures of this page anew.",
    )


# Music


def music() -> str:
    """The tracks of the house."""
    rows = [
        [f"`{one.id}`", one.name, one.genre, one.mood, str(one.bpm), f"{one.duration_s:.1f} s", one.about]
        for one in sound.tracks()
    ]
    return page(
        "Music",
        f"The {len(rows)} tracks of the house are composed here and played by program: no recording of anyone else is "
        "in them, and videos with them may be published and sold. Their ids are stable for ever. Each is a loop whose "
        f"end leads into its beginning, in stereo at 48 kHz and {sound.TRACK_LUFS:g} LUFS, with room left between 1 "
        "and 4 kHz for the consonants of a voice.",
        table(["id", "name", "genre", "mood", "beats a minute", "once round", "what is heard"], rows),
        "How music and voice are mixed: [Music and loudness](../howto/sound.md).",
    )


PAGES: dict[str, Callable[[], str]] = {
    "music.md": music,
    "avatars.md": avatars,
    "advice.md": advice,
    "settings.md": settings,
    "errors.md": errors,
    "problems.md": problems,
    "events.md": events,
    "limits.md": limits,
    "cli.md": command_line,
    "languages.md": languages,
}

if __name__ == "__main__":
    for name, text in PAGES.items():
        (FOLDER / name).write_text(text(), "utf-8")
        print(f"docs/reference/{name}")
