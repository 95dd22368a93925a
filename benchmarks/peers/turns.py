"""What every peer does: say that it is ready, then take turns with the program that started it."""
import json
import sys
import time


def serve(ready, sample):
    """Prints `ready` as a line of JSON. For every line with a number on stdin it takes so many samples and prints their milliseconds.

    `sample` returns how many units of work it did; the milliseconds are those of one unit.
    """
    print(json.dumps(ready), flush=True)
    for line in sys.stdin:
        milliseconds = []
        for _ in range(int(line)):
            start = time.perf_counter()
            units = sample()
            milliseconds.append(1e3 * (time.perf_counter() - start) / units)
        print(json.dumps({"milliseconds": milliseconds}), flush=True)
