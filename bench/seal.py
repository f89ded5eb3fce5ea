# SPDX-License-Identifier: EUPL-1.2
"""What the seal costs beside the cryptography in it, and how fast a browser opens it.

    make bench NAME=seal                 some twenty seconds
    make bench NAME=seal ARGS=--quick    for a look

A segment's pipeline is: its slot's leaf key, its segment key, its header, the chunked encryption, and the SHA-256
that goes into the manifest. The sum that it is held against is made of bare primitives, by the cheapest call that
does the same work: HMACs, one `struct.pack`, HKDF-Expand-SHA512, AES-256-GCM over chunks of 16 KiB, SHA-256. All on
one core; every round measures each of them in turn, and the fastest round of each counts, so that neighbours on the
machine disturb both alike.

The browser part opens segments of 256 KiB with the viewer's own module, SHA-256 compared, in Debian's Chromium
(headless); where there is none it says so and is left out.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from open_in_browser import TARGET_MB_S, NoBrowser, opening_speed_mb_s
from zegel.seal.segment import Header, SegmentFlag, Track, open_segment, seal_segment
from zegel.seal.suite import Suite
from zegel.seal.tree import DEPTH, Frontier, leaf

SIZES = (16 << 10, 64 << 10, 256 << 10, 1 << 20)
JUDGED = 256 << 10
CHUNK = 16 << 10
SLOT = 1337
TURN_US = 400
MOST_OVERHEAD_PERCENT = 15


@dataclass(frozen=True)
class Timing:
    """Microseconds per segment of one size."""

    size: int
    parts: dict[str, float]
    pipeline: float
    opening: float

    @property
    def bare(self) -> float:
        return sum(self.parts.values())

    @property
    def overhead_percent(self) -> float:
        return (self.pipeline / self.bare - 1) * 100


def header_of(size: int) -> Header:
    return Header(
        Suite.CLASSIC,
        SegmentFlag.RANDOM_ACCESS,
        bytes(16),
        bytes(16),
        Track.SURVEILLANCE,
        SLOT,
        1,
        1,
        250,
        b"avc1",
        size,
    )


def primitives(root: bytes, plaintext: bytes) -> dict[str, Callable[[], object]]:
    """The bare work of one segment, each by the cheapest call that does it."""
    header, salt, nonce = header_of(len(plaintext)).encode(), os.urandom(24), os.urandom(12)
    aes = AESGCM(os.urandom(32))
    chunks = [plaintext[at : at + CHUNK] for at in range(0, len(plaintext) + 1, CHUNK)]
    sealed = os.urandom(len(header) + 56 + len(plaintext) + 16 * len(chunks))
    layout = struct.Struct(">4sBBH16s16sBHIQI4sI")
    values = layout.unpack(header)
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + salt + header

    def leaf_key() -> None:
        node = root
        for _ in range(DEPTH):
            node = hmac.digest(node, b"zegel/tree/v1\x00\x01", "sha256")

    def encryption() -> None:
        HKDFExpand(algorithm=SHA512(), length=76, info=info).derive(root)
        for chunk in chunks:
            aes.encrypt(nonce, chunk, None)

    return {
        "leaf key, 12 HMACs": leaf_key,
        "segment key, 1 HMAC": lambda: hmac.digest(root, b"zegel/seg/v1" + header + b"\x01", "sha256"),
        "header, struct.pack": lambda: layout.pack(*values),
        "chunked AES-256-GCM": encryption,
        "SHA-256": lambda: hashlib.sha256(sealed).digest(),
    }


def measure(size: int, rounds: int) -> Timing:
    root, plaintext = os.urandom(32), os.urandom(size)
    frontier, header = Frontier(root), header_of(size)
    segment = seal_segment(leaf(root, SLOT), header, plaintext)

    def pipeline() -> None:
        made = Header(
            header.suite, header.flags, header.camera, header.epoch, header.track, header.slot, header.sequence,
            header.wall_ms, header.duration_ms, header.codec, header.plaintext_size,
        )  # fmt: skip
        hashlib.sha256(seal_segment(frontier.leaf(SLOT), made, plaintext)).digest()

    parts = primitives(root, plaintext)
    work: dict[str, Callable[[], object]] = {
        **parts,
        "pipeline": pipeline,
        "opening": lambda: open_segment(leaf(root, SLOT), segment),
    }
    best = fastest(work, rounds)
    return Timing(size, {name: best[name] for name in parts}, best["pipeline"], best["opening"])


def fastest(work: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Microseconds of each, the best of `rounds` rounds in which they take turns.

    A turn is shorter than the scheduler's: most of them are then disturbed by nobody.
    """
    repeats = {name: max(1, int(TURN_US / once(act, 3))) for name, act in work.items()}
    best = dict.fromkeys(work, float("inf"))
    for _ in range(rounds):
        for name, act in work.items():
            best[name] = min(best[name], once(act, repeats[name]))
    return best


def once(act: Callable[[], object], repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        act()
    return (time.perf_counter() - start) / repeats * 1e6


def table(timings: list[Timing]) -> str:
    names = [*timings[0].parts, "sum of primitives", "the whole pipeline", "overhead", "segments per second", "opening"]
    rows = [f"{'µs per segment of':24}" + "".join(f"{timing.size >> 10:>10} KiB" for timing in timings)]
    for name in names:
        rows.append(f"{name:24}" + "".join(cell(name, timing) for timing in timings))
    return "\n".join(rows)


def cell(name: str, timing: Timing) -> str:
    others = {
        "sum of primitives": f"{timing.bare:.1f}",
        "the whole pipeline": f"{timing.pipeline:.1f}",
        "overhead": f"{timing.overhead_percent:+.1f} %",
        "segments per second": f"{1e6 / timing.pipeline:,.0f}",
        "opening": f"{timing.opening:.1f}",
    }
    return f"{others.get(name) or format(timing.parts[name], '.1f'):>14}"


def result(what: str, unit: str, got: float, target: float, better: str) -> dict[str, Any]:
    return {"what": what, "unit": unit, "got": round(got, 2), "target": target, "better": better}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    quick = parser.parse_args().quick
    affinity = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(affinity)})
    timings = [measure(size, rounds=100 if quick else 1000) for size in SIZES]
    os.sched_setaffinity(0, affinity)
    print(table(timings))
    judged = next(timing for timing in timings if timing.size == JUDGED)
    what = "segment pipeline over the sum of its primitives, 256 KiB, one core"
    results = [result(what, "% more", judged.overhead_percent, MOST_OVERHEAD_PERCENT, "lower")]
    try:
        speed = opening_speed_mb_s(seconds=1 if quick else 3)
        print(f"\nopening in the browser: {speed:,.0f} MB/s")
        results.append(result("opening in the browser, 256 KiB segments", "MB/s", speed, TARGET_MB_S, "higher"))
    except NoBrowser as missing:
        print(f"\nopening in the browser: not measured, {missing}", file=sys.stderr)
    print(json.dumps({"bench": "seal", "results": results}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
