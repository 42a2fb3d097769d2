"""What GitHub's runner does with a composite action: steps in order, expressions filled in, outputs handed on."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass
class Ran:
    """What became of a run of the action."""

    code: int = 0
    output: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Runner:
    """Runs the steps of the action in the folder `action` over a checkout, `workspace`, until one fails."""

    action: Path
    workspace: Path
    temporary: Path
    github: Mapping[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    """The values of expressions."""
    only: str = ""
    """The one step to take."""
    without: str = ""
    """A step that has been taken before, in the same temporary folder."""

    def run(self, **inputs: str) -> Ran:
        """Run the action with inputs, whose names have underscores here."""
        described = yaml.safe_load((self.action / "action.yml").read_text(encoding="utf-8"))
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert set(given) <= set(described["inputs"]), "the action has no such input"
        for name, one in described["inputs"].items():
            self.known[f"inputs.{name}"] = given.get(name, one.get("default", ""))
        github = {"action_path": str(self.action), **self.github}
        self.known |= {f"github.{name}": value for name, value in github.items()} | {"runner.temp": str(self.temporary)}
        ran = Ran()
        for step in described["runs"]["steps"]:
            if ran.code == 0 and self._takes(step["name"]):
                self._run(step, ran)
        ran.outputs = {name: self._filled(str(one["value"])) for name, one in described["outputs"].items()}
        return ran

    def _takes(self, name: str) -> bool:
        return name == self.only if self.only else name != self.without

    def _run(self, step: Mapping[str, Any], ran: Ran) -> None:
        assert step["shell"] == "bash"
        assert not EXPRESSION.search(step["run"]), "an input in the text of a script is code"
        script, output, summary = (self.temporary / name for name in ("step.sh", "output", "summary"))
        script.write_text(step["run"], encoding="utf-8")
        for file in (output, summary):
            file.write_text("", encoding="utf-8")
        own = {name: self._filled(str(value)) for name, value in step["env"].items()}
        own |= {"RUNNER_TEMP": str(self.temporary), "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.workspace,
            env={**os.environ, **own},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        ran.code, ran.output = done.returncode, ran.output + done.stdout
        ran.summary += summary.read_text(encoding="utf-8")
        for line in output.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            self.known[f"steps.{step.get('id')}.outputs.{name}"] = value

    def _filled(self, text: str) -> str:
        """Fill in expressions: names, and the first of several that is not empty."""

        def value(found: re.Match[str]) -> str:
            values = (self.known.get(name.strip(), "") for name in found[1].split("||"))
            return next(filter(None, values), "")

        return EXPRESSION.sub(value, text)
