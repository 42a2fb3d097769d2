"""The matrix: which ending of a program delivers its traces with which versions, measured with the real SDKs.

`python -m tests.matrix` (or `make matrix`, which makes the environments first) measures everything that
`docs/delivery.md` says, and writes it: `pairs` holds the versions, `endings` and `fixes` the programs, `measure` runs
them, `report` writes.

`make verdicts` turns the question round, and writes `docs/verdicts.md`: `verdicts` holds programs whose truth is known,
`proof` holds what the shim says of them against it and against `seen`, a second reader of what arrived, and
`proof_report` writes.
"""
