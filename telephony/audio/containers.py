"""What a file is by its first bytes. Its name and the type a browser claims say nothing."""

from typing import Final

# How many bytes of the beginning are looked at.
HEAD: Final = 64
_ASF: Final = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ARCHIVES: Final = (b"PK", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


def demuxer(head: bytes) -> str | None:
    """Ffmpeg's name for the kind of file, of those that are taken: it gets no choice, so that a playlist stays text."""
    if head[:4] in {b"RIFF", b"RIFX"} and head[8:12] == b"WAVE":
        return "wav"
    if head[4:8] == b"ftyp":
        return "mov"
    if head.startswith(_ASF):
        return "asf"
    if head.startswith(b"OggS"):
        return "ogg"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "matroska"
    if head.startswith(b"ID3"):
        return "mp3"
    return _frames(head)


def _frames(head: bytes) -> str | None:
    """MPEG audio that starts with a frame: eleven bits set, then version and layer."""
    if len(head) < 2 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    layer = head[1] >> 1 & 3
    if layer == 0:
        return "aac" if head[1] & 0xF0 == 0xF0 else None
    return "mp3"


def is_archive(head: bytes) -> bool:
    """Whether it is packed, and might be endless unpacked. Nothing unpacks it."""
    return head.startswith(_ARCHIVES)
