#!/usr/bin/env bash
# format.sh [--fix]: every C++ file is as .clang-format wants it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
mode=(--dry-run -Werror)
if [ "${1:-}" = --fix ]; then mode=(-i); fi
find src apps tests -name '*.cpp' -o -name '*.h' | sort | xargs clang-format "${mode[@]}"
