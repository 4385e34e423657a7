"""
Every error that Greenroom raises on purpose.

    GreenroomError
    ├── ParameterError          a field of a request is missing, malformed or contradictory
    │   └── AddressRefused      an address that this server does not call; carries the finding
    ├── KeyRefused              no API key, an unknown, revoked or expired one
    ├── ScopeMissing            the key is good but may not do this
    ├── NotFound                nothing under that id for this account
    ├── NotBuiltYet             a call of the contract that a later version answers
    ├── GrantError
    │   ├── GrantInvalid        a signed URL that we did not sign, or for another purpose
    │   └── GrantExpired        a signed URL whose time is over
    ├── UploadRefused           bytes that may not become an asset; carries the finding
    │   ├── TypeRefused         not a format, or not the format, that was declared
    │   ├── SizeRefused         over the limit
    │   ├── ContentRefused      damaged, too long, wrong codec
    │   ├── LengthRefused       the body is not as long as it said
    │   ├── ChecksumRefused     not the bytes whose hash was declared
    │   ├── OtherBytesRefused   the asset has its bytes already, and they are others
    │   └── QuotaExceeded       more than the account may hold
    ├── InsufficientCredit      more credits than the account has left
    ├── UploadOver              an upload that has ended: done, cancelled or expired
    ├── VideoOver               this cannot be done with a video in its state
    ├── IdempotencyError
    │   ├── KeyInFlight         a request with this idempotency key has not ended yet
    │   ├── KeyReused           the idempotency key was given to another request
    │   └── AnswerLost          it was done, but what was answered is not known any more
    ├── ReceiptInvalid          a receipt that was changed, or that another server made
    ├── FolderConflict          the tree of folders does not allow this
    │   ├── FolderNameTaken     there is a folder of that name in the same place
    │   ├── FolderCycle         a folder cannot be moved into itself
    │   ├── FolderNotEmpty      to be deleted with its content it has to be said so
    │   └── FoldersFull         too many folders, or too deep
    ├── FetchFailed             another server did not give what was asked of it; carries the finding
    ├── HooksFull               as many hooks as an account may have
    ├── HookDisabled            nothing is told to a hook that is disabled
    ├── Outdated                it was changed since the caller read it
    ├── AssetNotReady           this cannot be done with an asset in its state
    ├── AssetInUse              something pending is to be made from the asset
    ├── AssetPurged             an asset that was deleted for too long to be restored
    ├── NotOptimized            a copy that cannot be made; carries the finding
    ├── PortraitRefused         a photograph that no avatar can be made of; carries the findings
    │   ├── FaceMissing         nobody is seen in it
    │   ├── FacesSeveral        more than one is
    │   ├── FaceUnfit           who is seen in it cannot be animated well
    │   └── TakeRefused         a film in which nobody's mouth can be moved
    ├── VoiceFailed             a voice gave no sound; says whose it is and what cures it
    ├── NotProduced             a video that cannot be made of what was given; has a code of its own
    │   └── ModelsMissing       fonts or models that are not installed; names the command
    ├── ModelsNotFetched        fonts or models that a package registry did not give
    ├── Unavailable             try again later; carries when
    │   ├── StorageFull         no room on the disk
    │   ├── RateLimited         too many POST requests of one key
    │   └── TooBusy             too much at once
    ├── SettingError            a setting that cannot be used; names the variable
    └── DataFolderInUse         another serve process owns the data folder

Each class has a stable `code`; only `web/problems.py` knows statuses and business codes.
"""

from collections.abc import Sequence

from greenroom.domain.media import Finding


class GreenroomError(Exception):
    """The root. `str()` of any error is one sentence that may be shown to a user."""

    code = "internal_error"


class ParameterError(GreenroomError):
    """A field of a request is missing, malformed or contradictory."""

    code = "parameter_error"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field} {problem}")
        self.field = field
        self.problem = problem


class AddressRefused(ParameterError):
    """An address that is malformed, or that this server does not call; `finding` is the reason."""

    def __init__(self, field: str, finding: Finding) -> None:
        super().__init__(field, f"is refused: {finding.message}")
        self.finding = finding

    @property
    def code(self) -> str:  # type: ignore[override]
        """The stable code of the finding."""
        return self.finding.code


class KeyRefused(GreenroomError):
    """No API key, or an unknown, revoked or expired one."""

    code = "key_refused"


class ScopeMissing(GreenroomError):
    """The key is good but lacks the scope that this call needs."""

    code = "scope_missing"

    def __init__(self, scope: str) -> None:
        super().__init__(f"This API key lacks the scope '{scope}'. Make a key that has it: greenroom keys create")
        self.scope = scope


class NotFound(GreenroomError):
    """Nothing under that id for this account; the same for foreign and absent ids."""

    code = "not_found"


class NotBuiltYet(GreenroomError):
    """A call of the compatible contract that this version does not answer yet."""

    code = "not_built_yet"


class GrantError(GreenroomError):
    """A signed URL that opens nothing."""

    code = "grant_invalid"


class GrantInvalid(GrantError):
    """A signed URL that we did not sign, that was changed, or that is for another purpose."""


class GrantExpired(GrantError):
    """A signed URL whose time was over when the request began."""

    code = "grant_expired"


class UploadRefused(GreenroomError):
    """Bytes that may not become an asset. `finding` is the reason, `notes` what else was found."""

    def __init__(self, finding: Finding, *others: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding
        self.others = others

    @property
    def code(self) -> str:  # type: ignore[override]
        """The stable code of the finding."""
        return self.finding.code


class TypeRefused(UploadRefused):
    """Not an accepted format, or not the one that name and declared type say."""


class SizeRefused(UploadRefused):
    """Over the limit of its kind."""


class ContentRefused(UploadRefused):
    """The format is right, but the content is damaged, too long or coded in a way that is not accepted."""


class LengthRefused(UploadRefused):
    """The body is not as long as it said, or not as long as was declared at signing."""


class ChecksumRefused(UploadRefused):
    """The body arrived, but its SHA-256 is not the one that was declared."""


class OtherBytesRefused(UploadRefused):
    """The asset has its bytes already, and those sent now are others."""


class QuotaExceeded(UploadRefused):
    """The account would hold more than it may; the finding says of what."""


class InsufficientCredit(GreenroomError):
    """The account has fewer credits left than this costs."""

    code = "insufficient_credit"

    def __init__(self, cost: float, left: float) -> None:
        super().__init__(
            f"The account has too few credits: this costs {cost:g}, left are {left:g}. The operator can give more: "
            "greenroom accounts set --credits"
        )
        self.cost = cost
        self.left = left


class UploadOver(GreenroomError):
    """The upload has ended, so it takes no bytes and can be neither renewed nor cancelled; `state` says how."""

    code = "upload_over"

    def __init__(self, state: str, cure: str) -> None:
        super().__init__(f"This upload is {state}. {cure}")
        self.state = state


class VideoOver(GreenroomError):
    """What is asked for cannot be done with a video in its state; `state` says which that is."""

    code = "video_over"

    def __init__(self, state: str, cure: str) -> None:
        super().__init__(f"This video is {state}. {cure}")
        self.state = state


class IdempotencyError(GreenroomError):
    """A request that cannot be answered under its Idempotency-Key."""

    code = "idempotency_error"


class KeyInFlight(IdempotencyError):
    """A request with this idempotency key has not ended yet."""

    code = "idempotency_key_in_flight"

    def __init__(self, key: str) -> None:
        super().__init__(f"A request with the Idempotency-Key {key[:60]} is under way. Send it again in a moment.")


class KeyReused(IdempotencyError):
    """The idempotency key was given to another request."""

    code = "idempotency_key_reused"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The Idempotency-Key {key[:60]} was given to another request within the last day. A new request needs a "
            "key of its own."
        )


class AnswerLost(IdempotencyError):
    """It was done, but its answer was not kept: it held a secret, or the server ended too soon."""

    code = "idempotency_answer_lost"

    def __init__(self, subjects: tuple[str, ...]) -> None:
        super().__init__(
            "This request was done before, but its answer was not kept: a secret that was shown once is not shown "
            "again, and a server that is interrupted may keep no answer. It changed: " + ", ".join(subjects[:10])
        )


class ReceiptInvalid(GreenroomError):
    """A receipt that was changed, that another server made, or that is none."""

    code = "receipt_invalid"


class FolderConflict(GreenroomError):
    """The tree of folders, as it is, does not allow this."""

    code = "folder_conflict"


class FolderNameTaken(FolderConflict):
    """There is a folder of that name in the same place; `folder_id` is that one."""

    code = "folder_name_taken"

    def __init__(self, name: str, place: str, folder_id: str) -> None:
        super().__init__(
            f"There is already a folder {name[:60]!r} in {place[:200]!r}: {folder_id}. Use that one, or another name."
        )
        self.folder_id = folder_id


class FolderCycle(FolderConflict):
    """A folder cannot be moved into itself or into one below it."""

    code = "folder_cycle"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The folder {name[:60]!r} cannot be moved into itself or into a folder below it. Move that one out first."
        )


class FolderNotEmpty(FolderConflict):
    """A folder with something in it is deleted only when that is meant; `folders` and `assets` count all below it."""

    code = "folder_not_empty"

    def __init__(self, name: str, folders: int, assets: int) -> None:
        super().__init__(
            f"The folder {name[:60]!r} is not empty: below it are {folders:,} folders and {assets:,} assets. Empty it "
            "first, or delete it with recursive=true."
        )
        self.folders = folders
        self.assets = assets


class FoldersFull(FolderConflict):
    """The account has as many folders as are allowed, or they would be nested too deep."""

    code = "folders_full"


class FetchFailed(GreenroomError):
    """
    Another server did not give what was asked of it; `finding` is the reason.

    `passes` says that a later try may succeed, `retry_after_s` when that server wants to be asked again.
    """

    def __init__(self, finding: Finding, *, passes: bool, retry_after_s: float | None = None) -> None:
        super().__init__(finding.message)
        self.finding = finding
        self.passes = passes
        self.retry_after_s = retry_after_s

    @property
    def code(self) -> str:  # type: ignore[override]
        """The stable code of the finding."""
        return self.finding.code


class Outdated(GreenroomError):
    """What is to be changed is not any more as the caller saw it; `version` is the present one."""

    code = "outdated"

    def __init__(self, what: str, version: int) -> None:
        super().__init__(f"{what} was changed since it was read: it has version {version} now. Read it again first.")
        self.version = version


class HooksFull(GreenroomError):
    """The account has as many hooks as it may have."""

    code = "hooks_full"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The account has {limit} hooks; no more are allowed. Delete one that is not needed.")
        self.limit = limit


class HookDisabled(GreenroomError):
    """Nothing is told to a hook that is disabled."""

    code = "hook_disabled"

    def __init__(self, reason: str) -> None:
        why = f" by the server: {reason}" if reason else "."
        super().__init__(f"The hook is disabled{why} Enable it first.")


class AssetNotReady(GreenroomError):
    """The asset has no judged bytes, or not any more; `state` says why."""

    code = "asset_not_ready"

    def __init__(self, state: str) -> None:
        cure = _CURES_OF_STATES.get(state, "this can be done once it is ready.")
        super().__init__(f"The asset is {state}; {cure}")
        self.state = state


_CURES_OF_STATES = {
    "expired": "its file did not come in time, or could not be fetched, and none is awaited any more. Upload or import "
    "it again.",
    "rejected": "its findings say why. Upload a file without those faults.",
    "deleted": "restore it first.",
    "purged": "it was deleted too long ago, and its bytes are gone. Upload the file again.",
}
"""What helps in the states that no waiting ends."""


class AssetInUse(GreenroomError):
    """The asset cannot be deleted while what is to be made from it is pending; `used_by` has types and ids."""

    code = "asset_in_use"

    def __init__(self, users: list[tuple[str, str]]) -> None:
        named = ", ".join(f"{kind} {id_}" for kind, id_ in users[:5])
        more = f" and {len(users) - 5} more" if len(users) > 5 else ""
        super().__init__(f"The asset is used by {named}{more}. Wait until it is done, or delete it with force=true.")
        self.used_by = [{"type": kind, "id": id_} for kind, id_ in users]


class AssetPurged(GreenroomError):
    """The asset was deleted for so long that nothing of it is left."""

    code = "asset_purged"

    def __init__(self) -> None:
        super().__init__("The asset was deleted too long ago: its bytes are gone. Upload the file again.")


class NotOptimized(GreenroomError):
    """There is no render-safe copy of this file; `finding` says why."""

    code = "not_optimized"

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class PortraitRefused(GreenroomError):
    """
    A photograph that no avatar can be made of. `finding` is the first reason, `others` the rest of them.

    `field` is what names the photograph in the request.
    """

    def __init__(self, field: str, finding: Finding, *others: Finding) -> None:
        super().__init__(f"{field} is refused: {finding.message}")
        self.field = field
        self.finding = finding
        self.others = others

    @property
    def code(self) -> str:  # type: ignore[override]
        """The stable code of the finding."""
        return self.finding.code


class FaceMissing(PortraitRefused):
    """A photograph in which no human face was found."""


class FacesSeveral(PortraitRefused):
    """A photograph of more than one person."""


class FaceUnfit(PortraitRefused):
    """A photograph of a face that cannot be animated well: too small, turned away, blurred, covered."""


class TakeRefused(PortraitRefused):
    """A film in which nobody is seen whose mouth could be moved."""


class VoiceFailed(GreenroomError):
    """
    A voice gave no sound. `provider` is whose voice it is; `passes` says that a later try may succeed.
    """

    code = "voice_failed"

    def __init__(self, provider: str, problem: str, cure: str = "", *, passes: bool = False) -> None:
        super().__init__(f"The voice of {provider} failed: {problem}." + (f" {cure}" if cure else ""))
        self.provider = provider
        self.problem = problem
        self.passes = passes


class NotProduced(GreenroomError):
    """
    A video cannot be made of what was given; each way has a code of its own.

    The message names the field or asset, the measured and the allowed value, and the cure.
    """

    code = "not_produced"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ModelsMissing(NotProduced):
    """Fonts or models that `user` needs are not installed; `names` are their paths in the models folder."""

    def __init__(self, user: str, folder: str, names: Sequence[str]) -> None:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        super().__init__(
            "models_missing",
            f"For {user} {names[0]}{more} must be in {folder}. Run on the server: greenroom models install",
        )
        self.names = tuple(names)


class ModelsNotFetched(GreenroomError):
    """A package registry did not give fonts or models, or gave others; `passes` says that a later try may succeed."""

    code = "models_not_fetched"

    def __init__(self, problem: str, cure: str = "", *, passes: bool = False) -> None:
        super().__init__(f"{problem}." + (f" {cure}" if cure else ""))
        self.passes = passes


class Unavailable(GreenroomError):
    """It cannot be done now; nothing is wrong with the request."""

    code = "unavailable"

    def __init__(self, problem: str, retry_after_s: int) -> None:
        super().__init__(problem)
        self.retry_after_s = retry_after_s


class StorageFull(Unavailable):
    """The disk has no room for this; what was there is unharmed."""

    code = "storage_full"


class RateLimited(Unavailable):
    """More POST requests in a minute than an API key may send."""

    code = "rate_limited"

    def __init__(self, limit: int, current: int, retry_after_s: int) -> None:
        super().__init__(
            f"This API key sent {current} POST requests in the last minute; allowed are {limit}. "
            f"Wait {retry_after_s} s.",
            retry_after_s,
        )
        self.limit = limit
        self.current = current


class TooBusy(Unavailable):
    """More is going on than this server takes on at once."""

    code = "too_busy"


class SettingError(GreenroomError):
    """A setting that cannot be used; the message names it and the allowed values."""

    code = "setting_error"


class DataFolderInUse(GreenroomError):
    """Another `greenroom serve` owns the data folder."""

    code = "data_folder_in_use"
