# SPDX-License-Identifier: EUPL-1.2
"""Catalogues in four languages, from gettext .po files alone (no gettext programs needed).

compile   every .po → .mo, and the web catalogue → web/src/i18n/LANGUAGE.json
extract   adds the strings that sources use to each room's .po (empty, to be translated) and drops those no longer used;
          with names (`extract server/people/django server/kernel/portal-people`) only in those
check     says what is missing, stale, or lost a {placeholder}; exits 1 if anything is

Where strings live: Python and templates of a room → that room's locale/LANGUAGE/LC_MESSAGES/django.po;
TypeScript (`t("…")`, `tn("one", "many", n)`) → src/zegel/server/kernel/locale/LANGUAGE/LC_MESSAGES/web.po;
that of one of the portal's pages (web/src/faces/portal/PAGE/) → portal-PAGE.po beside it, of the privacy office's
(web/src/faces/privacy/PAGE/) → privacy-PAGE.po (the same of service/ and partner/), that of the office
(web/src/faces/office/) → office.po, but what web.po says already.
All of them together become the pages' one catalogue.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "zegel"
WEB = ROOT / "web" / "src"
LANGUAGES = ("nl", "sv", "de")
WEB_HOME = SOURCE / "server" / "kernel"

_PYTHON_CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_TRANSLATE = re.compile(r"""\{%\s*translate\s+(?:"([^"]*)"|'([^']*)')""")
_STRING = r'"((?:[^"\\]|\\.)*)"'
_ONE = re.compile(rf"(?<![\w.])t\(\s*{_STRING}")
_MANY = re.compile(rf"(?<![\w.])tn\(\s*{_STRING}\s*,\s*{_STRING}")
_PLACES = re.compile(r"\{\w+\}|%\(\w+\)[sd]|%[sd]")


@dataclass(frozen=True, order=True)
class Message:
    """A sentence; `plural` is its form for other numbers than one, or empty."""

    text: str
    plural: str = ""


@dataclass(frozen=True)
class Catalogue:
    """One .po per language, and the sentences that its sources use."""

    home: Path
    domain: str
    messages: frozenset[Message]

    def path(self, language: str) -> Path:
        return self.home / "locale" / language / "LC_MESSAGES" / f"{self.domain}.po"

    @property
    def name(self) -> str:
        return f"{self.home.relative_to(SOURCE)}/{self.domain}"


def _python(path: Path) -> Iterator[Message]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if name in _PYTHON_CALLS and isinstance(node.args[0], ast.Constant) and texts:
            yield Message(texts[0])
        elif name in {"ngettext", "ngettext_lazy"} and len(texts) >= 2:
            yield Message(texts[0], texts[1])


def _template(path: Path) -> Iterator[Message]:
    for found in _TRANSLATE.finditer(path.read_text("utf-8")):
        yield Message(found[1] if found[1] is not None else found[2])


def _typescript(path: Path) -> Iterator[Message]:
    source = path.read_text("utf-8")
    for found in _ONE.finditer(source):
        yield Message(json.loads(f'"{found[1]}"'))
    for found in _MANY.finditer(source):
        yield Message(json.loads(f'"{found[1]}"'), json.loads(f'"{found[2]}"'))


def _room(folder: Path) -> Catalogue:
    messages: set[Message] = set()
    for path in folder.rglob("*.py"):
        if "migrations" not in path.parts:
            messages.update(_python(path))
    for path in folder.rglob("templates/**/*"):
        if path.suffix in {".html", ".txt"}:
            messages.update(_template(path))
    return Catalogue(folder, "django", frozenset(messages))


def catalogues() -> list[Catalogue]:
    rooms = [_room(folder) for folder in sorted((SOURCE / "server").iterdir()) if (folder / "__init__.py").exists()]
    return [room for room in rooms if room.messages] + _web()


def _web() -> list[Catalogue]:
    faces = ("portal", "privacy", "service", "partner")
    folders = [(face, one) for face in faces for one in sorted((WEB / "faces" / face).glob("*"))]
    pages = {one: f"{face}-{one.name}" for face, one in folders if one.is_dir()} | {
        WEB / "faces" / "office": "office", WEB / "faces" / "evidence": "evidence",
        WEB / "faces" / "tenants": "tenants",
    }  # fmt: skip
    used = {path: frozenset(_typescript(path)) for path in WEB.rglob("*.ts")}
    shared = frozenset(m for path, found in used.items() if not set(pages) & set(path.parents) for m in found)
    found = [Catalogue(WEB_HOME, "web", shared)]
    for page, domain in pages.items():
        own = frozenset(m for path, said in used.items() if page in path.parents for m in said)
        found.append(Catalogue(WEB_HOME, domain, own - shared))
    return [catalogue for catalogue in found if catalogue.messages]


def _open(path: Path, language: str) -> polib.POFile:
    if path.exists():
        return polib.pofile(str(path), wrapwidth=110)
    po = polib.POFile(wrapwidth=110)
    po.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    po.header = "SPDX-License-Identifier: EUPL-1.2"
    return po


def extract(names: list[str]) -> int:
    for catalogue in catalogues():
        if names and catalogue.name not in names:
            continue
        for language in LANGUAGES:
            path = catalogue.path(language)
            po = _open(path, language)
            held = {Message(entry.msgid, entry.msgid_plural): entry for entry in po if not entry.obsolete}
            fresh = [held.get(message) or _entry(message) for message in sorted(catalogue.messages)]
            po[:] = fresh
            path.parent.mkdir(parents=True, exist_ok=True)
            po.save(str(path))
    return check()


def _entry(message: Message) -> polib.POEntry:
    if message.plural:
        return polib.POEntry(msgid=message.text, msgid_plural=message.plural, msgstr_plural={0: "", 1: ""})
    return polib.POEntry(msgid=message.text, msgstr="")


def _forms(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def problems(catalogue: Catalogue, language: str) -> list[str]:
    path = catalogue.path(language)
    entries = polib.pofile(str(path)) if path.exists() else []
    held = {Message(entry.msgid, entry.msgid_plural): entry for entry in entries if not entry.obsolete}
    found: list[str] = []
    for message in sorted(catalogue.messages):
        entry = held.get(message)
        if entry is None or "fuzzy" in entry.flags or not all(_forms(entry)):
            found.append(f"{catalogue.name} {language}: no translation of {message.text!r}")
            continue
        wanted = set(_PLACES.findall(message.plural or message.text))
        found += [
            f"{catalogue.name} {language}: {form!r} lost or made up a placeholder of {message.text!r}"
            for form in _forms(entry)
            if set(_PLACES.findall(form)) - wanted or (not message.plural and wanted - set(_PLACES.findall(form)))
        ]
    stale = sorted(set(held) - catalogue.messages)
    return found + [f"{catalogue.name} {language}: nothing uses {old.text!r} any more" for old in stale]


def check() -> int:
    found = [one for catalogue in catalogues() for language in LANGUAGES for one in problems(catalogue, language)]
    print("\n".join(found) if found else "every sentence is there in nl, sv, de and en")
    return 1 if found else 0


def compile_all(quiet: bool) -> int:
    done = 0
    web: dict[str, list[polib.POEntry]] = {language: [] for language in LANGUAGES}
    for path in sorted(SOURCE.rglob("locale/*/LC_MESSAGES/*.po")):
        po = polib.pofile(str(path))
        if path.is_relative_to(WEB_HOME) and path.stem != "django":
            web[path.parent.parent.name] += [entry for entry in po if not entry.obsolete]
        else:
            po.save_as_mofile(str(path.with_suffix(".mo")))
        done += 1
    for language, entries in web.items():
        _write_json(entries, WEB / "i18n" / f"{language}.json")
    if not quiet:
        print(f"{done} catalogues compiled")
    return 0


def _write_json(po: list[polib.POEntry], path: Path) -> None:
    if not path.parent.parent.exists():  # an installed package without the sources of its pages
        return
    entries = {
        entry.msgid: [entry.msgstr_plural[0], entry.msgstr_plural[1]] if entry.msgid_plural else entry.msgstr
        for entry in po
        if all(_forms(entry))
    }
    text = json.dumps(dict(sorted(entries.items())), ensure_ascii=False, indent=1) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def main(words: list[str]) -> int:
    match [word for word in words if not word.startswith("-")]:
        case ["compile"]:
            return compile_all("--quiet" in words)
        case ["extract", *names]:
            return extract(names)
        case ["check"]:
            return check()
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
