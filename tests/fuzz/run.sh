#!/usr/bin/env bash
# Damaged files: builds qtool in build-sanitize-address/ with the address and the undefined-behaviour sanitizer, lets it
# read damaged models, data and settings of each kind (fuzz.py), then lets libFuzzer look for inputs that break the
# parsers (parsers.cpp).
#
#   bash tests/fuzz/run.sh [--count N] [--seconds N] [FUZZ.PY'S OPTIONS]
#
# --count: files of each kind (40); --seconds: of libFuzzer for each parser (15). That is what CI runs, in some four
# minutes on two cores after the unit tests have built the rest. The long run, for whoever changes what reads a file, is
#
#   bash tests/fuzz/run.sh --count 10000 --seconds 600
#
# The same count gives the same files; --seed N begins with others. One that is not treated as it must be stays in
# build-sanitize-address/failures/, and is made again with --kind KIND --seed N --count 1 --seconds 0. An input of
# libFuzzer's that fails stays there as well: once it is mended, a small one goes into corpus/, which each run begins
# with.
source "$(dirname "${BASH_SOURCE[0]}")/../sanitize/configure.sh"
count=40 seconds=15 options=()
while [ $# -gt 0 ]; do
  case $1 in
    --count) count=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    *) options+=("$1"); shift ;;
  esac
done
configure_sanitized address,undefined --libtorch pip
build_targets fork_server fuzz_parsers

# What is linked against here is not all sanitized, and LibTorch keeps what it has until the end.
export ASAN_OPTIONS=detect_leaks=0:detect_odr_violation=0:alloc_dealloc_mismatch=0:allocator_may_return_null=1
say "damaging $count files of each kind"
"$torch_python" tests/fuzz/fuzz.py "$build/tests/fuzz/fork_server" --count "$count" --keep "$build/failures" \
  --corpus "$build/corpus" "${options[@]}"

# Runs one target; with a fixed seed, though what time allows differs.
fuzz_parser() {
  local target=$1 seconds=$2 build=$3
  mkdir -p "$build/found/$target" "$build/corpus/$target"
  "$build/tests/fuzz/fuzz_parsers" "--target=$target" -seed=1 -max_total_time="$seconds" -timeout=30 \
    -rss_limit_mb=2048 -max_len=8192 -artifact_prefix="$build/failures/$target-" \
    "$build/found/$target" "$build/corpus/$target" "tests/fuzz/corpus/$target" \
    >"$build/$target.log" 2>&1 || { tail -60 "$build/$target.log"; echo "FAILED: libFuzzer on $target"; return 1; }
  echo "libFuzzer, $target: $(grep -aoE '^Done [0-9]+ runs in [0-9]+' "$build/$target.log") s"
}
if [ "$seconds" -gt 0 ]; then
  export -f fuzz_parser
  mkdir -p "$build/failures"
  ls tests/fuzz/corpus | xargs -P "$(nproc)" -I{} bash -c 'fuzz_parser {} "$@"' _ "$seconds" "$build"
fi
