"""Become another program within limits that its children and it cannot lift: run as a script, by the path of this file.

A function between fork and exec would do the same, and may hang in a process with threads.
"""

import os
import resource
import sys
from typing import Final

# Bytes of address space (ffmpeg uses a tenth of it, and its threads reserve more), seconds of processor, bytes of any
# file written, open files, bytes of a core dump.
LIMITS: Final = (
    (resource.RLIMIT_AS, 1_000_000_000),
    (resource.RLIMIT_CPU, 10),
    (resource.RLIMIT_FSIZE, 6_000_000),
    (resource.RLIMIT_NOFILE, 32),
    (resource.RLIMIT_CORE, 0),
)

if __name__ == "__main__":
    for what, most in LIMITS:
        resource.setrlimit(what, (most, most))
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 - no shell is meant
