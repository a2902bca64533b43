#!/usr/bin/env bash
# tidy.sh BUILD [FILE...]: clang-tidy, by .clang-tidy, on the given sources or on all of src/ and apps/, with the
# LibTorch of a configured build folder. All of them go as the unity build's groups, which takes half the time:
# LibTorch's headers are most of it. A file or group a core at a time; prints the findings only (g++ gives the warnings:
# -w).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=${1:?usage: tidy.sh BUILD [FILE...]}
shift
files=("$@")
unity=OFF
if [ $# = 0 ]; then unity=ON; fi
# A command for each file, without what clang cannot read (g++'s precompiled headers) or has not (OpenMP).
prefix=$(sed -n 's/^CMAKE_PREFIX_PATH:[^=]*=//p' "$build/CMakeCache.txt")
cmake -S . -B "$build/tidy" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DQTOOL_TESTS=OFF -DCMAKE_UNITY_BUILD=$unity \
  -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
sed -i 's/ -fopenmp//' "$build/tidy/compile_commands.json"
if [ $# = 0 ]; then
  generated="/tidy/src/[a-z]*/[^/]*$"
  mapfile -t files < <(sed -n 's/^ *"file": "\(.*\)",\?$/\1/p' "$build/tidy/compile_commands.json" |
    grep -v "$generated")
fi
echo "clang-tidy: ${#files[@]} files or groups"
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy -p "$build/tidy" --quiet --extra-arg=-w \
  2> >(grep -E 'error:|Error' >&2 || true)
