# SPDX-License-Identifier: EUPL-1.2
"""Erasing somebody, or taking his name out of what stays. The principles that keep it safe:

- Nothing is erased that was not shown before: the preview's hash is the proof, and what is there now must be what the
  preview said.
- It is the controller's own act: who presses is his (or he is the provider of his own records), and the ledger has it.
- Rows that the law makes the controller keep stay (Art. 17(3)(b)), and the answer says which and why. What figures and
  books need stays without a name (I6).
- What lies in back-ups goes with them; a restore erases it again (kernel.erasures).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from zegel.declare.vocabulary import Basis, Erase, Purpose
from zegel.server.kernel import clock, work
from zegel.server.lifecycle import erasing
from zegel.server.requests import firm, searching
from zegel.server.requests.intake import note
from zegel.server.requests.models import Case, Done
from zegel.server.requests.rules import Deed, EraseHow

HIS_ALONE = frozenset({Purpose.ACCOUNT, Purpose.COMMUNICATION, Purpose.SECURITY})


class Fate(StrEnum):
    """What becomes of a row."""

    GONE = "gone"
    NAMELESS = "nameless"
    KEPT = "kept"


@dataclass(frozen=True)
class Line:
    """So many rows of one model meet that fate. `basis`: why they are kept."""

    model: str
    fate: Fate
    count: int
    basis: str = ""


@dataclass(frozen=True)
class Preview:
    lines: tuple[Line, ...]
    proof: bytes

    def of(self, fate: Fate) -> int:
        return sum(line.count for line in self.lines if line.fate is fate)


def fate_of(row: searching.Row, how: EraseHow) -> Fate:
    """Kept where a legal duty is its only basis, or another organisation lives with it. Else as it is declared: a row
    that is not only about him loses what says who; one that is goes, or where figures and books were to stay, keeps its
    times and numbers. What served only to know and to tell him goes either way."""
    said = row.found.declarations
    if row.shared or all(one.basis is Basis.LEGAL_OBLIGATION for one in said):
        return Fate.KEPT
    if not any(one.erase in {Erase.DELETE_ROW, Erase.SHRED} for one in said):
        return Fate.NAMELESS
    if how is EraseHow.ERASE or all(one.purpose in HIS_ALONE for one in said):
        return Fate.GONE
    return Fate.NAMELESS


def preview(case: Case, rows: Sequence[searching.Row], how: EraseHow) -> Preview:
    """What would happen, and its hash: of every row's model, key and fate."""
    fates = sorted((row.model, row.key, fate_of(row, how).value) for row in rows)
    counted = Counter((model, fate) for model, _key, fate in fates)
    lines = tuple(
        Line(model, Fate(fate), count, "6(1)(c)" if fate == Fate.KEPT else "")
        for (model, fate), count in sorted(counted.items())
    )
    text = json.dumps([str(case.id), how.value, fates])
    return Preview(lines, hashlib.sha256(text.encode()).digest())


def carry_out(w: work.Work, case: Case, rows: Sequence[searching.Row], how: EraseHow) -> Preview:
    """Within the work of the answer, which comes first: it says what was erased."""
    shown = preview(case, rows, how)
    customers = firm.meant(case)
    for row in rows:
        fate = fate_of(row, how)
        if fate is Fate.GONE:
            erasing.erase(w, row.found)
        elif fate is Fate.NAMELESS:
            erasing.anonymise(w, row.found)
    firm.forget(w, customers)
    for deed, fate in ((Deed.ERASED, Fate.GONE), (Deed.ANONYMISED, Fate.NAMELESS)):
        if shown.of(fate):
            Done.objects.create(
                owner_id=case.owner_id, provider_id=case.provider_id, case=case, deed=deed.value, count=shown.of(fate),
                proof=shown.proof, by=w.actor.id, at=clock.now(),
            )  # fmt: skip
    note(w, case, "erased", how=how.value, gone=shown.of(Fate.GONE), nameless=shown.of(Fate.NAMELESS),
         kept=shown.of(Fate.KEPT), proof=shown.proof)  # fmt: skip
    return shown
