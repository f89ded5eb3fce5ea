# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a list."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zegel.server.kernel.errors import ZegelError

_WHY = {
    "empty": gettext_lazy("There is nothing in this file."),
    "large": gettext_lazy("This file is too large."),
    "binary": gettext_lazy("This is no text file, but a spreadsheet or a document."),
    "one_column": gettext_lazy("This file has one column only."),
    "many_columns": gettext_lazy("This file has too many columns."),
    "many_rows": gettext_lazy("This file has too many lines."),
}


class UnknownImport(ZegelError):
    """No such list, or another firm's."""

    code = "unknown_import"

    def __init__(self) -> None:
        super().__init__(_("There is no such list."), action=_("Load the page again."))


class BadFile(ZegelError):
    """It can't be read as a list. `why`: see reading.Unreadable."""

    code = "bad_file"

    def __init__(self, why: str) -> None:
        super().__init__(str(_WHY[why]), action=_("Save it as CSV, of 24 MB and 200,000 lines at most."))
        self.details = {"why": why}


class BadMapping(ZegelError):
    """These columns make no customers. `why`: "twice" or "no_name"."""

    code = "bad_mapping"

    def __init__(self, why: str) -> None:
        said = {
            "twice": _("Two columns can't hold the same."),
            "no_name": _("No column holds a name."),
            "consent": _("Prospects are kept until their consent ends: say until when."),
        }[why]
        super().__init__(said, action=_("Choose what each column holds."))
        self.details = {"why": why}


class NotNow(ZegelError):
    """The list is somewhere else."""

    code = "import_not_now"

    def __init__(self) -> None:
        super().__init__(_("That can't be done with this list now."), action=_("Load the page again."))
