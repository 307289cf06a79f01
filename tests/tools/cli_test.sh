#!/usr/bin/env bash
# Every command of the binary against a real engine on an empty directory: what it prints, what it
# exits with, and that what it says is so.
#
# Usage: tests/tools/cli_test.sh PATH-TO-DAYBOOK
set -u

daybook=$1
work=$(mktemp -d)
engine_pid=
failures=0
checks=0
trap '[ -n "$engine_pid" ] && kill -KILL "$engine_pid" 2>/dev/null; rm -rf "$work"' EXIT
unset DAYBOOK_CONNECT DAYBOOK_TOKEN

# run EXIT-CODE ARGUMENT... runs daybook; leaves $out and $err; checks the exit code.
run() {
  local expected=$1 code
  shift
  "$daybook" "$@" >"$work/out" 2>"$work/err" </dev/null
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

# same WHAT A B
same() {
  checks=$((checks + 1))
  if [ "$2" != "$3" ]; then
    failures=$((failures + 1))
    printf 'FAILED at line %s: %s: %s is not %s\n' "${BASH_LINENO[0]}" "$1" "$2" "$3" >&2
  fi
}

# start DIRECTORY OPTION... starts an engine and waits for its own word that it listens.
start() {
  local directory=$1 line
  shift
  mkfifo "$work/says"
  "$daybook" serve --data "$directory" --listen 127.0.0.1:0 "$@" >"$work/says" 2>"$work/serve.err" &
  engine_pid=$!
  exec 9<"$work/says"
  rm "$work/says"
  DAYBOOK_CONNECT=
  while read -r line <&9; do
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

lines() { grep -c . <<<"$1"; }

help_and_usage() {
  local command
  run 0 --version
  has out "daybook "
  run 0 --help
  for command in serve verify replay state dump bench check-acks "ledger put" "ledger list" \
    "account create" "account get" "account list" "transfer create" "transfer get" \
    "import accounts" "import transfers" "export accounts" "export transfers" \
    "identity add" "identity list" "identity remove" \
    "admin digest" "admin advance-clock" "admin accept-clock"; do
    # shellcheck disable=SC2086
    run 0 $command --help
    has out "xample"
    has out "--json"
  done
  run 2
  run 2 account
  run 2 account get
  run 2 nonsense
  run 2 account get 1 --nonsense
  run 2 account get 1 --connect nonsense
  has err "nonsense"
  run 2 account get 1 --connect 127.0.0.1:1
  has err "127.0.0.1"
}

ledgers() {
  run 0 ledger list
  has out "No ledger"
  run 0 ledger put 978 --name EUR --scale 2 --kind currency
  has out "created"
  run 0 ledger put 392 --name JPY --scale 0 --kind currency --json
  has out '"id":"392"'
  has out '"scale":0'
  has out '"status":"created"'
  run 1 ledger put 840 --name EUR --scale 2 --kind currency
  has out "name_taken"
  run 1 ledger put 0 --name X --scale 2 --kind currency
  run 2 ledger put 7 --name X --scale 31 --kind currency
  run 2 ledger put 7 --name X --scale 2 --kind coin
  has err "coin"
  run 0 ledger list
  has out "EUR"
  run 0 ledger list --json
  same "ledgers" "$(lines "$out")" 2
}

accounts() {
  run 0 account create --id 1 --ledger 978 --code 10
  has out "created"
  run 0 account create --id 1 --ledger 978 --code 10
  has out "exists"
  run 1 account create --id 1 --ledger 978 --code 11
  has out "exists_with_different_code"
  run 1 account create --id 9 --ledger 5 --code 10
  has out "ledger_not_registered"
  run 0 account create --id name:till --ledger 978 --code 20 \
    --flag debits_must_not_exceed_credits --flag history --business name:shop --user 7 --tag 3 --json
  has out '"index":0'
  has out '"status":"created"'
  run 2 account create --id 1 --ledger 978 --code 10 --flag frozen
  has err "frozen"
  run 2 account create --id 1 --ledger 978 --code 70000
  has err "code"
  printf '{"id": "3", "ledger": 978, "code": 10}\n\n{"id": "4", "ledger": "392", "code": 10}\n' \
    >"$work/accounts.jsonl"
  run 0 account create --file "$work/accounts.jsonl" --json
  same "results" "$(lines "$out")" 2
  has out '"index":1,"id":"4"'
  run 2 account create --file "$work/accounts.jsonl" --id 5
  run 2 account create --file "$work/missing.jsonl"
  has err "missing.jsonl"
  run 0 account get name:till --json
  has out '"flags":["debits_must_not_exceed_credits","history"]'
  has out '"user_id":"7"'
  has out '"tag":3'
  run 1 account get 1 404
  has out "978 EUR"
  has err "404"
  run 1 account get 404 --json
  has out '"found":false'
  run 0 account list --limit 2 --json
  same "a page" "$(lines "$out")" 2
  has err "--after"
  run 0 account list --all --json
  same "all accounts" "$(lines "$out")" 4
  run 0 account list --all --json
  local last
  last=$(tail -n 1 <<<"$out" | sed 's/^{"id":"\([0-9]*\)".*/\1/')
  run 0 account list --after "$last" --json
  same "accounts after the last" "$out" ""
}

transfers() {
  run 0 transfer create --id 100 --debit 1 --credit 3 --amount 12.50 --ledger 978 --code 1 \
    --trace 0af7651916cd43dd8448eb211c80319c --json
  has out '"id":"100","status":"created"'
  has out '"sequence":"'
  run 0 transfer get 100 --json
  has out '"amount":"12.50"'
  has out '"trace_id":"0af7651916cd43dd8448eb211c80319c"'
  run 0 transfer create --id 100 --debit 1 --credit 3 --amount 12.5 --ledger 978 --code 1
  has out "exists"
  run 1 transfer create --id 100 --debit 1 --credit 3 --amount 12.51 --ledger 978 --code 1
  has out "exists_with_different_amount"
  run 2 transfer create --id 101 --debit 1 --credit 3 --amount 12.505 --ledger 978 --code 1
  has err "decimals"
  run 2 transfer create --id 101 --debit 1 --credit 3 --amount 1 --ledger 5 --code 1
  has err "not registered"
  run 0 transfer create --id 102 --debit 1 --credit 3 --amount-minor 5 --ledger 978 --code 1
  run 0 account get 1 --json
  has out '"debits_posted":"12.55"'
  has out '"credits_posted":"0.00"'
  run 0 transfer create --debit 1 --credit 3 --amount 1 --ledger 978 --code 1 --json
  local made
  made=$(sed 's/.*"id":"\([0-9]*\)".*/\1/' <<<"$out")
  run 0 transfer get "$made"
  run 1 transfer create --id 103 --debit name:till --credit 3 --amount 1 --ledger 978 --code 1
  has out "exceeds_credits"
  run 1 transfer get 103 100
  has err "103"
  run 2 transfer get 1x
  files
}

# One request a file: chains, and a bad line that keeps everything else from being sent.
files() {
  local one='"debit_account_id": "1", "credit_account_id": "3", "ledger": 978, "code": 1'
  printf '{"id": "110", %s, "amount": "1.00", "flags": ["linked"]}\n{"id": "111", %s, "amount": "2.00"}\n' \
    "$one" "$one" >"$work/good.jsonl"
  run 0 transfer create --file "$work/good.jsonl" --json
  same "results" "$(lines "$out")" 2
  printf '{"id": "112", %s, "amount": "1.00"}\n{"id": "113", %s, "amount": 2}\n' "$one" "$one" \
    >"$work/bad.jsonl"
  run 2 transfer create --file "$work/bad.jsonl"
  has err "bad.jsonl: line 2: field 'amount'"
  run 1 transfer get 112
  printf '{"id": "114", %s, "amount": "1.00", "flags": ["linked"]}\n{"id": "115", %s, "amount": "2.00", "code": 0}\n' \
    "$one" "${one/, \"code\": 1/}" >"$work/chain.jsonl"
  run 1 transfer create --file "$work/chain.jsonl" --json
  has out '"id":"114","status":"linked_event_failed"'
  has out '"id":"115","status":"code_must_not_be_zero"'
  run 1 transfer get 114
}

imports() {
  printf 'id,ledger,code,flags\r\n501,978,1,\r\n502,978,1,"history"\r\n' >"$work/accounts.csv"
  run 0 import accounts "$work/accounts.csv" --json
  has out '"created":2'
  has out '"complete":true'
  {
    echo "amount,id,debit_account_id,credit_account_id,ledger,code,flags"
    local number
    for number in $(seq 1001 1100); do
      echo "0.01,$number,501,502,978,1,$([ $((number % 3)) -eq 1 ] && echo linked)"
    done
  } >"$work/transfers.csv"
  run 0 import transfers "$work/transfers.csv" --batch 7 --in-flight 3
  has out "created          100"
  run 0 import transfers "$work/transfers.csv" --batch 7 --json
  has out '"created":0,"existed":100,"refused":0'
  run 0 account get 502 --json
  has out '"credits_posted":"1.00"'
  printf 'id,debit_account_id,credit_account_id,amount,ledger,code\n2001,501,502,1,978,1\n2002,501,404,1,978,1\n' \
    >"$work/refused.csv"
  run 1 import transfers "$work/refused.csv" --rejects "$work/rejects.csv"
  has out "credit_account_not_found: 1, line 3"
  local rejects
  rejects=$(cat "$work/rejects.csv")
  has rejects "credit_account_not_found,3"
  run 1 import transfers "$work/rejects.csv" --ignore refused_status --ignore refused_line
  has out "id_already_failed"
  printf 'id,debit_account_id,credit_account_id,amount,ledger,code\n3001,501,502,1,978,1\n3002,501,502,1,978,1\n3003,501,502,0.001,978,1\n' \
    >"$work/bad.csv"
  run 2 import transfers "$work/bad.csv" --batch 2
  has err "line 4: field 'amount'"
  has err "every line up to 3 was answered"
  run 0 transfer get 3001 3002
  run 1 transfer get 3003
  run 2 import transfers "$work/bad.csv" --batch 3
  has err "no line was answered"
  printf 'id,nonsense\n1,2\n' >"$work/columns.csv"
  run 2 import accounts "$work/columns.csv"
  has err "'nonsense'"
  run 2 import accounts "$work/missing.csv"
}

exports() {
  run 0 export accounts "$work/a.csv" --json
  has out '"events":6'
  run 0 export transfers "$work/t.csv"
  has out "108 transfers"
  local first
  first=$(head -n 1 "$work/t.csv")
  has first "id,debit_account_id,credit_account_id,amount,ledger,code,flags"
  run 0 export transfers
  same "standard output and the file" "$out" "$(cat "$work/t.csv")"
  run 2 export accounts "$work/missing/a.csv"
  run 0 export accounts --for-import "$work/a-import.csv"
  run 0 export transfers --for-import "$work/t-import.csv"
}

# What one engine exports for import, another takes, and then both show the same.
moved_to_another_engine() {
  start "$work/second" --clock manual
  run 0 ledger put 978 --name EUR --scale 2 --kind currency
  run 0 ledger put 392 --name JPY --scale 0 --kind currency
  run 0 import accounts "$work/a-import.csv"
  run 0 import transfers "$work/t-import.csv" --json
  has out '"created":108'
  run 0 export transfers --for-import
  same "the second engine's transfers" "$out" "$(cat "$work/t-import.csv")"
  stop
}

administration() {
  run 0 admin digest --json
  has out '"digest":"'
  digest=$out
  run 0 admin digest
  run 1 admin accept-clock --reason "nothing to accept"
  has err "clock_not_held"
  run 0 admin advance-clock 1000000000 --json
  has out '"timestamp":"'
  run 0 transfer create --id 900 --debit 1 --credit 3 --amount 1 --ledger 978 --code 1 --json
  run 2 admin advance-clock -5
  run 0 admin digest
  live=$out
}

offline() {
  run 0 verify "$work/data"
  run 0 verify "$work/data" --json
  run 0 replay "$work/data" --digest
  same "replayed and live digest" "$out" "$live"
  run 0 state "$work/data" --account 1 --json
  has out '"debits_posted":"'
  run 0 dump "$work/data"
  has out "900"
}

identities() {
  run 2 identity list --data "$work/missing"
  run 0 identity list --data "$work/data"
  has out "no identities"
  run 0 identity add till-1 --role gateway --data "$work/data"
  cp "$work/out" "$work/token"
  run 1 identity add till-1 --role gateway --data "$work/data"
  run 2 identity add till-2 --role king --data "$work/data"
  run 0 identity add auditor --role reader --data "$work/data" --json
  has out '"token":"'
  sed 's/.*"token":"\([^"]*\)".*/\1/' "$work/out" >"$work/reader"
  run 0 identity list --data "$work/data" --json
  same "identities" "$(lines "$out")" 2
  start "$work/data" --clock manual
  run 2 account get 1
  run 2 account get 1 --token wrong
  run 0 account get 1 --token-file "$work/token"
  DAYBOOK_TOKEN=$(cat "$work/reader") run 0 account get 1
  run 1 account create --id 77 --ledger 978 --code 1 --token-file "$work/reader"
  has err "not_authorised"
  run 0 account create --id 77 --ledger 978 --code 1 --token-file "$work/token"
  stop
  run 0 identity remove till-1 --data "$work/data"
  run 1 identity remove nobody --data "$work/data"
}

help_and_usage
start "$work/data" --clock manual
ledgers
accounts
transfers
imports
exports
administration
stop
moved_to_another_engine
offline
identities

echo "$checks checks, $failures failed"
[ "$failures" -eq 0 ]
