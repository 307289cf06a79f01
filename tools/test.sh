#!/usr/bin/env bash
# Builds Daybook and proves it: the checks of the sources, then every test, through ctest.
#
#   tools/test.sh          what every change must pass
#   tools/test.sh --long   ten times the random rounds, then longer crash tests and fuzzing
#
# DAYBOOK_TEST_JOBS says how many tests run at a time; without it, one more than there are cores, as
# many wait for a disk.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tools/phase.sh
source tools/phase.sh

long=no
for argument in "$@"; do
  case "$argument" in
    --long) long=yes ;;
    -h | --help) sed -n '2,/^set -/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "test.sh: unknown option $argument; try --help" >&2; exit 2 ;;
  esac
done
jobs=$(nproc)
test_jobs=${DAYBOOK_TEST_JOBS:-$((jobs + 1))}

# New files count too, and files that are deleted but still known to git do not.
sources() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard -- '*.hpp' '*.cpp'
  else
    find engine storage net bench tests tools -name '*.hpp' -o -name '*.cpp'
  fi | sort -u | while read -r file; do if [[ -f "$file" ]]; then echo "$file"; fi; done
}

check_format() {
  if ! sources | xargs clang-format --dry-run --Werror; then
    echo "To put it right: clang-format -i on the files above" >&2
    return 1
  fi
}

release_build() {
  configure release
  cmake --build --preset release
}

run_tests() {
  ctest --test-dir build/release --parallel "$test_jobs" --output-on-failure --no-tests=error
}

phase "packages" tools/setup.sh
phase "walls between rooms" tools/check_rooms.py
phase "sizes of functions and files" tools/check_functions.py --report
phase "no stand-alone fences" tools/check_fences.py
phase "format" check_format
phase "release build" release_build
if [[ "$long" == yes ]]; then
  export DAYBOOK_TEST_LONG=1
  fuzz_build() {
    configure asan
    cmake --build --preset asan --target fuzz_all
  }
  phase "build for fuzzing" fuzz_build
  phase "fuzzing, 600 s together" tools/fuzz.sh build/asan 600
  phase "kill -9 under load, 300 rounds" \
    tests/crash/kill_loop.py build/release/daybook --rounds 300 --jobs "$jobs"
  phase "kill -9 amid TCC transactions, 100 rounds" \
    tests/crash/tcc_kill.py build/release/daybook --rounds 100
  phase "kill -9 amid sagas, 100 rounds" \
    tests/crash/saga_kill.py build/release/daybook --rounds 100
  phase "kill -9 of engine and participants amid remote steps, 60 rounds" \
    tests/crash/participant_kill.py build/release/daybook --rounds 60
  phase "backups under load, kill -9 of what copies, 30 rounds" \
    tests/crash/copy_kill.py build/release/daybook --rounds 30
  phase "comparisons killed and gone on with, 50 rounds" \
    tests/crash/recon_kill.py build/release/daybook --rounds 50 --records 400000
  phase "SIGKILL at every write and sync, errors" \
    tests/crash/inject.py build/release/daybook --jobs "$jobs" --long
  phase "SIGKILL in snapshots, indexes and starts" \
    tests/crash/derived_kill.py build/release/daybook --jobs "$jobs" --long
  phase "readers of a live journal, 60 rounds" \
    tests/crash/onlookers.py build/release/daybook --rounds 60
  phase "full and read-only disks, permissions, limits, locks" \
    tests/crash/hostile_host.py build/release/daybook
  phase "no reply before its sync" tests/crash/ack_order.py build/release/daybook --requests 2000
fi
# Last, so that the output ends with what ctest has to say.
phase "tests" run_tests
phases_done "test.sh: everything passed"
