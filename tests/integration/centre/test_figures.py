# SPDX-License-Identifier: EUPL-1.2
"""Figures are counted right in the database, and quickly over many alarms (ZEGEL_MANY_ALARMS says how many)."""

from __future__ import annotations

import os

import psycopg
from django.db import connection

from tests.actors import World
from tests.integration.centre.parts import CENTRE
from zegel.demo.world import WORLD
from zegel.server.centre import figures, norms, scope
from zegel.server.centre.figures import DAY_MS, Period
from zegel.server.kernel import clock, tenancy

OWNER, PROVIDER = WORLD.party("dehaan").id, WORLD.party("waak").id
SITE = WORLD.site("yard").id
ROWS = """
INSERT INTO alarms_alarm (id, owner_id, provider_id, site_id, state, cause, alarm_class, signal_class, zone, score,
  priority, images, first_seen_ms, raised_ms, received_ms, times, closed_code, closed_note, source, area, duress,
  confirmed, avs_reasons, folded, cancelled_potential, first_action_at, closed_at)
SELECT gen_random_uuid(), %(owner)s, %(provider)s, %(site)s, 'closed', 'input', class, class, '', 0, 3, 'none', at, at,
  at, 1, code, '', 'panel', '', false, '', '[]', 0, false,
  CASE WHEN took IS NULL THEN NULL ELSE to_timestamp((at + took * 1000) / 1000.0) END, now()
FROM (SELECT %(from_ms)s + (n * %(step)s)::bigint AS at, {cls} AS class, {code} AS code, {took} AS took
      FROM generate_series(0, %(count)s - 1) AS n) AS made
"""


def alarms(count: int, *, cls: str, code: str = "'genuine'", took: str, from_ms: int, step: float = 1000) -> None:
    """Rows as the alarms room would have made them: `cls`, `code` and `took` (seconds) are SQL over the number n."""
    said = {"owner": OWNER, "provider": PROVIDER, "site": SITE, "from_ms": from_ms, "step": step, "count": count}
    with tenancy.acting_as(OWNER), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(ROWS.format(cls=cls, code=code, took=took), said)


def whole(period: Period) -> dict[str, figures.Figure]:
    with tenancy.acting_as(CENTRE):
        return {row.counted.signal_class: row for row in figures.responses(scope.served(CENTRE), period, norms.DEFAULT)}


def test_each_class_is_held_against_its_norm_from_signal_to_first_action(world: World) -> None:
    begin = clock.now_ms() - 7 * DAY_MS
    took = "CASE WHEN n < 85 THEN 80 WHEN n < 99 THEN 170 ELSE 400 END"
    alarms(100, cls="'burglary'", took=took, from_ms=begin)
    alarms(50, cls="'fire'", took="CASE WHEN n < 30 THEN 30 ELSE 31 END", from_ms=begin)
    alarms(20, cls="'burglary'", code="'recalled'", took="NULL::int", from_ms=begin)
    alarms(10, cls="'burglary'", took="1", from_ms=begin + 2 * DAY_MS)  # of another day
    found = whole(Period(begin, begin + DAY_MS))
    burglary, fire = found["burglary"], found["fire"]
    assert (burglary.counted.alarms, burglary.counted.left_before, burglary.counted.within) == (120, 20, (85, 99))
    assert burglary.met
    assert (fire.counted.within, fire.met) == ((30, 50), False)
    assert (burglary.counted.median_s, burglary.counted.worst_s) == (80.0, 400.0)
    assert found["urgent"].counted.alarms == 50
    assert found["other"].counted.alarms == 120


def test_who_never_acted_is_too_late(world: World) -> None:
    begin = clock.now_ms() - 7 * DAY_MS
    alarms(10, cls="'burglary'", code="'unknown'", took="NULL::int", from_ms=begin)
    found = whole(Period(begin, begin + DAY_MS))["burglary"]
    assert (found.counted.judged, found.counted.within, found.met) == (10, (0, 0), False)


def test_causes_are_counted_by_site_and_the_curve_has_every_step(world: World) -> None:
    begin = clock.now_ms() - 90 * DAY_MS
    codes = "(ARRAY['genuine','false_user','false_environment','test'])[1 + n %% 4]"
    alarms(400, cls="'burglary'", code=codes, took="20", from_ms=begin, step=DAY_MS / 8)
    period = Period(begin, begin + 62 * DAY_MS)
    with tenancy.acting_as(CENTRE):
        (site,) = figures.causes(scope.served(CENTRE), period)
        curve = figures.trend(scope.served(CENTRE), period, norms.DEFAULT)
    assert (site.site_id, site.closed, site.false) == (SITE, 400, 200)
    assert site.by_code == {"genuine": 100, "false_user": 100, "false_environment": 100, "test": 100}
    assert len(curve) == 62
    assert (sum(point.alarms for point in curve), sum(point.false for point in curve)) == (400, 200)
    assert [point.answered for point in curve] == [1.0] * 50 + [None] * 12


def test_a_centre_that_steps_in_has_no_figures_of_the_owners(world: World) -> None:
    begin = clock.now_ms() - 7 * DAY_MS
    alarms(10, cls="'fire'", took="10", from_ms=begin)
    maas = WORLD.party("maas").id
    with tenancy.acting_as(maas):
        rows = figures.responses(scope.served(maas), Period(begin, begin + DAY_MS), norms.DEFAULT)
    assert sum(row.counted.alarms for row in rows) == 0


def _swept() -> None:
    """As the database does by itself in the background."""
    from django.conf import settings

    made = settings.DATABASES["owner"]
    parts = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    dsn = psycopg.conninfo.make_conninfo(**{name: str(made[key]) for name, key in parts.items() if made.get(key)})
    with psycopg.connect(dsn, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE alarms_alarm")


def test_a_year_of_many_alarms_is_counted_while_one_waits(world: World) -> None:
    many = int(os.environ.get("ZEGEL_MANY_ALARMS", "40000"))
    begin = clock.now_ms() - 365 * DAY_MS
    classes, codes = "(ARRAY['burglary','fire','technical'])[1 + n %% 3]", "(ARRAY['genuine','false_user'])[1 + n %% 2]"
    alarms(many, cls=classes, code=codes, took="n %% 200", from_ms=begin, step=364 * DAY_MS / many)
    _swept()
    period, week = Period(begin, begin + 365 * DAY_MS), Period(begin, begin + 7 * DAY_MS)
    with tenancy.acting_as(CENTRE):
        owners, begun = scope.served(CENTRE), clock.monotonic()
        rows = figures.responses(owners, period, norms.DEFAULT)
        counted = clock.monotonic()
        figures.causes(owners, period)
        figures.trend(owners, period, norms.DEFAULT)
        drawn = clock.monotonic()
        figures.responses(owners, week, norms.DEFAULT)
        week_s = clock.monotonic() - drawn
    print(f"{many}: responses {counted - begun:.2f} s, causes and curve {drawn - counted:.2f} s, week {week_s:.3f} s")
    assert sum(row.counted.alarms for row in rows if row.counted.signal_class != row.group) == many
    assert drawn - begun < 5 + many / 100_000
