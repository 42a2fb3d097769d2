"""What GitHub's runner does with a composite action: steps in order, expressions filled in, outputs handed on."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass
class Ran:
    """What became of a run of the action."""

    code: int = 0
    output: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


def run_action(
    action: Path, workspace: Path, temporary: Path, *, inputs: Mapping[str, str] = {}, github: Mapping[str, str] = {}
) -> Ran:
    """Run the steps of the action in `action` over a checkout, until one fails."""
    described = yaml.safe_load((action / "action.yml").read_text(encoding="utf-8"))
    unknown = set(inputs) - set(described["inputs"])
    assert not unknown, f"the action has no such inputs: {unknown}"
    given = {name: inputs.get(name, one.get("default", "")) for name, one in described["inputs"].items()}
    known = {
        **{f"inputs.{name}": value for name, value in given.items()},
        **{f"github.{name}": value for name, value in {"action_path": str(action), **github}.items()},
        "runner.temp": str(temporary),
    }
    ran = Ran()
    for number, step in enumerate(described["runs"]["steps"]):
        _run_step(step, number, workspace, temporary, known, ran)
        if ran.code:
            break
    ran.outputs = {name: _filled(str(one["value"]), known) for name, one in described["outputs"].items()}
    return ran


def _run_step(  # noqa: PLR0913
    step: Mapping[str, object], number: int, workspace: Path, temporary: Path, known: dict[str, str], ran: Ran
) -> None:
    assert step["shell"] == "bash"
    assert not EXPRESSION.search(str(step["run"])), "an input in the text of a script is code"
    script, output, summary = (temporary / f"step-{number}.{kind}" for kind in ("sh", "output", "summary"))
    script.write_text(str(step["run"]), encoding="utf-8")
    for file in (output, summary):
        file.touch()
    own = {name: _filled(str(value), known) for name, value in dict(step["env"]).items()}  # type: ignore[call-overload]
    variables = {"RUNNER_TEMP": str(temporary), "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
    done = subprocess.run(
        command,
        cwd=workspace,
        env={**os.environ, **variables, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    ran.code, ran.output = done.returncode, ran.output + done.stdout
    ran.summary += summary.read_text(encoding="utf-8")
    for line in output.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        known[f"steps.{step.get('id')}.outputs.{name}"] = value


def _filled(text: str, known: Mapping[str, str]) -> str:
    """Fill in expressions: names, and the first of several that is not empty."""
    return EXPRESSION.sub(
        lambda found: next(
            (known.get(name.strip(), "") for name in found[1].split("||") if known.get(name.strip())), ""
        ),
        text,
    )
