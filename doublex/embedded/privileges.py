"""Running a server as somebody else than root, without touching a folder that is not ours.

PostgreSQL refuses to run as root. Where we are root, its processes become an ordinary user that keeps one capability:
to pass folders it may not enter (CAP_DAC_OVERRIDE, as an ambient capability, see capabilities(7)). So the checkout may
lie below a folder with mode 0700. access(2), with which PostgreSQL's programs look for each other, leaves capabilities
aside unless the process is marked so that its user does not decide about them (SECBIT_NO_SETUID_FIXUP). Where the
capability is not to be had, they become that user plainly.
"""

import ctypes
import os
import pwd
import signal
import struct
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 8, 28, 47, 2
_SECBIT_NO_SETUID_FIXUP = 4
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1


def server_user() -> pwd.struct_passwd | None:
    """Who servers run as where we are root; None where they run as ourselves."""
    if os.name != "posix" or os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("Running as root, and no user 'postgres' or 'nobody' exists to run PostgreSQL as.")


def give(path: Path) -> None:
    """Make one of our own files or folders the server user's, where there is one."""
    if user := server_user():
        os.chown(path, user.pw_uid, user.pw_gid)


def in_child(dies_with: signal.Signals, drops_root: bool) -> Callable[[], None]:
    """What a child does before it becomes its program: leave our terminal, drop root if asked, die when we die."""
    user, libc = server_user() if drops_root else None, _libc()

    def prepare() -> None:
        os.setsid()
        if user is not None:
            _become(user, libc)
        if libc is not None:
            # After the change of user, which would clear it.
            libc.prctl(_PR_SET_PDEATHSIG, int(dies_with), 0, 0, 0)

    return prepare


def _libc() -> ctypes.CDLL | None:
    try:
        libc = ctypes.CDLL(None, use_errno=True)
    except OSError:
        return None
    return libc if hasattr(libc, "prctl") else None


def _become(user: pwd.struct_passwd, libc: ctypes.CDLL | None) -> None:
    if libc is not None:
        libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
        libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    if libc is not None:
        mask = 1 << _CAP_DAC_OVERRIDE
        header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
        # effective, permitted, inheritable; the second triple is for capabilities above 31.
        libc.capset(header, struct.pack("=6I", mask, mask, mask, 0, 0, 0))
        libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)
