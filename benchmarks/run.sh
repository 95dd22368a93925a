#!/usr/bin/env bash
# Measures this machine's CPU beside scikit-learn and NumPy, and prints one table.
#
#   benchmarks/run.sh             about seven minutes; let nothing else run
#   benchmarks/run.sh --repeat 3  three times, all samples in one table: for machines whose speed changes from minute to minute
#   benchmarks/run.sh --quick     a smoke run of less than two minutes, whose figures say nothing
#   benchmarks/run.sh --only stems --out FILE  only measurements whose name holds the word: KL, Frobenius, K 64, models, STFT, kernels ...
#   benchmarks/run.sh --out FILE  another file than benchmarks/results/DATE-DEVICE.json
#
# Needs Debian or Ubuntu, the .NET 10 SDK, and root where the Python packages are still to be installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(python3-sklearn python3-numpy python3-scipy python3-matplotlib libopenblas0-pthread)
if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "${packages[@]}" >/dev/null
fi
dotnet build -c Release src/GpuNmf.Cli -v quiet
dotnet build -c Release benchmarks/GpuNmf.Benchmarks -v quiet
# Debian's own Python: its packages are what was just installed.
export GPUNMF_BENCH_PYTHON=${GPUNMF_BENCH_PYTHON:-/usr/bin/python3}
GPUNMF_BENCH_VERSION=$(git describe --always --dirty 2>/dev/null || echo unknown)
export GPUNMF_BENCH_VERSION
exec dotnet benchmarks/GpuNmf.Benchmarks/bin/Release/net10.0/GpuNmf.Benchmarks.dll table cpu "$@"
