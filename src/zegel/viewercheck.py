# SPDX-License-Identifier: EUPL-1.2
"""Is the viewer that a server hands out the one that its log names? Trusts the log's key and nothing that is served.

What must hold, in this order: the manifest adds up to one hash; an entry of the log names that hash, by a receipt under
the pinned key; every file of the manifest is served, compressed, as the manifest says; every page forbids the
browser all scripts but this server's own, and names none that is not in the manifest; what runs under an address of its
own (service workers, the script for others' pages) is the manifest's too.

Why pages are also searched as text: a browser forgives what a parser does not see. The page's policy stops scripts that
stand in it; the search stops a page that would load one from an address outside the bundle.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from zegel.fetching import LARGEST_ANSWER, PLAIN, Answer, CannotFetch, Server
from zegel.seal.note import VerifierKey
from zegel.seal.proof import Receipt, verify_receipt

FOLDER = "/static/zegel/dist/"
MOST_FILES, LARGEST_MANIFEST = 5000, 2 << 20
PAGES = (
    "/", "/sign-in", "/recovery", "/verify", "/portal/", "/console/", "/centre/", "/backoffice/", "/backoffice/plans/",
    "/backoffice/settings/", "/backoffice/privacy/", "/service/", "/partner/",
)  # fmt: skip
MUST_BE_THERE = frozenset({"/", "/sign-in", "/portal/"})
COMPRESSED = {"Accept-Encoding": "gzip"}  # as browsers do; what they get in brotli can't be read here
LANGUAGES = ("en", "nl", "sv", "de")
# an address of its own -> the file of the bundle that must come from it
ALIASES = {
    "/portal/service-worker.js": "worker-service.js",
    "/partner/service-worker.js": "worker-partner.js",
    "/embed.js": "embed.js",
}
POLICY = {
    "script-src": frozenset({"'self'", "'wasm-unsafe-eval'"}), "worker-src": frozenset({"'self'"}),
    "object-src": frozenset({"'none'"}), "base-uri": frozenset({"'none'"}), "connect-src": frozenset({"'self'"}),
}  # fmt: skip
HARMLESS_LINKS = frozenset({"icon", "apple-touch-icon", "manifest"})
FORBIDDEN = ("<iframe", "<frame", "<object", "<embed", "<base", "<portal", "http-equiv", "srcdoc")
_NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9_-][A-Za-z0-9_./-]{0,199}")
_SPACE = re.compile(r"[\x00-\x20]+")
_HASH = re.compile(r"[0-9a-f]{64}")


class ViewerRefused(Exception):
    """What is served is not what the log names; the message says where."""


@dataclass(frozen=True)
class Manifest:
    """The bundle: a SHA-256 (hexadecimal) by file name, and one over all of them."""

    digest: str
    files: dict[str, str]

    @classmethod
    def read(cls, data: bytes) -> Manifest:
        """Raises ViewerRefused unless it is a manifest that adds up."""
        if len(data) > LARGEST_MANIFEST:
            raise ViewerRefused(f"the manifest is longer than {LARGEST_MANIFEST} bytes")
        try:
            said: Any = json.loads(data)
            digest, files = said["sha256"], said["files"]
            sound = all(_NAME.fullmatch(name) and _HASH.fullmatch(value) for name, value in files.items())
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ViewerRefused("the manifest can't be read") from None
        if not sound or not 0 < len(files) <= MOST_FILES:
            raise ViewerRefused("the manifest names what is no file of a bundle")
        lines = "".join(f"{files[name]}  {name}\n" for name in sorted(files))
        if hashlib.sha256(lines.encode()).hexdigest() != digest:
            raise ViewerRefused("the manifest's files don't make the hash that it says")
        return cls(digest, files)


@dataclass(frozen=True)
class Checked:
    """What was verified. `absent`: pages that this server does not have."""

    manifest: Manifest
    receipt: Receipt
    proof: bytes
    pages: int
    absent: tuple[str, ...]


class Viewer:
    """A server's viewer, checked against the log's key."""

    def __init__(self, url: str, key: VerifierKey, witnesses: tuple[VerifierKey, ...] = (), quorum: int = 0) -> None:
        self._server = Server(url, "https://host")
        self._key, self._witnesses, self._quorum = key, witnesses, quorum
        self._seen: set[str] = set()  # addresses that were compared

    def check(self) -> Checked:
        """Raises ViewerRefused or SealError with what is wrong, CannotFetch when it could not be read."""
        manifest = Manifest.read(self._file("manifest.json", PLAIN))
        receipt, proof = self._logged(manifest)
        for name in sorted(manifest.files):
            self._check_file(manifest, name)
        for address, name in ALIASES.items():
            self._compare(manifest, name, address, self._get(address, PLAIN))
        pages = {page: [self._page(manifest, page, language) for language in LANGUAGES] for page in PAGES}
        absent = tuple(page for page, found in pages.items() if not all(found))
        return Checked(manifest, receipt, proof, len(PAGES) - len(absent), absent)

    # --- the log --------------------------------------------------------------------------------------------------

    def _logged(self, manifest: Manifest) -> tuple[Receipt, bytes]:
        answer = self._get(f"/ledger/viewer/{manifest.digest}", PLAIN, missing_ok=True)
        if answer.status == 404:
            raise ViewerRefused(f"the log names no bundle {manifest.digest} (one that started a moment ago comes soon)")
        receipt = verify_receipt(answer.data, self._key, self._witnesses, self._quorum)
        said = receipt.entry
        if (said.kind, said.fact("program")) != ("software", "viewer"):
            raise ViewerRefused("the receipt is one of something else than the viewer")
        if said.fact("bundle") != bytes.fromhex(manifest.digest):
            raise ViewerRefused("the receipt is one of another bundle")
        return receipt, answer.data

    # --- the files ------------------------------------------------------------------------------------------------

    def _check_file(self, manifest: Manifest, name: str) -> None:
        self._compare(manifest, name, FOLDER + name, self._get(FOLDER + name, COMPRESSED))

    def _compare(self, manifest: Manifest, name: str, address: str, answer: Answer) -> None:
        self._seen.add(address)
        if hashlib.sha256(_plain(answer, address)).hexdigest() != manifest.files.get(name):
            raise ViewerRefused(f"{address} is not the bundle's {name}")

    def _file(self, name: str, headers: dict[str, str]) -> bytes:
        return self._get(FOLDER + name, headers).data

    # --- the pages ------------------------------------------------------------------------------------------------

    def _page(self, manifest: Manifest, page: str, language: str) -> bool:
        """Whether there is such a page."""
        answer = self._get(page, {**PLAIN, "Accept-Language": language}, missing_ok=page not in MUST_BE_THERE)
        if answer.status == 404:
            return False
        for address in check_page(page, answer):
            name = _in_folder(page, address, self._server.prefix)
            if name not in manifest.files:
                raise ViewerRefused(f"{page} loads {address}, which is not in the manifest")
            if address not in self._seen:
                self._compare(manifest, name, address, self._read(address, COMPRESSED))
        return True

    def _get(self, path: str, headers: dict[str, str], *, missing_ok: bool = False) -> Answer:
        return self._read(self._server.prefix + path, headers, missing_ok=missing_ok)

    def _read(self, address: str, headers: dict[str, str], *, missing_ok: bool = False) -> Answer:
        answer = self._server.get(address, headers)
        if answer.status == 404 and missing_ok:
            return answer
        if answer.status == 404:
            raise ViewerRefused(f"{address} is missing")
        if answer.status != 200:
            raise CannotFetch(f"{address}: the server answered {answer.status}")
        return answer


def check_page(page: str, answer: Answer) -> Iterator[str]:
    """The addresses of what the page runs and is styled with. Raises ViewerRefused for one that could run more."""
    _check_policy(page, answer)
    try:
        text = answer.data.decode("utf-8")
    except UnicodeDecodeError:
        raise ViewerRefused(f"{page} is not UTF-8") from None
    lower = text.lower()
    for words in FORBIDDEN:
        if words in lower:
            raise ViewerRefused(f"{page} holds {words!r}")
    found = _Elements(page)
    found.feed(text)
    found.close()
    if found.scripts != lower.count("<script"):
        raise ViewerRefused(f"{page} hides a script")
    yield from found.addresses


def _check_policy(page: str, answer: Answer) -> None:
    if not (answer.headers.get("Content-Type") or "").startswith("text/html"):
        raise ViewerRefused(f"{page} is no page")
    for header in ("Refresh", "Service-Worker-Allowed"):
        if answer.headers.get(header):
            raise ViewerRefused(f"{page} comes with the header {header}")
    directives = [part.split() for part in (answer.headers.get("Content-Security-Policy") or "").lower().split(";")]
    said = {words[0]: frozenset(words[1:]) for words in reversed(directives) if words}  # the first of a name counts
    for name, allowed in POLICY.items():
        if said.get(name) != allowed:
            raise ViewerRefused(f"{page} does not forbid other scripts: its policy's {name} is not what it must be")


class _Elements(HTMLParser):
    """Scripts and style sheets of a page; refuses what may run without being one of them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self._page = page
        self.scripts = 0
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(reversed(attrs))  # of two with one name, the first counts
        if any(name.startswith("on") for name in given):
            raise ViewerRefused(f"{self._page} has a handler in an element")
        if any(_SPACE.sub("", value or "").lower().startswith("javascript:") for value in given.values()):
            raise ViewerRefused(f"{self._page} has a script in an address")
        if tag == "script":
            self.scripts += 1
            self._take(given.get("src"), "a script of its own")
        elif tag == "link":
            self._take_link((given.get("rel") or "").lower(), given.get("href"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def _take_link(self, rel: str, href: str | None) -> None:
        if rel == "stylesheet":
            self._take(href, "a style sheet without an address")
        elif rel not in HARMLESS_LINKS:
            raise ViewerRefused(f"{self._page} has a link of the kind {rel!r}")

    def _take(self, address: str | None, otherwise: str) -> None:
        if not address:
            raise ViewerRefused(f"{self._page} has {otherwise}")
        self.addresses.append(address)


def _in_folder(page: str, address: str, prefix: str) -> str:
    """The name of a file of the bundle. Raises ViewerRefused for an address elsewhere."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not address.startswith(prefix + FOLDER):
        raise ViewerRefused(f"{page} loads {address}, which is not of the bundle")
    return parts.path.removeprefix(prefix + FOLDER)


def _plain(answer: Answer, address: str) -> bytes:
    coding = (answer.headers.get("Content-Encoding") or "identity").lower()
    if coding == "identity":
        return answer.data
    if coding != "gzip":
        raise ViewerRefused(f"{address} comes in an encoding that was not asked for ({coding})")
    unpacking = zlib.decompressobj(wbits=31)
    try:
        data = unpacking.decompress(answer.data, LARGEST_ANSWER)
    except zlib.error:
        raise ViewerRefused(f"{address} can't be unpacked") from None
    if not unpacking.eof or unpacking.unused_data:
        raise ViewerRefused(f"{address} is not one compressed file")
    return data
