#!/usr/bin/env bash
# Sets up, builds everything and runs all tests. Takes the options of apps/setup.sh. CI=true makes warnings errors;
# QTOOL_TESTS=libtorch leaves out the tests that are the same with any LibTorch.
#
#   bash tests/run.sh --sanitize address,undefined|thread    the unit tests alone, built with clang's sanitizers
#                                                            in build-sanitize-address/, build-sanitize-thread/
source "$(dirname "${BASH_SOURCE[0]}")/sanitize/configure.sh"
sanitize= options=()
while [ $# -gt 0 ]; do
  case $1 in
    --sanitize) sanitize=${2:?"--sanitize wants address,undefined or thread"}; shift 2 ;;
    *) options+=("$1"); shift ;;
  esac
done
# Tests run beside each other and beside other work: threads that wait must not spin.
export OMP_WAIT_POLICY=passive
if [ -n "$sanitize" ]; then
  configure_sanitized "$sanitize" "${options[@]}"
  build_targets all
  ctest --test-dir "$build" -j "$(build_jobs)" --output-on-failure --no-tests=error --timeout 1800
  exit
fi
setup "${options[@]}"
# A browser, for the pages that qtool writes.
install_packages chromium chromium-driver python3-selenium
# Shells and a printer of manual pages, for `qtool completion` and `qtool man`.
install_packages zsh fish groff
# A judge of JSON Schemas.
install_packages python3-jsonschema python3-yaml
# Python's headers, which inductor compiles with.
install_packages python3-dev
werror=OFF
if [ "${CI:-}" = true ]; then werror=ON; fi
configure -DQTOOL_WERROR=$werror -DQTOOL_TESTS="${QTOOL_TESTS:-ON}"
# The tests that are Python clients want a torch that can be imported; those of an apt LibTorch take pip's where it is.
for python in "$torch_python" "$PWD/build/venv/bin/python" python3; do
  if "$python" -c 'import torch' 2>/dev/null; then export QTOOL_PYTHON=$python; break; fi
done
# pip_for_tests MODULES PACKAGES...: into build/venv, where pip can have them. The tests that want them are skipped
# without.
pip_for_tests() {
  local modules=$1
  local found='import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, sys.argv[1].split())))'
  shift
  [ "${QTOOL_PYTHON:-}" = "$PWD/build/venv/bin/python" ] || return 0
  if "$QTOOL_PYTHON" -c "$found" "$modules"; then return; fi
  say "installing with pip into build/venv: $*"
  "$QTOOL_PYTHON" -m pip install -q "$@" >"$build/setup.log" 2>&1 || say "pip cannot have them"
}
# What Python's tests are written with: ONNX's checker, runtimes and what they need; networks that people have.
packages_for_tests() {
  pip_for_tests "onnx onnxruntime" --no-deps onnx==1.23.2 onnxruntime==1.32.0 protobuf==7.36.2 ml_dtypes==0.6.0
  pip_for_tests "torchvision timm transformers" torchvision==0.28.0 timm==1.0.31 transformers==5.24.0
}
packages_for_tests &  # waits for the network while the compiler works
packages=$!
build_targets all
wait "$packages"
say "Python for the tests: ${QTOOL_PYTHON:-none with torch, so the tests of Python clients are skipped}"
ctest --test-dir "$build" -j "$(build_jobs)" --output-on-failure --no-tests=error --timeout 900
