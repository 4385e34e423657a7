"""
A model of what an account uses, and the services beside it: whatever happens, both must say the same.

Each history has an account of its own in one house, so that the assets of all the others stand around it. The clock
and the decoder are the test's.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from small_house import DAMAGED, GOOD, PHOTO, TESTER, SmallHouse

import media_samples
from greenroom.db import usage as usage_rows
from greenroom.domain.act import Act
from greenroom.domain.allowance import Limits, Usage
from greenroom.domain.asset import AssetState
from greenroom.domain.media import AudioStream, Examination, Format, Kind, MediaInfo
from greenroom.domain.policy import Dialect
from greenroom.errors import GreenroomError, QuotaExceeded, UploadRefused
from greenroom.services.accounts import AccountChange, Accounts
from greenroom.services.ingest import Attempt
from greenroom.services.signing import Signed, UploadRequest
from greenroom.services.uploads import SignedUploads
from greenroom.storage.incoming import Incoming

MIB = 2**20
SOUND = media_samples.wav(1)
HEADS = {"photo.jpg": PHOTO[:300], "sound.wav": SOUND[:300]}
SMALLEST, LARGEST = 300, 2000

picks = st.integers(0, 40)
"""Which of the uploads, assets or attempts there are, counted around."""
sizes = st.integers(SMALLEST, LARGEST)


@dataclass
class Original:
    """An asset and its upload as the model has them."""

    signed: Signed
    filename: str
    declared: int | None
    expires_at: datetime
    is_open: bool = True
    state: AssetState = AssetState.WAITING
    deleted_from: AssetState = AssetState.WAITING
    body: bytes = b""
    media_ms: int = 0
    deleted_at: datetime | None = None


@dataclass
class Sending:
    """A body that has arrived and is not judged yet; `held` is what the model says it holds of the quota."""

    of: Original
    attempt: Attempt
    incoming: Incoming
    body: bytes
    held: int
    staged: bool = False


class QuotaMachine(RuleBasedStateMachine):
    """Does to the services what it does to the model."""

    def __init__(self, house: SmallHouse) -> None:
        super().__init__()
        self.house = house
        self.accounts = Accounts(house.database, house.clock, Limits())
        self.uploads = SignedUploads(house.signing, house.ingest)
        self.originals: list[Original] = []
        self.sendings: list[Sending] = []
        self.left_over: list[Sending] = []
        """Staged bytes of runs that were killed, whose assets were deleted then."""

    @initialize(
        stored_bytes=st.sampled_from([4000, 25 * MIB, 0]),
        assets=st.sampled_from([0, 6]),
        media_ms=st.sampled_from([4000, 0]),
    )
    def begin(self, stored_bytes: int, assets: int, media_ms: int) -> None:
        limits = {"stored_bytes": stored_bytes, "assets": assets, "media_ms": media_ms}
        made = self.accounts.create(TESTER, AccountChange("a model", limits=limits))
        self.act = Act(made.account.id, "key_of_the_model")
        self.limits = made.limits

    # What the model knows

    def reserved_by(self, one: Original) -> int:
        if not one.is_open:
            return 0
        if one.declared is not None:
            return one.declared
        return sum(len(it.body) if it.staged else it.held for it in self.all_bytes(one))

    def all_bytes(self, one: Original) -> list[Sending]:
        return [it for it in (*self.sendings, *self.left_over) if it.of is one]

    def expected(self) -> Usage:
        kept = [one for one in self.originals if one.body]
        waiting = [one for one in self.originals if one.state in (AssetState.WAITING, AssetState.VERIFYING)]
        return Usage(
            stored_bytes=sum(len(one.body) for one in kept),
            reserved_bytes=sum(map(self.reserved_by, self.originals)),
            assets=len(kept) + len(waiting),
            media_ms=sum(one.media_ms for one in kept),
            credits_m=0,
        )

    def room_for_bytes(self) -> int:
        used = self.expected()
        return (
            self.limits.stored_bytes - used.stored_bytes - used.reserved_bytes if self.limits.stored_bytes else MIB**2
        )

    def room_for_assets(self) -> int:
        return self.limits.assets - self.expected().assets if self.limits.assets else MIB

    def room_for_media(self) -> int:
        return self.limits.media_ms - self.expected().media_ms if self.limits.media_ms else MIB

    def hold_ahead(self, one: Original, size: int) -> int | None:
        """What a body that does not say its length holds when so much of it has come; None if there is no room."""
        most = max(size, one.signed.max_bytes)
        ahead = min(8 * MIB, most)
        if ahead <= self.room_for_bytes():
            return ahead
        return size if size <= self.room_for_bytes() else None

    # What is done to both

    @rule(filename=st.sampled_from(list(HEADS)), size=st.none() | sizes)
    def sign(self, filename: str, size: int | None) -> None:
        fits = self.room_for_assets() >= 1 and self.room_for_bytes() >= (size or 0)
        try:
            original = self.signed(filename, size)
        except QuotaExceeded:
            assert not fits
        else:
            assert fits
            self.originals.append(original)

    def signed(self, filename: str, size: int | None) -> Original:
        signed, commit = self.house.signing.sign(self.act, UploadRequest(filename, None, size, Dialect.CONTENT_TYPE))
        commit.result()
        return Original(signed, filename, size, signed.expires_at)

    @rule(which=picks, size=sizes, chunked=st.booleans(), filler=st.sampled_from([b"\0", b"\1"]))
    def send(self, which: int, size: int, chunked: bool, filler: bytes) -> None:
        # Mostly to those that still take something.
        pool = [one for one in self.originals if one.is_open] if which % 5 else self.originals
        if not pool:
            return
        one = pool[-1 - which % len(pool)]
        body = HEADS[one.filename].ljust(one.declared or size, filler)
        length = None if chunked else len(body)
        takes = one.state in (AssetState.WAITING, AssetState.VERIFYING)
        takes = takes or (one.state is AssetState.READY and length in (None, len(one.body)))
        counted = one.is_open and one.declared is None and self.limits.stored_bytes != 0
        holds: int | None = 0
        if counted and takes:
            holds = self.hold_ahead(one, len(body)) if chunked else len(body)
            holds = holds if holds is not None and holds <= self.room_for_bytes() else None
        try:
            sending = self.sent(one, length, body)
        except GreenroomError as problem:
            assert not takes or (holds is None and isinstance(problem, QuotaExceeded))
        else:
            assert takes and holds is not None
            sending.held = holds
            self.sendings.append(sending)

    def sent(self, one: Original, length: int | None, body: bytes) -> Sending:
        ingest = self.house.ingest
        attempt = ingest.begin(one.signed.upload_id, length)
        try:
            ingest.check_head(attempt, body)
            ingest.hold(attempt, len(body))
        except UploadRefused as problem:
            ingest.end(attempt, problem)
            raise
        incoming = self.house.store.receive()
        incoming.write((body,))
        return Sending(one, attempt, incoming, body, 0)

    @rule(which=picks, good=st.booleans(), media_ms=st.integers(1, 3000))
    def judge(self, which: int, good: bool, media_ms: int) -> None:
        if not self.sendings:
            return
        sending = self.sendings.pop(which % len(self.sendings))
        one = sending.of
        self.house.decoder.answer = judgement(one, media_ms) if good else DAMAGED
        seconds = media_ms if one.filename == "sound.wav" else 0
        had_its_bytes = sending.attempt.asset.state is AssetState.READY
        is_published = good and not had_its_bytes and one.state in (AssetState.WAITING, AssetState.VERIFYING)
        is_published = is_published and seconds <= self.room_for_media()

        problem = self.completed(sending)

        if is_published:
            assert problem is None
            self.is_ready(one, sending.body, seconds)
        else:
            had = one.state is AssetState.READY and one.body == sending.body and (good or had_its_bytes)
            assert (problem is None) == had
            self.waits_again(sending)

    def completed(self, sending: Sending) -> GreenroomError | None:
        ingest = self.house.ingest
        try:
            ingest.complete(sending.attempt, sending.incoming)
        except GreenroomError as problem:
            ingest.end(sending.attempt, problem if isinstance(problem, UploadRefused) else None)
            return problem
        ingest.end(sending.attempt)
        return None

    def is_ready(self, one: Original, body: bytes, media_ms: int) -> None:
        one.is_open, one.state, one.body, one.media_ms = False, AssetState.READY, body, media_ms

    def waits_again(self, sending: Sending) -> None:
        if sending.staged and sending.of.state is AssetState.VERIFYING:
            sending.of.state = AssetState.WAITING

    @rule(which=picks)
    def stage(self, which: int) -> None:
        if not self.sendings:
            return
        sending = self.sendings[which % len(self.sendings)]
        staged = self.house.ingest.stage(sending.attempt, sending.incoming)
        assert staged == (sending.of.state is AssetState.WAITING)
        if staged:
            sending.staged, sending.of.state = True, AssetState.VERIFYING

    @rule(which=picks)
    def break_off(self, which: int) -> None:
        waiting = [it for it in self.sendings if not it.staged]
        if waiting:
            sending = waiting[which % len(waiting)]
            self.sendings.remove(sending)
            sending.incoming.discard()
            self.house.ingest.end(sending.attempt)

    @rule(what=st.sampled_from(["delete", "restore", "cancel"]), which=picks)
    def wish(self, what: str, which: int) -> None:
        if not self.originals:
            return
        one = self.originals[-1 - which % len(self.originals)]
        if what == "delete":
            self.delete(one)
        elif what == "restore":
            self.restore(one)
        else:
            self.cancel(one)

    def cancel(self, one: Original) -> None:
        try:
            self.uploads.cancel(self.act, one.signed.upload_id)
        except GreenroomError:
            assert not one.is_open
        else:
            self.is_cancelled(one)

    def is_cancelled(self, one: Original) -> None:
        one.is_open = False
        if one.state in (AssetState.WAITING, AssetState.VERIFYING):
            one.state, one.deleted_at = AssetState.DELETED, self.house.clock()

    def delete(self, one: Original) -> None:
        self.house.library.delete(self.act, one.signed.asset_id)
        if one.state not in (AssetState.DELETED, AssetState.PURGED):
            one.deleted_from, one.state, one.deleted_at = one.state, AssetState.DELETED, self.house.clock()

    def restore(self, one: Original) -> None:
        back = self.state_when_restored(one)
        is_new = one.state is AssetState.DELETED and back in (AssetState.WAITING, AssetState.VERIFYING)
        fits = not is_new or self.room_for_assets() >= 1
        try:
            self.house.library.restore(self.act, one.signed.asset_id)
        except GreenroomError as problem:
            assert one.state is AssetState.PURGED or (not fits and isinstance(problem, QuotaExceeded))
        else:
            assert fits
            one.state = back

    def state_when_restored(self, one: Original) -> AssetState:
        if one.state is not AssetState.DELETED:
            return one.state
        if one.body:
            return one.deleted_from
        if not one.is_open:
            return AssetState.EXPIRED
        if any(it.staged for it in self.all_bytes(one)):
            return AssetState.VERIFYING
        return AssetState.WAITING if one.expires_at > self.house.clock() else AssetState.EXPIRED

    @rule(
        what=st.sampled_from(["expire", "many_at_once", "crash", "purge"]),
        clients=st.integers(2, 8),
        size=sizes,
        declares=st.booleans(),
        good=st.booleans(),
    )
    def let_happen(self, what: str, clients: int, size: int, declares: bool, good: bool) -> None:
        """One rule for what changes much: each a rule of its own, they would leave nothing under way."""
        if what == "expire":
            self.expire()
        elif what == "purge":
            self.purge()
        elif what == "crash":
            self.crash(good, media_ms=size)
        else:
            self.many_at_once(clients, size, declares)

    def expire(self) -> None:
        self.house.clock.go_on(903)
        self.house.retention.expire()
        busy = [it.of for it in (*self.sendings, *self.left_over)]
        for one in self.originals:
            if one.is_open and not any(one is other for other in busy):
                one.is_open = False
                one.state = AssetState.EXPIRED if one.state is AssetState.WAITING else one.state

    def purge(self) -> None:
        self.house.clock.go_on(self.house.retention.restore_s)
        self.house.retention.purge()
        for one in self.originals:
            if one.state is AssetState.DELETED:
                one.is_open, one.state, one.body, one.media_ms = False, AssetState.PURGED, b"", 0

    def crash(self, good: bool, media_ms: int) -> None:
        """The server is killed and starts again: bodies on their way are gone, staged ones are judged."""
        self.house.ingest.active.clear()
        for sending in self.sendings:
            sending.incoming.close()
        self.house.retention.remove_leftovers()
        all_bytes, self.sendings = [*self.sendings, *self.left_over], []
        self.left_over = [it for it in all_bytes if it.staged and it.of.is_open]
        mine = {sending.of.signed.upload_id: sending for sending in self.left_over}

        assert self.accounts.recount() == []

        for upload, _ in self.house.ingest.unfinished():
            if upload.id in mine:
                self.resume(mine.pop(upload.id), good, media_ms)
        assert mine == {}

    def resume(self, sending: Sending, good: bool, media_ms: int) -> None:
        one = sending.of
        seconds = media_ms if one.filename == "sound.wav" else 0
        self.house.decoder.answer = judgement(one, media_ms) if good else DAMAGED
        was = one.state
        fits = seconds <= self.room_for_media()
        self.house.ingest.resume(sending.attempt.upload, sending.incoming.name)
        if was is AssetState.VERIFYING:
            self.left_over.remove(sending)
        if was is AssetState.VERIFYING and good and fits:
            self.is_ready(one, sending.body, seconds)
        elif was is AssetState.VERIFYING:
            one.state = AssetState.WAITING

    def many_at_once(self, clients: int, size: int, declares: bool) -> None:
        """As many uploads as there is room for are taken, whatever comes between whom."""
        fitting = self.room_for_bytes() // size
        allowed = max(0, min(clients, self.room_for_assets(), fitting if declares else clients))
        if not declares and self.room_for_bytes() < 0:
            allowed = 0
        self.house.decoder.answer = GOOD

        with ThreadPoolExecutor(clients) as pool:
            found = list(pool.map(lambda _: list(self.uploaded(size if declares else None, size)), range(clients)))

        made = [one for outcome in found for one in outcome]
        assert len(made) == allowed
        assert sum(bool(one.body) for one in made) == max(0, min(allowed, fitting))
        # In an order that does not hang on who was faster: the same history must be possible twice.
        self.originals.extend(sorted(made, key=lambda one: not one.body))

    def uploaded(self, declared: int | None, size: int) -> Iterator[Original]:
        """What came of an upload from its signing on: nothing, one that waits, or one that is ready."""
        try:
            one = self.signed("photo.jpg", declared)
        except QuotaExceeded:
            return
        try:
            sending = self.sent(one, size, HEADS["photo.jpg"].ljust(size, b"\2"))
        except QuotaExceeded:
            yield one
            return
        assert self.completed(sending) is None
        self.is_ready(one, sending.body, 0)
        yield one

    # What must hold after each step

    @invariant()
    def both_say_the_same(self) -> None:
        if not hasattr(self, "act"):
            return
        used = self.accounts.standing(self.act.account_id).used
        assert used == self.expected()
        assert self.limits.stored_bytes == 0 or used.stored_bytes + used.reserved_bytes <= self.limits.stored_bytes
        assert self.limits.assets == 0 or used.assets <= self.limits.assets
        assert self.limits.media_ms == 0 or used.media_ms <= self.limits.media_ms

    def teardown(self) -> None:
        for sending in (*self.sendings, *self.left_over):
            sending.incoming.discard()
            if any(sending.attempt is one for one in self.house.ingest.in_flight(sending.of.signed.upload_id)):
                self.house.ingest.end(sending.attempt)
        assert self.house.database.read(lambda tx: list(usage_rows.drift(tx))) == []


def judgement(one: Original, media_ms: int) -> Examination:
    """What the decoder says of a good file."""
    if one.filename == "photo.jpg":
        return GOOD
    seconds = media_ms / 1000
    stream = AudioStream(index=0, codec="pcm_s16le", sample_rate_hz=48000, channels=1, duration_s=seconds)
    return Examination(
        MediaInfo(Format.WAV, Kind.AUDIO, duration_s=seconds, audio=stream), deep=True, decoder="by hand"
    )
