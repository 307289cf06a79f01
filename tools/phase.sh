# Sourced by the scripts that run several things one after the other.
#
#   phase NAME COMMAND...   runs COMMAND with no standard input, says how long it took, and ends
#                           the script with a clear message when it fails
#   phases_done TITLE       lists what ran, with seconds
#
# shellcheck shell=bash

phase_names=()
phase_seconds=()

phase() {
  local name=$1 begun=$SECONDS status
  shift
  printf '\n=== %s\n' "$name"
  # Not `if ! "$@"`: that would switch errexit off inside a function that is called here.
  set +e
  (
    set -e
    "$@"
  ) </dev/null
  status=$?
  set -e
  phase_names+=("$name")
  phase_seconds+=($((SECONDS - begun)))
  if ((status != 0)); then
    printf '\n=== FAILED: %s (exit %d after %d s)\n' "$name" "$status" "$((SECONDS - begun))" >&2
    printf '=== command: %s\n' "$*" >&2
    exit 1
  fi
  printf '=== %s: %d s\n' "$name" "$((SECONDS - begun))"
}

phases_done() {
  local i
  printf '\n=== %s\n' "$1"
  for i in "${!phase_names[@]}"; do
    printf '  %5d s  %s\n' "${phase_seconds[$i]}" "${phase_names[$i]}"
  done
}

# configure PRESET [OPTION...]: with ccache where there is one.
configure() {
  local launcher=()
  if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  cmake --preset "$1" --log-level=NOTICE "${launcher[@]}" "${@:2}"
}
