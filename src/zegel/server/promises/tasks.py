# SPDX-License-Identifier: EUPL-1.2
"""A promise that is broken, or that nothing proves any more, is a task for who keeps the books."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zegel.server.kernel import clock
from zegel.server.promises import queries
from zegel.server.promises.catalogue import filled, promises
from zegel.server.promises.probing import probe_of
from zegel.server.promises.rules import State, state_now
from zegel.server.tasks import causes, naming
from zegel.server.tasks.models import Task
from zegel.server.tasks.naming import Told
from zegel.server.tasks.rules import Cause

ABOUT = "promise"
BROKEN, STALE = "promise_broken", "promise_stale"


@causes.source("promises")
def due(provider_id: UUID) -> Iterable[Cause]:
    """Within the provider's party."""
    now = clock.now()
    for name, row in queries.newest(provider_id).items():
        probe = probe_of(name)
        if probe is None:
            continue
        state = state_now(State(row.state), row.at, probe.every, now)
        if state is State.BROKEN:
            yield Cause(BROKEN, ABOUT, None, None, name)
        elif state is State.STALE:
            yield Cause(STALE, ABOUT, None, None, name)


@naming.source(ABOUT)
def told(rows: Sequence[Task]) -> Mapping[UUID, Told]:
    """In the reader's language."""
    language = (get_language() or "en")[:2]
    found = {}
    for row in rows:
        promise = promises().get(row.detail)
        if promise is None:
            continue
        sentence = filled(promise.text.get(language, promise.text["en"]), queries.figures_of(("site-nl",))[promise.id])
        broken, stale = _("This promise is broken: %(promise)s"), _("Nothing proves it now: %(promise)s")
        what = broken if row.kind == BROKEN else stale
        found[row.id] = Told(what % {"promise": sentence}, promise.id, f"/backoffice/privacy/promises/{promise.id}")
    return found
