"""
Which protections of decoding children, and of the processes that make copies, this machine has; feature by feature,
since kernels and containers differ.
"""

from dataclasses import dataclass

from greenroom.media.landlock import LandlockUnavailable, landlock_abi
from greenroom.media.seccomp import FILES, WRITING, SeccompUnavailable, compiled_filter


class SandboxIncomplete(RuntimeError):
    """A protection is missing that the limits require."""


@dataclass(frozen=True, slots=True)
class Protections:
    """What is in force; where something is not, the reason stands instead."""

    landlock_abi: int | None
    landlock_missing: str | None
    seccomp_program: bytes | None
    seccomp_missing: str | None
    copying_program: bytes | None = None
    rendering_program: bytes | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """A sentence for each protection that is missing."""
        reasons = (("Landlock", self.landlock_missing), ("seccomp", self.seccomp_missing))
        return tuple(f"{name} is not in force: {reason}" for name, reason in reasons if reason)

    def lines(self) -> tuple[str, ...]:
        """A line for each protection, for the log and for `greenroom doctor`."""
        landlock = f"no path, no TCP (ABI {self.landlock_abi})" if self.landlock_abi else self.landlock_missing
        seccomp = "memory, threads, clock and the open file alone" if self.seccomp_program else self.seccomp_missing
        return (
            f"Landlock: {landlock}",
            f"seccomp: {seccomp}",
            "limits: memory, processor time, open files, no file written, no core; ends with its parent",
            f"making copies: {self._of_copies()}",
            f"making videos: {self._of_videos()}",
        )

    def _of_copies(self) -> str:
        parts = ["Landlock"] if self.landlock_abi else []
        parts += ["seccomp, with writing to the one open file"] if self.copying_program else []
        return ", ".join([*parts, "limits"])

    def _of_videos(self) -> str:
        parts = ["Landlock, with a work folder and fonts"] if self.landlock_abi else []
        parts += ["seccomp, with files but no other process and no network"] if self.rendering_program else []
        return ", ".join([*parts, "limits"])

    def require(self) -> None:
        """Raise SandboxIncomplete if anything is missing."""
        if self.missing:
            raise SandboxIncomplete("; ".join(self.missing))


def protections() -> Protections:
    """Look what this machine has."""
    abi, no_landlock = None, None
    try:
        abi = landlock_abi()
    except LandlockUnavailable as error:
        no_landlock = f"the kernel lacks it or has it switched off ({error.strerror})"
    program, copying, rendering, no_seccomp = None, None, None, None
    try:
        program, copying, rendering = compiled_filter(), compiled_filter(WRITING), compiled_filter(FILES)
    except SeccompUnavailable as error:
        no_seccomp = str(error.strerror)
    return Protections(abi, no_landlock, program, no_seccomp, copying, rendering)
