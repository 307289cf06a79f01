#!/usr/bin/env bash
# Runs every fuzz target of a build, one after the other, all together for the seconds given.
#
#   tools/fuzz.sh build/asan 60
#
# A target is a program BUILD/tests/fuzz/fuzz_NAME, its seeds are in BUILD/tests/fuzz/corpus/NAME:
# the target fuzz_all makes both. What is found on the way goes to BUILD/fuzz, and where a failing
# input is, is said at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

if (($# != 2)); then sed -n '2,/^set -/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2; fi
build=$1
seconds=$2

mapfile -t targets < <(find "$build/tests/fuzz" -maxdepth 1 -type f -executable \
  -name 'fuzz_*' ! -name '*_seeds' | sort)
if ((${#targets[@]} == 0)); then
  echo "fuzz.sh: no targets in $build/tests/fuzz; build the target fuzz_all of the asan preset" >&2
  exit 2
fi
each=$((seconds / ${#targets[@]}))
if ((each < 1)); then each=1; fi

for target in "${targets[@]}"; do
  name=$(basename "$target")
  found=$build/fuzz/$name
  mkdir -p "$found/corpus"
  seeds=$build/tests/fuzz/corpus/${name#fuzz_}
  if [[ -z "$(ls -A "$seeds" 2>/dev/null)" ]]; then
    echo "fuzz.sh: $name has no seeds in $seeds; build the target fuzz_all" >&2
    exit 2
  fi
  echo "fuzz: $name for $each s"
  log=$found/log
  if ! "$target" -max_total_time="$each" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$found/" "$found/corpus" "$seeds" >"$log" 2>&1 </dev/null; then
    tail -n 60 "$log" >&2
    echo "fuzz.sh: $name failed; the input is in $found, the whole output in $log" >&2
    exit 1
  fi
  grep -E 'stat::(number_of_executed_units|average_exec_per_sec)' "$log" | sed 's/^/  /'
done
