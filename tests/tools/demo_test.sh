#!/usr/bin/env bash
# `daybook demo`: the whole day, from a directory with nothing in it and with no other program in the
# path; where it works and what it leaves; whatever it inherits; and that nothing of it is left where it
# is interrupted.
#
# Usage: tests/tools/demo_test.sh PATH-TO-DAYBOOK
set -u

daybook=$(realpath "$1")
# shellcheck source=tests/tools/cli_steps.sh
source "$(dirname "$0")/cli_steps.sh"
export TMPDIR=$work/temporary
mkdir "$TMPDIR" "$work/no_programs"
demo_pid=
trap '[ -n "$demo_pid" ] && kill -KILL "$demo_pid" 2>/dev/null; rm -rf "$work"' EXIT

# demo EXIT-CODE OPTION...: runs it; leaves $out and $err; checks the exit code.
demo() {
  local expected=$1 code
  shift
  (cd "$work/no_programs" && PATH=$PWD exec "$daybook" demo "$@") >"$work/out" 2>"$work/err" </dev/null
  code=$?
  out=$(cat "$work/out")
  err=$(cat "$work/err")
  same "exit code of demo $*" "$code" "$expected"
  if [ "$code" -ne "$expected" ]; then printf '%s\n%s\n' "$out" "$err" >&2; fi
}

# processes: those that work below the test's directory.
processes() {
  local each place
  for each in /proc/[0-9]*; do
    place=$(readlink "$each/cwd" 2>/dev/null) && [[ "$place" == "$work"/* ]] && echo "${each#/proc/}"
  done
}

# nothing_is_left: no process of it, after a moment that the system may need, and no directory.
nothing_is_left() {
  local tries=0
  while [ -n "$(processes)" ] && [ "$tries" -lt 600 ]; do
    tries=$((tries + 1))
    read -r -t 0.01 <>"$work/nothing"
  done
  same "processes that are left" "$(processes)" ""
  same "temporary directories" "$(ls "$TMPDIR")" ""
}

whole_day() {
  demo 0 --transfers 200000
  has out "Everything held."
  has out "$ daybook saga start payOrder --id 9105"
  same "what went wrong" "$err" ""
  nothing_is_left
}

directories() {
  mkdir "$work/full"
  echo mine >"$work/full/file"
  demo 2 --directory "$work/full"
  has err "is not empty"
  same "files of a directory that is not empty" "$(ls "$work/full")" "file"
  demo 2 --directory "$work/full/file"
  has err "$work/full/file"
  demo 2 --transfers 99999
  run 0 demo --help
  has out "Example"
}

# has_two_charges: the channel's book, in the directory that is kept; the second one's program waits.
has_two_charges() { [[ "$(grep -c . "$work/kept/charges" 2>/dev/null)" -ge 2 ]]; }

# comes COMMAND...: waits until the command is true, while the demo runs.
comes() {
  until "$@"; do
    kill -0 "$demo_pid" 2>/dev/null || return
    read -r -t 0.01 <>"$work/nothing"
  done
}

# says TEXT: of the demo that runs.
says() { grep -qF -- "$1" "$work/out"; }

# Started as by a supervisor that ignores SIGCHLD, and by nohup: a terminal that is closed does not end it.
whatever_it_inherits() {
  (trap '' CHLD HUP; exec "$daybook" demo --transfers 200000) >"$work/out" 2>"$work/err" <&- &
  demo_pid=$!
  comes says "listening on"
  kill -HUP "$demo_pid"
  wait "$demo_pid"
  same "exit code of a demo with SIGCHLD and SIGHUP ignored, and no input" "$?" 0
  demo_pid=
  out=$(cat "$work/out")
  has out "Everything held."
  same "what went wrong" "$(cat "$work/err")" ""
  nothing_is_left
}

# It ends while its engine and the channel's program are at work, and keeps what it is told to keep.
interrupted() {
  "$daybook" demo --directory "$work/kept" >"$work/out" 2>"$work/err" </dev/null &
  demo_pid=$!
  comes has_two_charges
  kill -INT "$demo_pid"
  wait "$demo_pid"
  same "exit code of a demo that is interrupted" "$?" 2
  demo_pid=
  err=$(cat "$work/err")
  has err "interrupted"
  nothing_is_left
  same "the directory that it was given" "$(ls -d "$work/kept/data")" "$work/kept/data"
  run 0 verify "$work/kept/data"
}

directories
whole_day
whatever_it_inherits
interrupted

echo "$checks checks, $failures failed"
[ "$failures" -eq 0 ]
