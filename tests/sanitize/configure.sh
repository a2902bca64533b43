# configure_sanitized SANITIZERS [SETUP'S OPTIONS]: sets up and configures build-sanitize-NAME/, called after the first
# of them, in which clang builds the unit tests and, with the address sanitizer, tests/fuzz. To be sourced.
source "$(dirname "${BASH_SOURCE[0]}")/../../apps/setup.sh"
configure_sanitized() {
  local sanitizers=$1
  shift
  setup "$@"
  install_packages clang libclang-rt-dev libomp-dev
  build=build-sanitize-${sanitizers%%,*} && mkdir -p "$build"
  configure -DCMAKE_CXX_COMPILER=clang++ -DQTOOL_SANITIZE="$sanitizers" -DQTOOL_TESTS=ON
}
