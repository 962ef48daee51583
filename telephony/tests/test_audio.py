"""Sound files: made fit for phones, or refused with a reason, within limits."""

import io
import re
import struct
import subprocess
import zipfile
from pathlib import Path

import imageio_ffmpeg
import pytest

from accounts.errors import Refusal
from telephony.audio import convert as converting
from telephony.audio import ffmpeg
from telephony.audio.containers import demuxer
from telephony.audio.convert import LARGEST, convert
from telephony.tests.sounds import samples, sound, two_hours, video


def converted(data: bytes) -> converting.Sound:
    return convert(io.BytesIO(data))


def refused(data: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        converted(data)
    assert refusal.value.field == "file"
    return refusal.value.code


def loudness(wav: bytes) -> float:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", "-i", "pipe:0", "-af", "ebur128"]
    said = subprocess.run([*command, "-f", "null", "-"], input=wav, capture_output=True, check=True).stderr.decode()
    return float(re.findall(r"I:\s+(-[0-9.]+) LUFS", said)[-1])


@pytest.mark.parametrize("kind", ["wav", "mp3", "wma", "m4a", "ogg", "webm"])
def test_each_kind_of_sound_becomes_what_phones_play_without_the_silence_around_it(kind: str) -> None:
    made = converted(sound(kind))
    head, _samples = samples(made.wav)
    assert (head.framerate, head.nchannels, head.sampwidth) == (8000, 1, 2)
    assert 2_900 <= made.milliseconds <= 3_500
    assert head.nframes == made.milliseconds * 8 or abs(head.nframes / 8 - made.milliseconds) < 1


@pytest.mark.parametrize("volume", ["0.3", "1", "6"])
def test_whispers_and_shouts_become_equally_loud(volume: str) -> None:
    made = converted(sound("wav", f"sine=frequency=440:duration=4,volume={volume}"))
    assert loudness(made.wav) == pytest.approx(-20, abs=1.5)


def test_silence_between_words_stays() -> None:
    pause = "sine=frequency=440:duration=5,volume=0:enable='between(t,2,3)'"
    assert converted(sound("wav", pause)).milliseconds == pytest.approx(5000, abs=300)


def test_five_minutes_are_taken() -> None:
    assert converted(sound("mp3", "sine=duration=299:sample_rate=8000")).milliseconds > 298_000


@pytest.mark.parametrize("kind", ["mp4", "webm", "asf"])
def test_a_video_is_refused_as_one(kind: str) -> None:
    assert refused(video(kind)) == "audio_is_video"


def test_a_song_with_a_picture_of_its_cover_is_no_video(tmp_path: Path) -> None:
    run: list[str | Path] = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin"]
    song, cover = tmp_path / "song.mp3", tmp_path / "cover.jpg"
    song.write_bytes(sound("mp3"))
    subprocess.run([*run, "-f", "lavfi", "-i", "color=red:size=32x32", "-frames:v", "1", cover], check=True)
    both: list[str | Path] = [
        "-i",
        song,
        "-i",
        cover,
        "-map",
        "0",
        "-map",
        "1",
        "-c",
        "copy",
        "-disposition:v",
        "attached_pic",
    ]
    subprocess.run([*run, *both, tmp_path / "both.mp3"], check=True)
    made = (tmp_path / "both.mp3").read_bytes()
    assert b"image/jpeg" in made[:200]
    assert converted(made).milliseconds > 2_900


def test_two_hours_are_refused_in_little_time() -> None:
    assert len(two_hours()) < LARGEST
    assert refused(two_hours()) == "audio_too_long"


def test_more_than_ten_megabytes_are_refused_unread() -> None:
    assert refused(sound() + bytes(LARGEST)) == "audio_too_large"


def test_an_empty_file_is_refused_as_empty() -> None:
    assert refused(b"") == "audio_empty"


def test_a_zip_bomb_is_refused_packed() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("stil.wav", bytes(50_000_000))
    assert refused(made.getvalue()) == "audio_packed"


@pytest.mark.parametrize(
    "data",
    [
        b"#!/bin/sh\nrm -rf /\n",
        b"<script>alert(1)</script>",
        b"#EXTM3U\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"\x00",
    ],
)
def test_what_is_no_sound_is_refused_whatever_its_name_says(data: bytes) -> None:
    assert refused(data) == "audio_unknown"


def test_a_playlist_behind_the_first_bytes_of_a_sound_reads_no_other_file() -> None:
    assert refused(b"ID3\x03\x00\x00\x00\x00\x00\x00#EXTM3U\nfile:///etc/passwd\n") == "audio_unreadable"


def test_silence_alone_is_refused() -> None:
    assert refused(sound("wav", "anullsrc=sample_rate=8000,atrim=duration=3")) == "audio_silent"


@pytest.mark.parametrize("data", [b"RIFF\x24\x00\x00\x00WAVE", b"\xff\xfb\x90\x00" + bytes(range(256)) * 40, b"OggS"])
def test_a_broken_file_is_refused_as_unreadable(data: bytes) -> None:
    assert refused(data) == "audio_unreadable"


def test_a_head_that_promises_gigabytes_makes_nobody_reserve_them() -> None:
    form = struct.pack("<HHIIHH", 1, 65535, 0xFFFFFFFF, 0xFFFFFFFF, 65535, 16)
    data = b"RIFF\xff\xff\xff\x7fWAVEfmt " + struct.pack("<I", len(form)) + form + b"data\xff\xff\xff\x7f" + bytes(9000)
    assert refused(data) in {"audio_unreadable", "audio_silent"}


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg.Clock, "left", lambda _self: 0.001)
    assert refused(sound()) == "audio_too_slow"


def test_the_program_runs_within_limits_and_without_surroundings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", lambda: "/bin/sh")
    monkeypatch.setattr(ffmpeg, "_QUIETLY", ())
    monkeypatch.setenv("SECRET_KEY", "not for others")
    asked = "ulimit -v; ulimit -t; ulimit -f; ulimit -n; ulimit -c; printenv"
    ran = ffmpeg.run(["-c", asked], tmp_path, ffmpeg.Clock())
    memory, seconds, blocks, files, core, *rest = ran.sound.decode().split()
    assert (int(memory), seconds, int(blocks), files, core) == (976_562, "10", 11_718, "32", "0")
    assert "not" not in rest


def test_the_name_of_a_demuxer_follows_from_the_first_bytes_alone() -> None:
    assert demuxer(b"\xff\xf1\x50\x80") == "aac"
    assert demuxer(b"\xff\xff") == "mp3"
    assert demuxer(b"\xff") is None
