"""Greetings for the demonstration, made here of numbers: a chime, and a voice that speaks no language."""

import io
import wave
from typing import Final

import numpy as np
from numpy.typing import NDArray

from telephony.audio.convert import Sound, convert

type Samples = NDArray[np.float64]

RATE: Final = 16_000
# The two lowest resonances of a mouth at some vowels, in hertz.
VOWELS: Final = {"a": (750, 1250), "e": (500, 1800), "i": (300, 2200), "o": (480, 850), "u": (320, 800)}
HARMONICS: Final = 24


def chime(*notes: float) -> Samples:
    """Bells one after the other, each a pitch in hertz."""
    at, parts = _seconds(0.45), np.arange(1, 4)[:, np.newaxis]
    rung = [np.sin(2 * np.pi * note * parts * at) * np.exp(-6 * parts * at) / parts for note in notes]
    return np.concatenate([each.sum(axis=0) for each in rung])


def voice(words: str, pitch: float = 130) -> Samples:
    """The vowels of some words as a voice would hum them, falling towards the end; anything else is a short rest."""
    spoken: list[Samples] = []
    for place, letter in enumerate(words.lower()):
        if letter in VOWELS:
            spoken.append(_vowel(letter, pitch * (1.15 - 0.3 * place / len(words)), _seconds(0.16)))
        else:
            spoken.append(np.zeros_like(_seconds(0.05)))
    return np.concatenate(spoken)


def _seconds(length: float) -> Samples:
    return np.arange(int(length * RATE)) / RATE


def _vowel(letter: str, low: float, at: Samples) -> Samples:
    """A tone with what is above it, as loud as a mouth lets each through, swelling and fading."""
    tones = low * np.arange(1, HARMONICS)[:, np.newaxis]
    loudness = sum(1 / (1 + ((tones - each) / 120) ** 2) for each in VOWELS[letter]) + 0.02
    heard: Samples = (np.sin(2 * np.pi * tones * at) * loudness).sum(axis=0)
    swell: Samples = np.sqrt(np.sin(np.pi * at / at[-1]).clip(0))
    return heard * swell


def greeting(*parts: Samples) -> Sound:
    """The parts one after the other, on the way that every uploaded sound goes."""
    whole = np.concatenate(parts)
    levels = (whole / np.abs(whole).max() * 20_000).astype("<i2")
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(levels.tobytes())
    made.seek(0)
    return convert(made)
