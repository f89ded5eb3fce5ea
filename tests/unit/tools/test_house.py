# SPDX-License-Identifier: EUPL-1.2
"""The rules of the house that a machine can hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[3]
SOURCE = ROOT / "src" / "zegel"
CLOCKS = {SOURCE / "server" / "kernel" / "clock.py", SOURCE / "unit" / "clock.py"}


def python_files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


# --- floors -----------------------------------------------------------------------------------------------------------


def test_every_room_imports_downward_only():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_no_module_imports_itself_in_a_circle():
    graph = grimp.build_graph("zegel", exclude_type_checking_imports=True, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert circles(imports) == []


def circles(imports: dict[str, set[str]]) -> list[set[str]]:
    """Strongly connected components of more than one module (Tarjan), without recursion limits in the way."""
    sys.setrecursionlimit(10_000)
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []

    def visit(module: str) -> None:
        order[module] = low[module] = len(order)
        stack.append(module)
        for other in sorted(imports.get(module, ())):
            if other not in order:
                visit(other)
            if other in stack:
                low[module] = min(low[module], low[other])
        if low[module] == order[module]:
            component = set()
            while not component or module not in component:
                component.add(stack.pop())
            if len(component) > 1:
                found.append(component)

    for module in sorted(imports):
        if module not in order:
            visit(module)
    return found


def test_a_circle_would_be_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [{"a", "b", "c"}]


# --- one clock --------------------------------------------------------------------------------------------------------

BANNED = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "clock_gettime", "clock_gettime_ns", "localtime", "ctime"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "timezone": {"now"},
}
BANNED_KEYWORDS = {"auto_now", "auto_now_add"}
BANNED_NAMES = {"Now", "CurrentTimestamp"}
SQL_TIME = re.compile(
    r"\b(?<!Date\.)(now\(\)|clock_timestamp\(\)|statement_timestamp\(\)|transaction_timestamp\(\)|current_timestamp|localtimestamp|current_date)",
    re.I,
)


def clock_offences(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if node.attr in BANNED.get(owner, ()):
                yield f"line {node.lineno}: {owner}.{node.attr}"
        if isinstance(node, ast.ImportFrom):
            yield from (
                f"line {node.lineno}: from {node.module} import {alias.name}"
                for alias in node.names
                if alias.name in BANNED.get((node.module or "").rpartition(".")[2], ()) or alias.name in BANNED_NAMES
            )
        if isinstance(node, ast.keyword) and node.arg in BANNED_KEYWORDS:
            yield f"line {node.value.lineno}: {node.arg}"
    yield from (
        f"line {node.lineno}: SQL {found.group(0)}"
        for node in strings_that_run(tree)
        if (found := SQL_TIME.search(node.value))
    )


def strings_that_run(tree: ast.AST) -> Iterator[ast.Constant]:
    """String constants that aren't documentation."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.time()",
        "from time import monotonic",
        "datetime.now(tz=UTC)",
        "datetime.datetime.utcnow()",
        "date.today()",
        "from django.utils import timezone\ntimezone.now()",
        "models.DateTimeField(auto_now_add=True)",
        "from django.db.models.functions import Now",
        "cursor.execute('UPDATE x SET at = now()')",
    ],
)
def test_the_lint_finds_other_clocks(source):
    assert list(clock_offences(source))


@pytest.mark.parametrize(
    "source",
    ["clock.now()", '"""Never now()."""', "time.sleep(1)", "time.perf_counter_ns", "x = 'know()'", "s = 'Date.now()'"],
)
def test_the_lint_leaves_the_rest_alone(source):
    assert not list(clock_offences(source))


def test_only_the_two_clocks_tell_time():
    offences = [
        f"{path.relative_to(ROOT)} {offence}"
        for path in python_files()
        if path not in CLOCKS
        for offence in clock_offences(path.read_text("utf-8"))
    ]
    assert offences == []


# --- small things -----------------------------------------------------------------------------------------------------


def test_every_source_file_names_the_licence():
    files = [
        *python_files(),
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "tools").glob("*.*"),
        *(ROOT / "bench").rglob("*.py"),
        *(ROOT / "web" / "src").rglob("*.ts"),
    ]
    assert [
        str(path.relative_to(ROOT))
        for path in files
        if path.stat().st_size
        and "SPDX-License-Identifier: EUPL-1.2" not in "".join(path.read_text("utf-8").splitlines()[:3])
    ] == []


def test_no_lock_holds_an_address():
    for lock in (ROOT / "requirements").glob("*.txt"):
        assert not re.search(r"://|^-i|^--(extra-)?index|^--find-links", lock.read_text("utf-8"), re.M), lock.name


def test_no_video_is_read_with_what_crashes_on_odd_input():
    assert [
        str(path.relative_to(ROOT))
        for path in python_files()
        if re.search(r"cv2\.VideoCapture\s*\(", path.read_text("utf-8"))
    ] == []
