# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import json
import logging
import re
import sys
from uuid import UUID

import pytest

from zegel.server.kernel import log
from zegel.server.kernel.log import JsonLines

NUMBER = UUID("6ba7b810-9dad-41d1-80b4-00c04fd430c8")


def lines_of(caplog) -> list[dict]:
    formatter = JsonLines("worker")
    return [json.loads(formatter.format(record)) for record in caplog.records]


def test_a_line_is_an_event_with_fields(caplog):
    with caplog.at_level(logging.INFO, logger="zegel"):
        log.info("alarm.opened", alarm_id=NUMBER, number=7, urgent=True)
    (line,) = lines_of(caplog)
    assert line.pop("at")
    assert line == {
        "level": "info",
        "role": "worker",
        "event": "alarm.opened",
        "alarm_id": str(NUMBER),
        "number": 7,
        "urgent": True,
    }


@pytest.mark.parametrize("name", ["Anna opened the alarm", "alarm", "", "alarm.opened by anna"])
def test_an_event_has_a_name_and_not_a_sentence(name):
    with pytest.raises(ValueError, match="name"):
        log.info(name)


def test_the_values_of_a_librarys_message_and_the_text_of_an_exception_stay_out(caplog):
    try:
        raise RuntimeError("Key (email)=(anna@example.nl) already exists")
    except RuntimeError:
        logging.getLogger("some.library").warning("could not write %s", "anna@example.nl", exc_info=True)
    (line,) = lines_of(caplog)
    assert "anna@example.nl" not in json.dumps(line)
    assert (line["event"], line["message"], line["error"]) == (
        "library.some.library",
        "could not write %s",
        "RuntimeError",
    )
    assert line["where"].split(":")[0].endswith("test_log.py")


def test_what_follows_the_first_line_of_a_librarys_message_stays_out(caplog):
    logging.getLogger("asyncio").error("Future exception was never retrieved\nfuture: <'anna@example.nl'>")
    assert lines_of(caplog)[0]["message"] == "Future exception was never retrieved"


def test_an_object_in_a_field_is_named_by_its_kind_only(caplog):
    with caplog.at_level(logging.INFO, logger="zegel"):
        log.info("mail.sent", letter={"to": "anna@example.nl"})
    assert lines_of(caplog)[0]["letter"] == "dict"


def test_setting_up_leaves_one_handler():
    before = logging.getLogger().handlers[:]
    try:
        log.set_up("web")
        log.set_up("web")
        assert [type(handler) for handler in logging.getLogger().handlers] == [logging.StreamHandler]
        assert logging.getLogger().handlers[0].stream is sys.stderr
    finally:
        logging.getLogger().handlers[:] = before


def test_where_something_came_from_is_told_apart_and_not_told():
    from zegel.server.kernel import log

    assert log.source("192.0.2.1") == log.source("::ffff:192.0.2.1") != log.source("192.0.2.2")
    assert re.fullmatch("[0-9a-f]{12}", log.source("192.0.2.1"))


def test_no_log_line_of_ours_takes_an_address():
    """The rule of kernel/log.py, held against the source: no field holds an IP address as it came."""
    import ast
    from pathlib import Path

    import zegel.server

    for path in Path(zegel.server.__path__[0]).rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            if isinstance(call.func.value, ast.Name) and call.func.value.id == "log":
                for word in call.keywords:
                    named = {n.attr if isinstance(n, ast.Attribute) else getattr(n, "id", "") for n in [word.value]}
                    assert not named & {"address", "_address", "client", "host"}, f"{path}:{call.lineno}"
