"""Who checks the files of a run, and what is known from earlier runs: the options, and what they come to."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator

from lint_rules import files, pool
from lint_rules.cache import Cache
from lint_rules.chunks import chunks
from lint_rules.finding import FileReport
from lint_rules.orders import MAX_JOBS
from lint_rules.surroundings import Surroundings

FOLDER = ".lint_rules_cache"
"""Where results are kept, in the working directory, unless another folder is named."""
VARIABLE = "LINT_RULES_CACHE_DIR"


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Add what says who does the work."""
    group = parser.add_argument_group("who checks, and how often")
    who = group.add_mutually_exclusive_group()
    add_jobs(who)
    who.add_argument(
        "--executor",
        metavar="WHERE",
        help="check on the workers of a cluster that see the same files: dask://HOST:PORT (needs "
        "flake8-litellm[audit]), or MODULE:FACTORY, what returns a concurrent.futures.Executor",
    )
    kept = group.add_mutually_exclusive_group()
    kept.add_argument(
        "--cache-dir",
        metavar="DIR",
        help="keep results in DIR, and check only what may have changed since "
        f"(default: ${VARIABLE}, else {FOLDER} when folders are checked)",
    )
    kept.add_argument("--no-cache", action="store_true", help="check all, and keep nothing")


def add_jobs(where: argparse._ActionsContainer) -> None:
    """Add the number of processes."""
    where.add_argument(
        "--jobs",
        type=_jobs,
        default=None,
        metavar="N",
        help="check in N processes; 1: in this one (default: auto, as many as there are cores if it takes long)",
    )


def checked(around: Surroundings, options: argparse.Namespace) -> tuple[Iterator[FileReport], int]:
    """Look for files and check them as a command line says; return the reports to come, and how many. Raises
    `Refused`, before anything is checked."""
    cache, lane = _cache(options, around), None
    if options.executor is not None:
        from lint_rules.cluster import cluster  # noqa: PLC0415 - most runs have none

        lane = cluster(options.executor, pool.order_of(around, watched=cache is not None))
    cut = cache.chunks() if cache is not None else list(chunks(list(files.discover(options.paths))))
    around.expect(sum(map(len, cut)))
    crew = pool.Crew(pool.order_of(around, watched=cache is not None), options.jobs, lane)
    reports = (report for outcome in pool.outcomes(cut, crew, around, cache) for report in outcome.reports)
    return reports, sum(map(len, cut))


def _cache(options: argparse.Namespace, around: Surroundings) -> Cache | None:
    """Return where results are kept: where the user says, and else beside what is checked, unless that is single files,
    as an editor or a hook names them when they have changed, or others check it, whose file system is another."""
    named = options.cache_dir or os.environ.get(VARIABLE, "")
    if options.no_cache:
        return None
    if named:
        return Cache(named, around, options.paths)
    if options.executor is not None or not any(map(os.path.isdir, options.paths)):
        return None
    return Cache(FOLDER, around, options.paths, sealed=True)


def _jobs(text: str) -> int | None:
    if text == "auto":
        return None
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= MAX_JOBS:
        raise argparse.ArgumentTypeError(f"{text!r}: expected auto, or a number from 1 to {MAX_JOBS}")
    return number
