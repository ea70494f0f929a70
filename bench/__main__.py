"""`make bench`: every form in turn, on three kinds of accounts; then what it came to.

SHORT=1 takes a minute instead of six. GROWTH=1 adds the comparison with five million legs in the books (minutes more).
"""

import os
import sys

from tqdm import tqdm

from bench import growth, overload, report
from bench.contest import Contest, Entry, Results, contest
from bench.floors import floors
from bench.product import FOLDER
from bench.workloads import Workload

SHORT = bool(os.environ.get("SHORT"))
GROWTH = bool(os.environ.get("GROWTH"))
# Rounds are short and many where forms are compared: a machine that is shared keeps its pace for seconds only.
TURNS = 1 if SHORT else 7
ROUNDS = 1 if SHORT else 3
SECONDS = 2.0

CONTESTS = [[Entry(form, on, 32) for form in ("verb", "naive", "HTTP", "plain SQL")] for on in Workload]
FEWER_CALLERS = [Entry(form, on, callers) for on in Workload for callers in (1, 8) for form in ("verb", "HTTP")]
BULK = [
    *(Entry("HTTP", on, 4, size) for size in (100, 1_000) for on in Workload),
    *(Entry("verb", Workload.UNIFORM, 4, size) for size in (100, 1_000)),
]
READS = [Entry("HTTP balance", Workload.UNIFORM, 32)]


def main() -> int:
    """Run it all; 0 whatever the figures are, because they say as much about the machine."""
    with contest() as run:
        results = _measured(run)
        extra: dict[str, object] = {"overload": overload.measured(run.product, seconds=4 * SECONDS)}
        if GROWTH:
            extra["growth"] = growth.measured(run, rounds=ROUNDS, seconds=2 * SECONDS)
    reached = list(floors(results))
    _say(f"\n{report.table(results)}\n\n{report.floor_table(reached)}\n")
    for name, figures in extra.items():
        _say(f"{name}: {figures}")
    for path in report.write(FOLDER, results, reached, extra):
        _say(f"written: {path}")
    return 0


def _measured(run: Contest) -> Results:
    groups = [*((group, TURNS) for group in CONTESTS), *((group, ROUNDS) for group in (FEWER_CALLERS, BULK, READS))]
    results: Results = {}
    with tqdm(total=sum(len(group) * rounds for group, rounds in groups), unit="round") as progress:

        def on_round(entry: Entry) -> None:
            progress.set_postfix_str(f"{entry.name}, {entry.workload}, {entry.callers} callers")
            progress.update()

        progress.set_postfix_str("warming up")
        run.warm_up()
        for group, rounds in groups:
            results |= run.take_turns(group, rounds, SECONDS, on_round)
    return results


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
