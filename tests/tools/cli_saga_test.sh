#!/usr/bin/env bash
# Sagas at the command line: every subcommand as a new user would type it, in text and in JSON, with
# its exit code and its words; one that is completed, and one that fails at each of its steps and is
# undone in reverse; repeats and conflicts; waits, signals, deadlines, cancelling, operators; what
# tail, oplog and dump show; and that kills, restarts, copies and replays keep all of it.
#
# Usage: tests/tools/cli_saga_test.sh PATH-TO-DAYBOOK
set -u

daybook=$1
# shellcheck source=tests/tools/cli_steps.sh
source "$(dirname "$0")/cli_steps.sh"
demo=$(dirname "$0")/../../tools/demo/sagas

trace=4bf92f3577b34da6a3ce929d0e0e4736

# lacks NAME TEXT: the variable does not contain the text.
lacks() {
  checks=$((checks + 1))
  if [[ "${!1}" == *"$2"* ]]; then
    failures=$((failures + 1))
    printf 'FAILED at line %s: %s has %s\n  it is: %s\n' "${BASH_LINENO[0]}" "$1" "$2" "${!1}" >&2
  fi
}

# in_order NAME TEXT...: the texts stand in the variable, one behind the other.
in_order() {
  local rest=${!1} text
  shift
  checks=$((checks + 1))
  for text in "$@"; do
    if [[ "$rest" != *"$text"* ]]; then
      failures=$((failures + 1))
      printf 'FAILED at line %s: in its place is no %s\n  what is left: %s\n' "${BASH_LINENO[0]}" \
        "$text" "$rest" >&2
      return
    fi
    rest=${rest#*"$text"}
  done
}

# order EXIT-CODE SAGA ORDER QUANTITY PRICE OPTION...: starts createOrder.
order() {
  local code=$1 saga=$2 order=$3 quantity=$4 price=$5
  shift 5
  run "$code" saga start createOrder --id "$saga" order="$order" user=2 sku=tea \
    quantity="$quantity" stock_ledger=1 stock=11 reserved_stock=12 price="$price 978" "$@"
}

# spent EUROS PIECES: the debits of the user and of the stock.
spent() {
  run 0 account get 2 --json
  has out "\"debits_posted\":\"$1\""
  run 0 account get 11 --json
  has out "\"debits_posted\":\"$2\""
}

help_texts() {
  local command
  for command in check put definitions start show list stats cancel signal retry resolve skip compensate \
    close; do
    run 0 saga --help
    has out "$command"
    run 0 saga "$command" --help
    has out "xample"
    has out "--json"
  done
  run 2 saga
  run 2 saga nonsense
  run 2 saga start
  run 2 saga show
  run 2 saga signal 7
  run 2 saga retry 7 step
  has err "--reason"
  run 2 saga list --status nonsense
  run 2 saga list --connect 127.0.0.1:1
  has err "127.0.0.1:1"
}

# approve: a hold that is taken when somebody says so. sell: a pivot, and what must be done after it.
definitions_of_our_own() {
  cat >"$work/approve.json" <<'JSON'
{"name": "approve", "version": 1, "deadline_ms": 3600000,
 "input": {"user": "account", "amount": "money"},
 "steps": [
  {"id": "reserve", "kind": "ledger.hold",
   "args": {"from": "$.user", "to": "@order_clearing", "amount": "$.amount"}},
  {"id": "word", "kind": "signal.wait", "signal": "approved", "output": {"by": "text"}},
  {"id": "take", "kind": "ledger.capture", "hold": "reserve"}]}
JSON
  cat >"$work/sell.json" <<'JSON'
{"name": "sell", "version": 1, "input": {"user": "account", "shop": "account", "price": "money"},
 "internal_accounts": ["order_clearing"],
 "steps": [
  {"id": "pay", "kind": "ledger.post", "class": "pivot",
   "args": {"from": "$.user", "to": "@order_clearing", "amount": "$.price"}},
  {"id": "pass", "kind": "ledger.post", "class": "retriable",
   "retry": {"initial_ms": 1000, "factor": 2, "cap_ms": 60000, "max": 2, "on_exhausted": "stuck"},
   "args": {"from": "@order_clearing", "to": "$.shop", "amount": "$.price"}}]}
JSON
  cat >"$work/wait.json" <<'JSON'
{"name": "wait", "version": 1, "deadline_ms": 60000,
 "steps": [{"id": "nap", "kind": "timer.wait", "delay_ms": 5000}]}
JSON
  cat >"$work/ask.json" <<'JSON'
{"name": "ask", "version": 1, "deadline_ms": 60000, "input": {"user": "account", "amount": "money"},
 "steps": [
  {"id": "reserve", "kind": "ledger.hold",
   "args": {"from": "$.user", "to": "@order_clearing", "amount": "$.amount"}},
  {"id": "ask", "kind": "remote.call", "type": "bank.ask.v1", "class": "readonly", "timeout_ms": 1000},
  {"id": "take", "kind": "ledger.capture", "hold": "reserve"}]}
JSON
  sed 's/"version": 1/"version": 2/' "$work/wait.json" >"$work/wait2.json"
  sed 's/ledger.hold/ledger.holt/' "$work/approve.json" >"$work/faulty.json"
}

accounts() {
  run 0 admin advance-clock 1000000000
  run 0 ledger put 978 --name EUR --scale 2 --kind currency
  run 0 ledger put 1 --name TEA --scale 0 --kind stock
  run 0 account create --id 1 --ledger 978 --code 1
  run 0 account create --id 2 --ledger 978 --code 1 --flag debits_must_not_exceed_credits
  run 0 account create --id 3 --ledger 978 --code 1
  run 0 account create --id name:order_clearing --ledger 978 --code 1
  run 0 account create --id 10 --ledger 1 --code 1
  run 0 account create --id 11 --ledger 1 --code 1 --flag debits_must_not_exceed_credits
  run 0 account create --id 12 --ledger 1 --code 1
  run 0 transfer create --id 1 --debit 1 --credit 2 --amount 100.00 --ledger 978 --code 1
  run 0 transfer create --id 2 --debit 10 --credit 11 --amount 20 --ledger 1 --code 1
}

stored() {
  run 0 saga definitions
  has out "There are no definitions"
  run 0 saga list
  has out "There are no such sagas"
  order 1 7001 501 3 12.50
  has err "there is no definition createOrder"
  run 0 saga put "$demo/createOrder.json"
  has out "saga definition createOrder, version 1: created"
  run 0 saga put "$demo/createOrder.json" --json
  has out '"name":"createOrder","version":1,"hash":"'
  has out '"status":"exists"'
  run 1 saga put "$work/faulty.json" "$work/wait.json"
  has out "steps[0].kind"
  has err "nothing was sent"
  run 2 saga put "$work/nowhere.json"
  has err "nowhere.json"
  run 0 saga put "$work/approve.json" "$work/sell.json" "$work/wait2.json" --json
  same "stored at once" "$(grep -c '"status":"created"' <<<"$out")" 3
  run 1 saga put "$work/wait.json"
  has err "saga_version_not_newer"
  has err "higher version"
  sed 's/5000/6000/' "$work/wait2.json" >"$work/other.json"
  run 1 saga put "$work/other.json"
  has err "saga_version_not_newer"
  run 0 saga definitions
  has out "createOrder"
  has out "approve"
  run 0 saga definitions --json
  same "definitions" "$(lines "$out")" 4
  run 0 saga definitions wait
  has out '"version":2'
  run 0 saga definitions wait@2 --json
  has out '"definition":{"deadline_ms":60000,"name":"wait"'
  run 1 saga definitions wait@1
  has err "wait@1"
  run 2 saga definitions wait@x
}

completed() {
  order 0 7001 501 3 12.50 --user 7 --business name:cart-1 --trace "$trace"
  has out "saga 7001: start: created; it is COMPLETED"
  spent 12.50 3
  run 0 order get 501 --json
  has out '"state":"pending"'
  run 0 saga show 7001
  has out "saga 7001: COMPLETED"
  has out "definition createOrder, version 1"
  has out "user 7, trace $trace"
  has out "price = 12.50 978"
  in_order out "createOrder" "order.create" "SUCCEEDED" "deductStock" "SUCCEEDED" \
    "deductBalance" "SUCCEEDED" "started as createOrder, version 1" "completed"
  lacks out "waits for"
  run 0 saga show 7001 --json
  has out '"id":"7001","status":"COMPLETED","stuck":"none","goes_back":"none"'
  has out '"price":"12.50 978"'
  has out '"user_id":"7"'
  has out "\"trace_id\":\"$trace\""
  # The same again, by another client, is the same saga; nothing is done twice.
  order 0 7001 501 3 12.50 --user 7 --business name:cart-1
  has out "exists; it is COMPLETED"
  order 0 7001 501 3 12.50 --user 7 --business name:cart-1 --json
  has out '"id":"7001","command":"start","status":"exists","saga_status":"COMPLETED"'
  spent 12.50 3
  # Under the same id, something else.
  order 1 7001 501 4 12.50 --user 7 --business name:cart-1
  has err "exists_with_different_payload"
  order 1 7001 501 3 12.50 --user 8 --business name:cart-1
  has err "exists_with_different_user_id"
  spent 12.50 3
  # From a file, under an id of its own.
  cat >"$work/input.json" <<'JSON'
{"order": "502", "user": 2, "sku": "tea", "quantity": 1, "stock_ledger": 1, "stock": "11",
 "reserved_stock": "12", "price": "2.50 978"}
JSON
  run 0 saga start createOrder@1 --input "$work/input.json" --json
  has out '"saga_status":"COMPLETED"'
  local made=${out#*\"id\":\"}
  run 0 saga show "${made%%\"*}"
  has out "sku = tea"
  spent 15.00 4
}

# At each step in turn; what was done before it is undone, the last thing first.
undone() {
  order 0 7002 501 1 1.00
  has out "start: created; it is COMPENSATED"
  run 0 saga show 7002
  in_order out "createOrder    order.create  FAILED" "deductStock" "NOT_STARTED" \
    "not done: order_already_exists" "undone: a step failed"
  spent 15.00 4
  order 0 7003 503 1000 1.00
  has out "it is COMPENSATED"
  run 0 saga show 7003
  in_order out "createOrder" "SUCCEEDED    C_SUCCEEDED" "deductStock" "FAILED" "deductBalance" \
    "NOT_STARTED" "not done: exceeds_credits" "undone: cancel the order" "undone: a step failed"
  run 0 order get 503 --json
  has out '"state":"cancelled"'
  spent 15.00 4
  order 0 7004 504 2 1000.00
  has out "it is COMPENSATED"
  run 0 saga show 7004
  in_order out "started as createOrder" "createOrder" "succeeded" "deductStock" "succeeded" \
    "deductBalance" "not done: exceeds_credits" "deductStock" "undone: reverse the transfer" \
    "createOrder" "undone: cancel the order"
  run 0 order get 504 --json
  has out '"state":"cancelled"'
  run 0 account get 11 --json
  has out '"debits_posted":"6","credits_pending":"0","credits_posted":"22"'
  run 0 account get 2 --json
  has out '"debits_posted":"15.00"'
  run 0 trial-balance
}

refused() {
  run 2 saga start createOrder order=1
  has err "is missing; asked for are order (id), price (money), quantity (u64)"
  order 2 7005 505 x 1.00
  has err "quantity"
  order 2 7005 505 1 1.001
  has err "price"
  order 2 7005 0 1 1.00
  has err "order"
  order 2 7005 505 1 1.00 colour=red
  has err "colour: it is not asked for"
  order 2 five 505 1 1.00
  has err "--id"
  run 2 saga start createOrder --input "$work/nowhere.json"
  has err "nowhere.json"
  run 2 saga start createOrder --input "$work/input.json" order=5
  run 1 saga show 404
  has err "there is no saga 404"
  run 2 saga show four
  run 1 saga cancel 404
  has err "saga_not_found"
  run 1 saga cancel 7001
  has err "saga_has_ended"
  run 1 saga signal 7001 approved
  has err "no step of createOrder waits for signal approved"
  run 1 saga close 404 --reason "why not"
  has err "saga_not_found"
  run 2 saga retry 7001 nonsense --reason "why not"
  has err "has no step 'nonsense', but createOrder, deductStock, deductBalance"
  run 1 saga retry 7001 deductStock --reason "why not"
  has err "saga_has_ended"
  run 2 saga close 7001 --reason ""
  has err "reason"
}

waiting() {
  run 0 saga start approve --id 8001 user=2 "amount=10.00 978"
  has out "start: created; it is RUNNING"
  run 0 account get 2 --json
  has out '"debits_pending":"10.00"'
  run 0 saga show 8001
  has out "waits for"
  has out "word: waits for signal approved"
  run 0 saga show 8001 --json
  has out '"waits":[{"step":"word","why":"waits for signal approved"'
  run 0 saga list
  has out "approve@1"
  has out "RUNNING"
  has out "1/3"
  has out "word"
  run 0 saga list --json
  same "sagas that go on" "$(lines "$out")" 1
  has out '"id":"8001","status":"RUNNING"'
  has out '"waiting_step":"word"'
  run 0 saga list --definition approve --status running --json
  same "those of the definition" "$(lines "$out")" 1
  run 0 saga list --definition sell
  has out "There are no such sagas"
  run 0 saga list --status stuck
  has out "There are no such sagas"
  run 0 saga list --business 5 --json
  same "those of another business" "$out" ""
  run 1 saga list --definition nonsense
  run 0 saga list --all --json
  same "all there ever were" "$(lines "$out")" 6
  run 0 saga list --all --status compensated --json
  same "those that were undone" "$(lines "$out")" 3
  run 0 saga list --all --limit 2 --json
  same "two of them" "$(lines "$out")" 2
  run 2 saga signal 8001 approved
  has err "by: it is missing"
  run 0 saga signal 8001 approved by=boss --event-id 90 --user 5
  has out "signal: created; it is COMPLETED"
  run 0 saga signal 8001 approved by=boss --event-id 90 --user 5
  has out "signal: exists"
  run 1 saga signal 8001 approved by=boss
  has err "saga_has_ended"
  run 0 saga show 8001
  in_order out "by = boss" "signal approved has come" "completed"
  run 0 account get 2 --json
  has out '"debits_pending":"0.00","debits_posted":"25.00"'
}

cancelled_and_late() {
  run 0 saga start approve --id 8002 user=2 "amount=10.00 978"
  run 0 saga cancel 8002 --user 6
  has out "cancel: created; it is COMPENSATED"
  run 0 saga show 8002
  in_order out "it shall be cancelled" "goes back: it was cancelled" \
    "undone: release the hold" "undone: it was cancelled"
  run 0 saga start approve --id 8003 user=2 "amount=10.00 978"
  run 0 admin advance-clock 3601000000000
  run 0 saga show 8003
  has out "saga 8003: COMPENSATED"
  has out "its deadline has passed"
  run 0 account get 2 --json
  has out '"debits_pending":"0.00","debits_posted":"25.00"'
  run 0 saga start wait --id 8004
  has out "it is RUNNING"
  run 0 saga show 8004
  has out "nap: its time runs; over at"
  run 0 admin advance-clock 4000000000
  run 0 saga show 8004 --json
  has out '"status":"RUNNING"'
  run 0 admin advance-clock 2000000000
  run 0 saga show 8004 --json
  has out '"status":"COMPLETED"'
}

# Where no participant takes it, what is remote waits, and nothing is lost by it.
remote() {
  run 0 saga put "$work/ask.json"
  run 0 saga start ask --id 8201 user=2 "amount=10.00 978"
  has out "it is RUNNING"
  run 0 saga show 8201
  has out "ask: waits for a participant that does bank.ask.v1"
  has out "trace "
  run 0 saga start ask --id 8202 user=2 "amount=10.00 978"
  run 0 saga list --definition ask --json
  same "those that wait" "$(lines "$out")" 2
  run 0 saga cancel 8201
  has out "it is COMPENSATED"
  run 0 admin advance-clock 61000000000
  run 0 saga show 8202
  has out "saga 8202: COMPENSATED"
  has out "its deadline has passed"
  # Somebody may still say something about them: they are kept.
  run 0 saga list --status compensated --json
  same "those that are kept" "$(lines "$out")" 2
  run 1 saga cancel 8202
  has err "saga_has_ended"
  run 0 account get 2 --json
  has out '"debits_pending":"0.00","debits_posted":"25.00"'
}

# stuck_one SAGA: the shop takes nothing, until the saga is stuck.
stuck_one() {
  run 0 saga start sell --id "$1" user=2 shop=3 "price=1.00 978"
  has out "it is RUNNING"
  run 0 saga show "$1"
  has out "pass: waits after 1 of 2 tries; tried again at"
  run 0 admin advance-clock 5000000000
  run 0 saga show "$1"
  has out "STUCK(forward)"
}

operators() {
  run 0 account freeze 3 --reason "looked into"
  stuck_one 9001
  run 0 saga list --status stuck
  has out "9001"
  has out "STUCK(forward)"
  run 1 saga cancel 9001
  has err "saga_"
  run 1 saga resolve 9001 pass --failed --reason "no"
  has err "saga_failed_refused"
  run 2 saga resolve 9001 pass --reason "no"
  has err "--succeeded or --failed"
  run 0 saga retry 9001 pass --reason "again" --event-id 91
  has out "retry: created"
  run 0 saga retry 9001 pass --reason "again" --event-id 91
  has out "retry: exists"
  run 0 saga show 9001
  has out "an operator has it tried again: again"
  stuck_one 9002
  run 0 saga skip 9002 pass --reason "told by telephone"
  has out "skip: created; it is COMPLETED"
  stuck_one 9003
  run 0 saga resolve 9003 pass --succeeded --reason "statement of May"
  has out "it is COMPLETED"
  stuck_one 9004
  run 0 saga close 9004 --reason "settled by hand"
  has out "it is CLOSED_MANUAL"
  stuck_one 9005
  run 0 saga compensate 9005 --reason "withdrawn"
  has out "compensate: created; it is COMPENSATED"
  run 0 saga show 9005
  in_order out "an operator has it undone: withdrawn" "undone: reverse the transfer"
  run 0 saga show 9005 --json
  has out '"what":"an operator has it undone","reason":"withdrawn"'
  run 0 account unfreeze 3 --reason "all is well"
  run 0 admin advance-clock 5000000000
  run 0 saga show 9001
  run 0 oplog --kind operate_sagas --facts
  has out "told by telephone"
  has out "withdrawn"
}

shown_elsewhere() {
  run 0 tail --no-follow --kind domain_event
  has out "saga definition createOrder, version 1, 3 steps, hash "
  has out "saga 7001: started, definition "
  has out "saga 7001: step 1 succeeded, step 2 succeeded, step 3 succeeded"
  has out "saga 8001: signal approved has come"
  has out "saga 8002: it shall be cancelled"
  has out "saga 9002: an operator skips step 2"
  run 0 tail --no-follow --aggregate saga/7001
  same "what happened to one" "$(lines "$out")" 2
  run 0 oplog --all --facts
  has out "saga 7001: SagaStarted"
  has out "saga_commands"
  has out "saga_has_ended"
  run 0 trace "$trace"
  has out "saga 7001: SagaAdvanced"
  has out "12.50 from 2 to"
  run 0 stream read --aggregate-type saga --aggregate 7001 --json
  has out "SagaStarted"
}

# What the functions before this one did, counted.
statistics() {
  run 0 saga stats
  in_order out "definition" "stuck since" "createOrder@1" "ask@1" "nothing to undo" "saga_has_ended"
  run 0 saga stats --definition ask --json
  has out '"definition":"ask","version":1,"started":2,"operator_acts":0'
  has out '"sagas":{"RUNNING":0,"COMPENSATING":0,"STUCK":0,"COMPLETED":0,"COMPENSATED":2,"CLOSED_MANUAL":0}'
  has out '"status":"saga_failed_refused","count":1'
  run 0 saga stats --definition sell --json
  has out '"started":5,"operator_acts":5'
  has out '"STUCK":1,"COMPLETED":2,"COMPENSATED":1,"CLOSED_MANUAL":1'
  in_order out '"step":"pass","attempts":12' '"outcomes":{"retry_later":12}' '"stuck_since":"'
  run 0 saga stats --prometheus
  has out '# TYPE daybook_sagas gauge'
  has out 'daybook_sagas{definition="ask",version="1",status="COMPENSATED"} 2'
  has out 'daybook_saga_stuck_since_seconds{definition="sell",version="1"} '
  has out 'daybook_saga_step_attempts_total{definition="sell",version="1",step="pass"} 12'
  has out 'daybook_saga_operator_acts_total{definition="sell",version="1"} 5'
  has out 'daybook_refusals_total{request="operate_sagas",status="saga_failed_refused"} 1'
  run 0 saga stats --definition sell --until 1970-01-01T00:00:01Z --json
  has out '"started":0'
  lacks out '"status"'
  run 1 saga stats --definition nonsense
  has err "there is no definition nonsense"
  run 2 saga stats --from nonsense
  run 2 saga stats --from 2026-01-31T12:00:00Z --until 2026-01-31T11:00:00Z
  has err "ends before it begins"
}

digest_of() { sed 's/.*"digest":"\([^"]*\)".*/\1/' <<<"$1"; }

# A saga that waits is there again after a kill, from the journal and from a snapshot, and goes on.
killed() {
  local digest before shown
  run 0 saga start approve --id 8100 user=2 "amount=5.00 978"
  run 0 saga show 7004
  shown=$out
  run 0 saga show 8100 --json
  before=$out
  run 0 admin digest --json
  digest=$(digest_of "$out")
  kill -KILL "$engine_pid"
  wait "$engine_pid" 2>/dev/null
  start "$work/sagas" --clock manual
  run 0 admin digest --json
  same "the digest after a kill" "$(digest_of "$out")" "$digest"
  run 0 saga show 7004
  same "a saga that has ended" "$out" "$shown"
  run 0 saga show 8100 --json
  same "a saga that waits" "$out" "$before"
  order 0 7001 501 3 12.50 --user 7 --business name:cart-1
  has out "exists; it is COMPLETED"
  order 1 7001 501 4 12.50 --user 7 --business name:cart-1
  run 0 admin snapshot
  kill -KILL "$engine_pid"
  wait "$engine_pid" 2>/dev/null
  start "$work/sagas" --clock manual
  has started "from the snapshot at sequence"
  run 0 saga list --json
  has out '"id":"8100","status":"RUNNING"'
  run 0 saga signal 8100 approved by=boss
  has out "it is COMPLETED"
  run 0 admin digest --json
  digest=$(digest_of "$out")
  stop
  run 0 replay "$work/sagas" --digest
  has out "$digest"
  run 0 verify "$work/sagas"
  run 0 rebuild "$work/sagas"
  run 0 dump "$work/sagas" --kind domain_event
  has out '"kind":"domain_event"'
  run 0 dump "$work/sagas" --portable
  cp "$work/out" "$work/portable.jsonl"
  run 0 load "$work/portable.jsonl" "$work/sagas-loaded"
  has out "$digest"
  run 0 backup --data "$work/sagas" "$work/sagas-backup"
  run 0 restore "$work/sagas-backup" "$work/sagas-restored"
  has out "$digest"
  start "$work/sagas-restored" --clock manual
  run 0 saga show 8100
  has out "saga 8100: COMPLETED"
  stop
}

# As in the README: by the real clock, with ids that are made up.
without_ids() {
  start "$work/sagas-real"
  run 0 saga stats
  has out "No definition is stored."
  run 0 saga put "$work/wait2.json"
  run 0 saga start wait
  local saga=${out#saga }
  saga=${saga%%:*}
  run 0 saga cancel "$saga"
  has out "it is COMPENSATED"
  run 0 saga show "$saga"
  stop
}

help_texts
definitions_of_our_own
start "$work/sagas" --clock manual
accounts
stored
completed
undone
refused
waiting
cancelled_and_late
remote
operators
shown_elsewhere
statistics
killed
without_ids

echo "$checks checks, $failures failed"
[ "$failures" -eq 0 ]
