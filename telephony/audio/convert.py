"""Any sound file that is taken, as phones play it: 8 kHz, mono, 16-bit WAV, without silence around it, equally loud.

The file is decoded first and nothing else; what comes out is plain samples, on which silence and loudness are worked.
"""

import io
import re
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from django.utils.translation import gettext as _

from accounts.errors import Refusal
from telephony.audio.containers import HEAD, demuxer, is_archive
from telephony.audio.ffmpeg import Clock, Ran, run

RATE: Final = 8000
SAMPLE: Final = 2  # bytes
LARGEST: Final = 10_000_000  # bytes that are taken
LONGEST: Final = 300  # seconds
SHORTEST: Final = 0.3  # seconds of sound that is left without silence
ACCEPT: Final = ".wav,.mp3,.wma,.m4a,.ogg,audio/*"
FIELD: Final = "file"

_CODECS: Final = (
    "pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s32le,pcm_f32le,pcm_alaw,pcm_mulaw,adpcm_ms,adpcm_ima_wav,gsm_ms,"
    "mp3,mp3float,aac,alac,wmav1,wmav2,wmapro,wmavoice,vorbis,opus,flac"
)
_RAW: Final = ("-f", "s16le", "-ar", str(RATE), "-ac", "1")
# Quieter than -50 dB is silence; a tenth of a second of it stays.
_START: Final = "silenceremove=start_periods=1:start_threshold=-50dB:start_silence=0.1:detection=peak"
_TRIM: Final = f"{_START},areverse,{_START},areverse"
# EBU R 128 in LUFS: speech a little above the level of calls. What sticks out above -3 dB is held down.
_LOUDNESS: Final = -20.0
_MOST_GAIN: Final = 20.0  # dB; more would only bring up noise
_LIMIT: Final = "alimiter=limit=0.7:level=disabled"
_UNMEASURED: Final = -70.0  # LUFS, as said of what is too short or too quiet to be measured
_VIDEO: Final = re.compile(r"^\s*Stream #0:\S+ Video:(?!.*\(attached pic\))", re.MULTILINE)
_MEASURED: Final = re.compile(r"Integrated loudness:\s+I:\s+(-?[0-9.]+) LUFS")


@dataclass(frozen=True, slots=True)
class Sound:
    """A WAV file as phones play it, and how long it lasts."""

    wav: bytes
    milliseconds: int


def convert(given: IO[bytes]) -> Sound:
    """Make one file fit for phones. Refusal with a reason for whatever is no sound, too large, too long or silent."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kind = _take(given, folder / "given")
        try:
            samples = _decode(kind, folder, clock)
            return _sound(_even(_trim(samples, folder, clock), folder, clock))
        except TimeoutError as error:
            message = _("Reading this file takes too long. Save it as WAV or MP3 and upload that.")
            raise Refusal("audio_too_slow", message, field=FIELD) from error


def _take(given: IO[bytes], path: Path) -> str:
    """Keep what is given as a file, and tell what kind it is."""
    data = given.read(LARGEST + 1)
    if not data:
        raise Refusal("audio_empty", _("This file is empty. Choose another one, or record again."), field=FIELD)
    if len(data) > LARGEST:
        message = _("This file is larger than %(most)s MB. Save it as MP3, or make it shorter.")
        raise Refusal("audio_too_large", message % {"most": LARGEST // 1_000_000}, field=FIELD)
    head = data[:HEAD]
    kind = demuxer(head)
    if kind is None and is_archive(head):
        raise Refusal("audio_packed", _("This file is packed. Unpack it and upload the sound itself."), field=FIELD)
    if kind is None:
        message = _("This is no sound file, whatever its name says. Upload WAV, MP3, WMA, M4A or OGG.")
        raise Refusal("audio_unknown", message, field=FIELD)
    path.write_bytes(data)
    return kind


def _decode(kind: str, folder: Path, clock: Clock) -> bytes:
    """The samples of the first sound in the file, read by one demuxer and a few decoders, from this one file."""
    reading = ("-protocol_whitelist", "file", "-codec_whitelist", _CODECS, "-f", kind, "-i", "file:given")
    only = ("-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-t", str(LONGEST + 1))
    ran = run([*reading, *only, *_RAW, "pipe:1"], folder, clock)
    if _VIDEO.search(ran.said):
        raise Refusal("audio_is_video", _("This is a video. Upload its sound alone, as WAV or MP3."), field=FIELD)
    if len(ran.sound) > LONGEST * RATE * SAMPLE:
        message = _("This lasts longer than %(most)s minutes. Make it shorter.") % {"most": LONGEST // 60}
        raise Refusal("audio_too_long", message, field=FIELD)
    if ran.code or not ran.sound:
        message = _("The sound in this file cannot be read. Save it as WAV or MP3 and upload that.")
        raise Refusal("audio_unreadable", message, field=FIELD)
    return ran.sound


def _trim(samples: bytes, folder: Path, clock: Clock) -> bytes:
    """Without the silence at both ends."""
    ran = _work(samples, ("-af", _TRIM, *_RAW, "pipe:1"), folder, clock)
    if len(ran.sound) < SHORTEST * RATE * SAMPLE:
        message = _("Nothing is heard in this file. Check the microphone and record again.")
        raise Refusal("audio_silent", message, field=FIELD)
    return ran.sound


def _even(samples: bytes, folder: Path, clock: Clock) -> bytes:
    """As loud as all others: measured first, so that one gain holds for the whole."""
    ran = _work(samples, ("-af", "ebur128=framelog=quiet", "-f", "null", "-"), folder, clock)
    found = _MEASURED.search(ran.said)
    measured = float(found.group(1)) if found else _UNMEASURED
    gain = min(_LOUDNESS - measured, _MOST_GAIN) if measured > _UNMEASURED else 0.0
    return _work(samples, ("-af", f"volume={gain:.1f}dB,{_LIMIT}", *_RAW, "pipe:1"), folder, clock).sound


def _work(samples: bytes, arguments: tuple[str, ...], folder: Path, clock: Clock) -> Ran:
    (folder / "samples").write_bytes(samples)
    ran = run(["-protocol_whitelist", "file", *_RAW, "-i", "file:samples", *arguments], folder, clock)
    if ran.code:
        # Samples of our own making: a fault of this machine, such as a full disk, and nobody's file.
        raise RuntimeError(ran.said[-500:])
    return ran


def _sound(samples: bytes) -> Sound:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE)
        file.setframerate(RATE)
        file.writeframes(samples)
    return Sound(made.getvalue(), len(samples) * 1000 // (RATE * SAMPLE))
