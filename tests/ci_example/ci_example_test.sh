#!/usr/bin/env bash
# ci_example_test.sh QTOOL: runs the pipeline as a user would, and checks exit codes, JUnit files and annotations.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export QTOOL=$1 MODEL=$here/../../configs/fashion_mnist/resnet8.pt
data=idx:${FASHION_MNIST:-/usr/share/datasets/fashion-mnist},mean=0.2860,std=0.3530,limit=256

# expect CODE TEXT [NAME=VALUE...]: one run of the pipeline.
expect() {
  local code=0 want=$1 text=$2
  shift 2
  env "$@" bash "$here/quantize.sh" >"$work/log" 2>&1 || code=$?
  if [ "$code" != "$want" ] || ! grep -qF -- "$text" "$work/log"; then
    echo "expected exit code $want and '$text', got $code and:" >&2
    cat "$work/log" >&2
    exit 1
  fi
}

expect 0 "gate    passed" DATA="$data" OUT="$work/first"
python3 - "$work/first/junit/gates.xml" <<'PYTHON'
import sys, xml.etree.ElementTree as xml
suite = xml.parse(sys.argv[1]).getroot().find("testsuite")
assert suite.get("tests") == "2" and suite.get("failures") == "0", xml.tostring(suite)
PYTHON
expect 0 "::notice title=qtool max_accuracy_loss::" \
  DATA="$data" OUT="$work/second" BASELINE="$work/first/report.json" GITHUB_ACTIONS=true
test -s "$work/second/junit/change.xml"

# A baseline that was half as large: the gate on the change fails, and the script says so at the end.
sed 's/"int8": [0-9]*,$/"int8": 60000,/' "$work/first/report.json" >"$work/smaller.json"
expect 1 "::error title=qtool max_size_increase::" \
  DATA="$data" OUT="$work/third" BASELINE="$work/smaller.json" GITHUB_ACTIONS=true
grep -q "<failure" "$work/third/junit/change.xml"

# Bad input is not a failed gate.
expect 2 "qtool: error" DATA=idx:/nowhere OUT="$work/fourth"
echo "ci_example: all well"
