"""Files that are sent to the portal go straight to the disk where they are kept: never whole in memory, never copied."""

import hashlib
import os
import re
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

FOLDER = "cdr-uploads"
INCOMING = "incoming"


class Trouble(StrEnum):
    """Why an upload could not be kept."""

    TOO_LARGE = "too_large"
    DISK_FULL = "disk_full"


class Received(UploadedFile[bytes]):
    """A file as it came in. Closing it deletes it, unless somebody kept it."""

    def __init__(self, stream: BinaryIO, path: Path, name: str) -> None:
        super().__init__(stream, name, size=0)
        self.stream = stream
        self.path = path
        self.digest = hashlib.sha256()
        self.trouble: Trouble | None = None
        self.kept = False

    @property
    def sha256(self) -> str:
        return self.digest.hexdigest()

    def keep(self, folder: Path) -> Path:
        """Move it out of the incoming ones; returns where it is now."""
        self.stream.close()
        target = folder / self.path.stem
        self.path.rename(target)
        self.path, self.kept = target, True
        return target

    def close(self) -> None:
        # What waits in a buffer of a full disk cannot be written when it is closed either.
        with suppress(OSError):
            self.stream.close()
        if not self.kept:
            self.path.unlink(missing_ok=True)


class KeepOnDisk(FileUploadHandler):
    """Write what comes in below `root`, up to `most` bytes a file; what goes wrong is said by the file itself.

    The rest of a file that is in trouble is read and dropped, so that whoever sends it gets an answer that says why.
    """

    file: Received

    def __init__(self, root: Path, most: int) -> None:
        super().__init__()
        self.folder = root / FOLDER / INCOMING
        self.most = most

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        path = self.folder / f"{uuid4().hex}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            stream = path.open("xb")
        except OSError:
            self.file = Received(open(os.devnull, "wb"), path, clean_name(self.file_name))  # noqa: SIM115, PTH123
            self.file.trouble = Trouble.DISK_FULL
        else:
            self.file = Received(stream, path, clean_name(self.file_name))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - Django's signature
        file = self.file
        if file.trouble:
            return
        file.size = (file.size or 0) + len(raw_data)
        if file.size > self.most:
            self._give_up(Trouble.TOO_LARGE)
            return
        file.digest.update(raw_data)
        try:
            file.stream.write(raw_data)
        except OSError:
            self._give_up(Trouble.DISK_FULL)

    def file_complete(self, file_size: int) -> Received:  # noqa: ARG002
        if not self.file.trouble:
            try:
                self.file.stream.flush()
                os.fsync(self.file.stream.fileno())
            except OSError:
                self._give_up(Trouble.DISK_FULL)
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()

    def _give_up(self, why: Trouble) -> None:
        self.file.trouble = why
        # The space it took is what others need now.
        self.file.path.unlink(missing_ok=True)


def clean_name(name: str | None) -> str:
    """The name of a file as it is shown: without folders and control characters."""
    last = re.sub(r"[\x00-\x1f\x7f]", "", re.split(r"[/\\]", name or "")[-1]).strip()[-255:]
    return "calls.csv" if last in ("", ".", "..") else last
