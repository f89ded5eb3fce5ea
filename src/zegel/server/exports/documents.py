# SPDX-License-Identifier: EUPL-1.2
"""Documents as PDF, by typst: the one helper for every room.

What somebody typed reaches typst as data and is printed letter by letter; a template reads no file outside of its own
folder, and the network is not asked. Letters come from a package (OFL), never from the machine, so that the same data
give the same document everywhere. Nothing but the data is in it: no date, no name of who made it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import font_source_sans_pro
import typst

Standard = Literal["ua-1", "a-3a"]


def pdf(template: Path, data: Mapping[str, Any], language: str = "en", *, standard: Standard = "ua-1") -> bytes:
    """A PDF/UA-1 (tagged for screen readers). `template`: a .typ file that reads `data` as
    `json(bytes(sys.inputs.said))`; its `said.language` is `language`. `standard`: "a-3a" for one that is archived with
    files in it, tagged all the same; its template sets the document's date."""
    return typst.compile(
        template, format="pdf", root=template.parent, font_paths=_fonts(), ignore_system_fonts=True,
        sys_inputs=_inputs(data, language), timestamp=0, pdf_standards=standard,
    )  # fmt: skip


def picture(template: Path, data: Mapping[str, Any], language: str = "en", *, ppi: float) -> bytes:
    """The first page as a PNG."""
    return typst.compile(
        template, format="png", ppi=ppi, root=template.parent, font_paths=_fonts(), ignore_system_fonts=True,
        sys_inputs=_inputs(data, language),
    )  # fmt: skip


def _inputs(data: Mapping[str, Any], language: str) -> dict[str, str]:
    return {"said": json.dumps({"language": language, **data}, ensure_ascii=False)}


@cache
def _fonts() -> list[Path]:
    return [Path(font_source_sans_pro.SourceSansPro).parent]
