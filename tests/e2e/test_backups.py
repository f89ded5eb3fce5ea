# SPDX-License-Identifier: EUPL-1.2
"""Back-ups in the privacy office, and what stands around an agreement, from both sides."""

from __future__ import annotations

import io

import pypdf
import pytest

from tests.e2e.conftest import Story, _of_its_own
from tests.e2e.desk import Desk, functional_only
from zegel.demo.processes import run
from zegel.demo.scene import backup_places

pytestmark = pytest.mark.usefixtures("desks_closed")


def _english(desk: Desk) -> Desk:
    if desk.page.get_attribute("html", "lang") != "en":
        desk.page.click("button[lang=en]")
        desk.page.wait_for_selector("html[lang=en]")
    return desk


def _fits(desk: Desk) -> None:
    desk.settled()
    assert desk.axe() == []
    for width in (390, 1440):
        desk.page.set_viewport_size({"width": width, "height": 900})
        assert desk.overflow() <= 0, width


@pytest.mark.soak  # the suite has its budget
def test_the_privacy_officer_sees_how_the_back_ups_stand_and_never_where(story: Story) -> None:
    officer = _english(story.signed_in("privacy"))
    officer.go("/backoffice/privacy/backups")
    officer.sees(".note:has-text('Back-ups are not set up')")
    places = backup_places(story.folder)
    env = {**places, "ZEGEL_ORIGIN": story.place.origin}
    words = ["backup", "--data", str(story.place.data)]
    with _of_its_own():
        run([*words, "key", str(story.folder / "administrator.key")], env)
        run([*words, "make"], env)
        assert run([*words, "try"], env).rstrip().endswith("passed")
    officer.page.reload()
    officer.sees(".note:has-text('nothing that was erased since comes back')")
    officer.sees(".pill:has-text('passed')")
    officer.page.click("li details summary")
    officer.sees("text=ledger.entries_have_no_gap")
    _fits(officer)
    said = officer.page.content()
    assert str(story.folder) not in said
    assert "copies-of-keys" not in said
    functional_only(officer)


def test_an_owner_instructs_his_provider_answers_and_both_have_the_signed_agreement(story: Story) -> None:
    officer = _english(story.signed_in("privacy"))
    page = officer.page
    officer.go("/backoffice/privacy/contracts")
    page.click("#new-text")
    page.fill("#title", "Waak's terms")
    page.fill("#version", "2026-1")
    page.fill("#text", "Article 1. What is agreed holds.")
    page.click("#record-now")
    officer.sees("b:has-text(\"Waak's terms\")")

    owner = _english(story.signed_in("owner"))
    owner.go("/portal/agreements")
    owner.page.click("#instruct")
    owner.page.fill("#words", "Keep the gate's pictures for seven days.")
    owner.page.click("#record-now")
    owner.sees("b:has-text('seven days') ~ .pill:has-text('waits for an answer')")
    _fits(owner)

    officer.page.reload()
    page.click("button[id^=answer-]")
    page.select_option("#answer", "unlawful")
    page.click("#record-now")
    officer.sees("dialog .note.alarm")
    page.fill("#words", "The authority has ordered us to keep them.")
    page.click("#record-now")
    officer.sees(".pill:has-text('breaks the law')")
    _fits(officer)
    owner.page.reload()
    owner.sees("text=The authority has ordered us to keep them.")


@pytest.mark.soak  # the suite has its budget
def test_what_was_agreed_online_is_taken_along_as_a_signed_pdf(story: Story) -> None:
    owner = _english(story.signed_in("owner"))
    page = owner.page
    owner.go("/portal/agreements")
    page.click("#end-agreement")
    page.click("#end-now")
    page.click("#read")
    owner.sees("#document:has-text('Annex II. Description of the processing')")
    owner.sees("#document:has-text('version 2026-1')")
    page.check("#have-read")
    page.click("#sign")
    owner.sees("text=With it: Waak's terms, version 2026-1")
    with page.expect_download() as taken:
        page.click("button[id^=pdf-]")
    reader = pypdf.PdfReader(io.BytesIO(taken.value.path().read_bytes()))
    text = "".join(one.extract_text() for one in reader.pages)
    assert "Annex II" in text
    fields = reader.get_fields() or {}
    assert fields["Zegel"]["/V"]["/SubFilter"] == "/ETSI.CAdES.detached"
