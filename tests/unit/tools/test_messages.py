# SPDX-License-Identifier: EUPL-1.2
"""Four languages, always: a sentence without its translations, or one that lost a placeholder, fails here."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import polib
import pytest

ROOT = Path(__file__).resolve().parents[3]


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("zegel_messages", ROOT / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["zegel_messages"] = module
    spec.loader.exec_module(module)
    return module


messages = _load()


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_sentence_of_every_room_and_page_is_translated(language: str) -> None:
    found = [problem for catalogue in messages.catalogues() for problem in messages.problems(catalogue, language)]
    assert found == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_pages_catalogue_is_made_of_the_po_file(language: str) -> None:
    folder = messages.WEB_HOME / "locale" / language / "LC_MESSAGES"
    po = [entry for path in folder.glob("*.po") if path.stem != "django" for entry in polib.pofile(str(path))]
    made = json.loads((messages.WEB / "i18n" / f"{language}.json").read_text("utf-8"))
    assert set(made) == {entry.msgid for entry in po}
    assert all(made[entry.msgid] == entry.msgstr for entry in po if not entry.msgid_plural)


def test_a_missing_translation_a_lost_placeholder_and_a_stale_sentence_are_found(tmp_path: Path) -> None:
    messages_used = frozenset({messages.Message("New"), messages.Message("Until {time}")})
    home = messages.SOURCE / "server"
    catalogue = messages.Catalogue(home, "django", messages_used)
    path = tmp_path / "django.po"
    po = polib.POFile()
    po += [polib.POEntry(msgid="Until {time}", msgstr="Tot"), polib.POEntry(msgid="Old", msgstr="Oud")]
    po.save(str(path))

    class Elsewhere(messages.Catalogue):  # type: ignore[misc,name-defined]
        def path(self, language: str) -> Path:
            return path

    found = messages.problems(Elsewhere(home, "django", catalogue.messages), "nl")
    assert len(found) == 3
    assert "no translation of 'New'" in found[0]
    assert "placeholder" in found[1]
    assert "nothing uses 'Old'" in found[2]


def test_sentences_are_found_in_python_templates_and_typescript(tmp_path: Path) -> None:
    python, template, script = tmp_path / "a.py", tmp_path / "a.html", tmp_path / "a.ts"
    python.write_text('_("One " "sentence.")\nlog("not this")\n')
    template.write_text("{% translate 'Two' %}{% translate \"Three's\" %}")
    script.write_text('t("Four {n}", { n }); tn("{n} five", "{n} fives", n); text("no"); start("no");')
    assert [m.text for m in messages._python(python)] == ["One sentence."]
    assert [m.text for m in messages._template(template)] == ["Two", "Three's"]
    assert [(m.text, m.plural) for m in messages._typescript(script)] == [("Four {n}", ""), ("{n} five", "{n} fives")]
