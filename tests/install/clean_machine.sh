#!/usr/bin/env bash
# clean_machine.sh PACKAGE.deb: on a bare Debian, as root: installs the package and pip's LibTorch in the way that the
# package's description tells, and quantizes a model. Changes the machine: meant for a container, with this repository
# in it.
set -euo pipefail
package=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DEBIAN_FRONTEND=noninteractive
apt-get -q update >/dev/null
apt-get -q install -y "$package" | tail -8
if ! qtool --version 2>/dev/null; then  # built with pip's LibTorch
  folder=$(mktemp -d)
  commands=$(dpkg-deb -f "$package" Description | sed -n 's/^   *\(python3 \|venv\/\|sudo \)/\1/p')
  echo "$commands"
  (cd "$folder" && eval "$(sed 's/^sudo //' <<<"$commands")" >pip.log 2>&1) || { tail -5 "$folder/pip.log"; exit 1; }
fi
set -x
qtool --version
qtool ptq configs/fashion_mnist/resnet8.pt --data random:1x28x28 --calib-samples 16 --verify-samples 16 \
  -o "$(mktemp -d)/out"
man -w qtool 2>/dev/null || ls /usr/share/man/man1/qtool.1
apt-get -q remove -y qtool >/dev/null
test ! -e /usr/lib/qtool
