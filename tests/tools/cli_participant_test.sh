#!/usr/bin/env bash
# Participants at the command line, with programs that are shell scripts: registered, listed, paused;
# a saga of two remote steps that succeeds, and one whose second step fails, so that the first is
# undone; programs that print nonsense, crash and hang; a participant that is killed while it works,
# with a store; a step that is promised to be done at most once; a hundred sagas with failures; an
# engine that is killed amid sagas; and who may speak for whom.
#
# Usage: tests/tools/cli_participant_test.sh PATH-TO-DAYBOOK
set -u

daybook=$1
# shellcheck source=tests/tools/cli_steps.sh
source "$(dirname "$0")/cli_steps.sh"
demo=$(dirname "$0")/../../tools/demo
participants=()
trap 'for each in "${participants[@]}"; do kill -KILL "$each" 2>/dev/null; done
  [ -n "$engine_pid" ] && kill -KILL "$engine_pid" 2>/dev/null; rm -rf "$work"' EXIT

# take_part OPTION...: a participant in the background; $participant is its process.
take_part() {
  "$daybook" participant run "$@" >>"$work/participant.out" 2>>"$work/participant.err" &
  participant=$!
  participants+=("$participant")
}

# leave: SIGTERM, and the participant ends well.
leave() {
  local code
  kill -TERM "$participant"
  wait "$participant"
  code=$?
  same "exit code of participant run after SIGTERM" "$code" 0
}

# becomes SAGA STATUS: waits until the saga has come to that.
becomes() { shows "\"status\":\"$2" saga show "$1"; }

# comes COMMAND...: waits until the command is true.
comes() {
  local tries=0
  until "$@"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 600 ] || ! kill -0 "$participant" 2>/dev/null; then
      failures=$((failures + 1))
      printf 'FAILED at line %s: it never came: %s\n' "${BASH_LINENO[0]}" "$*" >&2
      return
    fi
    read -r -t 0.01 <>"$work/nothing"
  done
  checks=$((checks + 1))
}

has_credit() { "$daybook" participant list --json | grep "\"name\":\"$1\"" | grep -q '"credit":[1-9]'; }
is_kicked() { "$daybook" saga kick --type slow.v1 --reason "it is open" | grep -q "^1 sagas"; }
is_there() { [ -e "$1" ]; }
is_said() { grep -q -- "$1" "$work/participant.out"; }
ended_are() {
  [ "$("$daybook" saga list --all --definition bookTrip --limit 1000 --json |
    grep -c '"status":"\(COMPLETED\|COMPENSATED\)')" = "$1" ]
}

# calls PATTERN: how many commands of the log match.
calls() { grep -c -- "$1" "$work/log"; }

# program NAME BODY: a script that logs its command, and then does BODY. $command has it, $n its n.
program() {
  cat >"$work/$1" <<SCRIPT
#!/bin/sh
read -r command
printf '%s\n' "\$command" >>"$work/log"
n=\$(printf '%s' "\$command" | sed 's/.*"n":"\([0-9]*\)".*/\1/')
$2
SCRIPT
  chmod +x "$work/$1"
}

# definition NAME TYPE RETRY: a saga of one remote step, tried again quickly.
definition() {
  cat >"$work/$1.json" <<JSON
{"name": "$1", "version": 1, "deadline_ms": 600000, "input": {"n": "u64"},
 "steps": [{"id": "only", "kind": "remote.call", "type": "$2", "undo": "un.$2", "timeout_ms": 1000,
            "retry": {"initial_ms": 20, "factor": 1, "cap_ms": 20, "max": $3, "on_exhausted": "stuck"},
            "args": {"n": "\$.n"}}]}
JSON
  run 0 saga put "$work/$1.json"
}

help_texts() {
  local command
  for command in put list waiting pause resume run; do
    run 0 participant "$command" --help
    has out "Example"
  done
  run 0 saga kick --help
  has out "Example"
}

registrations() {
  run 0 participant list
  has out "There are no participants"
  run 0 participant waiting
  has out "Nothing waits for a participant."
  run 0 participant put travel --type travel.flight.v1,keeps_keys=1d --type travel.hotel.v1 \
    --type travel.cancel.v1 --in-flight 32 --reason "the first one"
  has out "participant travel: put: created"
  run 1 participant put wrong --type a.b.v1,retry=sometimes --reason r
  has err "idempotent"
  run 2 participant put wrong --type a.b.v1,maybe --reason r
  has err "keeps_keys=7d"
  run 2 participant put "$work/none.json" --reason r
  has err "--type"
  run 2 participant put wrong --type a.b.v1
  has err "--reason"
  run 1 participant pause nobody --reason r
  has err "participant_not_found"
  printf '{"name":"filed","types":[{"type":"of.file.v1"}]}' >"$work/filed.json"
  run 0 participant put "$work/filed.json" --reason "from a file"
  run 0 participant list --json
  same "participants" "$(lines "$out")" 2
  has out '"name":"travel","state":"away"'
  has out '"keeps_keys_ms":86400000'
  run 0 participant list
  has out "of.file.v1 (idempotent)"
}

demo_of_the_readme() {
  local travel="$demo/participants/travel.sh"
  run 0 saga put "$demo/sagas/bookTrip.json"
  run 0 saga start bookTrip --id 8001 trip=1
  has out "it is RUNNING"
  run 0 participant list
  has out "1 command waits for nobody in particular"
  take_part --name travel --store "$work/travel.db" --type travel.flight.v1 --exec "$travel" \
    --type travel.hotel.v1 --exec "$travel" --type travel.cancel.v1 --exec "$travel"
  becomes 8001 COMPLETED
  run 0 saga show 8001 --json
  has out "F-1"
  has out "12A"
  run 0 saga start bookTrip --id 8007 trip=7
  becomes 8007 COMPENSATED
  run 0 saga show 8007
  has out "no room is free"
  run 0 participant list --json
  has out '"state":"at work"'
  leave
  has_said "5 answered"
}

has_said() {
  checks=$((checks + 1))
  grep -q -- "$1" "$work/participant.out" && return
  failures=$((failures + 1))
  printf 'FAILED at line %s: the participant did not say %s:\n' "${BASH_LINENO[0]}" "$1" >&2
  cat "$work/participant.out" "$work/participant.err" >&2
}

# Each is tried twice, and then stuck: nobody knows what has become of it.
bad_programs() {
  run 0 participant put bad --type bad.v1 --type un.bad.v1 --reason r
  definition bad bad.v1 2
  program bad 'case $n in
    1) echo nonsense ;;
    2) echo "out of paper" >&2; exit 3 ;;
    3) kill -9 $$ ;;
    4) sleep 60 & wait ;;
    5) echo "{\"outcome\":\"ok_empty\"}" ;;
    6) echo "{\"outcome\":\"succeeded\",\"outputs\":{\"extra\":\"1\"}}" ;;
  esac'
  take_part --name bad --type bad.v1 --exec "$work/bad" --type un.bad.v1 --exec "$work/bad"
  local n
  for n in 1 2 3 4 5 6; do run 0 saga start bad --id "810$n" n="$n"; done
  for n in 1 2 3 4 5 6; do becomes "810$n" STUCK; done
  same "tries of each" "$(calls '"n":"1"')" 2
  has_said "it printed no JSON object"
  has_said "exit code 3: out of paper"
  has_said "unknown: exit code 137\|unknown: signal 9"
  has_said "its time was over"
  has_said "does not answer do"
  has_said "extra"
  leave
}

# Killed while its program runs: what it did not answer comes again, what it answered does not.
killed_with_a_store() {
  run 0 participant put keeper --type keep.v1 --type un.keep.v1 --reason r
  definition keep keep.v1 10
  : >"$work/log"
  program keep 'if [ "$n" = 2 ] && [ ! -e '"$work"'/went ]; then : >'"$work"'/went; sleep 60; fi
echo "{\"outcome\":\"succeeded\",\"reference\":\"K-$n\"}"'
  local keep=(--name keeper --store "$work/keep.db" --type keep.v1 --exec "$work/keep"
    --type un.keep.v1 --exec "$work/keep")
  take_part "${keep[@]}"
  run 0 saga start keep --id 8201 n=1
  becomes 8201 COMPLETED
  run 0 saga start keep --id 8202 n=2
  comes is_there "$work/went"
  kill -KILL "$participant"
  wait "$participant" 2>/dev/null
  take_part "${keep[@]}"
  becomes 8202 COMPLETED
  same "the first was done once" "$(calls '"n":"1"')" 1
  same "the second was begun twice" "$(calls '"n":"2"')" 2
  leave
}

at_most_once() {
  run 0 participant put once --type once.v1,retry=at_most_once,can_query --type un.once.v1 --reason r
  definition once once.v1 3
  : >"$work/log"
  program once ': >'"$work"'/began; sleep 60'
  local once=(--name once --store "$work/once.db" --type once.v1 --exec "$work/once"
    --type un.once.v1 --exec "$work/once")
  take_part "${once[@]}"
  run 0 saga start once --id 8301 n=1
  comes is_there "$work/began"
  kill -KILL "$participant"
  wait "$participant" 2>/dev/null
  take_part "${once[@]}"
  becomes 8301 STUCK
  same "it was begun once" "$(calls '"operation":"do"')" 1
  run 0 saga resolve 8301 only --succeeded --reason "seen on the statement"
  becomes 8301 COMPLETED
  same "and never again" "$(calls '"operation":"do"')" 1
  leave
}

# What an operator says that a step has brought is given to the step behind it.
resolved_with_outputs() {
  run 0 participant put slips --type slip.v1,retry=at_most_once --type tell.v1 --reason r
  cat >"$work/slips.json" <<JSON
{"name": "slips", "version": 1, "deadline_ms": 600000, "input": {"n": "u64"},
 "steps": [{"id": "pay", "kind": "remote.call", "type": "slip.v1", "class": "pivot",
            "timeout_ms": 1000, "args": {"n": "\$.n"}, "output": {"slip": "id", "paid": "u64"},
            "retry": {"initial_ms": 20, "factor": 1, "cap_ms": 20, "max": 1, "on_exhausted": "stuck"}},
           {"id": "tell", "kind": "remote.call", "type": "tell.v1", "class": "retriable",
            "timeout_ms": 60000, "args": {"n": "\$.n", "slip": "\$.pay.slip"},
            "retry": {"initial_ms": 20, "factor": 1, "cap_ms": 20, "max": 9, "on_exhausted": "stuck"}}]}
JSON
  run 0 saga put "$work/slips.json"
  : >"$work/log"
  program slip 'echo "{\"outcome\":\"unknown\"}"'
  program tell 'echo "{\"outcome\":\"succeeded\"}"'
  take_part --name slips --type slip.v1 --exec "$work/slip" --type tell.v1 --exec "$work/tell"
  run 0 saga start slips --id 8351 n=1
  becomes 8351 STUCK
  run 2 saga resolve 8351 pay --succeeded --output slip=880 --reason r
  has err "paid: it is missing"
  run 2 saga resolve 8351 pay --succeeded --output slip=880 --output fee=1 --reason r
  has err "fee: it is not asked for"
  run 2 saga resolve 8351 pay --failed --output slip=880 --reason r
  run 0 saga resolve 8351 pay --succeeded --output slip=880 --output paid=1250 \
    --output external_reference=BANK-9 --reason "statement of 3 May"
  becomes 8351 COMPLETED
  same "who was told" "$(calls '"type":"tell.v1".*"slip":"880"')" 1
  run 0 saga show 8351
  has out "external_reference = BANK-9"
  has out "paid = 1250, slip = 880"
  has out "an operator knows that it succeeded, and what it has brought: statement of 3 May"
  run 0 saga show 8351 --json
  has out '"slip":"880"'
  run 0 tail --no-follow --aggregate saga/8351
  has out "with its outputs"
  leave
}

paused() {
  run 0 participant put pauser --type pause.v1 --type un.pause.v1 --reason r
  definition pause pause.v1 10
  : >"$work/log"
  program pause 'echo "{\"outcome\":\"succeeded\"}"'
  run 0 participant pause pauser --reason "maintenance"
  take_part --name pauser --type pause.v1 --exec "$work/pause" --type un.pause.v1 \
    --exec "$work/pause"
  run 0 saga start pause --id 8401 n=1
  run 0 saga start pause --id 8402 n=2
  comes has_credit pauser
  run 0 participant waiting
  has out "pause.v1"
  has out "any of 1"
  has out "1 paused"
  run 0 participant waiting --json
  has out '{"type":"pause.v1","participant":"","waiting":2,"doers":1,"paused":1,"resting":0,"full":0}'
  run 0 participant list --json
  has out '"name":"pauser","state":"paused","paused":true'
  same "nothing was given" "$(calls '"n"')" 0
  run 0 participant resume pauser --reason "it is back"
  becomes 8401 COMPLETED
  becomes 8402 COMPLETED
  leave
}

# The next try is an hour away, until an operator ends the wait.
kicked() {
  run 0 participant put slow --type slow.v1 --type un.slow.v1 --reason r
  definition slow slow.v1 10
  sed -i 's/"version": 1/"version": 2/; s/"initial_ms": 20/"initial_ms": 3600000/; s/"cap_ms": 20/"cap_ms": 3600000/' \
    "$work/slow.json"
  run 0 saga put "$work/slow.json"
  program slow 'if [ -e '"$work"'/open ]; then echo "{\"outcome\":\"succeeded\"}"; else
echo "{\"outcome\":\"retry_later\",\"message\":\"closed today\"}"; fi'
  take_part --name slow --type slow.v1 --exec "$work/slow" --type un.slow.v1 --exec "$work/slow"
  run 0 saga start slow --id 8501 n=1
  comes is_said "only of saga 8501: retry_later: closed today"
  : >"$work/open"
  comes is_kicked
  becomes 8501 COMPLETED
  run 0 saga kick --type slow.v1 --reason "again"
  has out "0 sagas"
  run 1 saga kick 99999 --reason "nobody"
  has err "saga_not_found"
  run 2 saga kick --reason "nothing named"
  leave
}

hundred() {
  local travel="$demo/participants/travel.sh" n
  take_part --name travel --store "$work/travel.db" --in-flight 32 --threads 8 \
    --type travel.flight.v1 --exec "$travel" --type travel.hotel.v1 --exec "$travel" \
    --type travel.cancel.v1 --exec "$travel"
  for n in $(seq 1 100); do run 0 saga start bookTrip --id "$((9000 + n))" trip="$n"; done
  comes ended_are 102
  run 0 saga list --all --definition bookTrip --limit 1000 --json
  same "completed" "$(grep -c '"status":"COMPLETED' <<<"$out")" 91
  same "compensated" "$(grep -c '"status":"COMPENSATED' <<<"$out")" 11
  leave
}

# The engine is killed while sagas go on: the participant connects again, and all of them end.
engine_killed() {
  local travel="$demo/participants/travel.sh" n
  take_part --name travel --store "$work/travel.db" --in-flight 16 --threads 4 \
    --type travel.flight.v1 --exec "$travel" --type travel.hotel.v1 --exec "$travel" \
    --type travel.cancel.v1 --exec "$travel"
  for n in $(seq 1 20); do run 0 saga start bookTrip --id "$((9200 + n))" trip="$n"; done
  kill -KILL "$engine_pid"
  wait "$engine_pid" 2>/dev/null
  listen=$DAYBOOK_CONNECT
  start "$work/data"
  comes ended_are 122
  run 0 saga list --all --definition bookTrip --limit 1000 --json
  same "compensated" "$(grep -c '"status":"COMPENSATED' <<<"$out")" 13
  leave
}

# The clock of the engine is years behind that of this machine, as it may be of two machines.
other_clock() {
  listen=
  start "$work/elsewhere" --clock manual
  run 0 participant put pauser --type pause.v1 --type un.pause.v1 --reason r
  run 0 saga put "$work/pause.json"
  take_part --name pauser --type pause.v1 --exec "$work/pause" --type un.pause.v1 \
    --exec "$work/pause"
  run 0 saga start pause --id 8701 n=1
  becomes 8701 COMPLETED
  leave
  stop
}

# Who speaks for a participant where there are identities.
identities() {
  local token other
  mkdir "$work/named"
  run 0 identity add root --role admin --data "$work/named" --json
  token=$(sed 's/.*"token":"\([^"]*\)".*/\1/' <<<"$out")
  run 0 identity add pauser --role participant --data "$work/named" --json
  other=$(sed 's/.*"token":"\([^"]*\)".*/\1/' <<<"$out")
  listen=
  start "$work/named"
  export DAYBOOK_TOKEN=$token
  run 0 participant put pauser --type pause.v1 --type un.pause.v1 --reason r
  run 0 participant put slow --type slow.v1 --type un.slow.v1 --reason r
  run 0 saga put "$work/pause.json"
  run 0 saga start pause --id 8601 n=1
  export DAYBOOK_TOKEN=$other
  run 2 participant run --name slow --type slow.v1 --exec "$work/pause"
  has err "not_authorised"
  run 1 participant pause pauser --reason "no operator"
  has err "not_authorised"
  take_part --name pauser --type pause.v1 --exec "$work/pause" --type un.pause.v1 \
    --exec "$work/pause"
  becomes 8601 COMPLETED
  leave
  unset DAYBOOK_TOKEN
  stop
}

not_registered() {
  local code
  "$daybook" participant run --name stranger --type x.v1 --exec true >"$work/out" 2>"$work/err"
  code=$?
  err=$(cat "$work/err")
  same "exit code of a stranger" "$code" 2
  has err "participant_unknown"
  run 2 participant run --name bad --type a --type b --exec true
  has err "has an --exec"
}

: >"$work/log"
start "$work/data"
help_texts
registrations
demo_of_the_readme
bad_programs
killed_with_a_store
at_most_once
resolved_with_outputs
paused
kicked
hundred
engine_killed
not_registered
stop
start "$work/data"
run 0 participant list --json
same "participants after a restart" "$(lines "$out")" 8
run 0 saga show 8001 --json
has out '"status":"COMPLETED"'
run 0 saga stats --definition bookTrip --json
has out '"undo_outcomes":{"succeeded":13}'
same "latencies of what participants did" "$(grep -o '"p99_s":null' <<<"$out")" ""
run 0 saga stats --definition once --json
same "leases that ran out" "$(grep -o '"leases_over":0' <<<"$out")" ""
stop
other_clock
identities
run 0 verify "$work/data"
run 0 replay "$work/data"
echo "$checks checks, $failures failures"
[ "$failures" -eq 0 ]
