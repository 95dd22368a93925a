#!/usr/bin/env bash
# Asks, tests and measures on a machine without .NET, within ten minutes: what publish.sh packed must lie beside this script.
#
#   benchmarks/gpu/bare.sh OUT_FOLDER
#
# In order: what the device answers to the open questions (facts.txt), the tests on the CUDA lane (tests-cuda.*), the benchmarks, with
# PyTorch as the peer where python3 has it (table.md, table.json), the tests on the OpenCL lane (tests-opencl.*). Every step has a limit;
# what was cut is said. The table is printed last.
#
# GPUNMF_BENCH_DEVICE   cuda (default), opencl:0, cpu: another device for a rehearsal
# GPUNMF_BENCH_LANES    lanes of the tests (default "cuda opencl")
# GPUNMF_BENCH_BUDGET   seconds for everything (default 570)
# GPUNMF_BENCH_SECONDS  length of the recording (default 3600, which the targets are for)
# GPUNMF_BENCH_QUICK    not empty: few samples
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
[[ $# -eq 1 ]] || { echo "usage: $0 OUT_FOLDER" >&2 && exit 2; }
mkdir -p "$1" && out=$(cd "$1" && pwd -P) || exit
budget=${GPUNMF_BENCH_BUDGET:-570}
export GPUNMF_BENCH_DEVICE=${GPUNMF_BENCH_DEVICE:-cuda} GPUNMF_BENCH_PEERS=$here/../peers
read -ra lanes <<<"${GPUNMF_BENCH_LANES:-cuda opencl}"

# Beside the script, so that tests which read the repository's pages find them.
app=$here/bin/app
rm -rf -- "$app" && mkdir -p "$app" || exit
trap 'rm -rf -- "$app"' EXIT
tar -C "$app" -xzf "$here/bin/gpunmf-linux-x64.tar.gz" || { echo "run publish.sh first" >&2 && exit 1; }
GPUNMF_BENCH_VERSION=$(<"$app/version")
export GPUNMF_BENCH_VERSION

summary=()
failed=0

# step NAME LIMIT COMMAND...: at most LIMIT seconds and what is left of the budget; an interrupt first, so that reports are written
step() {
    local name=$1 limit=$2 left=$((budget - SECONDS)) began=$SECONDS status=0
    shift 2
    ((limit < left)) || limit=$left
    if ((limit < 10)); then
        summary+=("$name: cut, no time was left")
        return 0
    fi
    printf '\n=== %s (at most %d s)\n' "$name" "$limit" >&2
    timeout --signal=INT --kill-after=10 "$limit" "$@" || status=$?
    case $status in
    0) summary+=("$name: done in $((SECONDS - began)) s") ;;
    124 | 137) summary+=("$name: CUT after $limit s") failed=1 ;;
    *) summary+=("$name: FAILED with status $status after $((SECONDS - began)) s") failed=1 ;;
    esac
}

facts=("$app/GpuNmf.Benchmarks" gpu-facts)
table=("$app/GpuNmf.Benchmarks" table gpu --seconds "${GPUNMF_BENCH_SECONDS:-3600}" --out "$out/table.json")
[[ -z ${GPUNMF_BENCH_QUICK:-} ]] || table+=(--quick)

# test_lane LANE LIMIT: the counts come from the log, which is there even where the runner was stopped
test_lane() {
    local log=$out/tests-$1.txt ran=0 failures=0 skips=0
    GPUNMF_LANES=$1 step "tests, lane $1" "$2" "$app/GpuNmf.Tests" -noLogo -noColor -noAutoReporters -reporter verbose \
        -trait "Lane=$1" -trait- Suite=Full -result-ctrf "$out/tests-$1.json" >"$log"
    [[ -f $log ]] || return 0
    ran=$(grep -c '\[FINISHED\]' "$log")
    failures=$(grep -c '\[FAIL\]' "$log")
    skips=$(grep -c '\[SKIP\]' "$log")
    grep -A 5 '\[FAIL\]' "$log" | head -n 60
    summary+=("tests, lane $1: $((ran - failures - skips)) passed, $failures failed, $skips skipped")
}

if command -v nvidia-smi >/dev/null; then
    nvidia-smi --query-gpu=name,driver_version,clocks.max.sm,clocks.max.mem,memory.total --format=csv | tee "$out/gpu.csv"
fi
step facts 60 "${facts[@]}" > >(tee "$out/facts.txt")
test_lane "${lanes[0]}" 200
# Half a minute is left for the row that runs when the time is up, and for the rest of this script.
row_budget=$((budget - SECONDS - 40))
step benchmarks 600 "${table[@]}" --budget "$row_budget" >"$out/table.md"
for lane in "${lanes[@]:1}"; do test_lane "$lane" 120; done

printf '\n'
cat "$out/facts.txt"
printf '%s\n' "${summary[@]}"
cat "$out/table.md"
exit "$failed"
