#!/usr/bin/env bash
# What qtool needs to be built: finds it, or installs it and says so. Safe to run twice.
#
#   bash apps/setup.sh [--libtorch pip|apt|DIR]     set up and configure only
#
# apps/quickstart.sh and tests/run.sh source this file and take the same option. LibTorch is, in this order, that of
# CMAKE_PREFIX_PATH or Torch_DIR, a CPU `torch` of the current python3, one that pip puts into build/venv, or Debian's
# libtorch-dev. --libtorch apt has a build folder of its own, build-apt/, so that both can be kept on one machine.
#
# After `setup "$@"`: $build is the build folder, $torch_prefix the LibTorch, $torch_python a Python that imports it
# (empty where there is none).
set -euo pipefail
start_dir=$PWD
if [ -n "${FASHION_MNIST:-}" ]; then FASHION_MNIST=$(realpath "$FASHION_MNIST"); export FASHION_MNIST; fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."

torch_version=2.13.0+cpu
torch_cpu_index=https://download.pytorch.org/whl/cpu
openvino_version=2026.4.1
build_packages=(g++ cmake ninja-build pkg-config python3 python3-venv ca-certificates libcli11-dev libspdlog-dev
  libyaml-cpp-dev nettle-dev nlohmann-json3-dev libstb-dev libzip-dev zlib1g-dev libjs-chart.js libpugixml-dev
  libprotozero-dev catch2)
data_packages=(dataset-fashion-mnist)
libtorch_packages=(libtorch-dev libopenblas0-pthread)

say() { echo "qtool setup: $*"; }
# fail WHAT WHY FIX
fail() {
  echo "qtool setup: could not $1: $2; $3" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
}

missing_packages() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

last_error() { grep -E '^(E:|Err|sudo:|ERROR)' "$1" | tail -1 || true; }

# Installs those of the given packages that are missing; no apt call where none is.
install_packages() {
  command -v dpkg-query >/dev/null ||
    fail "install packages" "this is not a Debian system" "install the equivalents of: $* and set CMAKE_PREFIX_PATH"
  local missing log=$build/setup.log apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    fail "install ${missing[*]}" "not root, and there is no sudo" "run as root: apt-get install ${missing[*]}"
  say "installing with apt-get: ${missing[*]}"
  if ! as_root "${apt[@]}" update >"$log" 2>&1; then
    say "apt-get update failed ($(last_error "$log")); trying with the package lists that are there"
  fi
  as_root "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1 ||
    fail "install ${missing[*]}" "$(last_error "$log")" \
      "mend that (full output in $log) or run as root: apt-get install ${missing[*]}"
}

# The folder that has include/torch/script.h, for a folder that is it, or that holds an installed torch.
prefix_under() {
  local candidate
  for candidate in "$1" "$1/torch"; do
    [ -e "$candidate/include/torch/script.h" ] && realpath "$candidate" && return
  done
  return 1
}

prefix_from_environment() {
  local dir
  if [ -n "${Torch_DIR:-}" ] && prefix_under "$Torch_DIR/../../.."; then return; fi
  while IFS= read -r dir; do
    if [ -n "$dir" ] && prefix_under "$dir"; then return; fi
  done < <(tr ':;' '\n\n' <<<"${CMAKE_PREFIX_PATH:-}")
  return 1
}

# The LibTorch inside a Python's torch: CPU only, 1.13 or newer, built with the C++11 ABI. Does not import it.
prefix_from_python() {
  local prefix
  prefix=$("$1" - <<'PYTHON' 2>/dev/null
import importlib.util, pathlib, re, runpy, sys
spec = importlib.util.find_spec("torch")
root = pathlib.Path(spec.origin).parent
version = runpy.run_path(str(root / "version.py"))
config = root / "share/cmake/Torch/TorchConfig.cmake"
old_abi = config.exists() and "_GLIBCXX_USE_CXX11_ABI=0" in config.read_text()
new_enough = tuple(map(int, re.findall(r"\d+", version["__version__"])[:2])) >= (1, 13)
gpu = version.get("cuda") or version.get("hip")
if not new_enough or old_abi or gpu or not (root / "lib/libtorch_cpu.so").exists():
    sys.exit(1)
print(root)
PYTHON
  ) && prefix_under "$prefix"
}

# Makes build/venv with torch and numpy, once.
install_pip_torch() {
  local venv=$PWD/build/venv log=$build/setup.log
  torch_python=$venv/bin/python
  prefix_from_python "$torch_python" >/dev/null && "$torch_python" -c 'import numpy' 2>/dev/null && return
  say "installing with pip into build/venv: torch==$torch_version numpy"
  "$torch_python" -c '' 2>/dev/null || python3 -m venv --clear "$venv" >"$log" 2>&1 || return 1
  "$torch_python" -m pip install -q "torch==$torch_version" numpy >"$log" 2>&1 && return
  say "trying PyTorch's own index, $torch_cpu_index"
  "$torch_python" -m pip install -q --extra-index-url "$torch_cpu_index" "torch==$torch_version" numpy >"$log" 2>&1
}

# OpenVINO runs ONNX files. It goes beside pip's torch in build/venv alone, without what Python's tools of it depend on;
# qtool builds without it, too.
install_pip_openvino() {
  local log=$build/setup.log found
  [ "$torch_python" = "$PWD/build/venv/bin/python" ] || return 0
  found=$(echo "$torch_prefix"/../openvino-*.dist-info)
  [ "${found##*/}" != "openvino-$openvino_version.dist-info" ] || return 0
  say "installing with pip into build/venv: openvino==$openvino_version"
  "$torch_python" -m pip install -q --no-deps "openvino==$openvino_version" >"$log" 2>&1 ||
    say "pip cannot have it ($(last_error "$log")): this qtool will run no ONNX files"
}

use_apt_libtorch() {
  install_packages "${libtorch_packages[@]}"
  torch_prefix=/usr torch_python=
}

# find_libtorch CHOICE: sets torch_prefix and torch_python; CHOICE is pip, apt, a folder, or empty for the usual order.
find_libtorch() {
  torch_prefix= torch_python=
  case $1 in
    apt) use_apt_libtorch ;;
    "")
      if torch_prefix=$(prefix_from_environment); then return; fi
      if torch_prefix=$(prefix_from_python python3); then torch_python=$(command -v python3); return; fi
      if install_pip_torch; then torch_prefix=$(prefix_from_python "$torch_python"); return; fi
      say "pip cannot have torch==$torch_version ($(last_error "$build/setup.log")); taking Debian's libtorch-dev"
      use_apt_libtorch
      ;;
    pip)
      install_pip_torch ||
        fail "install torch==$torch_version with pip" "$(last_error "$build/setup.log")" "try --libtorch apt"
      torch_prefix=$(prefix_from_python "$torch_python")
      ;;
    *)
      torch_prefix=$(cd "$start_dir" && prefix_under "$1") ||
        fail "find LibTorch in $1" "no include/torch/script.h there" "give the folder that has include/ and lib/"
      ;;
  esac
}

min() { echo $(($1 < $2 ? $1 : $2)); }

# One job a core, fewer where memory is short: a source that includes LibTorch takes up to 1.5 GB to compile.
build_jobs() {
  local memory_kb limit jobs
  memory_kb=$(awk '/MemAvailable/ { print $2 }' /proc/meminfo)
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
  if [ "$limit" != max ]; then memory_kb=$(min "$memory_kb" $((limit / 1024))); fi
  jobs=$(min "$(nproc)" $((memory_kb / (1536 * 1024))))
  echo $((jobs > 1 ? jobs : 1))
}

# configure [CMAKE ARGUMENT...]
configure() {
  local launcher=()
  # ccache keeps nothing of what uses a precompiled header.
  if command -v ccache >/dev/null; then
    launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON)
  fi
  cmake -S . -B "$build" -G Ninja -DCMAKE_PREFIX_PATH="$torch_prefix" "${launcher[@]}" "$@" \
    >"$build/configure.log" 2>&1 ||
    { tail -20 "$build/configure.log" >&2; fail "configure" "see above" "full output in $build/configure.log"; }
  grep -E -- '-- (LibTorch|OpenVINO)' "$build/configure.log"
}

# build_targets TARGET...
build_targets() {
  local jobs
  jobs=$(build_jobs)
  say "building $* in $build/ with $jobs jobs"
  cmake --build "$build" -j "$jobs" --target "$@" || fail "build" "the compiler's messages are above" "report them"
}

setup() {
  local choice=
  while [ $# -gt 0 ]; do
    case $1 in
      --libtorch) choice=${2:?"--libtorch wants pip, apt or a folder"}; shift 2 ;;
      --libtorch=*) choice=${1#*=}; shift ;;
      -h | --help) echo "usage: bash $0 [--libtorch pip|apt|DIR]"; exit 0 ;;
      *) echo "$0: unknown option '$1'; usage: bash $0 [--libtorch pip|apt|DIR]" >&2; exit 2 ;;
    esac
  done
  build=build
  if [ "$choice" = apt ]; then build=build-apt; fi
  mkdir -p "$build"
  local packages=("${build_packages[@]}")
  if [ -z "${FASHION_MNIST:-}" ]; then packages+=("${data_packages[@]}"); fi
  install_packages "${packages[@]}"
  find_libtorch "$choice"
  install_pip_openvino
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  setup "$@"
  configure
  say "ready; build with: cmake --build $build"
fi
