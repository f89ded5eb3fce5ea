# SPDX-License-Identifier: EUPL-1.2
"""Every page that there is, found in the sources: a new one is tested and measured without anybody thinking of it.

Addresses come from the faces' url modules (`zegel.server.urls.FACES`), the views of a face that changes them in the
browser from its own list (`web/src/faces/FACE/pages.ts`, or the tabs in its `model.ts`). A part that stands for
something (`<str:token>`) is filled with a word that stands for nothing: the page must be as decent when it has nothing
to show.

Run by itself it writes the list beside the pages' code, where the product finds out whether what was once driven in a
browser is still all that there is (zegel.server.promises.shipped).
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "src" / "zegel" / "server"
FACES = ROOT / "web" / "src" / "faces"
SITEMAP = SERVER / "static" / "zegel" / "dist" / "sitemap.json"

# address prefix -> (who of the demo's world sees it, folder of the face's own list)
WHO = {
    "console/": ("operator", "console"),
    "centre/": ("supervisor", "centre"),
    "portal/": ("owner", "portal"),
    "backoffice/": ("technician", "office"),
    "service/": ("desk", "service"),
    "partner/": ("mechanic", "partner"),
    "": (None, ""),
}
# faces under another one's address
WITHIN = {
    "backoffice/": (
        ("backoffice/privacy/", "privacy", "privacy"),
        ("backoffice/settings/", "technician", "settings"),
    )
}
FILLED = "none"
# views of faces that keep no list of them
ALSO = {"console/": ("second",)}
_FACE = re.compile(r'\("([a-z/]*)", "zegel\.server\.([a-z_.]+)"\)')
_PATH = re.compile(r'\bpath\("([^"]*)"')
_VIEW = re.compile(r'\{ view: "([a-z-]+)"')
_TABS = re.compile(r"^export const (?:TABS|tabs|pages)\b[^=]*= \[([^]]*)\]", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """`person`: who of the demo's world is signed in, or None. `view`: of a face that changes it in the browser."""

    path: str
    person: str | None
    view: str | None = None


def _views(face: str) -> list[str]:
    """Those of a face's own list."""
    pages, model = FACES / face / "pages.ts", FACES / face / "model.ts"
    if face and pages.exists():
        return _VIEW.findall(pages.read_text("utf-8"))
    listed = _TABS.search(model.read_text("utf-8")) if face and model.exists() else None
    return [] if listed is None else re.findall(r'"([a-z-]+)"', listed[1])


def every_page() -> list[Page]:
    """All of them, those that need nobody signed in first."""
    found: list[Page] = []
    for prefix, module in _FACE.findall((SERVER / "urls.py").read_text("utf-8")):
        if module.startswith("api."):
            continue
        who, face = WHO[prefix]  # a face that nobody named here is a mistake that should be seen
        for part in _PATH.findall((SERVER / f"{module.replace('.', '/')}.py").read_text("utf-8")):
            if "<path:" not in part:
                found.append(Page(f"/{prefix}{re.sub('<[^>]+>', FILLED, part)}", who))
        found += [Page(f"/{prefix}{view}", who, view) for view in ALSO.get(prefix, ())]
        for address, person, folder in ((prefix, who, face), *WITHIN.get(prefix, ())):
            found += [Page(f"/{address}{view}", person, view) for view in _views(folder)]
    return sorted(dict.fromkeys(found), key=lambda page: (page.person or "", page.path))


def write_sitemap() -> None:
    pages = sorted((page.path, page.person or "") for page in every_page())
    digest = hashlib.sha256("".join(f"{path} {who}\n" for path, who in pages).encode()).hexdigest()
    SITEMAP.parent.mkdir(parents=True, exist_ok=True)
    SITEMAP.write_text(json.dumps({"sha256": digest, "pages": pages}, indent=0), "utf-8")


if __name__ == "__main__":
    write_sitemap()
