"""Settings: where they come from, which counts more, and what is said of one that cannot be used."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from greenroom.config import SettingFacts, Settings, all_settings, load
from greenroom.errors import SettingError

DURATIONS = [facts for facts in all_settings() if facts.name.endswith("_s") and not facts.name.endswith("_per_s")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a settings file may be written."""
    return tmp_path / "greenroom.toml"


def refusal(environ: Mapping[str, str]) -> str:
    """What is said of an environment that cannot be used."""
    with pytest.raises(SettingError) as refused:
        load(environ)
    return str(refused.value)


def test_without_anything_the_defaults_hold() -> None:
    assert load({}) == Settings()


@pytest.mark.parametrize("facts", list(all_settings()), ids=lambda facts: facts.name)
def test_every_default_passes_its_own_check(facts: SettingFacts) -> None:
    assert facts.check is None or facts.check(facts.default)


@pytest.mark.parametrize("facts", list(all_settings()), ids=lambda facts: facts.name)
def test_every_setting_has_a_sentence_of_help_and_a_check_that_says_what_is_allowed(facts: SettingFacts) -> None:
    assert facts.help.endswith(".")
    assert (facts.check is None) == (facts.allowed == "")


@pytest.mark.parametrize("facts", DURATIONS, ids=lambda facts: facts.name)
def test_no_duration_is_longer_than_a_clock_can_tell(facts: SettingFacts) -> None:
    assert facts.check is not None
    assert not facts.check(facts.type(1e30))
    assert facts.check(604_800)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example",
        "http://a.example:8700/",
        "http://127.0.0.1",
        "http://[::1]:8700",
        "https://médias.example",
        "https://a.example/media/",
        "https://a.example/media/v1",
    ],
)
def test_a_public_address_may_have_a_port_and_a_path_and_end_with_a_slash(url: str) -> None:
    assert load({"GREENROOM_PUBLIC_URLS": url}).public_urls == [url]


@pytest.mark.parametrize("name", ["VOICES_PIPER_URL", "VOICES_GOOGLE_URL", "PHOTO_IMAGES_URL"])
@pytest.mark.parametrize("address", ["127.0.0.1:5000", "ftp://a.example", "https://a.example/?key=1", "https://"])
def test_the_address_of_another_server_is_looked_at_when_this_one_starts(name: str, address: str) -> None:
    with pytest.raises(SettingError, match=f"GREENROOM_{name}.*like `https://api.example.com`"):
        load({f"GREENROOM_{name}": address})


def test_an_address_may_be_empty_only_where_none_is_a_choice() -> None:
    assert load({"GREENROOM_VOICES_PIPER_URL": ""}).voices.piper_url == ""
    with pytest.raises(SettingError, match="GREENROOM_VOICES_GOOGLE_URL"):
        load({"GREENROOM_VOICES_GOOGLE_URL": ""})


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("GREENROOM_PORT", "9000", 9000),
        ("GREENROOM_HOST", "0.0.0.0", "0.0.0.0"),
        ("GREENROOM_HTTP_LINGER_S", "2.5", 2.5),
        ("GREENROOM_HTTP_LINGER_S", "2", 2.0),
        ("GREENROOM_LIMITS_IMAGE_MAX_BYTES", "1000", 1000),
        ("GREENROOM_STORAGE_FSYNC", "off", False),
        ("GREENROOM_STORAGE_FSYNC", "No", False),
        ("GREENROOM_STORAGE_FSYNC", "1", True),
        ("GREENROOM_LOG_FORMAT", "json", "json"),
        ("GREENROOM_PUBLIC_URLS", "https://a.example, https://b.example", ["https://a.example", "https://b.example"]),
        ("GREENROOM_ALLOWED_HOSTS", "", []),
        ("GREENROOM_ALLOWED_HOSTS", "a.example,,b.example,", ["a.example", "b.example"]),
    ],
)
def test_a_variable_sets_its_setting(variable: str, text: str, value: object) -> None:
    settings = load({variable: text})

    facts = next(facts for facts in all_settings() if facts.variable == variable)
    assert setting(settings, facts.name) == value


def setting(settings: Settings, name: str) -> object:
    """The value of a setting by its name, `http.linger_s`."""
    section, _, field = name.rpartition(".")
    return getattr(getattr(settings, section) if section else settings, field)


def test_a_file_sets_settings_and_sections(file: Path) -> None:
    file.write_text(
        'port = 9000\npublic_urls = ["https://a.example"]\n[http]\nlinger_s = 2\n[storage]\nfsync = false\n'
    )

    settings = load({}, str(file))

    assert (settings.port, settings.public_urls, settings.http.linger_s) == (9000, ["https://a.example"], 2.0)
    assert settings.storage.fsync is False


def test_the_command_line_counts_more_than_a_variable_and_that_more_than_the_file(file: Path) -> None:
    file.write_text('port = 1\nhost = "file"\ndata = "file"\n')

    settings = load(
        {"GREENROOM_PORT": "2", "GREENROOM_HOST": "variable"}, str(file), {"port": 3, "host": None, "data": None}
    )

    assert (settings.port, settings.host, settings.data) == (3, "variable", "file")


@pytest.mark.parametrize("variable", ["GREENROOM_CONFIG", "GREENROOM_URL", "GREENROOM_PYTHON", "HOME", "greenroom_x"])
def test_variables_of_other_programs_are_left_alone(variable: str) -> None:
    assert load({variable: "x"}) == Settings()


@pytest.mark.parametrize("variable", ["GREENROOM_PROT", "GREENROOM_HTTP", "GREENROOM_HTTP_LINGER", "GREENROOM_"])
def test_a_misspelt_variable_is_refused_by_name(variable: str) -> None:
    assert refusal({variable: "1"}).startswith(f"{variable} is not a setting.")


@pytest.mark.parametrize(
    ("variable", "text", "allowed"),
    [
        ("GREENROOM_DATA", "", "the path of a folder"),
        ("GREENROOM_PORT", "http", "a whole number"),
        ("GREENROOM_PORT", "80.5", "a whole number"),
        ("GREENROOM_PORT", "", "a whole number"),
        ("GREENROOM_PORT", "65536", "0 to 65535"),
        ("GREENROOM_PORT", "-1", "0 to 65535"),
        ("GREENROOM_HTTP_LINGER_S", "soon", "a number"),
        ("GREENROOM_HTTP_LINGER_S", "0", "a number above 0"),
        ("GREENROOM_HTTP_LINGER_S", "-1", "a number above 0"),
        ("GREENROOM_HTTP_LINGER_S", "nan", "a number above 0"),
        ("GREENROOM_HTTP_LINGER_S", "inf", "a number above 0"),
        ("GREENROOM_UPLOADS_GRANT_LIFETIME_S", "inf", "a number above 0"),
        ("GREENROOM_LIMITS_IMAGE_MAX_BYTES", "10MB", "a whole number"),
        ("GREENROOM_STORAGE_FSYNC", "maybe", "on and off"),
        ("GREENROOM_STORAGE_HEADROOM_BYTES", "-1", "0 or more"),
        ("GREENROOM_LOG_FORMAT", "xml", "text or json"),
        ("GREENROOM_PUBLIC_URLS", "media.example.com", "addresses that begin with http:// or https://"),
        ("GREENROOM_PUBLIC_URLS", "https://", "like `https://media.example.com`"),
        ("GREENROOM_PUBLIC_URLS", "https://:8700", "like `https://media.example.com`"),
        ("GREENROOM_PUBLIC_URLS", "https://a.example/x?", "like `https://media.example.com`"),
        ("GREENROOM_PUBLIC_URLS", "https://a.example//", "like `https://media.example.com`"),
        ("GREENROOM_PUBLIC_URLS", "https://a.example?", "like `https://media.example.com`"),
        ("GREENROOM_PUBLIC_URLS", "https://a.example#x", "like `https://media.example.com`"),
        ("GREENROOM_PUBLIC_URLS", "https://ann:word@a.example", "like `https://media.example.com`"),
        ("GREENROOM_PUBLIC_URLS", "https://a.example:65536", "like `https://media.example.com`"),
        ("GREENROOM_PUBLIC_URLS", "https://a.example, https://b.example/x y", "like `https://media.example.com`"),
        ("GREENROOM_UPLOADS_GRANT_LIFETIME_S", "1e30", "a number above 0, up to 3153600000 (a century)"),
        ("GREENROOM_WEBHOOKS_KEPT_S", "1", "172800 to 3153600000 (a century); deliveries are tried for a day"),
        ("GREENROOM_IMPORTS_TIMEOUT_S", "1e9", "a number above 0, up to 604800 (a week)"),
        ("GREENROOM_API_KEY", "schl\xfcssel", "letters, digits and signs of ASCII"),
        ("GREENROOM_API_KEY", "key\n", "letters, digits and signs of ASCII"),
        ("GREENROOM_API_KEY", " key", "without a space at either end"),
        ("GREENROOM_API_KEY", "\udcff", "letters, digits and signs of ASCII"),
        ("GREENROOM_TRUSTED_PROXIES", "localhost", "addresses and networks like `10.0.0.1` and `10.0.0.0/8`"),
        ("GREENROOM_TRUSTED_PROXIES", "10.0.0.1, 10.0.0.1/8", "addresses and networks like"),
        ("GREENROOM_ALLOWED_HOSTS", "https://media.example.com", "names and addresses like `media.example.com`"),
        ("GREENROOM_ALLOWED_HOSTS", "*.example.com", "names and addresses like `media.example.com`"),
        ("GREENROOM_CORS_ORIGINS", "https://app.example.com/", "without a slash at the end"),
        ("GREENROOM_CORS_ORIGINS", "app.example.com", "origins as browsers write them"),
        ("GREENROOM_CORS_ORIGINS", "https://App.example.com", "in lower case"),
        ("GREENROOM_CORS_ORIGINS", "https://*.example.com", "origins as browsers write them"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_variable_value_and_what_is_allowed(
    variable: str, text: str, allowed: str
) -> None:
    said = refusal({variable: text})

    assert said.startswith(f"{variable} is ")
    assert allowed in said


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("GREENROOM_TRUSTED_PROXIES", "10.0.0.1, 10.0.0.0/8, ::1, fd00::/8"),
        ("GREENROOM_ALLOWED_HOSTS", "media.example.com, 10.0.0.5:8700, [::1]:8700, localhost"),
        (
            "GREENROOM_CORS_ORIGINS",
            "https://app.example.com, http://localhost:5173, http://[::1]:80, capacitor://localhost",
        ),
        ("GREENROOM_CORS_ORIGINS", "*"),
        ("GREENROOM_CORS_ORIGINS", "null"),
    ],
)
def test_lists_of_proxies_hosts_and_pages_take_what_such_have(variable: str, text: str) -> None:
    load({variable: text})


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ("prot = 1", "prot"),
        ("[htpt]\nlinger_s = 1", "htpt.linger_s"),
        ("http = 5", "http"),
        ("[port]\nx = 1", "port.x"),
        ("[http.linger_s]\nx = 1", "http.linger_s"),
        ('port = "8700"', "port"),
        ("port = 80.5", "port"),
        ("port = true", "port"),
        ('data = "a\\u0000b"', "data"),
        ("host = 5", "host"),
        ("public_urls = 'https://a.example'", "public_urls"),
        ("public_urls = [5]", "public_urls"),
        ("allowed_hosts = [5]", "allowed_hosts"),
        ("[storage]\nfsync = 'off'", "storage.fsync"),
        ("[storage]\nfsync = 0", "storage.fsync"),
    ],
)
def test_a_line_of_the_file_that_cannot_be_used_is_refused_with_file_and_name(
    file: Path, toml: str, named: str
) -> None:
    file.write_text(toml)

    with pytest.raises(SettingError) as refused:
        load({}, str(file))

    assert str(refused.value).startswith(f"{file}: {named} is ")


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe", b"[a\n"])
def test_a_file_that_is_no_toml_is_refused_by_name(file: Path, content: bytes) -> None:
    file.write_bytes(content)

    with pytest.raises(SettingError, match=r"The settings file .*greenroom\.toml cannot be read"):
        load({}, str(file))


def test_a_file_that_is_not_there_is_refused_by_name(file: Path) -> None:
    with pytest.raises(SettingError, match=r"greenroom\.toml cannot be read"):
        load({}, str(file))


def test_a_flag_is_checked_as_a_variable_is() -> None:
    with pytest.raises(SettingError, match=r"^--port is 70000; allowed is 0 to 65535\.$"):
        load({}, None, {"port": 70000})


@pytest.mark.parametrize(
    ("environ", "posts_per_minute"),
    [
        ({}, 600),
        ({"GREENROOM_PROFILE": "jogg"}, 20),
        ({"GREENROOM_PROFILE": "jogg", "GREENROOM_RATES_POSTS_PER_MINUTE": "7"}, 7),
    ],
)
def test_a_profile_changes_defaults_and_not_what_is_set(environ: dict[str, str], posts_per_minute: int) -> None:
    assert load(environ).rates.posts_per_minute == posts_per_minute


def test_an_unknown_profile_is_refused() -> None:
    assert refusal({"GREENROOM_PROFILE": "x"}) == "GREENROOM_PROFILE is 'x'; allowed is greenroom and jogg."
