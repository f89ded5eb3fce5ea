# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from tests.clock import stopped_clock
from tests.integration.kernel.tables import add_note, make_tenant_table, notes, notes_of
from zegel.server.kernel import tenancy
from zegel.server.kernel.tenancy import NoParty

ANNA, BERT = uuid4(), uuid4()


@pytest.fixture
def table(db):
    make_tenant_table(db)
    with tenancy.acting_as(ANNA):
        add_note(ANNA, "anna's")
    with tenancy.acting_as(BERT):
        add_note(BERT, "bert's")


def test_every_table_is_under_forced_row_level_security_or_says_why_not(db):
    with tenancy.acting_as(None):
        assert tenancy.tables_without_protection() == []


def test_a_table_that_nobody_protected_is_found(db):
    with psycopg.connect(db.owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE test_open (id int)")
    with tenancy.acting_as(None):
        assert tenancy.tables_without_protection() == ["test_open"]


def test_a_table_with_security_that_is_not_forced_is_found(db):
    make_tenant_table(db)
    with psycopg.connect(db.owner, autocommit=True) as owner:
        owner.execute("ALTER TABLE test_note NO FORCE ROW LEVEL SECURITY")
    with tenancy.acting_as(None):
        assert tenancy.tables_without_protection() == ["test_note"]


def test_a_function_of_the_owners_may_see_the_tables_that_it_asks(db):
    """Row-level security is forced on the tables' owner, too: without a policy of his own such a function would find
    nothing, whatever there is, and the worker that asks it whose turn it is would serve nobody."""
    with psycopg.connect(db.owner, autocommit=True) as owner:
        asked = owner.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        ).fetchall()
        forced = owner.execute("SELECT relname FROM pg_class WHERE relforcerowsecurity AND relkind = 'r'").fetchall()
        seen = owner.execute(
            "SELECT relname FROM pg_policy JOIN pg_class c ON c.oid = polrelid "
            "WHERE current_user::regrole::oid = ANY (polroles)"
        ).fetchall()
    hidden = {table for (table,) in forced} - {table for (table,) in seen}
    blind = {name: tables for name, said in asked if (tables := hidden & set(re.findall(r"\w+", said)))}
    assert len(asked) > 20
    assert blind == {}


def test_the_application_role_can_not_pass_row_level_security_by(db):
    with tenancy.acting_as(None):
        assert tenancy.application_role_faults() == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE test_note DISABLE ROW LEVEL SECURITY",
        "TRUNCATE test_note",
        "DROP POLICY test_note_tenant ON test_note",
        "SET ROLE zegel_owner",
        "SET session_authorization = zegel_admin",
        "CREATE TABLE mine (id int)",
        "COPY test_note TO PROGRAM 'cat'",
        "CREATE OR REPLACE FUNCTION zegel_visible_owners() RETURNS uuid[] LANGUAGE sql AS "
        "$$ SELECT array_agg(owner_id) FROM test_note $$",
    ],
)
def test_the_application_role_can_not_lift_the_rule(table, statement):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_application_role_is_bound_even_when_it_switches_row_security_off(table):
    with tenancy.acting_as(ANNA), connection.cursor() as cursor:
        cursor.execute("SET LOCAL row_security = off")
        with pytest.raises(ProgrammingError), transaction.atomic():
            notes()


def test_a_party_sees_its_own_rows_only(table):
    assert notes_of(ANNA) == ["anna's"]
    assert notes_of(BERT) == ["bert's"]
    assert notes_of(uuid4()) == []


def test_without_a_party_there_are_no_rows(table):
    assert notes() == []
    with tenancy.acting_as(None):
        assert notes() == []


def test_a_row_of_another_tenant_is_refused(table):
    with pytest.raises(ProgrammingError, match="row-level security"), tenancy.acting_as(ANNA):
        add_note(BERT)


def test_a_row_can_not_be_handed_to_another_tenant(table):
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        tenancy.acting_as(ANNA),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE test_note SET owner_id = %s", [BERT])


def test_rows_of_others_can_not_be_changed_or_deleted(table):
    with tenancy.acting_as(ANNA), connection.cursor() as cursor:
        cursor.execute("UPDATE test_note SET text = 'mine'")
        assert cursor.rowcount == 1
        cursor.execute("DELETE FROM test_note")
        assert cursor.rowcount == 1
    assert notes_of(BERT) == ["bert's"]


def test_the_party_ends_with_the_transaction(table):
    with tenancy.acting_as(ANNA):
        assert notes() == ["anna's"]
    assert notes() == []
    with pytest.raises(NoParty):
        tenancy.current_party()


def test_the_party_ends_when_the_transaction_fails(table):
    with pytest.raises(RuntimeError), tenancy.acting_as(ANNA):
        raise RuntimeError
    assert notes() == []


def test_inside_another_party_the_outer_one_is_back_afterwards(table):
    with tenancy.acting_as(ANNA):
        with tenancy.acting_as(BERT):
            assert notes() == ["bert's"]
            assert tenancy.current_party() == BERT
        assert notes() == ["anna's"]
        with pytest.raises(RuntimeError), tenancy.acting_as(BERT):
            raise RuntimeError
        assert notes() == ["anna's"]
        assert tenancy.current_party() == ANNA


def test_what_is_no_identifier_is_no_party(db):
    with pytest.raises(NoParty), tenancy.acting_as("anna"):  # type: ignore[arg-type]
        pass


def test_policies_read_the_kernels_clock(db):
    moment = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    with stopped_clock(moment), tenancy.acting_as(ANNA), connection.cursor() as cursor:
        cursor.execute("SELECT zegel_now(), zegel_party()")
        assert cursor.fetchone() == (moment, ANNA)


def test_the_policy_lets_an_index_on_the_owner_be_used(table, db):
    with psycopg.connect(db.admin) as admin:
        admin.execute(
            "INSERT INTO test_note SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'x' "
            "FROM generate_series(1, 20000)"
        )
        admin.execute("CREATE INDEX test_owner ON test_note (owner_id)")
        admin.commit()
        admin.execute("ANALYZE test_note")
        admin.commit()
    with tenancy.acting_as(ANNA), connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT text FROM test_note")
        assert "test_owner" in "\n".join(row[0] for row in cursor.fetchall())
