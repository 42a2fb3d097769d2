"""Prove it by running: execute an unmodified program against loopback endpoints and report what became of each call.

Nothing is imported here, so that `lint_rules` stays light; the front doors are `lint_rules.shim.run.run` and
`python -m lint_rules.shim`.
"""
