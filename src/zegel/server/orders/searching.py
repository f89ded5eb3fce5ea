# SPDX-License-Identifier: EUPL-1.2
"""Finding an order among a million by some letters of its number, subject, customer or thing.

PostgreSQL uses an index under row-level security only for operators that can't leak what they compare: = and < of text
are, LIKE and @@ are not. So each word of an order is a row (models.Word), and the beginning of a word is a range.

How it stays quick when a word is in every third order: the rarest of what was typed leads; of its beginning at most
DIFFERENT words count, found by skipping from one to the next; each gives its newest orders in the index's order; the
other words are only looked up for those. So the work is bounded, whatever is typed. What lies beyond the bound is found
with one letter more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from zegel.server.customers import queries as customers
from zegel.server.orders import rules
from zegel.server.orders.models import Order, Word
from zegel.server.products.models import Item, ProductModel

DIFFERENT = 24
"""So many words may begin with what somebody types."""
LOOKED_AT = 2000
"""So many orders that have the rarest word are looked at for the others."""
FEW = 500


def put(order: Order) -> None:
    """Within the running work: by what it is found now. Of a customer whose data is restricted only the number says
    which order it is."""
    texts = [order.number, order.subject]
    who = None if order.customer_id is None else customers.find(order.customer_id)
    if who is not None and who.restricted_at is None and who.anonymised_at is None:
        texts += [who.name, who.city, who.email, who.street, str(who.number), *_codes(who.postcode, who.phone)]
    if who is not None and who.restricted_at is not None:
        texts = [order.number]
    else:
        texts += _of_thing(order)
    have = set(Word.objects.filter(order=order).values_list("word", flat=True))
    want = rules.words_of(*texts)
    Word.objects.filter(order=order, word__in=have - set(want)).delete()
    Word.objects.bulk_create(
        Word(owner_id=order.owner_id, order=order, word=word, opened_at=order.opened_at)
        for word in want if word not in have
    )  # fmt: skip


def _codes(postcode: str, phone: str) -> list[str]:
    """Written with and without spaces; a telephone number also as it is dialled at home."""
    plain = "".join(sign for sign in phone if sign.isalnum())
    home = f"0{plain[2:]}" if phone.startswith("+") else ""
    return [postcode, "".join(postcode.split()), phone, plain, home]


def _of_thing(order: Order) -> list[str]:
    item = Item.objects.filter(id=order.item_id).first() if order.item_id else None
    model = ProductModel.objects.filter(id=order.model_id).first() if order.model_id else None
    found = [] if item is None else [item.serial, item.plate, item.vin]
    return found if model is None else [*found, model.brand, model.name, model.type_number]


def put_all(orders: Iterable[Order]) -> int:
    done = 0
    for order in orders:
        put(order)
        done += 1
    return done


# --- looking ---


def found(owner_id: UUID, text: str, limit: int, before: tuple[datetime, UUID] | None = None) -> list[UUID] | None:
    """Within an acting party: the newest orders that have every word of `text`, the last of which may be the beginning
    of one; at most `limit`, older than `before`. None: nothing to look for was typed."""
    sought = rules.sought(text)
    if not sought:
        return None
    leads = {word: _words(owner_id, word) for word in sought}
    if not all(leads.values()):
        return []
    ranked = sorted(sought, key=lambda word: _how_many(owner_id, leads[word]))
    return _newest(owner_id, leads[ranked[0]], ranked[1:], limit, before)


_NEXT = """
WITH RECURSIVE t AS (
  (SELECT word, 1 AS n FROM orders_word WHERE owner_id = %(owner)s AND word >= %(first)s AND word < %(after)s
   ORDER BY word LIMIT 1)
  UNION ALL
  SELECT (SELECT w.word FROM orders_word w WHERE w.owner_id = %(owner)s AND w.word > t.word AND w.word < %(after)s
          ORDER BY w.word LIMIT 1), t.n + 1
  FROM t WHERE t.word IS NOT NULL AND t.n < %(most)s
)
SELECT word FROM t WHERE word IS NOT NULL
"""


def _words(owner_id: UUID, first: str) -> list[str]:
    """The words that begin like that, in their order; the one itself comes first."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"owner": owner_id, "first": first, "after": rules.after(first), "most": DIFFERENT})
        return [word for (word,) in cursor.fetchall()]


def _how_many(owner_id: UUID, words: Sequence[str]) -> int:
    """Roughly: up to FEW are counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM orders_word WHERE owner_id = %s AND word = ANY(%s) LIMIT %s) few",
            [owner_id, list(words), FEW],
        )
        return int(cursor.fetchone()[0])


_NEWEST = """
SELECT order_id, max(opened_at) AS at FROM (
  SELECT found.order_id, found.opened_at FROM unnest(%(words)s::text[]) AS wanted(word), LATERAL (
    SELECT w.order_id, w.opened_at FROM orders_word w
    WHERE w.owner_id = %(owner)s AND w.word = wanted.word AND w.opened_at <= %(before)s
    ORDER BY w.opened_at DESC LIMIT %(each)s
  ) AS found
) AS every GROUP BY order_id ORDER BY at DESC, order_id DESC LIMIT %(look)s
"""

# With EXISTS the planner reads every order that has the word; with a limit inside it looks each order up.
_HAVING = """
SELECT asked.key FROM unnest(%(keys)s::uuid[]) AS asked(key), LATERAL (
  SELECT 1 FROM orders_word w
  WHERE w.order_id = asked.key AND w.owner_id = %(owner)s AND w.word >= %(first)s AND w.word < %(after)s LIMIT 1
) AS has
"""


def _newest(
    owner_id: UUID, leads: Sequence[str], others: Sequence[str], limit: int, before: tuple[datetime, UUID] | None
) -> list[UUID]:
    look = LOOKED_AT if others else limit + FEW
    each = look if len(leads) == 1 else max(limit + 1, 2 * look // len(leads))
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, {
            "owner": owner_id, "words": list(leads), "look": look, "each": each,
            "before": before[0] if before else "infinity",
        })  # fmt: skip
        rows = [(key, at) for key, at in cursor.fetchall() if before is None or (at, key) < before]
        found: list[UUID] = []
        for part in range(0, len(rows), FEW):
            keys = [key for key, _at in rows[part : part + FEW]]
            for word in others:
                cursor.execute(
                    _HAVING, {"keys": keys, "owner": owner_id, "first": word, "after": rules.after(word)}
                )
                having = {key for (key,) in cursor.fetchall()}
                keys = [key for key in keys if key in having]
            found += keys
            if len(found) >= limit:
                break
    return found[:limit]
