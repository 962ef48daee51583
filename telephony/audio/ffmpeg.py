"""ffmpeg as it comes with imageio-ffmpeg: without a shell, an environment or a network, within time and memory."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from telephony.audio import limited

SECONDS: Final = 10
_LAUNCHER: Final = (sys.executable, "-I", "-S", limited.__file__)
_QUIETLY: Final = ("-nostdin", "-hide_banner", "-nostats", "-loglevel", "info", "-threads", "1")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run wrote: sound on the one side, what it said about it on the other. `code` is that of the process."""

    code: int
    sound: bytes
    said: str


class Clock:
    """The time that all runs for one file have together, in seconds."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds; none left is the least that can be waited for."""
        return max(self._end - time.monotonic(), 0.001)


def run(arguments: Sequence[str], folder: Path, clock: Clock) -> Ran:
    """Run it in a folder; its output is sound. TimeoutError when the clock runs out, and then it runs no more.

    What it writes goes to files without a name, so that the limit of files bounds the memory of this process as well.
    """
    command = [*_LAUNCHER, imageio_ffmpeg.get_ffmpeg_exe(), *_QUIETLY, *arguments]
    with tempfile.TemporaryFile(dir=folder) as sound, tempfile.TemporaryFile(dir=folder) as said:
        try:
            done = subprocess.run(  # noqa: S603 - a list of our own words; what people send is in a file of our own name
                command, stdout=sound, stderr=said, cwd=folder, env={}, timeout=clock.left(), check=False
            )
        except subprocess.TimeoutExpired as error:
            raise TimeoutError from error
        sound.seek(0)
        said.seek(0)
        return Ran(done.returncode, sound.read(), said.read().decode("utf-8", "replace"))
