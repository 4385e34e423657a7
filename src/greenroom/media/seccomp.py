"""
Seccomp: which system calls a decoding child, or a process that makes a copy, may make. All others fail with EPERM.

libseccomp compiles the list into a program of the kernel's filter machine, once, in the server; a child hands
that to the kernel in one call. What decoders need is little: memory, threads, the file, the clock.
"""

import ctypes
import os
import tempfile
from collections.abc import Iterable

_ENOSYS, _EPERM = 38, 1
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_CLONE_THREAD = 0x0001_0000
_PR_SET_NAME, _PR_SET_VMA = 15, 0x5356_4D41
_AT_EMPTY_PATH = 0x1000
_FCNTL_ALLOWED = (0, 1, 2, 3, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC
_INSTRUCTION_BYTES = 8

_ALLOWED = """
    brk mmap mmap2 munmap mremap mprotect madvise membarrier
    read readv pread64 preadv preadv2 lseek _llseek fstat fstat64 dup write writev close poll ppoll
    futex futex_time64 set_robust_list get_robust_list rseq sched_yield sched_getaffinity getcpu
    set_tid_address gettid getpid getppid tgkill exit exit_group restart_syscall
    rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack
    clock_gettime clock_gettime64 clock_getres clock_nanosleep nanosleep gettimeofday times getrusage
    getrandom sysinfo uname getrlimit setrlimit prlimit64 getpriority setpriority recvmsg
""".split()  # noqa: SIM905 - sixty quoted names say nothing more
# A child locks itself in before it has its task: recvmsg is for that, and after it the child has no socket.
# It can only lower its limits and its priority.

WRITING = ("ftruncate", "ftruncate64", "pwrite64")
"""What a process needs besides, that writes a copy into a file which is open already."""

_OF_FILES = """
    preadv2 pwritev pwritev2 open openat access faccessat faccessat2 stat lstat newfstatat statx readlink readlinkat
    statfs fstatfs getcwd getdents getdents64 unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir fallocate
    fadvise64 fsync fdatasync fchmod copy_file_range sendfile wait4 waitid
""".split()  # noqa: SIM905 - as above
FILES = (*WRITING, *_OF_FILES)
"""What a process needs besides, that keeps files in a folder of its own: which ones, Landlock says."""


# Without saving errno and letting go of the interpreter's lock, a call touches 7 pages, not 70.
prctl = ctypes.PyDLL(None).prctl
prctl.argtypes = (ctypes.c_int, *(ctypes.c_ulong,) * 4)


class SeccompUnavailable(OSError):
    """The kernel has no filters for system calls, or libseccomp is not installed."""


def compiled_filter(besides: Iterable[str] = ()) -> bytes:
    """Give the filter, with these calls allowed besides, as a program for the kernel; raises SeccompUnavailable."""
    if not os.path.exists("/proc/sys/kernel/seccomp/actions_avail"):
        raise SeccompUnavailable(_ENOSYS, "the kernel has no seccomp filters")
    try:
        import pyseccomp  # finds the library when it is imported, by running programs
    except (ImportError, RuntimeError, OSError) as error:
        raise SeccompUnavailable(_ENOSYS, f"libseccomp is not installed ({error})") from error
    chosen = pyseccomp.SyscallFilter(pyseccomp.ERRNO(_EPERM))
    for name in (*_ALLOWED, *besides):
        try:
            chosen.add_rule(pyseccomp.ALLOW, name)
        except OSError:
            continue  # this architecture has no such call
    masked = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, _CLONE_THREAD)
    chosen.add_rule(pyseccomp.ALLOW, "clone", masked)
    # What glibc and musl call for fstat. A path beside it cannot be forbidden; it tells no more than a size.
    chosen.add_rule(pyseccomp.ALLOW, "newfstatat", pyseccomp.Arg(3, pyseccomp.EQ, _AT_EMPTY_PATH))
    chosen.add_rule(pyseccomp.ALLOW, "statx", pyseccomp.Arg(2, pyseccomp.MASKED_EQ, _AT_EMPTY_PATH, _AT_EMPTY_PATH))
    # Its flags lie in memory, where no filter sees them; glibc then takes the older call.
    chosen.add_rule(pyseccomp.ERRNO(_ENOSYS), "clone3")
    for what in _FCNTL_ALLOWED:
        chosen.add_rule(pyseccomp.ALLOW, "fcntl", pyseccomp.Arg(1, pyseccomp.EQ, what))
    for what in (_PR_SET_NAME, _PR_SET_VMA):
        chosen.add_rule(pyseccomp.ALLOW, "prctl", pyseccomp.Arg(0, pyseccomp.EQ, what))
    with tempfile.TemporaryFile() as program:
        chosen.export_bpf(program)
        program.seek(0)
        return program.read()


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


class Filter:
    """A compiled filter that lies ready in memory."""

    def __init__(self, program: bytes) -> None:
        self._instructions = ctypes.create_string_buffer(program, len(program))
        place = ctypes.addressof(self._instructions)
        self._program = _Program(len(program) // _INSTRUCTION_BYTES, place)
        self._place = ctypes.addressof(self._program)

    def apply(self) -> bool:
        """Put the calling process under the filter, for good; False if the kernel refuses. Needs no_new_privs."""
        return bool(prctl(_PR_SET_SECCOMP, _MODE_FILTER, self._place, 0, 0) == 0)
