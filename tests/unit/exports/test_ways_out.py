# SPDX-License-Identifier: EUPL-1.2
"""Nothing is printed, downloaded or exported but through the one function that writes it down (I5). Looked for in the
sources, server and pages alike, and tried on the middleware that stands behind all routes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SERVER, WEB = ROOT / "src" / "zegel" / "server", ROOT / "web" / "src"

# file -> why it may make an answer that a browser keeps, or hand one on unlogged
SEALED = {
    "api/views.py": "ciphertext through the door; each look is an entry",
    "api/mail.py": "a sealed picture through the door; each look is an entry",
    "public/film.py": "ciphertext of a redacted film, for who has its link; its opening is an entry",
}
FOR_EVERYBODY = {
    "api/public_ledger.py": "the log's own tiles: salted hashes and signatures, the same for everybody",
}
PUBLIC_DOCUMENTS = {
    "public/promises.py": "promises with their evidence and the privacy statement: public, and nobody is in them",
}
ALLOWED_WEB = {"kit/leaving.ts": "the one way out"}
OFFLINE = "offline/"
"""The reader's own page, on his own disk, without a network: nobody is there to write it down."""


WAYS_OF_A_PAGE = re.compile(
    r"""\.print\(|(?<![\w.#])print\(\)|execCommand\(\s*["']print|\.download\s*=|setAttribute\(\s*["']download"""
    r"""|\sdownload=(?!"zegel-open\.html")|showSaveFilePicker|navigator\.share|data:(?:text|application)/"""
)


def sources(folder: Path, ending: str) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob(f"*{ending}")):
        yield str(path.relative_to(folder)), path.read_text("utf-8")


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "id", getattr(node.func, "attr", "")), node


def makes_a_file(text: str) -> bool:
    """Whether this source makes an answer that a browser keeps, by itself."""
    if re.search(r"[\"']attachment|as_attachment|\battachment;", text, re.IGNORECASE):
        return True
    return any(made in {"FileResponse", "StreamingHttpResponse"} for made, _ in calls(ast.parse(text)))


def mails_a_file(text: str) -> bool:
    """Whether this source hands a letter with files to the mail room itself, or builds mail beside it."""
    if re.search(r"\bEmailMessage\b|\bEmailMultiAlternatives\b|\battach_file\b|\bsend_mail\b|\bsmtplib\b", text):
        return True
    found = list(calls(ast.parse(text)))
    with_files = any(name == "Letter" and (len(node.args) > 4 or _keyword(node, "files")) for name, node in found)
    return with_files and "exports.post(" not in text


def _keyword(node: ast.Call, name: str) -> bool:
    return any(one.arg == name for one in node.keywords)


def test_no_view_makes_a_file_of_an_answer_by_itself() -> None:
    found = {name for name, text in sources(SERVER, ".py") if not name.startswith("exports/") and makes_a_file(text)}
    assert found <= set(PUBLIC_DOCUMENTS), "hand files out by exports.actions.send and answer"


def test_no_file_goes_with_a_letter_but_by_the_one_function() -> None:
    found = {name for name, text in sources(SERVER, ".py") if mails_a_file(text)}
    assert found <= {"kernel/mail.py", "kernel/smtp.py", "kernel/dkim.py", "mailcli.py"}, "use exports.actions.post"


def test_a_letter_with_a_file_that_was_not_written_down_stays_here() -> None:
    from zegel.server.kernel import mail

    with pytest.raises(mail.MailRefused, match="written nowhere"):
        mail.send(mail.Letter("a@example.nl", "x", "y", "z", (("list.csv", "text/csv", b"name\n"),)))


PLANTED_SERVER = (
    'def labels(request):\n    return HttpResponse(pdf, headers={"Content-Disposition": "attachment; filename=a.pdf"})',
    "def orders(request):\n    return StreamingHttpResponse(rows(), content_type='text/csv')",
    "def pack(request):\n    return FileResponse(open(path, 'rb'), as_attachment=True)",
)
PLANTED_LETTERS = (
    "mail.send(mail.Letter(row.email, 's', 't', 'r', ((name, 'text/csv', content),)))",
    "mail.send(Letter(to=a, subject=s, text=t, reference=r, files=files))",
    "EmailMessage('s', 't', to=[a]).send()",
)
PLANTED_PAGES = (
    "frame.contentWindow?.print();",
    "window.print()",
    "link.download = `orders.csv`;",
    'link.setAttribute("download", "orders.csv");',
    "html`<a href=${url} download=${name}>${t(\"Save\")}</a>`",
    "html`<a href=${url} .download=${name}>x</a>`",
    "location.href = `data:text/csv,${rows}`;",
    "await navigator.share({ files: [file] });",
    "await window.showSaveFilePicker();",
    "document.execCommand('print');",
)


@pytest.mark.parametrize("text", PLANTED_SERVER)
def test_a_way_out_planted_in_the_server_is_seen(text: str) -> None:
    assert makes_a_file(text)


@pytest.mark.parametrize("text", PLANTED_LETTERS)
def test_a_way_out_planted_in_a_letter_is_seen(text: str) -> None:
    assert mails_a_file(text)


@pytest.mark.parametrize("text", PLANTED_PAGES)
def test_a_way_out_planted_in_a_page_is_seen(text: str) -> None:
    assert WAYS_OF_A_PAGE.search(text)


def test_who_passes_the_middleware_by_is_known_and_says_why() -> None:
    by = {"sealed": set(), "for_everybody": set()}  # type: dict[str, set[str]]
    for name, text in sources(SERVER, ".py"):
        if name.startswith("exports/") or "exports.middleware" not in text:
            continue
        for made, _ in calls(ast.parse(text)):
            if made in by:
                by[made].add(name)
    assert by["sealed"] == set(SEALED)
    assert by["for_everybody"] <= {*FOR_EVERYBODY, *PUBLIC_DOCUMENTS}, "say in this test why it is nobody's data"


def test_no_page_prints_or_downloads_but_by_the_one_function() -> None:
    found = {name for name, text in sources(WEB, ".ts") if WAYS_OF_A_PAGE.search(text) and not name.startswith(OFFLINE)}
    assert found == set(ALLOWED_WEB)


def test_no_template_prints_or_downloads() -> None:
    for path in SERVER.rglob("templates/**/*.html"):
        text = path.read_text("utf-8")
        assert "window.print" not in text, path
        assert not re.search(r"<a[^>]*\sdownload[\s=>]", text), path


def _answer(content_type: str, **headers: str) -> object:
    from django.http import HttpResponse

    response = HttpResponse(b"name,address\n", content_type=content_type)
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    return response


@pytest.mark.parametrize(
    ("content_type", "headers"),
    [
        ("text/csv", {}), ("application/pdf", {}), ("application/zip", {}), ("application/octet-stream", {}),
        ("text/html", {"Content_Disposition": 'attachment; filename="x"'}), ("video/mp4", {}),
        ("application/ld+json", {}), ("application/xml", {}), ("application/vnd.ms-excel", {}), ("text/x-vcard", {}),
        ("application/x-ndjson", {}), ("message/rfc822", {}), ("application/x-something-new", {}),
        ("TEXT/CSV; charset=utf-8", {}), ("application/json", {"Content_Disposition": "ATTACHMENT"}),
    ],
)  # fmt: skip
def test_a_file_without_an_entry_is_stopped_whatever_made_it(content_type: str, headers: dict[str, str]) -> None:
    from django.test import RequestFactory

    from zegel.server.exports.middleware import EveryFileIsLogged

    made = _answer(content_type, **headers)
    answer = EveryFileIsLogged(lambda request: made)(RequestFactory().get("/"))  # type: ignore[arg-type,return-value]
    assert answer.status_code == 500
    assert b"name,address" not in answer.content  # type: ignore[attr-defined]
    assert b"unlogged_file" in answer.content  # type: ignore[attr-defined]


@pytest.mark.parametrize("content_type", ["text/html", "application/json", "image/png", "text/plain; charset=utf-8"])
def test_a_page_passes(content_type: str) -> None:
    from django.test import RequestFactory

    from zegel.server.exports.middleware import EveryFileIsLogged

    made = _answer(content_type)
    assert EveryFileIsLogged(lambda request: made)(RequestFactory().get("/")) is made  # type: ignore[arg-type,return-value]


def test_an_answer_of_a_logged_file_passes_and_a_forged_header_does_not() -> None:
    from django.test import RequestFactory

    from zegel.server.exports.actions import Sent, answer
    from zegel.server.exports.middleware import EveryFileIsLogged

    logged = answer(Sent("x.csv", b"1", "text/csv", 7))
    assert EveryFileIsLogged(lambda request: logged)(RequestFactory().get("/")) is logged
    forged = _answer("text/csv", X_Zegel_Entry="7")
    assert EveryFileIsLogged(lambda request: forged)(RequestFactory().get("/")).status_code == 500  # type: ignore[arg-type,return-value]
