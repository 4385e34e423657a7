"""`greenroom keys` and `greenroom accounts`, in the data folder; and the doctor's look at what is counted."""

import contextlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from greenroom import cli
from greenroom.bootstrap import house
from greenroom.db.sqlite import Statement
from greenroom.errors import GreenroomError, NotFound, ParameterError, SettingError


def ran(data: Path, *arguments: str) -> Result:
    """What a command said; what it raised is raised."""
    said = CliRunner().invoke(cli.app, [*arguments, "--data", str(data)], env={"COLUMNS": "200"})
    if isinstance(said.exception, GreenroomError):
        raise said.exception
    return said


def told(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """What a command says as a process of its own."""
    command = [sys.executable, "-m", "greenroom", *arguments]
    return subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as the first start of a server leaves it."""
    made = tmp_path_factory.mktemp("commands") / "data"
    house.open_catalogue(str(made)).close()
    return made


@pytest.fixture(scope="module")
def account(data: Path) -> str:
    made = ran(data, "accounts", "create", "Söhne & 子", "--email", "a@example.com", "--credits", "2.5")
    return made.stdout.strip()


def test_an_account_is_made_and_shown_with_its_limits(data: Path, account: str) -> None:
    shown = ran(data, "accounts", "show", account).stdout.splitlines()

    assert shown == [
        f"id             {account}",
        "name           Söhne & 子",
        "email          a@example.com",
        "username       ",
        "stored bytes   0",
        "assets         0",
        "media seconds  0",
        "credits        0 of 2.5",
    ]


def test_a_limit_is_set_and_taken_away(data: Path, account: str) -> None:
    ran(data, "accounts", "set", account, "--assets", "5", "--media-seconds", "1.5")
    limited = ran(data, "accounts", "show", account).stdout
    ran(data, "accounts", "set", account, "--assets", "unlimited", "--media-seconds", "default")
    free = ran(data, "accounts", "show", account).stdout

    assert "assets         0 of 5\nmedia seconds  0 of 1.5" in limited
    assert "assets         0\nmedia seconds  0\n" in free


def test_accounts_are_listed_with_whole_ids(data: Path, account: str) -> None:
    listed = ran(data, "accounts", "list").stdout

    assert "acc_default" in listed
    assert account in listed


def on_a_terminal(data: Path, columns: int, *arguments: str) -> str:
    """What a command draws on a terminal so wide, without colours."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "greenroom", *arguments, "--data", str(data)]
    size = {"COLUMNS": str(columns), "LINES": "40", "TERM": "dumb"}
    with subprocess.Popen(command, stdout=slave, env=os.environ | size) as program:
        os.close(slave)
        drawn = b""
        with contextlib.suppress(OSError), open(master, "rb", buffering=0) as terminal:
            while piece := terminal.read(4096):
                drawn += piece
        assert program.wait(timeout=60) == 0
    return drawn.decode().replace("\r\n", "\n")


def test_a_pipe_gets_a_line_of_whole_values_for_each_key(data: Path, account: str) -> None:
    made = ran(data, "keys", "create", "the key of a very long name, " * 5, "--account", account)
    key_id, secret = made.stderr.split()[0], made.stdout.strip()

    head, *lines = told("keys", "list", "--data", str(data)).stdout.splitlines()

    assert head.split("\t") == [
        "id",
        "account",
        "name",
        "begins with",
        "scopes",
        "folder",
        "made",
        "last used",
        "state",
    ]
    line = next(line for line in lines if key_id in line).split("\t")
    assert line[1:6] == [
        account,
        ("the key of a very long name, " * 5).strip(),
        secret[:8],
        "admin read render upload",
        "",
    ]
    assert line[8] == "active"


def test_a_pipe_gets_whole_numbers_of_accounts(data: Path) -> None:
    made = ran(data, "accounts", "create", "large", "--stored-bytes", "9007199254740993", "--credits", "1234567890.125")

    lines = told("accounts", "list", "--data", str(data)).stdout.splitlines()

    line = next(line for line in lines if made.stdout.strip() in line).split("\t")
    assert line[4:] == ["0 of 9,007,199,254,740,993", "0", "0", "0 of 1,234,567,890.125"]


def test_a_wide_terminal_sees_a_table(data: Path, account: str) -> None:
    drawn = on_a_terminal(data, 300, "accounts", "list")

    assert next(line for line in drawn.splitlines() if account in line).startswith(f"│ {account} │ Söhne & 子")


@pytest.mark.parametrize("columns", [80, 30])
def test_a_narrow_terminal_sees_a_block_for_each_with_nothing_cut(data: Path, account: str, columns: int) -> None:
    drawn = on_a_terminal(data, columns, "accounts", "list")

    assert f"id             {account}\nname           Söhne & 子\nemail          a@example.com\n" in drawn
    assert "…" not in drawn


def test_keys_are_listed_as_json(data: Path, account: str) -> None:
    made = ran(data, "keys", "create", "as json", "--account", account, "--scope", "read", "--expires", "2099-01-31")
    key_id = made.stderr.split()[0]

    listed = map(json.loads, ran(data, "keys", "list", "--json").stdout.splitlines())

    line = next(line for line in listed if line["key_id"] == key_id)
    assert line.pop("created_at") > 0
    assert line == {
        "key_id": key_id,
        "account_id": account,
        "name": "as json",
        "begins_with": made.stdout[:8],
        "scopes": ["read"],
        "folder_id": None,
        "expires_at": 4073500800,
        "revoked_at": None,
        "last_used_at": None,
    }


def test_accounts_are_listed_as_json(data: Path) -> None:
    made = ran(data, "accounts", "create", "as json", "--media-seconds", "1.5").stdout.strip()

    listed = map(json.loads, ran(data, "accounts", "list", "--json").stdout.splitlines())

    line = next(line for line in listed if line["account_id"] == made)
    assert line["name"] == "as json"
    assert line["used"] == {"stored_bytes": 0, "assets": 0, "media_s": 0, "credits": 0}
    assert line["limits"] == {"stored_bytes": 0, "assets": 0, "media_s": 1.5, "credits": 0}


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1e3", str(2**63), ""])
def test_what_is_no_limit_is_refused_by_its_option(data: Path, account: str, limit: str) -> None:
    with pytest.raises(ParameterError, match=r"--assets is '.*'; allowed are a number above 0, unlimited and default"):
        ran(data, "accounts", "set", account, f"--assets={limit}")


def test_an_account_that_is_not_there_is_not_found(data: Path) -> None:
    with pytest.raises(NotFound):
        ran(data, "keys", "create", "a", "--account", "acc_x")


def test_a_scope_that_is_none_is_refused_in_plain_words(data: Path, account: str) -> None:
    with pytest.raises(ParameterError) as refused:
        ran(data, "keys", "create", "a", "--account", account, "--scope", "all")

    assert str(refused.value) == "--scope is 'all'; allowed are upload, read, render, admin, operator"


@pytest.mark.parametrize(
    ("bounds", "scopes"),
    [((), "admin, read, render, upload"), (("--scope", "read", "--scope", "operator"), "operator, read")],
)
def test_a_key_may_do_what_was_asked_for_or_what_the_help_says(
    data: Path, account: str, bounds: tuple[str, ...], scopes: str
) -> None:
    made = ran(data, "keys", "create", "a", "--account", account, *bounds)

    assert f"may: {scopes}." in made.stderr


@pytest.mark.parametrize(
    ("expires", "state"),
    [("30d", "expires 20"), ("12h", "expires 20"), ("90m", "expires 20"), ("2099-01-31", "expires 2099-01-31 00:00")],
)
def test_a_key_may_have_an_end(data: Path, account: str, expires: str, state: str) -> None:
    name = f"until {expires}"
    ran(data, "keys", "create", name, "--account", account, "--expires", expires)

    row = next(line for line in ran(data, "keys", "list").stdout.splitlines() if name in line)

    assert state in row


@pytest.mark.parametrize("expires", ["soon", "0x1d", "-1d", "2000-01-01", "99999999d"])
def test_an_end_that_cannot_be_is_refused(data: Path, expires: str) -> None:
    with pytest.raises(ParameterError, match="expires"):
        ran(data, "keys", "create", "a", f"--expires={expires}")


def test_a_key_of_another_account_is_revoked_too(data: Path, account: str) -> None:
    made = ran(data, "keys", "create", "to be revoked", "--account", account, "--scope", "read")
    key_id = made.stderr.split()[0]

    first, again = ran(data, "keys", "revoke", key_id), ran(data, "keys", "revoke", key_id)

    assert (first.exit_code, first.stdout) == (0, f"{key_id} is revoked\n")
    assert (again.exit_code, again.stderr) == (1, f"greenroom: there is no active key {key_id}\n")


def test_a_command_that_is_refused_is_one_line(data: Path) -> None:
    said = told("accounts", "show", "acc_x", "--data", str(data))

    assert (said.returncode, said.stdout, said.stderr) == (2, "", "greenroom: There is no account 'acc_x'.\n")


@pytest.mark.parametrize(
    "command",
    [
        "keys list",
        "keys create a",
        "keys revoke key_x",
        "accounts list",
        "accounts create a",
        "accounts show acc_x",
        "accounts set acc_x --assets 5",
        "audit verify",
        "reverify",
    ],
)
def test_where_there_is_no_catalogue_a_command_says_so_and_makes_nothing(tmp_path: Path, command: str) -> None:
    with pytest.raises(SettingError) as refused:
        ran(tmp_path / "typo", *command.split())

    assert str(refused.value) == (
        f"There is no catalogue in {tmp_path / 'typo'}. Name the data folder of a server with --data or "
        "GREENROOM_DATA; greenroom serve makes a new one."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_something_else_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"mine")

    with pytest.raises(SettingError, match="There is no catalogue in"):
        ran(tmp_path, "keys", "list")

    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


def test_a_receipt_is_not_verified_by_keys_that_are_made_for_it(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"There are no receipt keys in .*typo; --keys takes"):
        ran(tmp_path / "typo", "receipt", "verify", "a" * 300)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["serve", "keys list", "audit verify", "reverify"])
def test_a_data_folder_that_is_a_file_is_refused_in_one_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "afile").write_text("not a folder")

    said = told(*command.split(), "--data", str(tmp_path / "afile"))

    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == (
        f"greenroom: The data folder {tmp_path / 'afile'} cannot be used: it is no folder. Name another with --data or "
        "GREENROOM_DATA, or see to its place and its permissions.\n"
    )


def test_a_data_folder_that_cannot_be_made_is_refused_in_one_line() -> None:
    said = told("serve", GREENROOM_DATA="/proc/x")

    assert said.returncode == 2
    assert said.stderr.startswith("greenroom: The data folder /proc/x cannot be used: ")
    assert said.stderr.count("\n") == 1


def test_the_doctor_finds_what_was_counted_wrong(tmp_path: Path) -> None:
    healthy = ran(tmp_path, "doctor").stdout
    database = house.open_catalogue(str(tmp_path))
    database.write(lambda tx: tx.run(Statement("UPDATE usage SET assets = 3", {}), {})).result()
    database.close()

    spoilt = ran(tmp_path, "doctor")

    assert "counts" not in healthy
    assert (
        "BAD  counts: acc_default has 0 assets, but 3 are counted; the next start of the server sets it"
        in spoilt.stdout
    )
    assert spoilt.exit_code == 1
