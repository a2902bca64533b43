#!/usr/bin/env bash
# Damaged files: builds qtool in build-fuzz/ with the address and the undefined-behaviour sanitizer, lets it read
# damaged models, data and settings of each kind (fuzz.py), then lets libFuzzer look for inputs that break the parsers
# (parsers.cpp).
#
#   bash tests/fuzz/run.sh [--count N] [--seconds N] [FUZZ.PY'S OPTIONS]
#
# --count: files of each kind (300); --seconds: of libFuzzer for each parser (20). 10000 and 600 is the long run. The
# same count gives the same files; one that is not treated as it must be stays in build-fuzz/failures/, and is made
# again with
# --kind KIND --seed N --count 1 --seconds 0.
source "$(dirname "${BASH_SOURCE[0]}")/../../apps/setup.sh"
count=300 seconds=20 options=()
while [ $# -gt 0 ]; do
  case $1 in
    --count) count=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    *) options+=("$1"); shift ;;
  esac
done
setup --libtorch pip
install_packages clang libclang-rt-14-dev
build=build-fuzz && mkdir -p "$build"
configure -DQTOOL_FUZZ=ON -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=Release
build_targets fork_server fuzz_parsers

# What is linked against here is not all sanitized, and LibTorch keeps what it has until the end.
export ASAN_OPTIONS=detect_leaks=0:detect_odr_violation=0:alloc_dealloc_mismatch=0:allocator_may_return_null=1
say "damaging $count files of each kind"
"$torch_python" tests/fuzz/fuzz.py "$build/tests/fuzz/fork_server" --count "$count" --keep "$build/failures" \
  --corpus "$build/corpus" "${options[@]}"

# Runs one target; with a fixed seed, though what time allows differs.
fuzz_parser() {
  local target=$1 seconds=$2 build=$3 known=()
  if [ -d "tests/fuzz/corpus/$target" ]; then known=("tests/fuzz/corpus/$target"); fi
  mkdir -p "$build/found/$target"
  "$build/tests/fuzz/fuzz_parsers" "--target=$target" -seed=1 -max_total_time="$seconds" -timeout=10 \
    -rss_limit_mb=2048 -max_len=8192 \
    -artifact_prefix="$build/failures/$target-" "$build/found/$target" "$build/corpus/$target" "${known[@]}" \
    >"$build/$target.log" 2>&1 || { tail -60 "$build/$target.log"; echo "FAILED: libFuzzer on $target"; return 1; }
  echo "libFuzzer, $target: $(grep -oE '^Done [0-9]+ runs in [0-9]+' "$build/$target.log") s"
}
if [ "$seconds" -gt 0 ]; then
  export -f fuzz_parser
  mkdir -p "$build/failures"
  ls "$build/corpus" | xargs -P "$(nproc)" -I{} bash -c 'fuzz_parser {} "$@"' _ "$seconds" "$build"
fi
