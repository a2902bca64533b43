#!/usr/bin/env bash
# tidy.sh BUILD [FILE...]: clang-tidy, by .clang-tidy, on the given sources or on all of src/ and apps/, with the compile
# commands of a configured build folder. A file a core at a time; prints the findings only (g++ gives the warnings: -w).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=${1:?usage: tidy.sh BUILD [FILE...]}
shift
mapfile -t files < <(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else find src apps -name '*.cpp' | sort; fi)
# clang cannot read what g++ has precompiled, and has no OpenMP of its own.
mkdir -p "$build/tidy"
sed -E 's/ -Winvalid-pch//; s/ -fopenmp//; s/ -include [^ ]+cmake_pch\.hxx//' "$build/compile_commands.json" >"$build/tidy/compile_commands.json"
echo "clang-tidy: ${#files[@]} files"
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy -p "$build/tidy" --quiet --extra-arg=-w 2> >(grep -E 'error:|Error' >&2 || true)
