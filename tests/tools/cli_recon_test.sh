#!/usr/bin/env bash
# Reconciliations that an engine keeps, at the command line: a day with planted differences is
# compared, what is proposed is approved by somebody else and posted, the second run is clean; what
# one day leaves open the next one carries on; a run that was killed goes on; who may do what; and
# that the journal replays to the same.
#
# Usage: tests/tools/cli_recon_test.sh PATH-TO-DAYBOOK
set -u

daybook=$1
# shellcheck source=tests/tools/cli_steps.sh
source "$(dirname "$0")/cli_steps.sh"

noon=1769860800000000000 # 2026-01-31T12:00:00Z
day=86400000000000

# token NAME ROLE: of a new identity.
token() {
  "$daybook" identity add "$1" --role "$2" --data "$work/data"
}

# as NAME: who speaks from now on.
as() {
  local name=$1_token
  export DAYBOOK_TOKEN=${!name}
}

# pay NAME AMOUNT: money that comes, from the user to clearing.
pay() {
  run 0 transfer create --name "$1" --debit 1 --credit 2 --amount "$2" --ledger 978 --code 1
}

open_engine() {
  mkdir "$work/data"
  root_token=$(token root admin)
  maker_token=$(token maker operator)
  checker_token=$(token checker checker)
  till_token=$(token till gateway)
  start "$work/data" --clock manual
  as root
  run 0 ledger put 978 --name EUR --scale 2 --kind currency
  for account in 1 2 3 4 5 6; do run 0 account create --id "$account" --ledger 978 --code 10; done
  run 0 admin advance-clock "$noon"
}

define() {
  cat >"$work/bank.json" <<'END'
{"name": "bank", "account": "1", "ledger": 978, "statement": {"map": "daybook"},
 "window_days": 1, "fee_codes": [901],
 "accounts": {"suspense": "3", "fees": "4", "rounding": "5", "fx": "6"},
 "limits": {"b_only": {"EUR": "100.00"}, "amount_short": {"EUR": "100.00"},
            "amount_over": {"EUR": "100.00"}, "a_only": {"EUR": "100.00"},
            "rounding": {"EUR": "0.05"}},
 "automatic": {"rounding": {"EUR": "0.01"}}}
END
  as till
  run 1 recon define "$work/bank.json"
  has err "not_authorised"
  as maker
  run 0 recon check "$work/bank.json"
  # Who proposes does not say what may be posted.
  run 1 recon define "$work/bank.json"
  has err "not_authorised"
  as checker
  sed '/rounding/s/EUR/USD/' "$work/bank.json" >"$work/usd.json"
  run 1 recon define "$work/usd.json"
  has err "USD"
  run 0 recon define "$work/bank.json"
  has out "version 1 stored"
  run 0 recon define "$work/bank.json"
  has out "as it was"
  run 2 recon define "$work/none.json"
  run 0 recon runs
  has out "no runs"
}

# statement FILE LINE...: with the usual columns.
statement() {
  local file=$1
  shift
  printf '%s\n' reference,amount,currency,status,time "$@" >"$file"
}

first_day() {
  as till
  pay pay-1 10.00
  pay pay-2 20.00
  pay pay-3 30.00
  pay pay-4 40.00
  pay pay-5 50.00
  pay pay-6 60.00
  statement "$work/day1.csv" \
    pay-1,10.00,EUR,ok,2026-01-31T11:30:00Z \
    pay-2,25.00,EUR,ok,2026-01-31T11:30:00Z \
    pay-4,40.01,EUR,ok,2026-01-31T11:30:00Z \
    pay-6,55.00,EUR,ok,2026-01-31T11:30:00Z \
    stray-1,7.00,EUR,ok,2026-01-31T11:30:00Z
  run 1 recon run bank "$work/day1.csv" --data "$work/data" --day 2026-01-31
  has err "not_authorised"
  as maker
  run 1 recon run bank "$work/day1.csv" --data "$work/data" --day 2026-01-31 --json
  has out '"state":"in_review"'
  has out '"open":3'
  has out '"proposed":3'
  has out '"rounding":1'
  has out '"a_pending":2'
  has out '"carried":2'
  first=$(sed 's/.*"run":"\([^"]*\)".*/\1/' <<<"$out")
  cut=$(sed 's/.*"cut":"\([^"]*\)".*/\1/' <<<"$out")
  page=$(sed 's/.*"report":"\([^"]*\)".*/\1/' <<<"$out")
  # What needs no approval is posted, and the report says so.
  out=$(cat "$page")
  has out "Postings and who approved them"
  has out "nobody: within the limit for that"
  out=$(cat "${page%.html}.json")
  has out '"postings_all":1,"postings":[{'
  has out '"name":"rounding","action":"rounding","reference":"pay-4","amount":"0.01","currency":"EUR","maker":"maker","checker":"","automatic":true'
  run 1 recon run bank "$work/day1.csv" --data "$work/data" --day 2026-01-31 --until-sequence "$cut"
  has out "which was there"
  run 0 recon runs bank
  has out "in_review"
  run 0 recon show bank
  has out "statement_sha256"
  run 0 recon differences bank
  has out "b_only"
  has out "stray-1"
  has out "amount_short"
  has out "amount_over"
  has out "posted"
  run 0 recon differences bank --state proposed --json
  same "proposed" "$(lines "$out")" 3
  run 2 recon differences bank --code nonsense
  has err "there is no such difference"
  run 1 recon close bank
  has err "run_has_open_differences"
}

review() {
  as maker
  run 1 recon approve bank --yes
  has err "not_authorised"
  as root
  run 1 recon accept bank --code b_only --reason "known"
  has err "difference_illegal_transition"
  run 1 recon accept bank --difference 77 --reason "known"
  has err "the run has no difference 77"
  as checker
  run 1 recon approve bank
  has out "b_only"
  has err "3 would be approved; nothing was done"
  run 0 recon reject bank --code amount_over --yes --reason "ask them first"
  has out "1 rejected"
  run 0 recon approve bank --yes --reason "as agreed"
  has out "2 approved"
  run 0 recon approve bank --yes
  has out "0 approved"
  approvers
  as root
  run 0 recon accept bank --code amount_over --reason "they will pay the rest"
  run 1 recon approve bank --yes
  has err "maker_is_checker"
  as checker
  run 0 recon approve bank --yes
  has out "1 approved"
  as maker
  run 0 recon differences bank --code amount_over
  has out "accepted"
  run 0 account get 3 --json
  has out '"credits_posted":"12.00"'
  run 0 account get 5 --json
  has out '"credits_posted":"0.01"'
  # By age: pay-2 was 5.00 short, stray-1 is 7.00; somebody has explained 2.00 of them.
  as till
  run 0 transfer create --name explained --debit 3 --credit 6 --amount 2.00 --ledger 978 --code 2
  as maker
  run 0 recon suspense bank --at 2026-02-09T11:00:00Z --json
  has out '"balance":"10.00","of_corrections":"12.00","moved_otherwise":"-2.00"'
  has out '{"days":"8-30","corrections":2,"credited":"12.00","debited":"0.00"}'
  run 0 recon suspense bank --at 2026-02-01T11:00:00Z --items
  has out "0-1"
  has out "stray-1"
  has out "balance 10.00, of corrections 12.00, moved otherwise -2.00"
  run 2 recon suspense bank --at yesterday
  has err "--at"
  run 1 recon suspense nobody
  has err "no reconciliation 'nobody' is defined"
}

# The report of a run that is there shows what was approved since.
approvers() {
  local leg
  out=$(cat "$page")
  has out "checker"
  has out "as agreed"
  out=$(cat "${page%.html}.json")
  has out '"postings_all":3'
  has out '"name":"b_only","action":"suspense","reference":"stray-1","amount":"7.00","currency":"EUR","maker":"maker","checker":"checker","automatic":false'
  has out '"name":"amount_short","action":"suspense","reference":"pay-2","amount":"5.00","currency":"EUR","maker":"maker","checker":"checker","automatic":false'
  has out '"reason":"as agreed"'
  same "of what was only rejected nothing is posted" "$(grep -c '"name":"amount_over","action"' <<<"$out")" 0
  leg=$(grep -o '"reference":"stray-1"[^}]*"transfers":\["[0-9]*"\]' <<<"$out" | sed 's/.*\["\([0-9]*\)"\]/\1/')
  run 0 transfer get "$leg"
  has out "7.00"
}

verify() {
  run 0 recon run bank "$work/day1.csv" --data "$work/data" --day 2026-01-31 --json
  has out '"open":0'
  has out '"amount_over":1'
  second=$(sed 's/.*"run":"\([^"]*\)".*/\1/' <<<"$out")
  run 0 recon show "$first"
  has out "superseded"
  # The run that has taken its place shows how it came to be clean.
  run 0 recon report bank/2026-01-31 --report "$work/copy.html" --report "$work/copy.json"
  has out "copy.html"
  out=$(cat "$work/copy.html")
  has out "as agreed"
  out=$(cat "$work/copy.json")
  has out '"postings_all":3'
  run 0 recon report "$first" --json
  has out '"written":['
  run 2 recon report bank --report "$work/copy.txt"
  has err "name it .html"
  run 1 recon report nobody
  sed -i 's/<!--postings-->//' "$page"
  run 2 recon report "$first"
  has err "another version wrote it"
  run 0 recon close bank/2026-01-31
  run 0 recon show "$second" --json
  has out '"state":"closed"'
}

second_day() {
  as root
  run 0 admin advance-clock "$((day + day / 2))"
  as till
  pay pay-7 70.00
  statement "$work/day2.csv" \
    pay-3,30.00,EUR,ok,2026-02-01T00:10:00Z \
    pay-7,70.00,EUR,ok,2026-02-02T01:00:00Z
  as maker
  run 1 recon run bank "$work/day2.csv" --data "$work/data" --day 2026-02-02 --json
  has out '"open":1'
  has out '"a_only":1'
  has out '"matched":2'
  run 0 recon differences bank/2026-02-02
  has out "pay-5"
  as checker
  run 0 recon approve bank/2026-02-02 --yes --reason "it never came"
  has out "1 approved"
  as maker
  run 0 recon run bank "$work/day2.csv" --data "$work/data" --day 2026-02-02 --json
  has out '"open":0'
  run 0 recon close bank/2026-02-02
  run 0 trace "$first"
  has out "CorrectionApproved"
  has out "transfer"
  run 1 recon run bank "$work/day1.csv" --data "$work/data" --day 2026-01-31
  has err "next_period_closed"
  run 1 recon run bank "$work/day1.csv" --data "$work/data" --day 2026-01-30
  has err "period_out_of_order"
  # The clearing account holds what the bank says, and what was accepted: 10+25+30+40.01+60+7+70.
  run 0 account get 1 --json
  has out '"debits_posted":"292.01"'
  has out '"credits_posted":"50.00"'
}

# When reconciliations are due is part of their definitions, and a checker's to say.
schedule() {
  as maker
  run 0 recon schedule list --at 2026-02-03T05:59:00Z --json
  has out '"name":"bank","cron":"0 2 * * *","zone":"UTC","inbox":"","expected_by":"","watched":false'
  has out '"next_due":"2026-02-04T02:00:00.000000000Z","next_due_there":"2026-02-04 02:00","next_day":"2026-02-03"'
  has out '"day":"2026-02-02","state":"closed"'
  run 1 recon schedule add bank --inbox 'bank-*.csv'
  has err "not_authorised"
  as checker
  run 1 recon schedule add nobody --cron "0 3 * * *"
  has err "no reconciliation 'nobody' is defined"
  run 2 recon schedule add bank --cron "61 * * * *"
  has err "/schedule:"
  run 2 recon schedule add bank --zone Europe/Atlantis
  has err "/time_zone:"
  run 0 recon schedule add bank --cron "30 6 * * mon-fri" --zone Europe/Berlin
  has err "--inbox"
  run 0 recon schedule add bank --inbox 'bank-%Y-%m-%d*.csv' --expected-by 09:00 --json
  has out '"name":"bank","version":3,"stored":true'
  run 0 recon schedule add bank --expected-by 09:00
  has out "version 3, as it was"
  as maker
  # Nothing else of the definition has changed: the limits are what they were.
  run 0 recon schedule list --at 2026-02-03T05:30:00Z --json
  has out '"cron":"30 6 * * mon-fri","zone":"Europe/Berlin","inbox":"bank-%Y-%m-%d*.csv","expected_by":"09:00","watched":true'
  has out '"next_due":"2026-02-04T05:30:00.000000000Z","next_due_there":"2026-02-04 06:30","next_day":"2026-02-03"'
  # Monday is done; of Tuesday no statement has come when it is 9 o'clock in Berlin.
  has out '"waiting":[],"late":[]'
  run 0 recon schedule list --at 2026-02-04T07:59:00Z --json
  has out '"waiting":["2026-02-03"],"late":[]'
  run 0 recon schedule list --at 2026-02-04T07:59:00Z
  has out "waits for 2026-02-03"
  run 1 recon schedule list --at 2026-02-04T08:00:00Z --json
  has out '"waiting":["2026-02-03"],"late":["2026-02-03"]'
  run 1 recon schedule list --at 2026-02-05T07:00:00Z
  has out "LATE since 2026-02-03"
  run 2 recon schedule list --at noon
  run 1 recon schedule remove bank
  has err "not_authorised"
  as checker
  run 0 recon schedule remove bank --json
  has out '"version":4,"stored":true'
  run 0 recon schedule remove bank
  has out "as it was"
  run 0 recon schedule list --at 2026-02-04T07:00:00Z
  has out "by hand: it has no inbox"
  has out "Europe/Berlin"
  run 0 recon define "$work/bank.json"
  has out "version 5 stored"
}

# Statements that are put into a directory, and times that come.
inbox() {
  mkdir "$work/inbox"
  sed 's/"name": "bank"/"name": "card", "schedule": "0 2 * * *", "expected_by": "06:00", "files": "card-*.csv"/' \
    "$work/bank.json" >"$work/card.json"
  as checker
  run 0 recon define "$work/card.json"
  as maker
  run 2 recon watch "$work/inbox" --data "$work/data" --at 2026-02-03T02:00:00Z
  has err "--once"
  run 2 recon watch "$work/nowhere" --data "$work/data" --once --at 2026-02-03T02:30:00Z
  has err "nowhere"
  run 0 recon watch "$work/inbox" --data "$work/data" --once --at 2026-02-03T05:59:00Z
  same "before it is expected" "$err" ""
  run 1 recon watch "$work/inbox" --data "$work/data" --once --at 2026-02-03T06:00:00Z
  has err "card: 2026-02-02: there is no statement, which was expected by 2026-02-03T06:00:00"
  statement "$work/inbox/card-2.csv.tmp" pay-7,70.00,EUR,ok,2026-02-02T01:00:00Z
  cp "$work/day2.csv" "$work/inbox/.card-2.csv"
  cp "$work/day2.csv" "$work/inbox/other-2.csv"
  run 1 recon watch "$work/inbox" --data "$work/data" --once --at 2026-02-03T06:00:00Z
  has err "no statement"
  mv "$work/inbox/card-2.csv.tmp" "$work/inbox/card-2.csv"
  run 0 recon watch "$work/inbox" --data "$work/data" --once --at 2026-02-03T02:00:00Z
  has out "of card for 2026-02-02"
  run 0 recon watch "$work/inbox" --data "$work/data" --once --at 2026-02-03T23:00:00Z
  same "done already" "$out" ""
  run 0 recon schedule list --at 2026-02-03T23:00:00Z --json
  has out '"name":"card","cron":"0 2 * * *","zone":"UTC","inbox":"card-*.csv","expected_by":"06:00","watched":true'
  has out '"state":"in_review"'
  has out '"waiting":[],"late":[]'
  run 0 recon runs card --json
  same "runs by schedule" "$(lines "$out")" 1
  # The time before has not come again, and the next one has.
  run 1 recon watch "$work/inbox" --data "$work/data" --once --at 2026-02-04T06:00:00Z
  has err "card: 2026-02-03: there is no statement"
  "$daybook" recon watch "$work/inbox" --data "$work/data" --every 0.1 >"$work/watch.out" 2>&1 &
  local watching=$!
  until grep -q "watching" "$work/watch.out"; do kill -0 "$watching" || break; done
  kill -TERM "$watching"
  wait "$watching"
  same "exit code of watch after SIGTERM" "$?" 0
}

# What is in the journal is what is there, and a restart knows all of it.
journal() {
  local before
  run 0 recon runs bank --json
  before=$out
  stop
  run 0 verify "$work/data"
  run 0 replay "$work/data" --digest
  start "$work/data" --clock manual
  as maker
  run 0 recon runs bank --json
  same "runs after a restart" "$out" "$before"
  run 0 tail --no-follow
  has out "CorrectionApproved"
  stop
}

open_engine
define
first_day
review
verify
second_day
schedule
inbox
journal
echo "$checks checks, $failures failures"
[ "$failures" -eq 0 ]
