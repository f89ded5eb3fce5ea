# SPDX-License-Identifier: EUPL-1.2
"""Finding anything a provider knows, as it is typed: customers, sites, units, cameras, panels, people, tasks, stock.

- Read as the provider, of its customers: a party that serves an owner in another way (row-level security lets an alarm
  centre see his rows as well) finds nothing of his here.
- Words are looked for anywhere in a name, number, address or fingerprint; each of them must be there. What begins with
  the first one comes first; a few of each kind.
- Names and numbers only. There is no picture here, and nothing that leads to one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor

EACH = 6
MOST_WORDS = 6
LONGEST = 100


@dataclass(frozen=True)
class Found:
    """`kind`: customer, site, unit, camera, panel, person, contact, task or item. `beside`: what tells it from
    another of that name. `at`: where to go: the site, customer or thing."""

    kind: str
    id: UUID
    name: str
    beside: str
    at: UUID | None


_SERVED = """(SELECT r.owner_id FROM people_servicerelation r WHERE r.party_id = %(party)s
           AND r.kind = 'provider' AND r.valid_from <= %(now)s AND (r.valid_to IS NULL OR r.valid_to > %(now)s))"""

# kind → (id, name, beside, where it leads, what is searched, FROM). By hand: one question for each key press.
_KINDS: dict[str, tuple[str, str, str, str, str, str]] = {
    "customer": (
        "p.id", "p.name", "p.kind", "p.id", "p.name",
        f"people_party p WHERE p.id IN {_SERVED}",
    ),
    "site": (
        "s.id", "s.name", "s.address", "s.id", "s.name || ' ' || s.address",
        f"sites_site s WHERE s.owner_id IN {_SERVED}",
    ),
    "unit": (
        "u.id", "u.name", "s.name", "u.site_id",
        "u.name || ' ' || encode(u.fingerprint, 'hex') || ' ' || u.software",
        f"sites_unit u JOIN sites_site s ON s.id = u.site_id WHERE u.owner_id IN {_SERVED}",
    ),
    "camera": (
        "c.id",
        "c.name",
        "s.name || ', ' || u.name",
        "u.site_id",
        "c.name",
        f"""(SELECT id, name, unit_id FROM sites_camera WHERE name ILIKE ALL (%(words)s) AND owner_id IN {_SERVED}
           ORDER BY (name ILIKE %(begin)s) DESC, name, id LIMIT %(each)s) c
           JOIN sites_unit u ON u.id = c.unit_id JOIN sites_site s ON s.id = u.site_id WHERE true""",
    ),
    "panel": (
        "n.id", "n.name", "n.account || ', ' || s.name", "n.id", "n.name || ' ' || n.account",
        f"signals_panel n JOIN sites_site s ON s.id = n.site_id WHERE n.state = 'active' AND n.owner_id IN {_SERVED}",
    ),
    "contact": (
        "k.id", "k.name", "s.name", "k.site_id", "k.name || ' ' || k.phones::text",
        f"plans_contact k JOIN sites_site s ON s.id = k.site_id WHERE k.removed_at IS NULL AND k.owner_id IN {_SERVED}",
    ),
    "person": (
        "h.id", "h.display_name", "h.email", "h.id", "h.display_name || ' ' || h.email",
        """people_person h WHERE h.id IN (SELECT m.person_id FROM people_membership m WHERE m.party_id = %(party)s
           AND m.valid_from <= %(now)s AND (m.valid_to IS NULL OR m.valid_to > %(now)s))""",
    ),
    "item": (
        "i.id", "i.name", "i.serial", "i.id", "i.name || ' ' || i.serial",
        "maintenance_item i WHERE i.owner_id = %(party)s",
    ),
    "task": (
        "t.id", "t.words", "''", "t.id", "t.words",
        "tasks_task t WHERE t.owner_id = %(party)s AND t.words <> '' AND t.done_at IS NULL",
    ),
}  # fmt: skip


def _part(kind: str) -> str:
    key, name, beside, at, searched, source = _KINDS[kind]
    return (
        f"(SELECT '{kind}' AS kind, {key} AS id, {name} AS name, {beside} AS beside, {at} AS at, "
        f"({name} ILIKE %(begin)s) AS begins FROM {source} AND ({searched}) ILIKE ALL (%(words)s) "
        f"ORDER BY ({name} ILIKE %(begin)s) DESC, {name}, {key} LIMIT %(each)s)"
    )


_ALL = " UNION ALL ".join(_part(kind) for kind in _KINDS)
_ORDER = {kind: place for place, kind in enumerate(_KINDS)}


def find(actor: Actor, text: str) -> Sequence[Found]:
    """At most EACH of each kind; nothing for nothing. What begins with the first word comes first."""
    words = text[:LONGEST].split()[:MOST_WORDS]
    if not words or actor.party_id is None:
        return []
    said: dict[str, Any] = {
        "party": actor.party_id, "now": clock.now(), "each": EACH, "begin": f"{_plain(words[0])}%",
        "words": [f"%{_plain(word)}%" for word in words],
    }  # fmt: skip
    with tenancy.acting_as(actor.party_id, actor.id), connection.cursor() as cursor:
        cursor.execute(_ALL, said)
        rows = cursor.fetchall()
    ordered = sorted(rows, key=lambda row: (not row[5], _ORDER[row[0]], row[2].lower()))
    return [Found(kind, key, name, beside, at) for kind, key, name, beside, at, _ in ordered]


def _plain(word: str) -> str:
    """As it is typed: what LIKE reads otherwise is a letter here."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
