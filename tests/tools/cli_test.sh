#!/usr/bin/env bash
# Every command of the binary against a real engine on an empty directory: what it prints, what it
# exits with, and that what it says is so.
#
# Usage: tests/tools/cli_test.sh PATH-TO-DAYBOOK
set -u

daybook=$1
# shellcheck source=tests/tools/cli_steps.sh
source "$(dirname "$0")/cli_steps.sh"

help_and_usage() {
  local command
  run 0 --version
  has out "daybook "
  run 0 --help
  for command in serve verify replay state dump bench check-acks backup restore archive diff load "ledger put" "ledger list" \
    "account create" "account get" "account list" "account history" "account balances" \
    "account limits" "account freeze" "account unfreeze" "account close" "account reopen" \
    "transfer create" "transfer get" "transfer post" "transfer void" "transfer reverse" \
    "hold get" "name put" "name get" "stream append" "stream read" "stream list" bundle tail "checkpoint put" "checkpoint list" "checkpoint delete" "query accounts" "query transfers" \
    oplog trace trial-balance \
    "import accounts" "import transfers" "export accounts" "export transfers" \
    "identity add" "identity list" "identity remove" \
    "admin digest" "admin head" "admin snapshot" "admin advance-clock" "admin accept-clock" rebuild repair "saga check"; do
    # shellcheck disable=SC2086
    run 0 $command --help
    has out "xample"
    has out "--json"
  done
  run 2
  run 2 account
  run 2 account get
  run 2 nonsense
  has err "there is no command \"nonsense\"; daybook --help lists them"
  run 2 account get 1 --nonsense
  run 2 account get 1 --connect nonsense
  has err "nonsense"
  run 2 account get 1 --connect 127.0.0.1:1
  has err "127.0.0.1"
}

saga_definitions() {
  local sagas
  sagas=$(dirname "$0")/../../tools/demo/sagas
  run 0 saga check "$sagas/payOrder.json"
  has out "The pivot is 'charge'"
  has out "reserve (release the hold), initiate (end the payment)"
  run 0 saga check --json "$sagas/createOrder.json"
  has out '"good":true,"name":"createOrder"'
  echo '{"name":"x","version":1,"deadline_ms":9,"steps":[{"id":"a","kind":"remote.call","type":"t","class":"readonly"}]}' \
    >"$work/saga.json"
  run 1 saga check "$work/saga.json"
  has out "steps[0].timeout_ms: a remote step needs a time-out"
  run 1 saga check --json "$work/saga.json"
  has out '{"path":"steps[0].timeout_ms","what":"a remote step needs a time-out"}'
  run 2 saga check "$work/none.json"
  has err "none.json"
  run 2 saga check
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
  has out '"events":13'
  run 0 export transfers "$work/t.csv"
  has out "127 transfers"
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
  has out '"created":127'
  run 0 export transfers --for-import
  same "the second engine's transfers" "$out" "$(cat "$work/t-import.csv")"
  stop
}

# Two people of a shop's day: what is held, captured, given back. Accounts 601 (the bank), 602 (a
# customer, who cannot overdraw), 603 (the shop).
holds() {
  run 0 account create --id 601 --ledger 978 --code 60
  run 0 account create --id 602 --ledger 978 --code 61 --debits-must-not-exceed-credits --user 602
  run 0 account create --id 603 --ledger 978 --code 62
  run 0 transfer create --debit 601 --credit 602 --amount 100 --ledger 978 --code 5
  run 0 transfer create --id 700 --debit 602 --credit 603 --amount 80 --ledger 978 --code 6 \
    --pending --timeout 2h --business name:order-7 --trace 0af7651916cd43dd8448eb211c80319d
  run 0 hold get 700 --json
  has out '"state":"open","amount":"80.00","posted":"0.00","held":"80.00"'
  has out '"owner":"0"'
  run 1 transfer create --id 701 --debit 602 --credit 603 --amount 30 --ledger 978 --code 6
  has out "exceeds_credits"
  has err "too little"
  has err "new id"
  run 0 transfer post 700 --amount 30.00 --keep-remainder --id 702
  has out "30.00 posted; hold 700 is open: 30.00 of 80.00 posted, 50.00 still held"
  run 0 transfer post 700 --amount 30.00 --keep-remainder --id 702 --json
  has out '"id":"702","status":"exists"'
  run 2 transfer post 700 --keep-remainder
  has err "--amount"
  run 2 transfer post 700 --amount 1.001
  has err "decimals"
  run 1 transfer post 700 --amount 60
  has out "exceeds_pending_transfer_amount"
  has err "hold get"
  run 0 transfer post 700 --amount 20
  has out "20.00 posted; hold 700 is posted: 50.00 of 80.00 posted, 0.00 still held"
  run 1 transfer post 700
  has out "pending_transfer_already_posted"
  run 0 account get 602 --json
  has out '"debits_pending":"0.00","debits_posted":"50.00"'
  run 1 transfer post 404
  has out "pending_transfer_not_found"
  run 1 transfer post 404 --amount 1
  has err "nothing was sent"
  voids
  run 1 hold get 702 name:nothing 700
  has out "posted"
  has err "no pending transfer 702"
  has err "no pending transfer name:nothing ("
  run 1 hold get 404 --json
  has out '"found":false'
}

voids() {
  run 0 transfer create --id 710 --debit 602 --credit 603 --amount 5 --ledger 978 --code 6 --pending
  run 1 transfer void 710 --amount 4
  has out "pending_transfer_has_different_amount"
  run 0 transfer void 710 --amount 5 --id 711
  has out "5.00 released; hold 710 is voided"
  run 0 transfer void 710 --id 711
  has out "exists"
  run 1 transfer void 710
  has out "pending_transfer_already_voided"
  run 0 hold get 710 --json
  has out '"resolved_by":"711"'
}

expiry() {
  # After the balancing transfer, which would leave this money out if it were still held: an import
  # knows nothing of the release.
  run 0 transfer create --debit 601 --credit 602 --amount 7 --ledger 978 --code 5
  run 0 transfer create --id 720 --debit 602 --credit 603 --amount 7 --ledger 978 --code 6 \
    --pending --timeout 30s
  run 0 admin advance-clock 29000000000
  run 0 hold get 720
  has out "open"
  run 0 admin advance-clock 1000001000
  run 0 hold get 720 --json
  has out '"state":"expired","amount":"7.00","posted":"0.00","held":"0.00"'
  run 1 transfer post 720
  has out "pending_transfer_expired"
  run 0 account get 602 --json
  has out '"debits_pending":"0.00"'
  run 2 transfer create --debit 602 --credit 603 --amount 7 --ledger 978 --code 6 --pending \
    --timeout soon
  has err "such as 30s"
}

names() {
  run 0 account create --id name:kiosk --ledger 978 --code 70 --business name:market --json
  local kiosk
  kiosk=$(sed 's/.*"id":"\([0-9]*\)".*/\1/' <<<"$out")
  run 0 name get account "$kiosk" --json
  has out '"text":"kiosk","found":true'
  run 0 name get business name:market
  has out "market"
  run 0 account create --id 701 --name 'Kassa 1' --ledger 978 --code 70
  run 0 account create --name stall --ledger 978 --code 70
  run 0 account get name:stall --names
  has out "stall "
  run 1 account create --id 704 --name x --business name:y --ledger 978 --code 0
  has out "code_must_not_be_zero"
  run 0 name get account 704
  run 1 account create --id 701 --name other --ledger 978 --code 70
  has err "name_conflict"
  run 2 account create --id 705 --name "$(printf 'a\tb')" --ledger 978 --code 70
  has err "field 'name'"
  run 0 name put user 'Ada Lovelace' --id 1815
  has out "created"
  run 0 name put user 'Ada Lovelace' --id 1815 --json
  has out '"kind":"user","id":"1815","text":"Ada Lovelace","status":"exists"'
  run 1 name put user Ada --id 1815
  has out "name_conflict"
  has err "name get"
  run 2 name put user Ada
  has err "--id"
  run 2 name put user Ada --id 0x10000000000000000
  run 2 name put animal dog
  has err "animal"
  run 1 name get account 701 702 --json
  has out '"found":false'
  has err "702 has no name"
  run 2 name get account 1x
  run 0 transfer create --id 760 --name 'sale 1' --debit 701 --credit name:kiosk --amount 3 \
    --ledger 978 --code 7 --user 1815 --business name:market
  run 0 account list --all --names --json
  has out '"names":{"id":"kiosk","business_id":"market"}'
  has out '"names":{"id":"Kassa 1"}'
  run 0 account history 701 --names
  has out "sale 1 760"
  has out "kiosk $kiosk"
  run 0 query transfers --business name:market --names --json
  has out '"names":{"id":"sale 1","debit_account_id":"Kassa 1","credit_account_id":"kiosk","business_id":"market","user_id":"Ada Lovelace"}'
  run 0 transfer get 760 --json
  same "lines with names where none were asked for" "$(grep -c '"names"' <<<"$out")" 0
  run 0 account balances 701 --names
  has out "sale 1 760"
  run 0 query accounts --code 70 --names
  has out "Kassa 1 701"
  printf 'id,ledger,code,name\n702,978,70,Kassa 2\n' >"$work/named.csv"
  run 0 import accounts "$work/named.csv"
  run 0 account get 702 --names
  has out "Kassa 2 702"
}

reversals() {
  run 0 transfer reverse 702 --amount 12.00 --id 730
  has out "12.00 moved back, from account 603 to account 602"
  run 0 transfer reverse 702 --amount 12.00 --id 730
  has out "exists"
  run 0 transfer reverse 702
  has out "18.00 moved back"
  run 1 transfer reverse 702
  has out "reversal_exceeds_original"
  run 1 transfer reverse 700
  has out "reversal_target_not_posted"
  has err "by the id of its post"
  run 1 transfer reverse 404
  has out "reversal_target_not_found"
  run 0 transfer get 730
  has out "of transfer"
  has out "702"
}

kinds_of_transfers() {
  run 0 transfer create --id 740 --debit 602 --credit 603 --amount 9999 --ledger 978 --code 6 \
    --balancing-debit
  run 0 transfer get 740 --json
  has out '"amount":"80.00"'
  has out '"balancing_debit"'
  run 0 transfer create --id 741 --debit 603 --credit 601 --amount 0 --ledger 978 --code 6 \
    --pending --flag closing_debit
  run 0 account get 603
  has out "closed"
  run 1 transfer create --debit 601 --credit 603 --amount 1 --ledger 978 --code 6
  has out "credit_account_already_closed"
  run 0 transfer void 741
  run 0 account get 603 --json
  has out '"flags":[]'
  run 1 transfer create --debit 601 --credit 603 --amount 1 --ledger 978 --code 6 --closing-credit
  has out "closing_transfer_must_be_pending"
  local hold='"debit_account_id": "601", "credit_account_id": "603", "ledger": 978, "code": 6'
  printf '{"id": "743", %s, "amount": "6.00", "timeout": "5m", "flags": ["pending", "linked"]}\n{"id": "744", "pending_id": "743", "amount": "4.00", "flags": ["post_pending_transfer"]}\n' \
    "$hold" >"$work/hold.jsonl"
  # An amount is read by the ledger's scale, and this post does not name its ledger.
  run 2 transfer create --file "$work/hold.jsonl"
  has err "line 2: field 'amount'"
  sed -i 's/"amount": "4.00"/"amount_minor": "400"/' "$work/hold.jsonl"
  run 0 transfer create --file "$work/hold.jsonl" --json
  run 0 hold get 743 --json
  has out '"state":"posted","amount":"6.00","posted":"4.00"'
}

operators() {
  run 0 account limits 601 --minimum=-1000.00 --reason "credit line" --json
  has out '"change":"set_limits","status":"changed"'
  run 0 account limits 601 --minimum -50 --maximum 0 --reason "less"
  has out "outside_limits"
  has err "only moves that bring it back"
  run 1 transfer create --debit 601 --credit 602 --amount 1 --ledger 978 --code 5
  has out "below_minimum"
  run 1 account limits 601 --minimum 2 --maximum 1 --reason "wrong"
  has out "minimum_must_not_exceed_maximum"
  run 2 account limits 601 --minimum 0.001 --reason "too fine"
  run 2 account limits 601 --reason "which?"
  run 2 account limits 601 --minimum 1
  run 1 account limits 404 --minimum 1 --reason "whose?"
  has err "no account 404"
  run 0 account limits 601 --clear --reason "paid"
  run 0 transfer create --id 750 --debit 601 --credit 602 --amount 10 --ledger 978 --code 5
  run 0 account freeze 602 --debits --reason "case 4711"
  run 0 account get 602
  has out "debits_frozen"
  run 1 transfer create --debit 602 --credit 603 --amount 1 --ledger 978 --code 5
  has out "debit_account_frozen"
  has err "unfreeze"
  run 1 transfer reverse 750 --amount 1
  run 0 transfer reverse 750 --amount 1 --reason "wrong customer"
  run 0 account unfreeze 602 --reason "case closed"
  run 1 account close 603 404 --reason "left"
  has out "changed"
  has err "account 404: account_not_found"
  run 1 transfer create --debit 601 --credit 603 --amount 1 --ledger 978 --code 5
  has out "credit_account_already_closed"
  run 0 account reopen 603 --reason "back"
  run 0 transfer create --debit 601 --credit 603 --amount 1 --ledger 978 --code 5
}

queries() {
  run 0 account history 602 --json
  same "transfers of 602" "$(lines "$out")" 13
  run 0 account history 602 --credits --json
  same "credits of 602" "$(lines "$out")" 5
  run 0 account history 602 --debits --limit 2 --newest-first --json
  same "a page of debits" "$(lines "$out")" 2
  has err "--limit"
  run 0 account history 602 --from 1970-01-01T00:00:30Z --code 5 --json
  same "later, of one code" "$(lines "$out")" 2
  run 0 account history 602 --business name:order-7 --all
  has out "keep_remainder"
  run 1 account history 404
  has err "no account"
  run 2 account history 602 --tag 0
  has err "--tag"
  run 2 account history 602 --from 2 --to 1
  run 0 query transfers --business name:order-7 --json
  same "of the order: hold, posts, reversals" "$(lines "$out")" 5
  run 0 query transfers --trace 0af7651916cd43dd8448eb211c80319d --newest-first --limit 1 --json
  has out '"flags":["reversal"]'
  run 0 query transfers --ledger 392
  has out "Nothing matches"
  run 0 query transfers --all --json
  run 0 query accounts --code 60 --json
  same "accounts of code 60" "$(lines "$out")" 1
  run 0 query accounts --user 602 --from 0
  has out "debits_must_not_exceed_credits"
  run 2 query accounts --code 0
  run 2 query transfers --limit 0
  run 0 account balances 602 --newest-first --limit 1 --json
  has out '"debits_posted":"'
  run 0 account balances 602 --json
  same "a balance a transfer" "$(lines "$out")" 13
  run 1 account balances 404
  run 0 trial-balance
  has out "978 EUR"
  has out "debits = credits in every ledger"
  run 0 trial-balance --json
  same "ledgers" "$(lines "$out")" 2
  has out '"balanced":true'
}

# A ledger that begins with the history of another system: imported events keep their timestamps.
imported_history() {
  start "$work/history" --clock manual --holds-max 3
  run 0 admin advance-clock 10000000000
  run 0 ledger put 978 --name EUR --scale 2 --kind currency
  printf 'id,ledger,code,flags,timestamp\n1,978,1,imported,1970-01-01T00:00:01Z\n2,978,1,imported,1970-01-01T00:00:02Z\n3,978,1,,\n' \
    >"$work/history.csv"
  run 0 import accounts "$work/history.csv"
  run 0 account create --id 4 --ledger 978 --code 1 --json
  printf 'id,debit_account_id,credit_account_id,amount,ledger,code,flags,pending_id,timeout,timestamp\n11,1,2,5.00,978,1,imported,,,1970-01-01T00:00:03Z\n12,1,2,6.00,978,1,imported|pending,,,1970-01-01T00:00:04Z\n13,1,2,7.00,978,1,pending,,90,\n14,,,2.00,978,,post_pending_transfer|keep_remainder,12,,\n15,,,0,,,reversal,11,,\n' \
    >"$work/moves.csv"
  run 0 import transfers "$work/moves.csv" --json
  has out '"created":5'
  run 0 import transfers "$work/moves.csv" --json
  has out '"existed":5'
  run 0 transfer get 11 --json
  has out '"timestamp":"3000000000"'
  run 1 transfer create --id 16 --debit 1 --credit 2 --amount 1 --ledger 978 --code 1 --imported \
    --timestamp 1970-01-01T00:00:05Z
  has out "imported_event_timestamp_must_not_regress"
  run 0 hold get 12 13 --json
  same "holds" "$(lines "$out")" 2
  run 0 transfer create --debit 1 --credit 2 --amount 1 --ledger 978 --code 1 --pending
  run 1 transfer create --debit 1 --credit 2 --amount 1 --ledger 978 --code 1 --pending
  has err "--holds-max"
  run 0 transfer void 13
  run 0 transfer create --debit 1 --credit 2 --amount 1 --ledger 978 --code 1 --pending
  run 0 export transfers --for-import "$work/history-import.csv"
  stop
}

# alike ARGUMENT...: the running engine and its journal say the same, in both forms.
alike() {
  local form live
  for form in "" --json; do
    # shellcheck disable=SC2086
    run 0 "$@" $form
    live=$out
    # shellcheck disable=SC2086
    run 0 "$@" $form --data "$work/oplog"
    same "$* $form, online and offline" "$out" "$live"
  done
  out=$live
}

# The operation log, traces, and the past, from the engine and from its journal.
operation_log() {
  local trace=4bf92f3577b34da6a3ce929d0e0e4736 random then sequence
  start "$work/oplog" --clock manual --log-refusals
  run 0 admin advance-clock 10000000000
  run 0 ledger put 978 --name EUR --scale 2 --kind currency
  run 0 account create --id 1 --ledger 978 --code 1 --user 7
  run 0 account create --id 2 --ledger 978 --code 1 --debits-must-not-exceed-credits
  run 0 name put user "Ada Lovelace" --id 7
  run 0 transfer create --id 10 --debit 1 --credit 2 --amount 100 --ledger 978 --code 1 \
    --trace "00-$trace-00f067aa0ba902b7-01" --business name:order-7
  run 1 transfer create --id 11 --debit 2 --credit 1 --amount 999 --ledger 978 --code 1 \
    --trace $trace
  has err "exceeds_credits"
  has err "(trace $trace)"
  says "(trace $trace): 1 of 1 events, the first is 0: exceeds_credits; sequence "
  run 0 transfer create --id 12 --debit 2 --credit 1 --amount 50 --ledger 978 --code 1 --pending \
    --timeout 5 --trace $trace --json
  sequence=$(sed 's/.*"sequence":"\([0-9]*\)".*/\1/' <<<"$out")
  run 0 transfer post 12 --id 13 --amount 20 --keep-remainder
  run 0 account freeze 2 --debits --reason "for the record"
  run 0 account limits 2 --minimum=-5 --maximum 900 --reason "for the record"
  run 0 admin advance-clock 6000000000
  run 0 transfer reverse 13 --amount 8 --reason "unhappy"
  run 1 ledger put 978 --name USD --scale 2 --kind currency
  has err "(trace "
  random=$(sed -n 's/.*(trace \([0-9a-f]\{32\}\)).*/\1/p' "$work/err")
  run 1 account get 404
  alike oplog
  same "operations" "$(lines "$out")" 15
  has out '"who":"engine: expiry"'
  alike oplog --newest-first --limit 3
  alike oplog --business name:order-7 --facts
  has out '"names":{"business_id":"order-7"}'
  same "operations of a business id" "$(lines "$out")" 1
  alike oplog --user 7
  has out '"user_id":"Ada Lovelace"'
  alike oplog --refused --facts
  has out '"status":"exceeds_credits","status_number":54'
  has out '"request":{"id":"11"'
  alike oplog --kind change_accounts --from 1970-01-01T00:00:10Z --to 1970-01-01T00:00:11Z
  same "changes" "$(lines "$out")" 2
  has out '"reason":"for the record"'
  alike oplog --follows 12 --facts
  same "what became of the hold" "$(lines "$out")" 2
  alike oplog --trace "$random"
  same "the trace that the client made" "$(lines "$out")" 1
  run 0 oplog --status malformed
  has out "Nothing matches."
  run 2 oplog --status nonsense
  run 2 oplog --trace 0
  run 1 oplog --from-sequence 5 --to-sequence 4
  run 2 oplog --data "$work/missing"
  run 0 oplog --data "$work/oplog" --from-sequence 9999
  alike trace $trace
  same "operations of the trace, and what became of it" "$(lines "$out")" 6
  has out '"release":{"id":"12"'
  has out '"authority":"operator"'
  run 0 trace $trace
  has out "hold 12"
  has out "release of 12: expired"
  has out "reversal"
  has out "by engine: expiry"
  run 1 trace 77
  has err "nothing was done under trace"
  past "$sequence"
  stop
}

# The engine's past is that of a replay which stops there.
past() {
  local at
  for at in 1 5 10 "$1" 18 22 25; do
    run 0 state "$work/oplog" --trial-balance --json --at-sequence "$at"
    same "totals at $at" "$("$daybook" trial-balance --json --at-sequence "$at" | sort)" \
      "$(sort <<<"$out")"
    timeout 60 "$daybook" state "$work/oplog" --account 1 --account 2 --at-sequence "$at" \
      >"$work/replayed" 2>"$work/replayed.err"
    timeout 60 "$daybook" account get 1 2 --at-sequence "$at" >"$work/asked" 2>"$work/asked.err"
    same "accounts at $at" "$(cat "$work/asked" "$work/asked.err")" \
      "$(cat "$work/replayed" "$work/replayed.err")"
  done
  run 0 account get 2 --at-sequence "$1" --json
  has out '"debits_pending":"50.00","debits_posted":"0.00"'
  has out '"flags":["debits_must_not_exceed_credits"]'
  run 0 account get 2 --at-time 1970-01-01T00:00:12Z --json
  has out '"debits_pending":"30.00","debits_posted":"20.00"'
  has out 'debits_frozen'
  has out '"minimum":"-5.00","maximum":"900.00"'
  run 0 hold get 12 --at-sequence "$1" --json
  has out '"state":"open","amount":"50.00","posted":"0.00","held":"50.00"'
  run 0 hold get 12 --at-time 1970-01-01T00:00:12Z --json
  has out '"state":"open","amount":"50.00","posted":"20.00","held":"30.00"'
  run 0 hold get 12 --json
  has out '"state":"expired"'
  run 1 hold get 12 --at-sequence 3
  run 1 account get 1 --at-sequence 2
  has err "there was no account 1 at sequence"
  run 2 account get 1 --at-sequence 2 --at-time 5
  run 2 account get 1 --at-sequence 0
  run 2 account get 1 --at-sequence 999999
  has err "the journal does not reach the sequence"
  run 0 trial-balance --at-time 1970-01-01T00:00:12Z
  has out "30.00"
  run 2 trial-balance --at-time nonsense
}

administration() {
  run 0 admin digest --json
  has out '"digest":"'
  digest=$out
  run 0 admin digest
  run 0 admin head --json
  has out '"head":null'
  run 0 admin head
  has out "no segment was sealed"
  run 1 admin accept-clock --reason "nothing to accept"
  has err "clock_not_held"
  run 0 admin advance-clock 1000000000 --json
  has out '"timestamp":"'
  run 0 transfer create --id 900 --debit 1 --credit 3 --amount 1 --ledger 978 --code 1 --json
  run 2 admin advance-clock -5
  run 0 transfer create --id 901 --debit 601 --credit 603 --amount 12 --ledger 978 --code 6 --pending
  run 0 account limits 601 --minimum=-2000 --reason "for the record"
  run 0 account freeze 602 --credits --reason "for the record"
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
  run 0 dump "$work/data" --kind name
  has out '"id":"701"'
  has out '"name_kind":"account","text":"Kassa 1"'
  run 0 dump "$work/data" --kind hold_released
  has out '"id":"720"'
  has out '"amount_minor":"700"'
  run 0 dump "$work/data" --kind account_change
  has out '"change":"set_limits","minimum_minor":"-100000"'
  has out '"change":"freeze"'
  run 0 dump "$work/data" --kind operation
  has out '"reason":"case 4711"'
  run 0 dump "$work/data" --kind transfer
  has out '"note":{"authority":"operator","overrode":["frozen_debit"]'
  run 0 state "$work/data" --holds
  has out "901"
  has out "12.00"
  run 0 state "$work/data" --holds --json
  same "open holds" "$(lines "$out")" 1
  run 0 state "$work/data" --account 601 --json
  has out '"minimum":"-2000.00"'
  has out '"flags":[]'
  run 0 state "$work/data" --account 602 --account 603
  has out "credits_frozen"
  run 0 state "$work/data" --trial-balance --json
  has out '"debits_pending":"12.00","credits_pending":"12.00","balanced":true'
}

# head_of JSON: the text of the newest head.
head_of() { sed 's/.*"newest_head":{"head":"\([^"]*\)".*/\1/' <<<"$1"; }

journal_files() {
  local digest sequence head
  run 0 verify "$work/data" --head --json
  head=$(head_of "$out")
  sequence=$(sed 's/.*@\([0-9]*\):.*/\1/' <<<"$head")
  run 0 replay "$work/data" --digest
  digest=$out
  run 0 verify "$work/data" --head
  has out "head $head"
  run 0 verify "$work/data" --expect-head "$head"
  has out "PROVEN"
  run 1 verify "$work/data" --expect-head "${head%?????}00000"
  has out "NOT PROVEN"
  run 2 verify "$work/data" --expect-head "nonsense"

  run 0 backup --data "$work/data" "$work/backup"
  has out "$digest"
  has out "verified"
  run 2 backup --data "$work/data" "$work/backup"
  run 0 replay "$work/backup" --digest
  same "digest of the backup" "$out" "$digest"
  run 2 serve --data "$work/backup" --listen 127.0.0.1:0
  has err "daybook restore"
  run 0 restore "$work/backup" "$work/restored" --json
  has out '"parent_sequence":"'"$sequence"'"'
  run 2 restore "$work/backup" "$work/restored"
  run 0 replay "$work/restored" --until-sequence "$sequence" --digest
  same "digest of what was restored" "$out" "$digest"
  run 0 verify "$work/restored" --expect-head "$head"
  run 0 dump "$work/restored" --kind segment_opened
  has out '"parent":{"how":"restored"'

  run 0 replay "$work/data" --until-sequence 20 --fork "$work/forked"
  has out "goes on from sequence"
  run 0 verify "$work/forked"
  run 2 replay "$work/data" --until-sequence 99999999 --fork "$work/not-there"

  "$daybook" dump "$work/data" --portable >"$work/dump.jsonl"
  run 0 load "$work/dump.jsonl" "$work/loaded"
  run 0 replay "$work/loaded" --until-sequence "$sequence" --digest
  same "digest of what was loaded" "$out" "$digest"
  head -c 5000 "$work/dump.jsonl" >"$work/half.jsonl"
  run 1 load "$work/half.jsonl" "$work/loaded-half"
  has err "line "

  run 0 diff "$work/data" --from 20
  has out "Accounts"
  has out "operations"
  run 0 diff "$work/data" --from 20 --to "$sequence" --json
  has out '"change":"summary"'
  run 2 diff "$work/data" --from 20 --to 10
  run 2 diff "$work/data" --from yesterday

  run 0 archive "$work/data" --to "$work/archive" --copy
  has out "No sealed segment"
  run 0 verify "$work/data" --archive "$work/archive"

  # What was restored serves, and goes on by itself.
  start "$work/restored" --clock manual
  run 0 transfer create --debit 1 --credit 3 --amount 1 --ledger 978 --code 1
  run 0 admin digest
  live=$out
  stop
  run 0 replay "$work/restored" --digest
  same "replayed and live digest of what was restored" "$out" "$live"
  run 0 verify "$work/restored" --expect-head "$head"
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
  run 1 account freeze 1 --reason "may I?" --token-file "$work/token"
  has err "not_authorised"
  run 0 account create --id 77 --ledger 978 --code 1 --token-file "$work/token"
  stop
  run 0 identity remove till-1 --data "$work/data"
  run 1 identity remove nobody --data "$work/data"
}

# A session that is open when its identity is removed: an import that waits for more lines.
removed_while_connected() {
  local code import_pid reader
  reader=$(cat "$work/reader")
  run 0 identity add till-3 --role gateway --data "$work/data"
  cp "$work/out" "$work/token"
  start "$work/data" --clock manual
  mkfifo "$work/lines"
  "$daybook" import transfers "$work/lines" --batch 1 --in-flight 1 --token-file "$work/token" \
    >"$work/import.out" 2>"$work/import.err" &
  import_pid=$!
  exec 8>"$work/lines"
  printf 'id,debit_account_id,credit_account_id,amount,ledger,code\n%s\n%s\n' \
    5001,501,502,1,978,1 5002,501,502,1,978,1 >&8
  until "$daybook" transfer get 5001 --token "$reader" >"$work/out" 2>&1; do
    kill -0 "$import_pid" || break
  done
  run 0 identity remove till-3 --data "$work/data"
  kill -HUP "$engine_pid"
  says "identities read again"
  # The thread that serves this one has ended the other's session before.
  DAYBOOK_TOKEN=$reader run 0 account get 501
  echo 5003,501,502,1,978,1 >&8
  exec 8>&-
  wait "$import_pid"
  code=$?
  err=$(cat "$work/import.err")
  same "exit code of the import" "$code" 2
  has err "not that of an active identity"
  stop
}

addresses() {
  local address
  for address in 0.0.0.0:0 "[::]:0" 127.0.0.1.example.com:0 localhost.example.com:0; do
    run 2 serve --data "$work/open" --listen "$address"
    has err "only a loopback address may be served without identities"
    has err "daybook identity add"
  done
  run 0 identity add till --role gateway --data "$work/open"
  cp "$work/out" "$work/token"
  listen=0.0.0.0:0 start "$work/open"
  run 0 ledger list --token-file "$work/token"
  run 2 ledger list
  has err "Hello carries no token"
  stop
}

threads() {
  local core names name task
  core=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*\([0-9]*\).*/\1/p' /proc/self/status)
  run 2 serve --data "$work/pinned" --pin sequenzer=0
  has err "no thread is called 'sequenzer'"
  run 2 serve --data "$work/pinned" --pin sequencer=1000000
  has err "this process may use the cores"
  run 2 serve --data "$work/pinned" --query-threads 2
  has err "no more than --io-threads, 1"
  start "$work/pinned" --io-threads 2 --query-threads 2 --pin "sequencer=$core,preparer=$core,io=$core"
  names=" "
  for task in "/proc/$engine_pid/task/"*; do
    name=$(cat "$task/comm")
    names+="$name "
    case $name in
      sequencer | preparer | io-0 | io-1)
        same "cores of $name" \
          "$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' "$task/status")" "$core"
        ;;
    esac
  done
  for name in sequencer journaler follower preparer io-0 io-1 query-0 query-1; do
    has names " $name "
  done
  stop
}

full_disk() {
  start "$work/full" --auto-ledgers --low-water 1EiB
  says "the disk is low: new work is refused"
  run 2 account create --id 1 --ledger 1 --code 1
  has err "disk_low"
  run 1 account get 1
  run 0 admin digest
  stop
  start "$work/full" --auto-ledgers
  run 0 account create --id 1 --ledger 1 --code 1
  run 0 account get 1
  stop
}

held_clock() {
  start "$work/clock" --auto-ledgers --clock manual
  run 0 account create --id 1 --ledger 1 --code 1
  stop
  start "$work/clock"
  says "the clock is held: it is 2"
  run 0 account create --id 2 --ledger 1 --code 1 --json
  has out '"timestamp":"'
  stop
  start "$work/clock"
  says "the clock is still held, as it was when the engine stopped"
  run 0 account get 1 2
  run 0 admin accept-clock --reason "the first run had a clock of its own"
  says "the wall clock was accepted at 2"
  run 1 admin accept-clock --reason "nothing to accept any more"
  has err "clock_not_held"
  stop
  start "$work/clock"
  run 1 admin accept-clock --reason "nor after a restart"
  stop
}

# The load harness on engines of its own, small: what its kinds, its reads and its expiring holds
# report, and what it says of options that do not go together.
bench() {
  local kind
  for kind in plain holds pending-30 hot chain-2 chain-10; do
    run 0 bench --transfers 600 --accounts 20 --batch 50 --kind "$kind" --json
    has out "\"kind\":\"$kind\""
    has out '"transfers_created":600'
    has out '"anon_bytes_per_transfer":'
    case $kind in
      holds) has out '"holds":{"made":300,"posted":300,"voided":0,"open_at_end":0}' ;;
      pending-30) has out '"holds":{"made":180,"posted":120,"voided":60,"open_at_end":0}' ;;
      *) has out '"holds":null' ;;
    esac
  done
  run 0 bench --transfers 600 --accounts 20 --kind holds --reads 3
  has out "300 made, 300 posted, 0 voided, 0 open"
  has out "3 reads, 100.0 rows each"
  run 0 bench --transfers 600 --accounts 20 --reads 3 --json
  has out '"account_transfers_2000":{"reads":3,'
  has out '"query_user_id_and_tag":{"reads":3,'
  has out '"expiry":null'
  run 0 bench --transfers 600 --accounts 20 --expiring 70 --json
  has out '"expiry":{"holds":70,'
  has out '"load_covers_releases":'
  run 2 bench --kind nonsense
  has err "pending-30"
  run 2 bench --kind holds --transfers 601
  has err "--transfers 602"
  run 2 bench --kind chain-10 --transfers 15
  has err "--transfers 20"
  run 2 bench --kind chain-10 --batch 9
  has err "--batch 10"
  run 2 bench --kind pending-30 --expiring 10
  has err "leave one of them out"
  run 2 bench --expire-after 5
  has err "--expiring"
  run 2 bench --expiring 10 --expire-after 1
  has err "--expire-after"
  run 2 bench --reads -1
  has err "--reads"
}

streams() {
  run 0 stream append --aggregate-type order-note --aggregate name:4711 --type note_added \
    --data 'call back on Monday' --expect-version none --content-type text/plain --id 901
  has out "created"
  run 0 stream append --aggregate-type order-note --aggregate name:4711 --type note_added \
    --data 'call back on Monday' --expect-version none --content-type text/plain --id 901 --json
  has out '"index":0,"id":"901","status":"exists","timestamp":"'
  run 1 stream append --aggregate-type order-note --aggregate name:4711 --type note_added \
    --data 'call back on Tuesday' --content-type text/plain --id 901
  has err "exists_with_different_payload"
  has err "a new event takes a new id"
  run 1 stream append --aggregate-type order-note --aggregate name:4711 --type x --expect-version none
  has err "version_mismatch"
  printf '\x00\xff' >"$work/payload"
  run 0 stream append --aggregate-type order-note --aggregate name:4711 --type scanned \
    --data-file "$work/payload" --expect-version 1 --business name:order-7 --json
  has out '"status":"created"'
  has out '"version":2,"sequence":"'
  cat >"$work/events.jsonl" <<'END'
{"id":"910","aggregate_type":"order-note","aggregate":"name:4711","type":"note_added","data":{"by":"Ada"},"expect_version":2}
{"id":"911","aggregate_type":"cart","aggregate":"name:c-1","type":"opened","expect_version":"none"}

{"id":"912","aggregate_type":"cart","aggregate":"name:c-1","type":"filled","data_hex":"00","expect_version":1}
END
  run 0 stream append --file "$work/events.jsonl"
  same "events created" "$(grep -c created <<<"$out")" 3
  run 0 stream append --file "$work/events.jsonl" --json
  same "events that exist" "$(grep -c '"exists"' <<<"$out")" 3
  sed -e 's/"91/"92/' -e 's/expect_version":2/expect_version":3/' -e 's/c-1/c-2/' \
    -e '$ s/version":1/version":7/' "$work/events.jsonl" >"$work/more.jsonl"
  run 1 stream append --file "$work/more.jsonl"
  has out "linked_event_failed"
  has err "event 2: version_mismatch"
  run 2 stream append --file "$work/missing.jsonl"
  run 2 stream append --aggregate-type cart --aggregate name:c-1
  has err "needs a type"
  run 2 stream append --aggregate-type cart --aggregate c-1 --type x
  has err "not an id"

  run 0 stream read --aggregate-type order-note --aggregate name:4711 --json
  same "events of a stream" "$(lines "$out")" 3
  has out '"data":"call back on Monday"'
  has out '"data_hex":"00ff"'
  has out '"data":"{\"by\":\"Ada\"}"'
  has out '"content_type":"application/json"'
  has out '"names":{"aggregate_type":"order-note","aggregate":"4711","event_type":"scanned","business":"order-7"}'
  run 0 stream read --aggregate-type order-note --aggregate name:4711 --version-from 2 --version-to 2
  has out "scanned"
  same "one version" "$(lines "$out")" 2
  run 0 stream read --aggregate-type order-note --newest-first --limit 1 --json
  has out '"version":3'
  has err "--limit"
  run 0 stream read --type opened --json
  same "events of a type" "$(lines "$out")" 1
  run 0 stream read --all --json
  same "all events" "$(lines "$out")" 5
  run 0 stream read --type nothing-like-it
  has out "Nothing matches."
  run 1 stream read --aggregate name:4711
  has err "aggregate_id needs its aggregate_type"
  run 2 stream read --version-from 0 --aggregate-type cart --aggregate name:c-1
  has err "--version-from"
  run 0 stream list
  has out "order-note"
  has out "cart"
  run 0 stream list --aggregate-type cart --json
  same "streams of a type" "$(lines "$out")" 1
  has out '"version":2,"sequence":"'
}

orders_and_payments() {
  run 0 account create --id 901 --ledger 978 --code 10
  run 0 account create --id 902 --ledger 978 --code 10
  run 0 order create 4711 --sku tea --quantity 3 --amount 12.50 --ledger 978 --user 7
  has out "created"
  run 0 order create 4711 --sku tea --quantity 3 --amount 12.50 --ledger 978 --user 7
  has out "exists"
  run 1 order create 4711 --sku tea --quantity 4 --amount 12.50 --ledger 978 --user 7
  has err "exists_with_different_payload"
  run 1 order ship 4711 --tracking T-1
  has err "order_not_paid: Only a paid order is shipped"
  run 0 payment initiate 9001 --order 4711 --amount 12.50 --ledger 978 --channel card
  run 0 payment authorise 9001 --external-reference pi_77
  cat >"$work/pay.json" <<'END'
{"transfers": [{"id": "9101", "debit_account_id": "901", "credit_account_id": "902", "amount": "12.50", "ledger": 978, "code": 1}],
 "commands": [{"command": "payment.capture", "id": "9201", "payment": "9001", "amount": "12.50", "ledger": 978, "transfer": "9101"},
              {"command": "order.pay", "id": "9202", "order": "4711", "subject": 9001, "transfer": "9101"}]}
END
  sed 's/"amount": "12.50", "ledger": 978, "code"/"amount": "12.00", "ledger": 978, "code"/' "$work/pay.json" >"$work/less.json"
  run 1 bundle --file "$work/less.json"
  has err "event 0: transfer_has_different_amount"
  run 1 transfer get 9101
  run 0 bundle --file "$work/pay.json"
  same "pay created" "$(grep -c created <<<"$out")" 3
  run 0 bundle --file "$work/pay.json"
  same "pay exists" "$(grep -c exists <<<"$out")" 3
  run 0 order get 4711 --json
  has out '"id":"4711","state":"paid","sku":"tea","quantity":"3","amount":"12.50"'
  has out '"payment_id":"9001"'
  paid_at=$(sed -n 's/.*"as_of":"\([0-9]*\)".*/\1/p' <<<"$out")
  run 0 order ship 4711 --tracking T-1
  run 0 order complete 4711
  run 1 order cancel 4711 --reason late
  has err "order_not_cancellable"
  run 0 order get 4711
  has out "completed"
  has out "T-1"
  run 0 order get 4711 --at-sequence "$paid_at" --json
  has out '"state":"paid"'
  run 0 payment refund 9001 --refund 1 --amount 2.50 --reason damaged
  run 1 payment refund 9001 --refund 2 --amount 10.01
  has err "refund_exceeds_captured"
  run 0 payment refund-succeeded 9001 --refund 1
  run 0 payment dispute 9001 --dispute 1 --amount 12.50
  run 0 payment dispute-won 9001 --dispute 1
  run 0 payment settle 9001
  run 0 payment get 9001 --json
  has out '"state":"settled","order_id":"4711","amount":"12.50","captured":"12.50","refunded":"2.50"'
  has out '"claims":[{"kind":"refund","id":"1","state":"succeeded","amount":"2.50"'
  has out '{"kind":"dispute","id":"1","state":"won","amount":"12.50"'
  run 0 payment get 9001
  has out "pi_77"
  run 1 payment get 9001 9009
  has err "there is no payment 9009"
  run 1 payment void 9001
  has err "payment_not_voidable"
  run 0 stream read --aggregate-type order --aggregate 4711 --json
  same "events of an order" "$(lines "$out")" 4
  run 1 stream append --aggregate-type order --aggregate 4711 --type note
  has err "aggregate_type_reserved"
  echo '{"commands": [{"command": "order.fly", "order": "1"}]}' >"$work/fly.json"
  run 2 bundle --file "$work/fly.json"
  has err "there is no command 'order.fly'"
  run 0 stream read --aggregate-type order --aggregate 4711
  has out "OrderPaid"
  # For offline_streams.
  run 0 order get 4711 --json
  order_by_engine=${out%,\"as_of\"*}
  run 0 payment get 9001 --json
  payment_by_engine=${out%,\"as_of\"*}
}

bundles() {
  run 0 account create --id 801 --ledger 978 --code 10
  run 0 account create --id 802 --ledger 978 --code 10 --flag debits_must_not_exceed_credits
  cat >"$work/paid.json" <<'END'
{"transfers": [{"id": "8001", "debit_account_id": "801", "credit_account_id": "802", "amount": "12.50", "ledger": 978, "code": 1},
               {"id": "8002", "debit_account_id": "802", "credit_account_id": "801", "amount": "2.50", "ledger": 978, "code": 1}],
 "events": [{"id": "8001", "aggregate_type": "basket", "aggregate": "name:4711", "type": "paid", "expect_version": "none", "data": {"by": "card"}}]}
END
  run 0 bundle --file "$work/paid.json"
  has out "transfer 1"
  has out "event 0"
  same "bundle created" "$(grep -c created <<<"$out")" 3
  run 0 bundle --file "$work/paid.json" --json
  same "bundle exists" "$(grep -c '"status":"exists"' <<<"$out")" 3
  has out '"part":"event","index":0,"id":"8001","status":"exists","timestamp":"'
  sed 's/"800/"801/g' "$work/paid.json" >"$work/again.json"
  run 1 bundle --file "$work/again.json"
  has err "event 0: version_mismatch"
  run 1 transfer get 8011
  sed -e 's/"800/"802/g' -e 's/"2.50"/"99.00"/' -e 's/"none"/1/' "$work/paid.json" >"$work/poor.json"
  run 1 bundle --file "$work/poor.json" --json
  has out '"part":"transfer","index":0,"id":"8021","status":"linked_event_failed"}'
  has err "transfer 1: exceeds_credits"
  run 0 stream list --aggregate-type basket --json
  has out '"version":1,'
  run 0 account get 802 --json
  has out '"credits_posted":"12.50"'
  echo '{"transfers": [], "events": []}' >"$work/empty.json"
  run 2 bundle --file "$work/empty.json"
  has err "transfers"
  echo '{"transfer": []}' >"$work/odd.json"
  run 2 bundle --file "$work/odd.json"
  has err "there is no field 'transfer'"
  run 2 bundle --file "$work/missing.json"
}

offline_streams() {
  run 0 dump "$work/data" --kind operation
  has out '"request":"bundle"'
  has out '"status":"version_mismatch","status_number":21,'
  has out '"part":"domain_event"'
  run 0 state "$work/data" --stream order-note name:4711 --stream cart name:c-1 --json
  same "streams offline" "$(lines "$out")" 2
  has out '"found":true,"version":3,"last_sequence":"'
  run 0 state "$work/data" --stream cart name:c-1
  has out "cart"
  run 1 state "$work/data" --stream cart name:c-2
  has err "there was no stream cart name:c-2"
  run 1 state "$work/data" --stream cart name:c-1 --at-sequence 1
  run 0 dump "$work/data" --kind domain_event
  same "events in the dump" "$(lines "$out")" 18
  has out '"data":"call back on Monday"'
  has out '"data_hex":"00ff"'
  run 0 dump "$work/data" --kind operation
  has out '"status":"exists_with_different_payload",'
  has out '"status":"version_mismatch",'
  has out '"request":{"id":"901","aggregate_type":"'
  run 0 verify "$work/data"
  run 0 state "$work/data" --order 4711 --payment 9001 --json
  run 0 state "$work/data" --order 4711 --json
  same "an order without its engine" "${out%,\"as_of\"*}" "$order_by_engine"
  run 0 state "$work/data" --payment 9001 --json
  same "a payment without its engine" "${out%,\"as_of\"*}" "$payment_by_engine"
  run 0 state "$work/data" --order 4711 --payment 9001
  has out "tea"
  run 1 state "$work/data" --order 4712
  has err "there was no order 4712"
}

# Of an engine of its own, so that the sequences are known.
subscriptions() {
  local last shown
  start "$work/events" --clock manual
  run 0 ledger put 978 --name EUR --scale 2 --kind currency
  run 0 account create --id 1 --ledger 978 --code 10
  run 0 account create --id 2 --ledger 978 --code 10
  run 0 transfer create --id 50 --debit 1 --credit 2 --amount 12.50 --ledger 978 --code 1
  run 0 stream append --aggregate-type basket --aggregate name:4711 --type paid --data '{"by":"card"}'
  run 0 tail --no-follow
  has out "  daybook.account.created  account 1: ledger 978 EUR, code 10"
  has out "  daybook.transfer.posted  transfer 50: 12.50 from 1 to 2, ledger 978 EUR"
  has out "  daybook.operation.done  create_transfers: 1 events, 1 made, 0 refused"
  has out '{"by":"card"}'
  last=$(printf '%s\n' "$out" | tail -n 1 | cut -d' ' -f1)
  same "every sequence is shown" "$(printf '%s\n' "$out" | cut -d' ' -f1 | tr '\n' ' ')" \
    "$(seq 1 "$last" | tr '\n' ' ')"
  run 0 tail --no-follow --json
  same "events as JSON" "$(lines "$out")" "$last"
  has out '"kind":"transfer"'
  has out '"type_text":"daybook.transfer.posted"'
  run 0 tail --no-follow --account 2 --kind transfer --kind account
  same "events of an account" "$(lines "$out")" 2
  run 0 tail --no-follow --type paid --names
  has out "  paid  event "
  same "events of a type" "$(lines "$out")" 1
  run 0 tail --no-follow --aggregate basket/name:4711 --json
  has out '"version":"1"'
  run 0 tail --no-follow --aggregate daybook.account/1
  same "events of an aggregate" "$(lines "$out")" 1
  run 0 tail --from-sequence 3 --until-sequence 5
  same "events of some sequences" "$(lines "$out")" 3
  run 0 tail --no-follow --from-time 2200-01-01T00:00:00Z
  same "events of the future" "$out" ""
  run 2 tail --from-sequence 1 --new
  has err "give one of them"
  run 2 tail --kind nonsense
  has err "there are operation, account"
  run 1 tail --checkpoint mailer --no-follow
  has err "There is no checkpoint of this name"
  run 0 checkpoint list
  has out "There are no checkpoints."
  run 0 checkpoint put mailer 4
  has out "checkpoint mailer: sequence 4: created"
  run 0 checkpoint put mailer 4
  has out "exists"
  run 1 checkpoint put mailer 3
  has err "must_not_go_back"
  run 0 checkpoint put mailer 3 --may-go-back
  run 1 checkpoint put mailer 999999
  has err "ahead_of_journal"
  run 0 tail --checkpoint mailer --until-sequence 6 --advance
  same "events behind a checkpoint" "$(lines "$out")" 3
  run 0 checkpoint list --json
  has out '"name":"mailer","sequence":"6"'
  run 0 tail --checkpoint mailer --no-follow --advance --type paid
  same "the checkpoint passes what the filter holds back" "$(lines "$out")" 1
  run 0 tail --checkpoint mailer --no-follow --type paid
  same "what was handled does not come again" "$out" ""
  # Follows what comes, and ends well when it is told to.
  "$daybook" tail --json >"$work/tailed" 2>"$work/tail.err" &
  shown=$!
  while ! [ -s "$work/tailed" ]; do
    run 0 transfer create --debit 1 --credit 2 --amount 0.01 --ledger 978 --code 1
  done
  kill -INT "$shown"
  wait "$shown"
  same "exit code of a tail that was interrupted" "$?" 0
  run 0 checkpoint delete mailer
  run 1 checkpoint delete mailer
  has err "checkpoint_not_found"
  run 0 oplog --kind put_checkpoints --facts
  has out "checkpoint mailer: sequence 4"
  has out "checkpoint mailer: removed"
  run 0 checkpoint put kept 7
  stop
  run 0 verify "$work/events"
  run 0 dump "$work/events" --kind checkpoint
  has out '"name":"kept","checkpoint_sequence":"7","removed":false'
  run 0 state "$work/events" --checkpoints --json
  has out '"name":"kept","sequence":"7","removed":false,'
  run 0 state "$work/events" --checkpoints --at-sequence 3
  has out "There was no checkpoint."
  run 0 diff "$work/events" --from 1 --to 20 --json
  has out '"checkpoints":'
  run 0 dump "$work/events" --portable
  printf '%s\n' "$out" >"$work/events.dump"
  run 0 load "$work/events.dump" "$work/events-2"
  start "$work/events-2" --clock manual
  run 0 checkpoint list
  has out "kept"
  stop
}

# While the engine of `administration` runs.
rebuilding() {
  run 0 rebuild
  has out "all agree with the journal"
  run 0 rebuild --json
  has out '"mismatching":0,"agrees":true'
  run 0 rebuild --account 1
  has out "1 aggregates compared"
  run 0 rebuild --ledger 978
  run 0 rebuild --stream cart name:c-1
  run 1 rebuild --account 987654321
  has out "there is no such aggregate"
  run 0 rebuild --from 2100-01-01T00:00:00Z
  has out "0 aggregates compared"
  run 2 rebuild --account 1 --hold 2
  has err "name one aggregate"
  run 2 rebuild --account 1 --from 2026-01-01T00:00:00Z
  has err "not both"
  run 2 rebuild --repair
  has err "--repair and --no-indexes are about a directory"
  run 0 admin snapshot --json
  local snapshot=$out
  run 0 admin digest --json
  same "a snapshot's digest" "$snapshot" "$out"
  run 2 rebuild "$work/data" --repair
  has err "process"
  run 0 rebuild "$work/data"
  has out "the snapshot at sequence"
  has out "the replayed state"
}

rebuilding_offline() {
  run 0 rebuild "$work/data" --repair
  has out "written anew from the journal"
  run 0 rebuild "$work/data" --json
  has out '"agrees":true'
  run 0 rebuild "$work/data" --account 1
  run 0 rebuild "$work/data" --order 4711
  run 0 rebuild "$work/data" --payment 9001
  run 1 rebuild "$work/data" --account 987654321
  run 2 rebuild "$work/nowhere"
  run 2 rebuild "$work/nowhere" --repair
  # A byte in a block of the newest snapshot.
  local newest
  newest=$(ls "$work"/data/snapshots/*.snapshot | tail -n 1)
  printf 'x' | dd of="$newest" bs=1 seek=5000 conv=notrunc status=none
  run 1 rebuild "$work/data"
  has out "--repair"
  run 0 rebuild "$work/data" --repair
  run 0 rebuild "$work/data"
  run 0 verify "$work/data"
}

repairing() {
  run 0 repair "$work/data"
  has out "nothing to repair"
  run 2 repair "$work/nowhere"
  cp -r "$work/data" "$work/hurt"
  printf 'half' >"$work/hurt/journal/00000000000000000077.mdb.new"
  run 2 repair "$work/hurt"
  has out "left by a process that was killed"
  has err "--yes"
  run 0 repair "$work/hurt" --yes --json
  has out '"sound":true'
  rm "$work/hurt/HEAD"
  run 1 repair "$work/hurt"
  has out "nobody can tell"
  has out "--accept-loss"
  run 0 repair "$work/hurt" --accept-loss "$work/mended" --yes
  run 0 verify "$work/mended"
}

help_and_usage
subscriptions
bench
start "$work/data" --clock manual
ledgers
accounts
transfers
holds
reversals
kinds_of_transfers
expiry
operators
queries
names
streams
imports
exports
bundles
orders_and_payments
administration
rebuilding
stop
rebuilding_offline
repairing
moved_to_another_engine
imported_history
operation_log
offline
offline_streams
journal_files
identities
removed_while_connected
addresses
threads
full_disk
held_clock

saga_definitions

echo "$checks checks, $failures failed"
[ "$failures" -eq 0 ]
