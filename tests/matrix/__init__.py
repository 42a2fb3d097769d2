"""The matrix: which ending of a program delivers its traces with which versions, measured with the real SDKs.

`python -m tests.matrix` (or `make matrix`, which makes the environments first) measures everything that
`docs/delivery.md` says, and writes it: `pairs` holds the versions, `endings` and `fixes` the programs, `measure` runs
them, `report` writes.
"""
