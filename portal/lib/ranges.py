"""A small file as an answer, whole or the one range of bytes that a player asks for (RFC 9110, section 14)."""

import re
from pathlib import Path
from typing import Final

from django.http import Http404, HttpResponse

_ONE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def span(asked: str, size: int) -> tuple[int, int] | None:
    """The first byte and the one behind the last of ``size``; the whole for what asks otherwise, None outside the file."""
    found = _ONE.fullmatch(asked.replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return 0, size
    first, last = found.groups()
    if not first:
        length = int(last)
        return (max(size - length, 0), size) if length else None
    start, end = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < int(first):
        return 0, size
    return (start, end) if start < size else None


def part_of(path: Path, content_type: str, asked: str) -> HttpResponse:
    """The file for one person's eyes or ears: kept by no cache in between, and taken for nothing but its type. Http404 without it."""
    if not path.is_file():
        raise Http404
    size = path.stat().st_size
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "inline",
    }
    found = span(asked, size)
    if found is None:
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    start, end = found
    with path.open("rb") as file:
        file.seek(start)
        body = file.read(end - start)
    if (start, end) == (0, size):
        return HttpResponse(body, content_type, headers=headers)
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return HttpResponse(body, content_type, status=206, headers=headers)
