# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from zegel.server.kernel import tenancy


def test_every_table_is_under_forced_row_level_security_or_says_why_not(db):
    with tenancy.acting_as(None):
        assert tenancy.tables_without_protection() == []


def test_the_application_role_can_not_pass_row_level_security_by(db):
    with tenancy.acting_as(None):
        assert tenancy.application_role_faults() == []
