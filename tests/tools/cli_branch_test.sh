#!/usr/bin/env bash
# TCC transactions whose branches are orders, what participants keep, and other transactions: as in
# the README, confirmed, cancelled, stuck and helped by an operator, and over a SIGKILL.
#
# Usage: tests/tools/cli_branch_test.sh PATH-TO-DAYBOOK
set -u

daybook=$1
# shellcheck source=tests/tools/cli_steps.sh
source "$(dirname "$0")/cli_steps.sh"
demo=$(dirname "$0")/../../tools/demo
made=2026-01-31T08:00:00Z
participant=
trap '[ -n "$participant" ] && kill -KILL "$participant" 2>/dev/null
  [ -n "$engine_pid" ] && kill -KILL "$engine_pid" 2>/dev/null; rm -rf "$work"' EXIT

# take_part PROGRAM: the travel agency, in the background.
take_part() {
  "$daybook" participant run --name travel --store "$work/travel.db" --type travel.hotel.v1 \
    --exec "$1" >>"$work/participant.out" 2>>"$work/participant.err" &
  participant=$!
}

leave() {
  kill -TERM "$participant"
  wait "$participant"
  participant=
}

# comes GID STATE: waits until the transaction has come to that.
comes() { shows "\"state\":\"$2\",\"reason" tcc get "$1"; }

prepare() {
  run 0 ledger put 978 --name EUR --scale 2 --kind currency
  run 0 account create --id 1 --ledger 978 --code 1
  run 0 account create --id 2 --ledger 978 --code 1 --flag debits_must_not_exceed_credits
  run 0 transfer create --id 1 --debit 1 --credit 2 --amount 100.00 --ledger 978 --code 1
  run 0 saga put "$demo/sagas/holdOrder.json"
  run 0 saga put "$demo/sagas/holdRoom.json"
  run 0 participant put travel --type travel.hotel.v1 --reason "a test"
}

# begin GID SAGA...: a transaction with a hold of 10.00; each saga is an order.
begin() {
  local gid=$1
  run 0 tcc begin "$gid" --created "$made" --timeout 7d
  run 0 tcc try "$gid" 1 --debit 2 --credit 1 --amount 10.00 --ledger 978 --code 3
  run 0 saga start holdOrder --id "9$gid" order="5$gid" sku=book price="12.50 978"
  run 0 tcc try "$gid" 2 --saga "9$gid"
  has out "tcc $gid: try: done"
}

wrong_options() {
  run 0 tcc try --help
  has out "--saga"
  has out "--nested"
  run 2 tcc try 7 1
  has err "--saga"
  run 2 tcc try 7 1 --saga 5 --debit 2
  run 2 tcc try 7 1 --saga 5 --nested 6
  run 2 tcc try 7 1 --saga moon
  has err "--saga"
  run 2 tcc try 7 1 --saga 5 --wait soon
  has err "--wait"
  run 1 tcc try 7 1 --nested 6
  has err "tcc_not_found"
}

confirmed() {
  begin 8001
  run 1 tcc try 8001 3 --saga 777
  has err "subject_not_found"
  run 1 tcc try 8001 3 --nested 8001
  has err "nested_in_itself"
  run 0 saga start holdRoom --id 7001 trip=1
  run 1 tcc try 8001 3 --saga 7001 --wait 1s
  has err "saga_not_ready"
  take_part "$demo/participants/travel.sh"
  run 0 tcc try 8001 3 --saga 7001
  run 1 saga cancel 98001
  has err "saga_is_owned"
  run 0 tcc begin 8101 --created "$made"
  run 0 tcc try 8101 1 --debit 2 --credit 1 --amount 5.00 --ledger 978 --code 3
  run 0 tcc try 8001 4 --nested 8101
  run 1 tcc confirm 8001 1 2 3 4
  has err "not_tried"
  run 0 tcc confirm 8101 1=4.00 --ledger 978
  has out "awaits_parent"
  run 0 tcc list --state prepared --json
  has out '"gid":"8101"'
  run 0 tcc confirm 8001 1 2 3 4
  comes 8001 confirmed
  run 0 account get 2 --json
  has out '"debits_pending":"0.00","debits_posted":"14.00"'
  run 0 tcc get 8001
  has out "transaction"
  has out "7001"
  run 0 tcc get 8001 --json
  has out '"branch":"2","state":"confirmed","saga_id":"98001"'
  has out '"branch":"4","state":"confirmed","nested_gid":"8101"'
  run 0 saga show 7001
  has out "waits for its transaction's decision"
  has out "its transaction is confirmed"
}

cancelled() {
  begin 8002
  run 0 tcc cancel 8002
  comes 8002 cancelled
  run 0 order get 58002 --json
  has out '"state":"cancelled"'
  run 0 saga show 98002
  has out "its transaction is cancelled"
  run 0 oplog --newest-first --limit 1 --facts --json
  has out "branch_cancelled"
}

# The agency is gone after the decision; an operator ends the wait for it.
stuck() {
  begin 8003
  run 0 saga start holdRoom --id 7003 trip=3
  run 0 tcc try 8003 3 --saga 7003
  leave
  printf '#!/bin/sh\nread -r command\necho "{\\"outcome\\":\\"failed\\",\\"message\\":\\"sold\\"}"\n' \
    >"$work/sold.sh"
  chmod +x "$work/sold.sh"
  take_part "$work/sold.sh"
  run 0 tcc confirm 8003 1 2 3
  comes 8003 stuck
  run 0 tcc list --state stuck --json
  has out '"gid":"8003"'
  has out '"stuck_count":1'
  run 0 account get 2 --json
  has out '"debits_pending":"0.00","debits_posted":"24.00"'
  run 0 saga skip 7003 take --reason "they sold it, we found another room"
  comes 8003 confirmed
  run 0 oplog --newest-first --limit 1 --facts --json
  has out "branch_confirmed"
  leave
}

# A decision that is durable is carried out after a SIGKILL, also by those that read the journal.
killed() {
  begin 8004
  run 0 saga start holdRoom --id 7004 trip=4
  take_part "$demo/participants/travel.sh"
  run 0 tcc try 8004 3 --saga 7004
  leave
  run 0 tcc confirm 8004 1 2 3
  comes 8004 confirming
  kill -KILL "$engine_pid"
  wait "$engine_pid" 2>/dev/null
  start "$work/branches"
  run 0 tcc get 8004 --json
  has out '"branch":"2","state":"confirmed"'
  has out '"branch":"3","state":"tried"'
  take_part "$demo/participants/travel.sh"
  comes 8004 confirmed
  leave
  run 0 admin digest --json
  stop
  run 0 verify "$work/branches"
  run 0 replay "$work/branches"
  run 0 state "$work/branches" --tcc 8004
  has out "confirmed"
}

start "$work/branches"
wrong_options
prepare
confirmed
cancelled
stuck
killed

echo "$checks checks, $failures failed"
[ "$failures" -eq 0 ]
