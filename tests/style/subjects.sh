#!/usr/bin/env bash
# subjects.sh [--message FILE]: the subject of each commit after FIRST has at most 72 characters; of a clone that is too
# shallow to know FIRST, that of the last commit. With --message, the subject in a file, as git's commit-msg hook has
# it.
set -euo pipefail
first=6966410566cd8d4bd5f04df90fbd025c34e1aad0
if [ "${1:-}" = --message ]; then
  subjects=$(head -1 "$2")
else
  cd "$(dirname "${BASH_SOURCE[0]}")/../.."
  range=(-1 HEAD)
  if git merge-base --is-ancestor "$first" HEAD 2>/dev/null; then range=("$first..HEAD"); fi
  subjects=$(git log --no-merges --format=%s "${range[@]}")
fi
long=$(awk 'length > 72' <<<"$subjects")
[ -z "$long" ] || { printf 'more than 72 characters:\n%s\n' "$long" >&2; exit 1; }
