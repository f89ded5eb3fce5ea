# SPDX-License-Identifier: EUPL-1.2
"""How a bench says what it found: see docs/performance.md."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    what: str
    unit: str
    got: float
    target: float | None
    better: str


def report(bench: str, results: list[Result]) -> None:
    """A table, and as its last line one JSON object."""
    width = max(len(result.what) for result in results)
    print(f"{'':{width}}        got     target")
    for result in results:
        target = "" if result.target is None else f"{result.target:,.0f}"
        print(f"{result.what:{width}} {result.got:>10,.1f} {target:>10} {result.unit}")
    rows = [
        {"what": r.what, "unit": r.unit, "got": round(r.got, 3), "target": r.target, "better": r.better}
        for r in results
    ]
    print(json.dumps({"bench": bench, "results": rows}))
