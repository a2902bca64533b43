#!/usr/bin/env bash
# A step of a CI pipeline, to copy: quantizes a model, fails where it got worse than the gates allow, and where a report
# of the main branch is at hand, also where it got worse than that one.
#
#   MODEL=model.pt DATA=idx:/data/mnist bash quantize.sh
#
# Wants: MODEL, DATA. May have: OUT (folder for what is written), BASELINE (report.json to compare with), QTOOL (the
# program). Exit code: 0 all gates passed, 1 one has failed, else qtool's own (see "In CI" in README.md).
set -euo pipefail
: "${MODEL:?the float TorchScript file}" "${DATA:?a data spec, see qtool ptq --help}"
qtool=${QTOOL:-qtool} out=${OUT:-out} baseline=${BASELINE:-}

# GitHub shows annotations beside the change; other services read the JUnit files.
annotations=none
if [ "${GITHUB_ACTIONS:-}" = true ]; then annotations=github; fi

failed=0
# gated COMMAND...: goes on where a gate failed, so that all of them are seen; any other error ends the step.
gated() {
  local code=0
  "$@" || code=$?
  case $code in
    0) ;;
    1) failed=1 ;;
    *) exit "$code" ;;
  esac
}

gated "$qtool" ptq "$MODEL" --data "$DATA" -o "$out" --quiet --max-drop 0.5 --max-size-ratio 0.6 \
  --junit "$out/junit/gates.xml" --annotations "$annotations"
if [ -n "$baseline" ] && [ -e "$baseline" ]; then
  gated "$qtool" compare "$baseline" "$out/report.json" --max-accuracy-loss 0.3 --max-size-increase 2 \
    --junit "$out/junit/change.xml" --annotations "$annotations"
fi
exit "$failed"
