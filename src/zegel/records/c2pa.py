# SPDX-License-Identifier: EUPL-1.2
"""A C2PA manifest in a film (ISO 22144 / C2PA 2.x, embedded in ISO BMFF): for readers that know that form and not ours.

It is one more `uuid` box in front of the film, and changes nothing else of it: what was signed, listed and written in
the log is the film without that box, and everything of ours is checked without it. It is signed with a key that its
maker drew for it, which the installation's own authority certifies; the file is never sent anywhere for it.

Making and checking one needs the library `c2pa-python` (`pip install zegel[c2pa]`); that there is one is seen without.
No network is asked: neither for a manifest elsewhere nor for a certificate's state.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from zegel import __version__
from zegel.records.mp4 import manifest_box, without_manifest
from zegel.records.package import Tampered
from zegel.seal.errors import SealError

LABEL = "org.zegel.recording"
CAPTURED = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
_NO_NETWORK: Mapping[str, Any] = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
_VIDEO = "video/mp4"


class NoC2pa(SealError):
    """The library that makes and checks C2PA manifests is not installed."""

    code = "no_c2pa"
    action = "Install it: pip install 'zegel[c2pa]'. The package itself needs none."


class State(StrEnum):
    """TRUSTED: it holds, and the authority named with it certified its key. VALID: it holds, by a key that nobody here
    vouches for. UNCHECKED: there is one, and the library is not here."""

    TRUSTED = "trusted"
    VALID = "valid"
    UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Found:
    """A manifest as it was read back. `said`: what its maker wrote of the recording; `issuer`: the organisation of the
    certificate."""

    state: State
    issuer: str
    said: Mapping[str, str]


def sign(film: bytes, chain: str, signature: Callable[[bytes], bytes], title: str, said: Mapping[str, str]) -> bytes:
    """The film with its manifest. `chain`: certificates as PEM, the signer's first; `signature`: ECDSA with P-256 and
    SHA-256 as raw r ‖ s. Raises NoC2pa, Tampered when more of it was changed than that box."""
    library = _library()
    manifest = {
        "claim_generator_info": [{"name": "zegel", "version": __version__}], "title": title, "format": _VIDEO,
        "assertions": [
            {"label": "c2pa.actions", "data": {"actions": [
                {"action": "c2pa.created", "digitalSourceType": CAPTURED}
            ]}},
            {"label": LABEL, "data": dict(said)},
        ],
    }  # fmt: skip
    signer = library.Signer.from_callback(signature, library.C2paSigningAlg.ES256, chain)
    out = io.BytesIO()
    with library.Builder(manifest, context=library.Context.from_dict(dict(_NO_NETWORK))) as builder:
        builder.sign(signer, _VIDEO, io.BytesIO(film), out)
    if without_manifest(out.getvalue()) != film:
        raise Tampered("the film would not be the same with a C2PA manifest in it")
    return out.getvalue()


def read(film: bytes, root: bytes | None = None) -> Found | None:
    """None when there is none. `root`: the authority's certificate (PEM) that its key must be certified by, to be
    TRUSTED. Raises Tampered when it does not hold."""
    if manifest_box(film) is None:
        return None
    try:
        library = _library()
    except NoC2pa:
        return Found(State.UNCHECKED, "", {})
    settings = dict(_NO_NETWORK)
    if root is not None:
        settings |= {"trust": {"user_anchors": root.decode("ascii", "replace")}}
    try:
        with library.Reader(_VIDEO, io.BytesIO(film), context=library.Context.from_dict(settings)) as reader:
            told = json.loads(reader.json())
    except library.C2paError as error:
        raise Tampered(f"the C2PA manifest can't be read: {type(error).__name__}") from None
    state = str(told.get("validation_state", ""))
    if state not in {"Valid", "Trusted"}:
        raise Tampered("the film, or its C2PA manifest, was changed after it was signed")
    active = told["manifests"][told["active_manifest"]]
    said: dict[str, Any] = next((one["data"] for one in active["assertions"] if one["label"] == LABEL), {})
    held = State.TRUSTED if state == "Trusted" and root is not None else State.VALID
    return Found(held, str(active["signature_info"].get("issuer", "")), said)


def fingerprint(root: bytes) -> str:
    """SHA-256 of a certificate (PEM), in hex. Raises Tampered."""
    try:
        return x509.load_pem_x509_certificate(root).fingerprint(hashes.SHA256()).hex()
    except ValueError:
        raise Tampered("the authority's certificate can't be read") from None


def told(name: str, found: Found) -> str:
    """One line for who checks a file."""
    if found.state is State.UNCHECKED:
        return f"  {name}: a C2PA manifest is in it, not checked here (pip install 'zegel[c2pa]')"
    by = f"by {found.issuer}, certified by the installation" if found.state is State.TRUSTED else f"by {found.issuer}"
    return f"  {name}: a C2PA manifest is in it and holds, {by}"


def require() -> None:
    """Raises NoC2pa."""
    _library()


def _library() -> ModuleType:
    try:
        import c2pa
    except (ImportError, OSError):
        raise NoC2pa("the library c2pa-python is not installed") from None
    module: ModuleType = c2pa
    return module
