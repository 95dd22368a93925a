#!/usr/bin/python3
"""Runs a command to its end; prints its wall seconds, processor seconds and peak resident bytes as a line of JSON.

    measure.py COMMAND [ARGUMENT...]
"""
import json
import os
import subprocess
import sys
import time


def main():
    start = time.perf_counter()
    with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True) as process:
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{sys.argv[1:]}: exit code {process.returncode}")
    print(json.dumps({"wallSeconds": seconds, "cpuSeconds": usage.ru_utime + usage.ru_stime, "peakBytes": usage.ru_maxrss * 1024,
                      "output": text.strip()[-2000:]}))


if __name__ == "__main__":
    main()
