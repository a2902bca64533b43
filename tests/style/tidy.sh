#!/usr/bin/env bash
# tidy.sh BUILD [FILE...]: clang-tidy, by .clang-tidy, on the given sources or on all of src/ and apps/, with the LibTorch of a
# configured build folder. A file a core at a time; prints the findings only (g++ gives the warnings: -w).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=${1:?usage: tidy.sh BUILD [FILE...]}
shift
mapfile -t files < <(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else find src apps -name '*.cpp' | sort; fi)
# A command for each file, without what clang cannot read (g++'s precompiled headers) or has not (OpenMP).
prefix=$(sed -n 's/^CMAKE_PREFIX_PATH:[^=]*=//p' "$build/CMakeCache.txt")
cmake -S . -B "$build/tidy" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DQTOOL_TESTS=OFF -DCMAKE_UNITY_BUILD=OFF \
  -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
sed -i 's/ -fopenmp//' "$build/tidy/compile_commands.json"
echo "clang-tidy: ${#files[@]} files"
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy -p "$build/tidy" --quiet --extra-arg=-w 2> >(grep -E 'error:|Error' >&2 || true)
