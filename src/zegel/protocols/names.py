# SPDX-License-Identifier: EUPL-1.2
"""Names of events in people's languages. `Event.name` is the English one; what nobody has translated (a provider's own
codes) stays as it is."""

from __future__ import annotations

from functools import cache

from zegel.protocols.codes import table_rows

LANGUAGES = ("en", "nl", "sv", "de")


def said(name: str, language: str) -> str:
    """The name in `language` ("nl", also "nl-BE"); in English when there is no such language or translation."""
    return _names(language.partition("-")[0].lower()).get(name, name)


@cache
def _names(language: str) -> dict[str, str]:
    if language not in LANGUAGES[1:]:
        return {}
    _, rows = table_rows("names.csv")
    return {row["en"]: row[language] for row in rows if row[language]}
