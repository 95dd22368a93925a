#!/bin/sh
# Builds, installs the Python peers from Debian or Ubuntu (as root, where they are absent), and compares. Options go to compare.py.
set -eu
cd "$(dirname "$0")/../.."
packages="python3-sklearn python3-numpy python3-scipy libopenblas0-pthread"
# shellcheck disable=SC2086 # a list of words
if ! dpkg -s $packages >/dev/null 2>&1; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi
dotnet build -c Release src/GpuNmf.Cli -v quiet
dotnet build -c Release benchmarks/GpuNmf.Benchmarks -v quiet
exec /usr/bin/python3 benchmarks/peers/compare.py "$@"
