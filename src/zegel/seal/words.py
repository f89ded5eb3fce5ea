# SPDX-License-Identifier: EUPL-1.2
"""Fingerprints for people: eight words that can be read out over the telephone.

A word is a proquint (Wilkerson, "A Proposal for Proquints", 2009): 16 bits as consonant, vowel, consonant, vowel,
consonant. Eight of them are the first 128 bits of a fingerprint.
"""

from __future__ import annotations

from zegel.seal.errors import CodeMistyped, FieldWrong

WORD_COUNT = 8
_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aiou"


def words(fingerprint: bytes) -> str:
    """Eight words joined by dashes, from the first 16 bytes. Raises FieldWrong for less than 16."""
    if len(fingerprint) < 2 * WORD_COUNT:
        raise FieldWrong(f"a fingerprint of {len(fingerprint)} bytes is too short to be read out")
    pairs = (int.from_bytes(fingerprint[at : at + 2], "big") for at in range(0, 2 * WORD_COUNT, 2))
    return "-".join(_word(pair) for pair in pairs)


def same_words(fingerprint: bytes, spoken: str) -> bool:
    """Whether the words that were read out are those of the fingerprint. Raises CodeMistyped unless they are eight."""
    heard = spoken.lower().replace("-", " ").split()
    if len(heard) != WORD_COUNT or any(not _is_word(word) for word in heard):
        raise CodeMistyped(f"{WORD_COUNT} words of five letters were expected")
    return "-".join(heard) == words(fingerprint)


def _word(bits: int) -> str:
    return (
        _CONSONANTS[bits >> 12]
        + _VOWELS[bits >> 10 & 3]
        + _CONSONANTS[bits >> 6 & 15]
        + _VOWELS[bits >> 4 & 3]
        + _CONSONANTS[bits & 15]
    )


def _is_word(word: str) -> bool:
    alphabets = (_CONSONANTS, _VOWELS, _CONSONANTS, _VOWELS, _CONSONANTS)
    return len(word) == 5 and all(letter in letters for letter, letters in zip(word, alphabets, strict=True))
