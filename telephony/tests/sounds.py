"""Sounds and what pretends to be one, made by the program that reads them."""

import io
import subprocess
import wave
from functools import cache

import imageio_ffmpeg
from django.core.files.uploadedfile import SimpleUploadedFile

CODECS = {"wma": "wmav2", "m4a": "aac", "mp3": "libmp3lame", "ogg": "libvorbis", "webm": "libopus", "wav": "pcm_s16le"}
FORMATS = {"wma": "asf", "m4a": "ipod"}
SPEECH = "sine=frequency=440:duration=3,adelay=1500,apad=pad_dur=2"


def _make(*arguments: str) -> bytes:
    exe = imageio_ffmpeg.get_ffmpeg_exe()
    return subprocess.run([exe, "-v", "error", "-nostdin", *arguments], capture_output=True, check=True).stdout


@cache
def sound(kind: str = "wav", what: str = SPEECH) -> bytes:
    """A tone of three seconds with silence around it, or another one."""
    form = FORMATS.get(kind, kind)
    flags = ("-movflags", "frag_keyframe+empty_moov") if kind == "m4a" else ()
    return _make("-f", "lavfi", "-i", what, "-c:a", CODECS[kind], *flags, "-f", form, "pipe:1")


@cache
def video(kind: str) -> bytes:
    """A film of two seconds with sound."""
    form, flags = ("mp4", ("-movflags", "frag_keyframe+empty_moov")) if kind == "mp4" else (kind, ())
    sources = ("-f", "lavfi", "-i", "testsrc=duration=2", "-f", "lavfi", "-i", "sine=duration=2")
    return _make(*sources, *flags, "-f", form, "pipe:1")


@cache
def two_hours() -> bytes:
    """Two hours in a file that is small enough to be taken."""
    return _make("-f", "lavfi", "-i", "sine=duration=7200:sample_rate=8000", "-b:a", "8k", "-f", "mp3", "pipe:1")


def samples(wav: bytes) -> tuple[wave._wave_params, bytes]:
    """The head of a WAV file, and its samples."""
    with wave.open(io.BytesIO(wav)) as file:
        return file.getparams(), file.readframes(file.getnframes())


def upload(data: bytes, name: str = "groet.wav") -> SimpleUploadedFile:
    """As a browser sends it."""
    return SimpleUploadedFile(name, data, "audio/wav")
