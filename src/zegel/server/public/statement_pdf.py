# SPDX-License-Identifier: EUPL-1.2
"""What the statement's template (statement.typ) is filled in with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from zegel.server.kernel import clock
from zegel.server.promises.models import Statement

TEMPLATE = Path(__file__).parent / "papers" / "statement.typ"


def said(row: Statement, name: str, sections: Sequence[Mapping[str, Any]], language: str) -> dict[str, Any]:
    """Each sentence with its promise's state on the day that the file is made."""
    contact = row.content.get("contact") or {}
    authority = row.content.get("authority") or {}
    return {
        "title": _("Privacy statement"), "name": name,
        "version": _("Version %(number)d of %(day)s. Tried states of %(today)s.")
        % {"number": row.number, "day": date_format(row.made_at, "j F Y"), "today": date_format(clock.now(), "j F Y")},
        "contact": [part for part in (contact.get("name"), contact.get("email"), contact.get("phone")) if part],
        "authority": authority.get("name", ""), "page": _("Page"),
        "sections": [
            {"title": section["title"],
             "lines": [
                 {"text": line["text"], "state": str(line["word"]), "mark": line["state"]} for line in section["lines"]
             ]}
            for section in sections
        ],
    }  # fmt: skip
