"""The long form: `python -m tests.simulation.run --seeds N [--first F]`.

Prints one line for each seed that broke a promise (`seed 17: sent twice: p3`), and ends with `N passed, N failed`;
exit 1 where any failed. `--seed S` replays a single one and prints its events.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulation.story import play, told


def main() -> int:
    """Runs seeds, or replays one."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.run", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first one")
    parser.add_argument("--seed", type=int, help="replay this one and print what happened")
    arguments = parser.parse_args()
    if arguments.seed is not None:
        return replay(arguments.seed)
    failed, began = 0, time.monotonic()
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        try:
            play(seed)
        except Exception as broken:  # a seed that ends in any other way has found something too
            failed += 1
            print(f"seed {seed}: {type(broken).__name__}: {broken}", flush=True)
        done = seed - arguments.first + 1
        if done % 1_000 == 0:
            print(f"{done} seeds, {failed} failed, {done / (time.monotonic() - began):.1f} a second", flush=True)
    print(f"{arguments.seeds - failed} passed, {failed} failed")
    return 1 if failed else 0


def replay(seed: int) -> int:
    """One seed with its events; raises what was broken."""
    with told(seed) as story:
        try:
            story.play()
        finally:
            for line in story.promises.trace:
                print(*line)
    print("1 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
