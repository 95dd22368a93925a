#!/usr/bin/env bash
# Packs benchmarks and tests with the .NET runtime for a Linux x64 machine that has none: benchmarks/gpu/bin/gpunmf-linux-x64.tar.gz,
# about 48 MB. The two programs share one runtime in one archive: as single files they are 44 MB each, and the test runner does not
# find its own assembly in one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

out=benchmarks/gpu/bin
rm -rf -- "$out"
mkdir -p "$out"
stage=$(mktemp -d)
trap 'rm -rf -- "$stage"' EXIT
for project in benchmarks/GpuNmf.Benchmarks tests/GpuNmf.Tests; do
    dotnet publish "$project" -c Release -r linux-x64 --self-contained -v quiet \
        -p:DebugType=none -p:SatelliteResourceLanguages=en -o "$stage"
done
git describe --always --dirty >"$stage/version" 2>/dev/null || echo unknown >"$stage/version"
tar -C "$stage" --sort=name --owner=0 --group=0 -cf - . | gzip -9 >"$out/gpunmf-linux-x64.tar.gz"
ls -l "$out/gpunmf-linux-x64.tar.gz"
