# Sourced by the tests of the command line, which set $daybook: engines in a directory of their own,
# commands against them, and checks that count.
#
#   run EXIT-CODE ARGUMENT...    has NAME TEXT    shows TEXT ARGUMENT...    same WHAT A B    start DIRECTORY OPTION...    stop
#
# shellcheck shell=bash

work=$(mktemp -d)
mkfifo "$work/nothing"  # Whoever reads from it waits.
engine_pid=
failures=0
checks=0
trap '[ -n "$engine_pid" ] && kill -KILL "$engine_pid" 2>/dev/null; rm -rf "$work"' EXIT
unset DAYBOOK_CONNECT DAYBOOK_TOKEN

# run EXIT-CODE ARGUMENT... runs daybook; leaves $out and $err; checks the exit code.
run() {
  local expected=$1 code
  shift
  timeout 60 "$daybook" "$@" >"$work/out" 2>"$work/err" </dev/null
  code=$?
  out=$(cat "$work/out")
  err=$(cat "$work/err")
  checks=$((checks + 1))
  if [ "$code" -ne "$expected" ]; then
    failures=$((failures + 1))
    printf 'FAILED: daybook %s\n  exit code %s instead of %s\n%s\n%s\n' "$*" "$code" "$expected" \
      "$out" "$err" >&2
  fi
}

# has NAME TEXT: the variable contains the text.
has() {
  checks=$((checks + 1))
  if [[ "${!1}" != *"$2"* ]]; then
    failures=$((failures + 1))
    printf 'FAILED at line %s: %s lacks %s\n  it is: %s\n' "${BASH_LINENO[0]}" "$1" "$2" "${!1}" >&2
  fi
}

# shows TEXT ARGUMENT...: waits until this command of daybook, in JSON, prints the text; six seconds
# at most, not counting what the command takes.
shows() {
  local text=$1 tries=0
  shift
  until "$daybook" "$@" --json 2>/dev/null | grep -q -- "$text"; do
    tries=$((tries + 1))
    read -r -t 0.01 <>"$work/nothing"
    if [ "$tries" -gt 600 ]; then
      failures=$((failures + 1))
      printf 'FAILED at line %s: daybook %s never shows %s\n' "${BASH_LINENO[1]}" "$*" "$text" >&2
      "$daybook" "$@" >&2
      return
    fi
  done
  checks=$((checks + 1))
}

# same WHAT A B
same() {
  checks=$((checks + 1))
  if [ "$2" != "$3" ]; then
    failures=$((failures + 1))
    printf 'FAILED at line %s: %s: %s is not %s\n' "${BASH_LINENO[0]}" "$1" "$2" "$3" >&2
  fi
}

# start DIRECTORY OPTION... starts an engine and waits for its own word that it listens; $started is
# what it says until then. It listens on $listen, if that is set.
start() {
  local directory=$1 line
  shift
  mkfifo "$work/says"
  "$daybook" serve --data "$directory" --listen "${listen:-127.0.0.1:0}" "$@" >"$work/says" \
    2>"$work/serve.err" &
  engine_pid=$!
  exec 9<"$work/says"
  rm "$work/says"
  DAYBOOK_CONNECT=
  started=
  while read -r line <&9; do
    started+="$line"$'\n'
    if [[ "$line" == "listening on "* ]]; then
      DAYBOOK_CONNECT=${line#listening on }
      break
    fi
  done
  export DAYBOOK_CONNECT
  if [ -z "$DAYBOOK_CONNECT" ]; then
    echo "FAILED: the engine did not start: $(cat "$work/serve.err")" >&2
    exit 1
  fi
  # What it says later must not fill the pipe.
  cat <&9 >/dev/null &
  exec 9<&-
}

# stop: SIGTERM, and the engine ends well.
stop() {
  local code
  kill -TERM "$engine_pid"
  wait "$engine_pid"
  code=$?
  engine_pid=
  same "exit code of serve after SIGTERM" "$code" 0
}

# says TEXT: waits until the engine has said so on stderr.
says() {
  until grep -qF -- "$1" "$work/serve.err"; do kill -0 "$engine_pid" || return; done
}

lines() { grep -c . <<<"$1"; }
