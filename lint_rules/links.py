"""Which files a fix never writes: those that nobody may write, and those with other names."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def refuse_closed(target: Path) -> None:
    """Raise `OSError` for a file that nobody may write, not even root, and for one that has other names.

    Replacing a file would part it from its other names; writing over it would change those, which nobody pointed at,
    and not at once.
    """
    status = target.stat()
    if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "Permission denied", str(target))
    if status.st_nlink > 1:
        raise OSError(errno.EMLINK, f"it has {status.st_nlink} names (hard links)", str(target))
