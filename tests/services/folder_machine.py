"""
A model of a tree of folders, and the service beside it: whatever happens, both must say the same.

Each history has an account of its own in one catalogue, so that the trees of all the others stand around it.
"""

import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import bindparam, insert, select, update

from greenroom.db import folders as folder_rows
from greenroom.db.schema import accounts, assets
from greenroom.db.sqlite import Database, sql
from greenroom.domain.act import Act
from greenroom.domain.folder import TOP, FolderChange, FolderLimits, FolderRef, folder_name
from greenroom.domain.ids import AccountId, FolderId
from greenroom.errors import (
    FolderConflict,
    FolderCycle,
    FolderNameTaken,
    FolderNotEmpty,
    FoldersFull,
    GreenroomError,
    NotFound,
    Outdated,
    ParameterError,
)
from greenroom.services.folders import FolderRecord, Folders

T = TypeVar("T")

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
LIMITS = FolderLimits(max_depth=4, max_per_account=12)
STATES = ("waiting", "verifying", "ready", "rejected", "expired", "deleted")
WITH_BYTES = ("verifying", "ready", "rejected")
PAGE = 2

_ADD_ACCOUNT = sql(insert(accounts).values(id=bindparam("id"), name="a model", created_at=0.0))
_ADD_ASSET = sql(
    insert(assets).values(
        id=bindparam("id"),
        account_id=bindparam("account"),
        number=bindparam("number"),
        kind="image",
        state=bindparam("new_state"),
        verification="none",
        name="",
        extension="jpg",
        created_at=0.0,
        folder_id=bindparam("folder"),
    )
)
_PLACES = sql(select(assets.c.id, assets.c.folder_id).where(assets.c.account_id == bindparam("account")))
_CHANGE_ASSET = sql(
    update(assets)
    .where(assets.c.id == bindparam("asset"))
    .values(state=bindparam("new_state"), folder_id=bindparam("folder"))
)

# Few, so that they meet; two spellings of one name, names that look like paths, ids, patterns and SQL.
_SEVERAL = st.sampled_from(
    [
        "a",
        "b",
        "A",
        "Ame\u0301lie",
        "Am\u00e9lie",
        " b ",
        "日本",
        "👩‍👩‍👧",
        "a\u202eb",
        "x" * 255,
        "...",
        "%",
        "_",
        "'\"\\",
    ]
)
_IMPOSSIBLE = st.sampled_from(["", " ", ".", "..", "a/b", "x" * 256, "a\nb", "\x00", "\ud800"])
names = st.one_of(_SEVERAL, st.text(max_size=8), _IMPOSSIBLE)
picks = st.integers(0, 40)
"""Which of the folders there are, counted around; none of them now and then."""


@dataclass
class Node:
    """A folder as the model has it."""

    parent: FolderId
    name: str
    version: int = 1


@dataclass
class Thing:
    """An asset as the model has it."""

    folder: FolderId
    state: str


class FolderMachine(RuleBasedStateMachine):
    """Does to the service what it does to the model."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.told: list[str] = []
        self.service = Folders(database, LIMITS, lambda: NOW, self.told.append)
        self.account = AccountId("acc_" + secrets.token_hex(16))
        self.act = Act(self.account, "key_of_the_model")
        self.tree: dict[FolderId, Node] = {}
        self.things: dict[str, Thing] = {}

    @initialize()
    def begin(self) -> None:
        """Not with nothing: a history is too short to grow a tree in which much can go wrong."""
        self.database.write(lambda tx: tx.run(_ADD_ACCOUNT, {"id": self.account})).result()
        for parent, name in ((0, "a"), (1, "b"), (2, "日本"), (0, "b"), (4, "a")):
            self.create(parent, name)
        for place in range(6):
            self.add_asset(place, "ready")
        self.add_asset(2, "waiting")

    # What the model knows

    def pick(self, number: int) -> FolderId:
        """One of the folders, or the top."""
        return [TOP, *self.tree][number % (len(self.tree) + 1)]

    def above(self, folder: FolderId) -> list[FolderId]:
        """The folder and those that it lies in, upwards."""
        found = []
        while folder:
            found.append(folder)
            folder = self.tree[folder].parent
        return found

    def below(self, folder: FolderId) -> set[FolderId]:
        """The folder and those that lie in it at any depth."""
        return {one for one in self.tree if folder in self.above(one)}

    def height(self, folder: FolderId) -> int:
        return max(len(self.above(one)) for one in self.below(folder)) - len(self.above(folder)) + 1

    def child(self, parent: FolderId, name: str) -> FolderId | None:
        return next((id_ for id_, node in self.tree.items() if (node.parent, node.name) == (parent, name)), None)

    def inside(self, folders: set[FolderId]) -> int:
        """How many assets with bytes lie in these folders."""
        return sum(thing.folder in folders and thing.state in WITH_BYTES for thing in self.things.values())

    def path(self, folder: FolderId, top: FolderId = TOP) -> str:
        chain = self.above(folder)
        shown = chain[: chain.index(top)] if top else chain
        return "/" + "/".join(self.tree[one].name for one in reversed(shown))

    def problem_of_new(self, parent: FolderId, name: str) -> type[GreenroomError] | None:
        if self.child(parent, name) is not None:
            return FolderNameTaken
        if len(self.above(parent)) >= LIMITS.max_depth or len(self.tree) >= LIMITS.max_per_account:
            return FoldersFull
        return None

    def problem_of_move(self, folder: FolderId, parent: FolderId, name: str) -> type[GreenroomError] | None:
        node = self.tree[folder]
        if parent != node.parent:
            if folder in self.above(parent):
                return FolderCycle
            if len(self.above(parent)) + self.height(folder) > LIMITS.max_depth:
                return FoldersFull
        taken = self.child(parent, name)
        return FolderNameTaken if taken is not None and taken != folder else None

    # What is done to both

    @rule(parent=picks, name=names)
    def create(self, parent: int, name: str) -> None:
        place = self.pick(parent)
        kept = kept_name(name)
        if kept is None:
            return
        problem = self.problem_of_new(place, kept)
        made = attempt(problem, lambda: self.service.create(self.act, place, kept))
        if made is not None:
            self.tree[made.folder.id] = Node(place, kept)

    @rule(wanted=st.lists(_SEVERAL, max_size=4))
    def create_on_demand(self, wanted: list[str]) -> None:
        kept = tuple(folder_name(name) for name in wanted)
        place, missing = TOP, list(kept)
        while missing and (child := self.child(place, missing[0])) is not None:
            place = child
            missing.pop(0)
        too_many = len(self.tree) + len(missing) > LIMITS.max_per_account
        too_deep = len(self.above(place)) + len(missing) > LIMITS.max_depth
        problem = FoldersFull if missing and (too_many or too_deep) else None
        found = attempt(
            problem,
            lambda: self.database.write(
                lambda tx: folder_rows.find_or_create(tx, self.act, FolderRef(names=kept), LIMITS, NOW)
            ).result(),
        )
        if problem is None:
            assert found is not None
            self.learn(found, kept[len(kept) - len(missing) :])
            assert self.path(found) == "/" + "/".join(kept)

    def learn(self, last: FolderId, made: tuple[str, ...]) -> None:
        """Take over the ids of folders that were made on the way to the last one."""
        learnt = []
        for name in reversed(made):
            record = self.service.one(self.act, last)
            learnt.append((last, Node(record.folder.parent_id, name)))
            last = record.folder.parent_id
        self.tree.update(reversed(learnt))

    @precondition(lambda self: self.tree)
    @rule(which=picks, parent=picks)
    def move(self, which: int, parent: int) -> None:
        self.change(which, parent, None, stale=False)

    @precondition(lambda self: self.tree)
    @rule(which=picks, parent=st.none() | picks, name=names, stale=st.sampled_from([False, False, True]))
    def change(self, which: int, parent: int | None, name: str | None, stale: bool) -> None:
        folder = list(self.tree)[which % len(self.tree)]
        node = self.tree[folder]
        kept = None if name is None else kept_name(name)
        place = None if parent is None else self.pick(parent)
        new_name = node.name if kept is None else kept
        new_place = node.parent if place is None else place
        problem = Outdated if stale else self.problem_of_move(folder, new_place, new_name)
        versions = frozenset({node.version - 1 if stale else node.version})
        changed = attempt(problem, lambda: self.service.alter(self.act, folder, FolderChange(kept, place), versions))
        if changed is not None and (new_name, new_place) != (node.name, node.parent):
            self.tree[folder] = Node(new_place, new_name, node.version + 1)
            assert changed.folder.version == node.version + 1

    @precondition(lambda self: self.tree)
    @rule(which=picks, recursive=st.booleans())
    def delete(self, which: int, recursive: bool) -> None:
        folder = list(self.tree)[which % len(self.tree)]
        below = self.below(folder)
        inside = [id_ for id_, thing in self.things.items() if thing.folder in below and thing.state in WITH_BYTES]
        problem = FolderNotEmpty if (len(below) > 1 or inside) and not recursive else None
        self.told.clear()
        gone = attempt(problem, lambda: self.service.delete(self.act, folder, None, recursive=recursive, force=False))
        if gone is None:
            return
        assert (gone.folders, gone.assets) == (len(below), len(inside))
        assert sorted(self.told) == sorted(inside)
        for id_ in inside:
            self.things[id_].state = "deleted"
        for thing in self.things.values():
            thing.folder = TOP if thing.folder in below else thing.folder
        self.tree = {id_: node for id_, node in self.tree.items() if id_ not in below}

    @rule(which=picks, state=st.sampled_from(STATES))
    def add_asset(self, which: int, state: str) -> None:
        thing = Thing(self.pick(which), state)
        id_ = "img_" + secrets.token_hex(16)
        values = {"id": id_, "account": self.account, "number": len(self.things) + 1}
        values |= {"new_state": thing.state, "folder": thing.folder}
        self.database.write(lambda tx: tx.run(_ADD_ASSET, values)).result()
        self.things[id_] = thing

    @precondition(lambda self: self.things)
    @rule(which=picks, folder=picks, state=st.sampled_from(STATES))
    def change_asset(self, which: int, folder: int, state: str) -> None:
        id_ = list(self.things)[which % len(self.things)]
        thing = self.things[id_] = Thing(self.pick(folder), state)
        values = {"asset": id_, "new_state": thing.state, "folder": thing.folder}
        self.database.write(lambda tx: tx.run(_CHANGE_ASSET, values)).result()

    # What a key that is restricted to a folder sees

    @precondition(lambda self: self.tree)
    @rule(which=picks, other=picks)
    def look_with_a_restricted_key(self, which: int, other: int) -> None:
        within = list(self.tree)[which % len(self.tree)]
        wanted = list(self.tree)[other % len(self.tree)]
        act = Act(self.account, "key_of_a_guest", within=within)
        seen = wanted in self.below(within)
        found = attempt(None if seen else NotFound, lambda: self.service.one(act, wanted))
        if found is not None:
            assert found.path == self.path(wanted, within)
        problem = None if seen else NotFound
        if wanted == within:
            problem = FolderConflict
        attempt(problem, lambda: self.service.alter(act, wanted, FolderChange(), None))
        assert {record.folder.id for record in self.pages(act, TOP)} == self.children(within)
        foreign = Act(AccountId("acc_default"), "key_of_a_stranger")
        attempt(NotFound, lambda: self.service.one(foreign, wanted))

    # What must always be so

    @invariant()
    def model_and_service_agree(self) -> None:
        seen: set[FolderId] = set()
        places = [TOP]
        while places:
            place = places.pop()
            records = self.pages(self.act, place)
            shown = [record.folder.name for record in records]
            assert shown == sorted(shown, key=str.encode)
            assert {record.folder.id for record in records} == self.children(place)
            for record in records:
                self.agree(record)
                seen.add(record.folder.id)
                places.append(record.folder.id)
        assert seen == set(self.tree)
        where = self.database.read(lambda tx: tx.rows(_PLACES, {"account": self.account}))
        assert dict(where) == {id_: thing.folder for id_, thing in self.things.items()}

    def teardown(self) -> None:
        assert self.service.drift() == []

    def agree(self, record: FolderRecord) -> None:
        id_ = record.folder.id
        node = self.tree[id_]
        below = self.below(id_)
        assert (record.folder.name, record.folder.parent_id, record.folder.version) == (
            node.name, node.parent, node.version
        )  # fmt: skip
        assert record.path == self.path(id_)
        assert record.folder.counts.folders == len(self.children(id_))
        assert record.folder.counts.all_folders == len(below) - 1
        assert record.folder.counts.assets == self.inside({id_})
        assert record.folder.counts.all_assets == self.inside(below)

    def children(self, parent: FolderId) -> set[FolderId]:
        return {id_ for id_, node in self.tree.items() if node.parent == parent}

    def pages(self, act: Act, parent: FolderId) -> list[FolderRecord]:
        found: list[FolderRecord] = []
        while page := self.service.page(act, parent, found[-1].folder.name if found else "", PAGE):
            found += page
        return found


def kept_name(name: str) -> str | None:
    """The name as it is kept; None for one that is refused, which then must be for one of the reasons there are."""
    try:
        return folder_name(name)
    except ParameterError:
        kept = unicodedata.normalize("NFC", name).strip()
        controls = any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name)
        assert controls or not kept or "/" in kept or kept in (".", "..") or len(kept) > 255
        return None


def attempt(problem: type[GreenroomError] | None, work: Callable[[], T]) -> T | None:
    """What the work gives, or None where it has to be refused in that way and is."""
    try:
        done = work()
    except GreenroomError as refused:
        assert type(refused) is problem, refused
        return None
    assert problem is None, f"it should have been refused: {problem}"
    return done
