#!/usr/bin/env bash
# Measures one iteration against frames, rank and cores, and draws docs/scaling-*.png. A few minutes; let nothing else run.
#
#   benchmarks/plots/run.sh [--quick]     --quick: a smoke run into TestResults/scaling
#
# Needs the .NET 10 SDK and python3-matplotlib (installed here on Debian or Ubuntu, as root). Four hours take 6 GB of memory.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if ! dpkg -s python3-matplotlib >/dev/null 2>&1; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends python3-matplotlib >/dev/null
fi
dotnet build -c Release benchmarks/GpuNmf.Benchmarks -v quiet
out=docs json=benchmarks/results/$(date -u +%F)-scaling.json
if [[ ${1:-} == --quick ]]; then
    mkdir -p TestResults/scaling
    out=TestResults/scaling json=TestResults/scaling/scaling.json
fi
GPUNMF_BENCH_VERSION=$(git describe --always --dirty 2>/dev/null || echo unknown)
export GPUNMF_BENCH_VERSION
dotnet benchmarks/GpuNmf.Benchmarks/bin/Release/net10.0/GpuNmf.Benchmarks.dll scaling "$json" "$@"
/usr/bin/python3 benchmarks/plots/scaling.py "$json" "$out"
ls -l "$out"/scaling-*.png
