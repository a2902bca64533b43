#!/usr/bin/env bash
# Makes a Debian package of qtool, for Debian machines of the same release as this one. Takes the options of
# apps/setup.sh. Prints where the package is, and what to do with it; tests/install/clean_machine.sh tries it.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
setup "$@"
install_packages dpkg-dev
configure
build_targets qtool
rm -f "$build"/qtool_*.deb
cpack --config "$build/CPackConfig.cmake" -B "$build" >"$build/package.log" 2>&1 ||
  fail "make a package" "$(tail -3 "$build/package.log")" "full output in $build/package.log"
package=$(echo "$PWD/$build"/qtool_*.deb)
say "made $package: install it with"
echo "  sudo apt-get install $package"
dpkg-deb -f "$package" Description | sed -n '/needs LibTorch/,$p' | sed 's/^ //'
