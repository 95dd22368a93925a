#!/usr/bin/python3
"""Runs gpunmf and its peers in turns on this machine; writes raw samples as JSON and prints tables. Started by run.sh."""
import argparse
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OURS = os.path.join(ROOT, "benchmarks/GpuNmf.Benchmarks/bin/Release/net10.0/GpuNmf.Benchmarks.dll")
CLI = os.path.join(ROOT, "src/GpuNmf.Cli/bin/Release/net10.0/GpuNmf.Cli.dll")
# frames, rank, samples of ours, samples and iterations a sample of the peer
SHAPES = [(2584, 8, 10, 5, 5), (2584, 32, 10, 5, 5), (2584, 64, 10, 5, 5), (51680, 8, 5, 3, 1)]
BETAS = {1.0: "KL", 2.0: "Frobenius", 0.0: "Itakura-Saito", 0.5: "beta 0.5"}


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def line_of_json(*command):
    return json.loads(output_of(*command).strip().splitlines()[-1])


def timed(command):
    """Wall seconds, CPU seconds and peak resident bytes of a whole process."""
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command}: exit code {process.returncode}")
    return text, {"wallSeconds": seconds, "cpuSeconds": usage.ru_utime + usage.ru_stime, "peakBytes": usage.ru_maxrss * 1024}


def cpu_name():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        found = dict(re.findall(r"^(model name|cpu family|model)\s*:\s*(.*)$", file.read(), re.MULTILINE))
    return f"{found.get('model name', platform.processor())}, family {found.get('cpu family', '?')} model {found.get('model', '?')}"


def blas():
    """The BLAS that numpy really maps, and its choice of kernels; nothing is compared with a slow one or a wrong one."""
    # Some machines fix these for old builds; the peer may choose the best kernels for the processor, as long as they are right.
    for fixed in "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE":
        os.environ.pop(fixed, None)
    found = line_of_json(sys.executable, os.path.join(HERE, "blas.py"))
    if found["library"] is None:
        sys.exit("numpy does not map OpenBLAS: install libopenblas0-pthread (run.sh does), or nothing is compared")
    if not found["worstError"] <= 1e-5:
        sys.exit(f"OpenBLAS with its {found['kernels']} kernels is wrong on this processor (error {found['worstError']:.1e}): nothing is compared")
    return found


def machine():
    versions = json.loads(output_of(sys.executable, "-c", (
        "import json, platform, numpy, scipy, sklearn; print(json.dumps({'python': platform.python_version(),"
        "'numpy': numpy.__version__, 'scipy': scipy.__version__, 'scikit-learn': sklearn.__version__}))")))
    return {
        "cpu": cpu_name(), "cores": os.cpu_count(), "memoryBytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "system": platform.platform(), "date": datetime.date.today().isoformat(),
        "versions": {**versions, "blas": blas(), ".NET": output_of("dotnet", "--version").strip(),
                     "gpunmf": output_of("git", "describe", "--always", "--dirty").strip()},
    }


def iterations(rounds):
    results = []
    for frames, rank, ours, theirs, count in SHAPES:
        for beta in BETAS:
            result = {"bins": 1025, "frames": frames, "rank": rank, "beta": beta, "rounds": []}
            for _ in range(rounds):
                load = os.getloadavg()[0]
                result["rounds"].append({
                    "loadBefore": load,
                    "gpunmf": line_of_json("dotnet", OURS, "time-iteration", str(frames), str(rank), str(beta), str(ours)),
                    "peer": line_of_json(sys.executable, os.path.join(HERE, "nmf_iteration.py"), str(frames), str(rank), str(beta), str(theirs), str(count)),
                })
            results.append(result)
            print(f"1025 x {frames}, K {rank}, {BETAS[beta]}: {describe(result)}", file=sys.stderr)
    return results


def milliseconds(result, program):
    return [ms for one in result["rounds"] for ms in one[program]["milliseconds"]]


def describe(result):
    mine, theirs = milliseconds(result, "gpunmf"), milliseconds(result, "peer")
    return f"{statistics.median(mine):.2f} ms, scikit-learn {statistics.median(theirs):.2f} ms"


def whole_job(rounds, seconds, rank, count):
    with tempfile.TemporaryDirectory() as folder:
        recording = os.path.join(folder, "input.wav")
        output_of("dotnet", OURS, "make-input", recording, str(seconds), "--channels", "2")
        result = {"seconds": seconds, "channels": 2, "rateHz": 44100, "rank": rank, "iterations": count, "loss": "KL", "rounds": []}
        for number in range(rounds):
            load, mine, theirs = os.getloadavg()[0], os.path.join(folder, f"a{number}"), os.path.join(folder, f"b{number}")
            _, ours = timed(["dotnet", CLI, "separate", recording, "--out", mine, "--rank", str(rank), "--max-iter", str(count),
                             "--tol", "0", "--device", "cpu", "--quiet"])
            with open(os.path.join(mine, "timings.json"), encoding="utf-8") as file:
                ours["timings"] = json.load(file)
            text, peer = timed([sys.executable, os.path.join(HERE, "separate.py"), recording, theirs, "--rank", str(rank), "--iterations", str(count)])
            peer["timings"] = json.loads(text)
            for one, stems in (ours, mine), (peer, theirs):
                one["check"] = line_of_json(sys.executable, os.path.join(HERE, "check_stems.py"), recording, stems)
            result["rounds"].append({"loadBefore": load, "gpunmf": ours, "peer": peer})
            print(f"{seconds} s stereo: {ours['wallSeconds']:.2f} s, {ours['peakBytes'] / 1e6:.0f} MB; "
                  f"Python {peer['wallSeconds']:.2f} s, {peer['peakBytes'] / 1e6:.0f} MB", file=sys.stderr)
    return result


def print_iterations(results):
    print("| bins x frames, rank | divergence | gpunmf, ms (least) | scikit-learn, ms (least) | ratio | processor time, ms: gpunmf, scikit-learn | ratio |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for one in results:
        mine, theirs = milliseconds(one, "gpunmf"), milliseconds(one, "peer")
        a, b = statistics.median(mine), statistics.median(theirs)
        c, d = (statistics.median(turn[program]["processorMilliseconds"] for turn in one["rounds"]) for program in ("gpunmf", "peer"))
        print(f"| 1025 x {one['frames']}, {one['rank']} | {BETAS[one['beta']]} | {a:.2f} ({min(mine):.2f}) | {b:.2f} ({min(theirs):.2f}) | {b / a:.1f} "
              f"| {c:.2f}, {d:.2f} | {d / c:.1f} |")


def print_job(job):
    def middle(program, *keys):
        values = []
        for one in job["rounds"]:
            value = one[program]
            for key in keys:
                value = value.get(key, 0)
            values.append(value)
        return statistics.median(values)

    print(f"\n{job['seconds']} s, {job['channels']} channels, rank {job['rank']}, {job['iterations']} KL iterations, medians of {len(job['rounds'])}:\n")
    print("| | gpunmf | NumPy, SciPy, scikit-learn | ratio |\n| --- | ---: | ---: | ---: |")
    rows = [("wall time, s", "wallSeconds", 1, 2), ("processor time, s", "cpuSeconds", 1, 2), ("peak resident memory, MB", "peakBytes", 1e-6, 0)]
    for name, key, scale, digits in rows:
        a, b = scale * middle("gpunmf", key), scale * middle("peer", key)
        print(f"| {name} | {a:.{digits}f} | {b:.{digits}f} | {b / a:.1f} |")
    for stage in ["import", "read", "stft", "nmf", "stems"]:
        a, b = (middle(program, "timings", "stageSeconds", stage) for program in ("gpunmf", "peer"))
        print(f"| of it {stage}, s | {a:.3f} | {b:.3f} | {f'{b / a:.1f}' if a else ''} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="times that each pair runs, in turns")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--iterations", type=int, default=200)
    parser.add_argument("--skip-iterations", action="store_true", help="the whole job only")
    parser.add_argument("--out", help="the JSON file; by default benchmarks/results/DATE-CPU.json")
    arguments = parser.parse_args()
    document = {"machine": machine(), "loadAtStart": os.getloadavg()}
    document["wholeJob"] = whole_job(arguments.rounds, arguments.seconds, arguments.rank, arguments.iterations)
    document["iteration"] = [] if arguments.skip_iterations else iterations(arguments.rounds)
    document["loadAtEnd"] = os.getloadavg()
    slug = re.sub(r"[^a-z0-9]+", "-", re.sub(r"\(.*?\)", "", document["machine"]["cpu"].lower())).strip("-")
    path = arguments.out or os.path.join(ROOT, "benchmarks/results", f"{document['machine']['date']}-{slug}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
    if document["iteration"]:
        print_iterations(document["iteration"])
    print_job(document["wholeJob"])
    print(f"\nLoad average before and after (the programs' own share included): {document['loadAtStart'][0]:.1f}, {document['loadAtEnd'][0]:.1f}. Raw samples: {os.path.relpath(path, ROOT)}")


if __name__ == "__main__":
    main()
