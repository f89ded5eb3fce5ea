# SPDX-License-Identifier: EUPL-1.2
"""`zegel viewer verify` against a server that lies about the pages' code: each lie is found."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from zegel.ledgercli import NOT_CHECKED, REFUSED, VERIFIED
from zegel.seal import merkle
from zegel.seal.checkpoint import Checkpoint, sign_checkpoint
from zegel.seal.entry import ActorKind, Entry, entry_leaf_hash
from zegel.seal.note import NoteSigner
from zegel.seal.proof import make_receipt
from zegel.seal.suite import SigningKey
from zegel.server.kernel.middleware import CONTENT_SECURITY_POLICY
from zegel.viewercheck import ALIASES, FOLDER, PAGES
from zegel.viewercli import main

NAME = "log.example/ledger"
FILES = {
    "portal.js": b"import './chunk-1.js'", "chunk-1.js": b"export {}", "portal.css": b"body{}",
    "worker-service.js": b"service", "worker-partner.js": b"partner", "embed.js": b"embed",
    "worker-argon2.js": b"stretch",
}  # fmt: skip
PAGE = (
    '<!doctype html><html><head><meta charset="utf-8"><link rel="icon" href="/static/zegel/mark.svg">'
    f'<link rel="stylesheet" href="{FOLDER}portal.css?v=1">'
    f'<script type="module" src="{FOLDER}portal.js?v=1"></script></head>'
    "<body><noscript>This page needs JavaScript: keys</noscript></body></html>"
)


def manifest_of(files: dict[str, bytes]) -> bytes:
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    whole = hashlib.sha256("".join(f"{value}  {name}\n" for name, value in hashes.items()).encode()).hexdigest()
    return json.dumps({"sha256": whole, "files": hashes}).encode()


class Site:
    """An honest server; each test makes it lie in one thing."""

    def __init__(self) -> None:
        self.signer = NoteSigner(NAME, SigningKey.generate())
        self.answers: dict[str, bytes] = {FOLDER + name: data for name, data in FILES.items()}
        self.answers |= {address: FILES[name] for address, name in ALIASES.items()}
        self.answers |= {page: PAGE.encode() for page in PAGES}
        self.answers[FOLDER + "manifest.json"] = manifest_of(FILES)
        self.policy = CONTENT_SECURITY_POLICY
        self.headers: dict[str, str] = {}
        self.log(self.digest)

    @property
    def digest(self) -> str:
        return str(json.loads(self.answers[FOLDER + "manifest.json"])["sha256"])

    def log(self, said: str, signer: NoteSigner | None = None, **lies: object) -> None:
        """The receipt under this bundle's address, of an entry that names `said`."""
        facts = {"program": "viewer", "bundle": bytes.fromhex(said), "version": "1", **lies}
        body = Entry.make("software", 1, None, ActorKind.SYSTEM, None, None, facts).encode()  # type: ignore[arg-type]
        leaves = [merkle.leaf_hash(b"x"), entry_leaf_hash(b"s" * 32, body)]
        nodes = merkle.nodes_of(leaves)
        note = sign_checkpoint(Checkpoint(NAME, 2, merkle.root(2, nodes)), signer or self.signer)
        path = merkle.inclusion_proof(1, 2, nodes)
        self.answers[f"/ledger/viewer/{self.digest}"] = make_receipt(b"s" * 32, body, 1, path, note).encode()

    @contextmanager
    def served(self) -> Iterator[str]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # head and body in one packet

            def do_GET(self) -> None:
                exact, plain = site.answers.get(self.path), site.answers.get(self.path.partition("?")[0])
                data = exact if exact is not None else plain
                packed = data is not None and "gzip" in self.headers["Accept-Encoding"]
                sent = gzip.compress(data) if data is not None and packed else data or b""
                self.send_response(404 if data is None else 200)
                self.send_header("Content-Type", "text/html" if self.path in PAGES else "text/plain")
                if packed:
                    self.send_header("Content-Encoding", "gzip")
                if site.policy:
                    self.send_header("Content-Security-Policy", site.policy)
                for name, value in site.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()

    def verify(self, *more: str) -> int:
        with self.served() as url:
            return main(["verify", url, "--key", str(self.signer.verifier), *more])


@pytest.fixture
def site() -> Site:
    return Site()


def test_an_honest_server_is_verified(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "manifest.json").write_bytes(manifest_of(FILES))
    assert site.verify("--built", str(tmp_path / "manifest.json")) == VERIFIED
    told = capsys.readouterr().out
    assert f"bundle      {site.digest}" in told
    assert "entry 1 of log.example/ledger" in told


def test_a_build_of_ones_own_that_differs_is_told(site: Site, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(manifest_of({**FILES, "portal.js": b"honest"}))
    assert site.verify("--built", str(tmp_path / "manifest.json")) == REFUSED


def _put(address: str, data: bytes) -> Callable[[Site], None]:
    return lambda site: site.answers.__setitem__(address, data)


def _page(old: str, new: str, page: str = "/portal/") -> Callable[[Site], None]:
    return _put(page, PAGE.replace(old, new).encode())


def _policy(old: str, new: str) -> Callable[[Site], None]:
    return lambda site: setattr(site, "policy", site.policy.replace(old, new))


def _header(name: str, value: str) -> Callable[[Site], None]:
    return lambda site: site.headers.__setitem__(name, value)


def _other_manifest(site: Site) -> None:
    site.answers[FOLDER + "evil.js"] = b"evil"
    site.answers[FOLDER + "manifest.json"] = manifest_of({**FILES, "evil.js": b"evil"})


def _receipt_of_another_bundle(site: Site) -> None:
    site.log("ab" * 32)


def _receipt_of_another_log(site: Site) -> None:
    site.log(site.digest, NoteSigner(NAME, SigningKey.generate()))


def _receipt_of_another_program(site: Site) -> None:
    site.log(site.digest, program="unit")


EVIL = '<script src="/evil.js"></script></head>'
LIES = {
    "a file": _put(FOLDER + "chunk-1.js", b"evil"),
    "a file under the page's own address": _put(FOLDER + "portal.js?v=1", b"evil"),
    "a worker": _put("/portal/service-worker.js", b"evil"),
    "a worker that only the login uses": _put(FOLDER + "worker-argon2.js", b"evil"),
    "the script for others' pages": _put("/embed.js", b"evil"),
    "a manifest that does not add up": _put(
        FOLDER + "manifest.json", manifest_of(FILES).replace(b"portal.js", b"portal2.js")
    ),
    "a manifest that was never logged": _other_manifest,
    "a receipt of another bundle": _receipt_of_another_bundle,
    "a receipt of another log": _receipt_of_another_log,
    "a receipt of another program": _receipt_of_another_program,
    "one script more": _page("</head>", EVIL),
    "one script more in a file of the folder": _page("</head>", EVIL.replace("/evil", f"{FOLDER}evil")),
    "a script of elsewhere": _page("</head>", EVIL.replace("/evil", f"//evil.example{FOLDER}portal")),
    "a script that stands in the page": _page("</head>", "<script>evil()</script></head>"),
    "a script that a parser does not see": _page("</head>", f"<!--><{EVIL[1:]}-->"),
    "a handler": _page("<body>", "<body onload=evil()>"),
    "a script in an address": _page("<body>", "<body><a href='java\tscript:evil()'>"),
    "a frame": _page("<body>", "<body><iframe src=/evil></iframe>"),
    "another base": _page("<head>", "<head><base href=//evil.example>"),
    "a style sheet of elsewhere": _page("</head>", '<link rel="stylesheet" href="//evil.example/x.css">'),
    "a preloaded module": _page("</head>", '<link rel="modulepreload" href="/evil.js">'),
    "a page that only operators open": _page("</head>", EVIL, "/console/"),
    "no policy": lambda site: setattr(site, "policy", ""),
    "a policy that lets scripts in": _policy("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
    "a policy for another place": _policy("script-src 'self'", "script-src 'self' https://evil.example"),
    "a policy said twice, the looser first": _policy("default-src", "script-src * ; default-src"),
    "a policy that sends things away": _policy("connect-src 'self'", "connect-src *"),
    "a page that leads away": _header("Refresh", "0; url=https://evil.example"),
    "a worker of a wider reach": _header("Service-Worker-Allowed", "/"),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_refused(site: Site, lie: Callable[[Site], None], capsys: pytest.CaptureFixture[str]) -> None:
    lie(site)
    assert site.verify() == REFUSED
    assert "REFUSED: " in capsys.readouterr().out


def test_a_page_that_this_server_does_not_have_is_said(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    del site.answers["/centre/"]
    assert site.verify() == VERIFIED
    assert "not there   /centre/" in capsys.readouterr().out


def test_nothing_is_said_of_a_server_that_does_not_answer(capsys: pytest.CaptureFixture[str]) -> None:
    signer = NoteSigner(NAME, SigningKey.generate())
    assert main(["verify", "http://127.0.0.1:1", "--key", str(signer.verifier)]) == NOT_CHECKED
    assert main(["verify", "ftp://x", "--key", str(signer.verifier)]) == NOT_CHECKED
    assert "not checked" in capsys.readouterr().err
