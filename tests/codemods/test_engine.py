"""The engine: bytes come back as they were, and what does not prove itself is not written."""

from __future__ import annotations

import subprocess
import sys

import pytest

from codemods.engine import MAX_ROUNDS, fix_source, fix_until_settled
from lint_rules.finding import Applicability, ContinueLoop, DeliverTraces, DrainBefore, Finding, Fix, OrEmpty, Span

SAFE = Applicability.SAFE
READ = OrEmpty(Span(1, 5, 1, 14))
PLAIN = b"a += d.content\n"


def found(edit, *, code="LLM201", message="may be `None`"):
    return Finding(code, Span(1, 0, 1, 0), message, Fix(SAFE, edit))


def finds_once(data, *findings):
    return lambda candidate: findings if candidate == data else ()


FIDELITY = {
    "byte order mark": (b"\xef\xbb\xbfa += d.content\n", READ),
    "latin-1 cookie": ("# coding: latin-1\nb = 'é'; a += d.content\n".encode("latin-1"), OrEmpty(Span(2, 14, 2, 23))),
    "mark and cookie": ("\ufeff# coding: utf-8\nb = 'é'; a += d.content\n".encode(), OrEmpty(Span(2, 14, 2, 23))),
    "crlf": (b"x = 1\r\na += d.content\r\n", OrEmpty(Span(2, 5, 2, 14))),
    "mixed line ends": (b"x = 1\r\na += d.content\ny = 2\r\n", OrEmpty(Span(2, 5, 2, 14))),
    "no final newline": (b"a += d.content", READ),
    "trailing blanks": (b"a += d.content  \n\n  \n\t\n", READ),
    "tabs and spaces": (b"if x:\n\tif y:\n\t    a += d.content\n", OrEmpty(Span(3, 10, 3, 19))),
    "blank last line without an end": (b"a += d.content\nif x:\n    y\n\n\n    \n  ", READ),
    "backslash at the end": (b"a += d.content\nx\\\n\n", READ),
    "form feed on a line": (b"x = 1\n\x0c\na += d.content\n", OrEmpty(Span(3, 5, 3, 14))),
    "form feed before the next line": (b"a += d.content\n\x0cdef f():\n\x0c    pass\n", READ),
    "form feed before a def around it": (b"\x0cdef f():\n    a += d.content\n", OrEmpty(Span(2, 9, 2, 18))),
    "form feed before the line itself": (b"def f():\n    x\n\x0c    a += d.content\n", OrEmpty(Span(3, 10, 3, 19))),
    "form feed before the first line of a block": (b"def f():\n\x0c    a += d.content\n", OrEmpty(Span(2, 10, 2, 19))),
    "form feed between blanks": (b"def f():\n  \x0c    a += d.content\n", OrEmpty(Span(2, 12, 2, 21))),
    "form feed in a string": (b"if x:\n    s = '''\n\x0c a'''; a += d.content\n", OrEmpty(Span(3, 13, 3, 22))),
    "form feed before a bracketed line": (b"x = [\n\x0c    1]\na += d.content\n", OrEmpty(Span(3, 5, 3, 14))),
    "form feed before a comment": (b"if x:\n    y\n\x0c# z\n    a += d.content\n", OrEmpty(Span(4, 9, 4, 18))),
    "form feed alone at the end": (b"a += d.content\n\x0c", READ),
    "carriage returns only": (b"x = 1\ra += d.content\r", OrEmpty(Span(2, 5, 2, 14))),
    "carriage returns and form feeds": (b"if x:\r\x0c    y\r    a += d.content\r\r", OrEmpty(Span(3, 9, 3, 18))),
    "three kinds of line ends": (b"x = 1\r\ny = 2\ra += d.content\nz = 3\r\n", OrEmpty(Span(3, 5, 3, 14))),
    "cp1252 cookie on the second line": (
        "#!/bin/x\n# vim: set fileencoding=cp1252 :\nb = '€'; a += d.content\n".encode("cp1252"),
        OrEmpty(Span(3, 14, 3, 23)),
    ),
    "shift_jis cookie": (
        "# coding: shift_jis\nb = '表'; a += d.content\n".encode("shift_jis"),
        OrEmpty(Span(2, 14, 2, 23)),
    ),
    "beyond the basic plane": ("s = '😀é'; a += d.content\n".encode(), OrEmpty(Span(1, 15, 1, 24))),
    "long line": (b"s = '" + b"x" * 200_000 + b"'; a += d.content\n", OrEmpty(Span(1, 200_013, 1, 200_022))),
    "tabs after code": (b"if x:\n\ty\t;\ta\t+=\td.content\t# z\t\n", OrEmpty(Span(2, 10, 2, 19))),
    "backslash": (b"if x and \\\n   y:\n    a \\\n    += d.content\n", OrEmpty(Span(4, 7, 4, 16))),
    "odd comments": (b"if x:\n  # a\n    a += d.content\n# b\n    y\n", OrEmpty(Span(3, 9, 3, 18))),
    "line separators that are none": ("s = '\u2028\x85'; a += d.content\n".encode(), OrEmpty(Span(1, 15, 1, 24))),
}


@pytest.mark.parametrize(("data", "edit"), FIDELITY.values(), ids=FIDELITY)
def test_changes_no_other_byte(data, edit):
    finding = found(edit)
    rewrite = fix_source(data, [finding], check=finds_once(data, finding))
    assert rewrite.problem is None
    assert rewrite.data == data.replace(b"d.content", b'd.content or ""')


def test_finds_a_statement_behind_a_form_feed():
    data = b"import asyncio\nimport logging\n\x0casync def main():\n    await work()\n"
    finding = found(DeliverTraces(Span(3, 1, 4, 16), helper="settle"), code="LLM301")
    rewrite = fix_source(data, [finding], check=finds_once(data, finding))
    assert rewrite.problem is None
    assert b"\n\x0casync def main():\n    try:\n" in rewrite.data


def test_keeps_a_form_feed_in_front_of_what_moves_to_the_right():
    data = b"import asyncio\nimport logging\n\nasync def main():\n    x\n\x0c\n\x0c    await work()\n\x0c# end\n    y\n"
    finding = found(DeliverTraces(Span(4, 0, 9, 5), helper="settle"), code="LLM301")
    rewrite = fix_source(data, [finding], check=finds_once(data, finding))
    assert rewrite.problem is None
    assert b"        x\n\x0c\n\x0c        await work()\n\x0c# end\n        y\n" in rewrite.data


def test_keeps_a_form_feed_in_front_of_what_becomes_several_lines():
    data = b"def f():\n\x0c    for x in ask():\n\x0c        break\n"
    finding = found(DrainBefore(Span(3, 9, 3, 14), Span(2, 5, 3, 14), None, is_async=False), code="LLM101")
    rewrite = fix_source(data, [finding], check=finds_once(data, finding))
    assert rewrite.problem is None
    assert rewrite.data.startswith(b"def f():\n\x0c    stream = ask()\n    for x in stream:\n")
    assert rewrite.data.endswith(b"            pass\n\x0c        break\n")


def refusal(after, *, data=PLAIN, finding=None, before=None):
    """Return why a fix is refused if the detector finds `after` in its result."""
    finding = finding or found(READ)
    before = (finding,) if before is None else before
    rewrite = fix_source(data, [finding], check=lambda candidate: before if candidate == data else after)
    assert rewrite.data == data
    assert not rewrite.fixed
    return rewrite.problem


def test_refuses_if_the_finding_stays():
    problem = refusal((found(READ),))
    assert problem.message == "the fix would not remove LLM201"
    assert (problem.line, problem.column) == (1, 0)


def test_knows_a_finding_again_whose_names_and_lines_have_changed():
    finding = found(READ, message="`x` of line 1")
    assert refusal((found(READ, message="`y` of line 23"),), finding=finding)


def test_refuses_if_there_is_a_new_finding():
    problem = refusal((Finding("LLM101", Span(1, 0, 1, 0), "lost"),))
    assert problem.message == "the fix would bring a new LLM101: lost"


def test_keeps_what_was_found_before():
    other = Finding("LLM101", Span(9, 0, 9, 0), "lost")
    finding = found(READ)
    check = finds_once(PLAIN, finding, other)
    moved = Finding("LLM101", Span(1, 0, 1, 0), "lost")
    rewrite = fix_source(PLAIN, [finding], check=lambda data: check(data) or (moved,))
    assert rewrite.fixed == (finding,)


@pytest.mark.parametrize(
    "edit",
    [
        OrEmpty(Span(1, 0, 1, 3)),
        ContinueLoop(Span(1, 0, 1, 5)),
        DrainBefore(Span(1, 0, 1, 5), Span(1, 0, 1, 5), "s", is_async=False),
        DeliverTraces(Span(2, 0, 2, 5)),
    ],
    ids=lambda edit: type(edit).__name__,
)
def test_refuses_what_is_not_there(edit):
    codes = {OrEmpty: "LLM201", ContinueLoop: "LLM101", DrainBefore: "LLM101", DeliverTraces: "LLM301"}
    problem = refusal((), finding=found(edit, code=codes[type(edit)]))
    assert "here any more" in problem.message
    assert problem.line is not None


def test_refuses_a_code_without_codemod():
    assert refusal((), finding=found(READ, code="LLM999")).message == "no codemod for LLM999"


def test_refuses_an_edit_that_is_not_the_rule_s():
    assert "ContinueLoop" in refusal((), finding=found(ContinueLoop(Span(1, 0, 1, 1)))).message


def test_leaves_conflicting_fixes_for_another_round():
    data = b"async def f():\n    await g()\n    h()\n"
    one = found(DeliverTraces(Span(1, 0, 3, 7), helper="settle"), code="LLM301")
    two = found(DeliverTraces(Span(1, 0, 3, 7), Span(3, 4, 3, 7), helper="settle"), code="LLM304")
    rewrite = fix_source(data, [one, two], check=finds_once(data, one, two))
    assert rewrite.fixed == (one,)


def test_settles_over_several_rounds():
    """The second finding shows only when the first is fixed."""
    first, second = found(READ), found(OrEmpty(Span(2, 5, 2, 14)))
    data = PLAIN * 2
    seen = {data: (first,), b'a += d.content or ""\na += d.content\n': (second,)}
    wanted = []
    rewrite = fix_until_settled(data, wanted=lambda f: not wanted.append(f), check=lambda d: seen.get(d, ()))
    assert rewrite.problem
    assert rewrite.data == data, "a finding that a fix brings is a new one, whatever its own fix"


def test_gives_up_on_what_never_settles():
    """A detector that forgets what it saw: the self-check passes each round, and every round finds more."""

    class Endless:
        calls = 0

        def __call__(self, data):
            self.calls += 1
            return () if self.calls % 3 == 0 else (found(READ),)

    rewrite = fix_until_settled(PLAIN, wanted=lambda finding: True, check=Endless())
    assert rewrite.problem.message == f"still changing after {MAX_ROUNDS} rounds of fixes"
    assert rewrite.data == PLAIN


def test_reports_what_libcst_cannot_parse():
    rewrite = fix_source(b"print 'hello'\n", [found(READ)], check=lambda data: ())
    assert rewrite.problem.message.startswith("LibCST")


def test_findings_without_a_fix_change_nothing():
    assert fix_source(PLAIN, [Finding("LLM201", Span(1, 0, 1, 0), "m")], check=lambda data: ()).data == PLAIN


def test_the_linter_does_not_import_libcst():
    program = "import lint_rules.fix, lint_rules.files, sys; sys.exit('libcst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
