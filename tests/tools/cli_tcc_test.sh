#!/usr/bin/env bash
# TCC transactions at the command line: every subcommand as a new user would type it, in text and in
# JSON, with its exit code and its words; what tail, oplog, trace and dump show of them; and that
# copies, replays and restarts keep them.
#
# Usage: tests/tools/cli_tcc_test.sh PATH-TO-DAYBOOK
set -u

daybook=$1
# shellcheck source=tests/tools/cli_steps.sh
source "$(dirname "$0")/cli_steps.sh"

trace=4bf92f3577b34da6a3ce929d0e0e4736
made=1970-01-01T00:00:01Z  # By the manual clock, when the gids of this test were made.

# lacks NAME TEXT: the variable does not contain the text.
lacks() {
  checks=$((checks + 1))
  if [[ "${!1}" == *"$2"* ]]; then
    failures=$((failures + 1))
    printf 'FAILED at line %s: %s has %s\n  it is: %s\n' "${BASH_LINENO[0]}" "$1" "$2" "${!1}" >&2
  fi
}

# try_branch EXIT-CODE GID BRANCH AMOUNT OPTION...
try_branch() {
  local code=$1 gid=$2 branch=$3 amount=$4
  shift 4
  run "$code" tcc try "$gid" "$branch" --debit 2 --credit 1 --amount "$amount" --ledger 978 \
    --code 3 "$@"
}

# balance PENDING POSTED: the debits of account 2.
balance() {
  run 0 account get 2 --json
  has out "\"debits_pending\":\"$1\",\"debits_posted\":\"$2\""
}

help_texts() {
  local command
  for command in begin try confirm cancel get list; do
    run 0 tcc --help
    has out "$command"
    run 0 tcc "$command" --help
    has out "xample"
    has out "--json"
  done
  run 2 tcc
  run 2 tcc nonsense
  run 2 tcc try 7001
  has err "branch"
  run 2 tcc try 7001 1 --debit 2
  run 2 tcc cancel
  run 2 tcc get
  run 2 tcc begin 7001 --connect 127.0.0.1:1
  has err "127.0.0.1:1"
}

accounts() {
  run 0 admin advance-clock 1000000000
  run 0 ledger put 978 --name EUR --scale 2 --kind currency
  run 0 account create --id 1 --ledger 978 --code 1
  run 0 account create --id 2 --ledger 978 --code 1 --flag debits_must_not_exceed_credits
  run 0 transfer create --id 1 --debit 1 --credit 2 --amount 100.00 --ledger 978 --code 1
}

confirmed() {
  run 0 tcc list
  has out "There are no such transactions."
  run 0 tcc begin 8001 --created "$made" --timeout 5m --business name:order-9 \
    --business-type name:checkout --user 7 --trace "$trace"
  has out "tcc 8001: begin: done"
  run 0 tcc begin 8001 --created "$made" --timeout 5m --business name:order-9 \
    --business-type name:checkout --user 7
  has out "duplicate"
  run 1 tcc begin 8001 --created "$made" --timeout 6m --business name:order-9
  has err "another content"
  try_branch 0 8001 1 30.00
  has out "tcc 8001: try: done"
  try_branch 0 8001 1 30.00 --json
  has out '"gid":"8001","command":"try","status":"duplicate"'
  try_branch 1 8001 1 31.00
  has err "conflict"
  try_branch 0 8001 2 10.00
  try_branch 1 8001 3 70.00
  has out "try_refused, exceeds_credits"
  has err "too little"
  try_branch 1 8001 3 70.00 --json
  has out '"status":"try_refused"'
  has out '"transfer_status":"exceeds_credits"'
  run 1 tcc try 8001 4 --debit 2 --credit 1 --amount 1.00 --ledger 978 --code 0
  has out "try_refused, code_must_not_be_zero"
  balance 40.00 0.00
  run 0 tcc get 8001
  has out "trying"
  has out "refused"
  has out "exceeds_credits"
  local hold
  run 0 tcc get 8001 --json
  has out '"branch_count":4,"open_count":2'
  has out '"user_id":"7"'
  has out "\"trace_id\":\"$trace\""
  has out '"branch":"1","state":"tried","tried_minor":"3000","confirmed_minor":"0"'
  hold=${out#*\"hold_id\":\"}
  hold=${hold%%\"*}
  run 0 hold get "$hold"
  run 1 transfer void "$hold" --id 50
  has out "hold_is_owned"
  not_confirmed
  run 0 tcc confirm 8001 1=25.00 2 --ledger 978 --json
  has out '"command":"confirm","status":"done"'
  balance 0.00 35.00
  run 0 tcc confirm 8001 2=10.00 1=25.00 --ledger 978
  has out "duplicate"
  run 1 tcc confirm 8001 1 2
  has err "conflict"
  try_branch 0 8001 1 30.00
  has out "duplicate_confirmed"
  try_branch 1 8001 5 1.00
  has err "nothing more can be tried"
  run 1 tcc cancel 8001 --created "$made"
  has out "already_confirmed"
  has err "revers"
  run 0 tcc get 8001 --json
  has out '"state":"confirmed","reason":"client"'
  has out '"state":"confirmed","tried_minor":"3000","confirmed_minor":"2500"'
  balance 0.00 35.00
}

# Each writes nothing.
not_confirmed() {
  run 1 tcc confirm 8001 1
  has out "branches_differ"
  has err "every branch"
  run 1 tcc confirm 8001 1 2 3
  has out "not_tried"
  run 1 tcc confirm 8001 1=30.01 2 --ledger 978
  has out "exceeds_tried"
  run 1 tcc confirm 8001 1 1
  has out "amounts_malformed"
  run 2 tcc confirm 8001 1=25.00 2
  has err "--ledger"
  run 2 tcc confirm 8001 1=25.001 2 --ledger 978
  has err "nothing was sent"
  run 2 tcc confirm 8001 x 2
  has err '"x"'
  run 1 tcc confirm 404 1
  has err "no such transaction"
  balance 40.00 0.00
}

cancelled() {
  run 0 tcc begin 8002 --created "$made"
  try_branch 0 8002 1 5.00
  run 0 tcc cancel 8002 --created "$made"
  has out "cancel: done"
  run 0 tcc cancel 8002 --created "$made" --json
  has out '"status":"duplicate"'
  try_branch 1 8002 1 5.00
  has err "rejected_cancelled"
  run 1 tcc confirm 8002 1
  has out "already_cancelled"
  # Of one that nobody has seen: its try comes to nothing.
  run 0 tcc cancel 8003 --branch 1 --created "$made"
  has out "ok_empty"
  try_branch 1 8003 1 5.00
  has out "rejected_cancelled"
  run 1 tcc begin 8003 --created "$made"
  has out "rejected_cancelled"
  run 0 tcc get 8003 --json
  has out '"branches":[{"branch":"1","state":"empty"'
  run 1 tcc get 8002 404
  has err "there is no transaction 404"
  run 1 tcc get 404 --json
  has out '"found":false'
  balance 0.00 35.00
}

refused() {
  run 1 tcc begin 5
  has err "say when it was made"
  run 1 tcc begin 0 --created "$made"
  has out "gid_must_not_be_zero"
  run 1 tcc begin 5 --created 2100-01-01T00:00:00Z
  has err "check the clocks"
  run 1 tcc begin 5 --created "$made" --timeout 31d
  has err "30 days"
  run 2 tcc begin 5 --created "$made" --timeout 1x
  has err "nothing was sent"
  run 2 tcc begin 5 --created yesterday
  has err "--created"
  run 2 tcc begin five
  has err "gid"
  try_branch 1 404 1 1.00
  has err "begin it first"
  try_branch 1 404 0 1.00
  has err "numbered from 1"
  try_branch 2 8001 1 1.001
  has err "--amount"
  run 2 tcc try 8001 1 --debit 2 --credit 1 --amount 1 --ledger 5 --code 1
  has err "5"
  run 2 tcc list --state nonsense
  has err "cancelled"
}

expired() {
  run 0 tcc begin 8004 --created "$made" --timeout 10s
  try_branch 0 8004 1 7.00
  run 0 admin advance-clock 9000000000
  run 0 tcc get 8004 --json
  has out '"state":"trying"'
  run 0 admin advance-clock 2000000000
  run 0 tcc get 8004 --json
  has out '"state":"cancelled","reason":"expired"'
  has out '"branch":"1","state":"expired"'
  try_branch 1 8004 1 7.00
  has err "rejected_expired"
  run 1 tcc confirm 8004 1
  has err "already_expired"
  run 0 tcc cancel 8004 --created "$made"
  has out "duplicate"
  balance 0.00 35.00
}

listed() {
  run 0 tcc begin 8005 --created "$made" --timeout 7d
  try_branch 0 8005 1 9.00
  run 0 tcc list --json
  same "transactions" "$(lines "$out")" 5
  run 0 tcc list --limit 2 --json
  same "two of them" "$(lines "$out")" 2
  run 0 tcc list --state trying --json
  same "those that are tried" "$(lines "$out")" 1
  has out '"gid":"8005"'
  run 0 tcc list --state confirmed --state cancelled --json
  same "those that have ended" "$(lines "$out")" 4
  lacks out '"gid":"8005"'
  run 0 tcc list --state cancelled
  has out "expired"
  run 0 tcc list --state confirming
  has out "There are no such transactions."
}

shown_elsewhere() {
  # Late tries, and what else was refused, by status.
  run 0 saga stats --json
  has out '{"request":"tcc_commands","status":"rejected_expired","count":'
  has out '{"request":"tcc_commands","status":"rejected_cancelled","count":'
  run 0 trace "$trace"
  has out "tcc 8001: begun"
  has out ": 30.00 from 2 to 1"
  has out "owned by 8001"
  has out ": 25.00 from 2 to 1"
  has out "post_pending_transfer"
  run 0 trace "$trace" --data "$work/tcc"
  has out "owned by 8001"
  run 0 tail --kind tcc --no-follow
  has out "daybook.tcc.begun  tcc 8001: begun"
  has out "tcc 8001: decided_confirm, reason: client"
  has out "tcc 8001: branch_confirmed branch 1, 2500 minor units"
  has out "tcc 8003: cancelled_unseen"
  has out "tcc 8004: decided_cancel, reason: expired"
  lacks out "transfer"
  run 0 tail --kind tcc --no-follow --json
  has out '"kind":"tcc","tcc":{"tcc_kind":"begun","gid":"8001"'
  run 0 tail --type daybook.tcc.branch_refused --no-follow
  same "refused branches" "$(lines "$out")" 2
  run 0 tail --aggregate daybook.tcc/8004 --no-follow
  same "what happened to one" "$(lines "$out")" 4
  run 0 oplog --all --facts
  has out "tcc 8001: tried branch 1, 3000 minor units"
  has out "refused 0 try_refused: try tcc 8001 branch 3"
  has out "engine: expiry"
  run 0 oplog --kind expire_tccs --facts
  has out "tcc 8004: branch_cancelled branch 1"
  run 0 oplog --all --facts --json
  has out '"tcc_kind":"decided_confirm"'
  run 0 trial-balance
}

copies() {
  local digest sequence middle
  run 0 admin digest --json
  digest=$(digest_of "$out")
  run 0 admin snapshot
  stop
  run 0 replay "$work/tcc" --digest
  has out "$digest"
  sequence=${out#sequence }
  sequence=${sequence%% *}
  run 0 dump "$work/tcc" --kind tcc
  has out '"kind":"tcc"'
  has out '"tcc_kind":"cancelled_unseen","gid":"8003"'
  lacks out '"kind":"transfer"'
  middle=$(sed -n 's/.*"operation":"\([0-9]*\)","tcc_kind":"decided_confirm".*/\1/p' <<<"$out")
  run 0 dump "$work/tcc" --portable
  cp "$work/out" "$work/portable.jsonl"
  # What is loaded or restored has one entry more, which names the journal that it comes from.
  run 0 load "$work/portable.jsonl" "$work/tcc-loaded"
  has out "sequence $sequence  digest $digest"
  run 0 replay "$work/tcc-loaded" --until-sequence "$sequence" --digest
  has out "$digest"
  run 0 replay "$work/tcc" --until-sequence "$((middle - 1))" --digest
  lacks out "$digest"
  run 0 replay "$work/tcc" --until-sequence "$middle" --digest
  lacks out "$digest"
  run 0 state "$work/tcc" --account 2 --at-sequence "$((middle - 1))" --json
  has out '"debits_pending":"40.00","debits_posted":"0.00"'
  run 0 state "$work/tcc" --account 2 --at-sequence "$middle" --json
  has out '"debits_pending":"0.00","debits_posted":"35.00"'
  run 0 verify "$work/tcc"
  run 0 rebuild "$work/tcc"
  run 0 backup --data "$work/tcc" "$work/tcc-backup"
  has out "$digest"
  run 0 restore "$work/tcc-backup" "$work/tcc-restored"
  has out "sequence $sequence  digest $digest"
  run 0 replay "$work/tcc-restored" --until-sequence "$sequence" --digest
  has out "$digest"
}

# go_on DIRECTORY HOW-IT-STARTS: what was open is open in a copy, and in what starts from a snapshot;
# it is confirmed once.
go_on() {
  start "$1" --clock manual
  has started "$2"
  run 0 tcc get 8005 --json
  has out '"state":"trying"'
  balance 9.00 35.00
  try_branch 0 8005 1 9.00
  has out "duplicate"
  try_branch 1 8002 1 5.00
  has out "rejected_cancelled"
  run 0 tcc confirm 8005 1
  has out "confirm: done"
  run 0 tcc confirm 8005 1
  has out "duplicate"
  balance 0.00 44.00
  run 0 trial-balance
  stop
}

# The two that ended last are remembered; what is as old as those forgotten is told so.
forgotten() {
  local gid
  start "$work/tcc-forgets" --clock manual --tccs-kept 2 --tccs-max 8
  run 0 admin advance-clock 9000000000
  for gid in 1 2 3; do
    run 0 tcc begin "$gid" --created "${gid}000000000"
    run 0 tcc cancel "$gid" --created "${gid}000000000"
  done
  run 0 tcc begin 4 --created 4000000000
  run 1 tcc get 1
  run 0 tcc get 2 3 4
  run 1 tcc begin 1 --created 1000000000
  has out "rejected_too_old"
  run 1 tcc cancel 1 --created 1000000000
  has out "rejected_too_old"
  run 0 oplog --kind prune_tccs --facts
  has out "1 transactions that ended are forgotten"
  run 0 admin digest --json
  local before=$out
  stop
  run 0 replay "$work/tcc-forgets" --digest --json
  same "the digest after forgetting" "$(digest_of "$out")" "$(digest_of "$before")"
}

digest_of() { sed 's/.*"digest":"\([^"]*\)".*/\1/' <<<"$1"; }

# As in the README: with ids that say when they were made, by the real clock.
without_created() {
  local gid
  start "$work/tcc-real"
  run 0 ledger put 978 --name EUR --scale 2 --kind currency
  run 0 account create --id 1 --ledger 978 --code 1
  run 0 account create --id 2 --ledger 978 --code 1
  run 0 tcc begin --json
  gid=${out#*\"gid\":\"}
  gid=${gid%%\"*}
  try_branch 0 "$gid" 1 12.50
  run 0 tcc confirm "$gid" 1
  run 0 tcc begin
  gid=${out#tcc }
  gid=${gid%%:*}
  run 0 tcc cancel "$gid"
  has out "ok_empty"
  run 0 tcc list --state cancelled --json
  has out "\"gid\":\"$gid\""
  stop
}

# Confirms and cancels make room: they are let in where no more holds fit.
full() {
  start "$work/tcc-full" --clock manual --holds-max 2
  accounts
  run 0 tcc begin 1 --created "$made"
  try_branch 0 1 1 1.00
  try_branch 0 1 2 1.00
  try_branch 1 1 3 1.00
  has err "too_many_holds"
  run 0 tcc begin 2 --created "$made"
  run 0 tcc confirm 1 1 2
  balance 0.00 2.00
  try_branch 0 2 1 1.00
  run 0 tcc cancel 2 --created "$made"
  stop
}

# More than are kept: those that ended first are pruned meanwhile.
load() {
  run 0 bench tcc --transactions 20000 --branches 1 --group 100 \
    --engine-option=--tccs-kept --engine-option=4000 --json
  has out '"transactions": 20000'
}

help_texts
load
start "$work/tcc" --clock manual
accounts
confirmed
cancelled
refused
expired
listed
shown_elsewhere
copies
go_on "$work/tcc-restored" "recovered 2 accounts"
go_on "$work/tcc-loaded" "recovered 2 accounts"
go_on "$work/tcc" "from the snapshot at sequence"
forgotten
without_created
full

echo "$checks checks, $failures failed"
[ "$failures" -eq 0 ]
