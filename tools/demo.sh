#!/usr/bin/env bash
# Builds Daybook and shows what it is for, with `daybook demo`: a payment gateway's day, in which transfers
# are posted, orders are paid or undone by sagas, the engine is killed with SIGKILL while it works, and
# nothing that it had acknowledged is lost.
#
#   tools/demo.sh
#
# Exits with 0 only when everything held; `daybook demo --help` says what else there is.
set -euo pipefail
cd "$(dirname "$0")/.."

if (($# > 0)); then sed -n '2,/^set -/{/^#/s/^# \{0,1\}//p}' "$0"; exit 2; fi

if [[ -t 1 ]]; then
  bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' green='' red='' plain=''
fi
step() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
good() { printf '%s  ok: %s%s\n' "$green" "$*" "$plain"; }
wrong() { printf '%s  WRONG: %s%s\n' "$red" "$*" "$plain" >&2; exit 1; }

step "Building the release preset into build/release"
tools/setup.sh --build
# shellcheck source=tools/phase.sh
source tools/phase.sh
build_log=$(mktemp)
if ! { configure release && cmake --build --preset release --target daybook; } >"$build_log" 2>&1; then
  tail -n 40 "$build_log" >&2
  wrong "the build failed; the whole output is in $build_log"
fi
rm -f "$build_log"
daybook=$PWD/build/release/daybook
good "$("$daybook" --version)"

exec "$daybook" demo
