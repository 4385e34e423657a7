"""
A model of the lives of uploads, and the services beside it: whatever happens, both must say the same.

All histories run in one house whose clock and decoder are the test's. Attempts of one upload overlap at will: they
begin, stay with all their bytes arrived, are staged, and end in any order.
"""

import hashlib
from dataclasses import dataclass, field

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from small_house import DAMAGED, GOOD, OTHER_PHOTO, PHOTO, TESTER, SmallHouse

from greenroom.domain.asset import AssetState, UploadState
from greenroom.domain.ids import BlobKey
from greenroom.domain.policy import Dialect
from greenroom.domain.timeline import STEPS_MAX, Event
from greenroom.errors import GreenroomError, UploadOver, UploadRefused
from greenroom.services.ingest import Attempt
from greenroom.services.signing import Signed, UploadRequest
from greenroom.services.uploads import SignedUploads
from greenroom.storage.incoming import Incoming

LIFETIME_S = 900
JUST_BEGUN_S = 2
picks = st.integers(0, 30)
"""Which of the uploads or attempts there are, counted around."""
ENDS = {UploadState.DONE: Event.COMPLETED, UploadState.CANCELLED: Event.CANCELLED, UploadState.EXPIRED: Event.EXPIRED}
ASSETS = {
    UploadState.DONE: AssetState.READY,
    UploadState.CANCELLED: AssetState.DELETED,
    UploadState.EXPIRED: AssetState.EXPIRED,
}


@dataclass(eq=False)
class Sending:
    """A body that has arrived and is not judged yet."""

    attempt: Attempt
    incoming: Incoming
    body: bytes


@dataclass(eq=False)
class Life:
    """An upload as the model has it."""

    signed: Signed
    sha256: BlobKey | None
    expires_at: float
    state: UploadState = UploadState.OPEN
    body: bytes = b""
    steps: list[Event] = field(default_factory=lambda: [Event.SIGNED])
    sendings: list[Sending] = field(default_factory=list)
    staged: Sending | None = None


class UploadMachine(RuleBasedStateMachine):
    """One history."""

    def __init__(self, house: SmallHouse) -> None:
        super().__init__()
        self.house = house
        self.uploads = SignedUploads(self.house.signing, self.house.ingest)
        self.lives: list[Life] = []

    def _life(self, pick: int) -> Life:
        return self.lives[pick % len(self.lives)]

    def _now(self) -> float:
        return self.house.clock().timestamp()

    @rule(hashed=st.sampled_from([None, PHOTO, OTHER_PHOTO]))
    def sign(self, hashed: bytes | None) -> None:
        sha256 = digest(hashed) if hashed is not None else None
        request = UploadRequest("photo.jpg", None, None, Dialect.API, sha256=sha256)
        signed, commit = self.house.signing.sign(TESTER, request)
        commit.result()
        self.lives.append(Life(signed, sha256, self._now() + LIFETIME_S))

    @precondition(lambda self: self.lives)
    @rule(pick=picks, body=st.sampled_from([PHOTO, OTHER_PHOTO]))
    def begin(self, pick: int, body: bytes) -> None:
        life = self._life(pick)
        if life.state in (UploadState.CANCELLED, UploadState.EXPIRED) or (life.body and len(life.body) != len(body)):
            with pytest.raises(GreenroomError):
                self.house.ingest.begin(life.signed.upload_id, len(body))
            return
        attempt, incoming = self.house.begun(life.signed, body)
        life.sendings.append(Sending(attempt, incoming, body))

    @precondition(lambda self: any(life.sendings for life in self.lives))
    @rule(pick=picks, good=st.booleans())
    def judge(self, pick: int, good: bool) -> None:
        life, sending = self._sending(pick)
        life.sendings.remove(sending)
        self.house.decoder.answer = GOOD if good else DAMAGED
        refusal: GreenroomError | None = None
        try:
            asset = self.house.ingest.complete(sending.attempt, sending.incoming)
            assert asset.state is AssetState.READY
        except GreenroomError as problem:
            refusal = problem
        self.house.ingest.end(sending.attempt, refusal if isinstance(refusal, UploadRefused) else None)
        self._expect(life, sending, good, refusal)

    def _expect(self, life: Life, sending: Sending, good: bool, refusal: GreenroomError | None) -> None:
        was_ready = sending.attempt.asset.state is AssetState.READY
        hash_fits = life.sha256 in (None, digest(sending.body))
        if was_ready:
            assert (refusal is None) == (sending.body == life.body)
        elif not hash_fits or not good:
            assert isinstance(refusal, UploadRefused)
            assert refusal.code == ("scan_damaged" if hash_fits else "checksum_mismatch")
            if life.state is UploadState.OPEN:
                life.steps.append(Event.REFUSED)
        elif life.state is UploadState.OPEN:
            assert refusal is None
            self._end(life, UploadState.DONE)
            life.body = sending.body
        elif life.state is UploadState.DONE:
            assert (refusal is None) == (sending.body == life.body)
        else:
            assert refusal is not None
        if life.staged is sending:
            life.staged = None

    @precondition(lambda self: any(life.sendings for life in self.lives))
    @rule(pick=picks)
    def stage(self, pick: int) -> None:
        life, sending = self._sending(pick)
        is_first = life.state is UploadState.OPEN and life.staged is None
        assert self.house.ingest.stage(sending.attempt, sending.incoming) == is_first
        if is_first:
            life.staged = sending
            life.steps.append(Event.VERIFYING)

    @precondition(lambda self: any(life.sendings for life in self.lives))
    @rule(pick=picks)
    def break_off(self, pick: int) -> None:
        life, sending = self._sending(pick)
        if life.staged is sending:
            return
        life.sendings.remove(sending)
        sending.incoming.discard()
        self.house.ingest.end(sending.attempt)

    @precondition(lambda self: self.lives)
    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        life = self._life(pick)
        if life.state in (UploadState.DONE, UploadState.EXPIRED):
            with pytest.raises(UploadOver):
                self.uploads.cancel(TESTER, life.signed.upload_id)
            return
        seen = self.uploads.cancel(TESTER, life.signed.upload_id)
        assert seen.record.upload.state is UploadState.CANCELLED
        if life.state is UploadState.OPEN:
            self._end(life, UploadState.CANCELLED)

    @precondition(lambda self: self.lives)
    @rule(pick=picks)
    def renew(self, pick: int) -> None:
        life = self._life(pick)
        if life.state is not UploadState.OPEN:
            with pytest.raises(UploadOver):
                self.uploads.renew(TESTER, life.signed.upload_id)
            return
        fresh, _ = self.uploads.renew(TESTER, life.signed.upload_id)
        assert self.house.signing.grant(fresh.token).upload_id == life.signed.upload_id
        life.expires_at = self._now() + LIFETIME_S
        life.steps.append(Event.RENEWED)

    @rule(seconds=st.sampled_from([1, 400, 1000]))
    def let_time_pass(self, seconds: int) -> None:
        self.house.clock.go_on(seconds)

    @rule()
    def sweep(self) -> None:
        self.house.retention.expire()
        for life in self.lives:
            over = life.expires_at <= self._now() - JUST_BEGUN_S
            if life.state is UploadState.OPEN and over and not life.sendings and life.staged is None:
                self._end(life, UploadState.EXPIRED)

    def teardown(self) -> None:
        """Leave nothing in flight for the next history."""
        for life in self.lives:
            for sending in life.sendings:
                sending.incoming.discard()
                self.house.ingest.end(sending.attempt)
            if life.state is UploadState.OPEN:
                self.uploads.cancel(TESTER, life.signed.upload_id)

    @invariant()
    def they_say_the_same(self) -> None:
        for life in self.lives:
            seen = self.uploads.one(TESTER, life.signed.upload_id)
            record = seen.record
            assert record.upload.state is life.state
            waiting = AssetState.VERIFYING if life.staged is not None else AssetState.WAITING
            assert record.asset.state is ASSETS.get(life.state, waiting)
            assert len(seen.in_flight) == len(life.sendings)
            kept = life.steps if len(life.steps) <= STEPS_MAX else [life.steps[0], *life.steps[1 - STEPS_MAX :]]
            assert [step.event for step in record.timeline] == kept

    @invariant()
    def nothing_is_left_on_the_disk(self) -> None:
        there = {sending.incoming.name for life in self.lives for sending in life.sendings}
        assert {path.name for path in self.house.temporary_files()} == there

    @invariant()
    def each_end_is_told_once(self) -> None:
        told = {
            UploadState.DONE: ["asset.ready"],
            UploadState.CANCELLED: ["asset.deleted"],
            UploadState.EXPIRED: ["upload.expired"],
            UploadState.OPEN: [],
        }
        for life in self.lives:
            assert self.house.events(life.signed.asset_id) == told[life.state]

    def _sending(self, pick: int) -> tuple[Life, Sending]:
        every = [(life, sending) for life in self.lives for sending in life.sendings]
        return every[pick % len(every)]

    def _end(self, life: Life, state: UploadState) -> None:
        life.state = state
        life.staged = None
        life.steps.append(ENDS[state])


def digest(body: bytes) -> BlobKey:
    """The SHA-256 of a body."""
    return BlobKey(hashlib.sha256(body).hexdigest())
