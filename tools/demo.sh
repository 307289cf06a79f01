#!/usr/bin/env bash
# Builds Daybook and shows what it is for: transfers are posted, amounts are held, captured and
# refunded, orders are placed by sagas or undone, and paid with the help of a channel outside; the
# engine is killed with SIGKILL while it works, and nothing that it had acknowledged is lost; the day is
# reconciled with a bank's statement, and what differs is corrected.
#
#   tools/demo.sh
#
# Works in a temporary directory, which it removes. Exits with 0 only when everything held.
set -euo pipefail
cd "$(dirname "$0")/.."

if (($# > 0)); then sed -n '2,/^set -/{/^#/s/^# \{0,1\}//p}' "$0"; exit 2; fi

if [[ -t 1 ]]; then
  bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' green='' red='' plain=''
fi
step() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
good() { printf '%s  ok: %s%s\n' "$green" "$*" "$plain"; }
wrong() { printf '%s  WRONG: %s%s\n' "$red" "$*" "$plain" >&2; exit 1; }
# Shows a command as a reader would type it, then runs it.
show() {
  printf '  $ daybook'
  printf ' %q' "$@"
  printf '\n'
  "$daybook" "$@" | sed 's/^/    /'
}

# ---- Build ----

step "Building the release preset into build/release"
tools/setup.sh --build
# shellcheck source=tools/phase.sh
source tools/phase.sh
build_log=$(mktemp)
if ! { configure release && cmake --build --preset release --target daybook; } >"$build_log" 2>&1; then
  tail -n 40 "$build_log" >&2
  wrong "the build failed; the whole output is in $build_log"
fi
rm -f "$build_log"
daybook=$PWD/build/release/daybook
good "$("$daybook" --version)"

# ---- A place to work, and an engine that never outlives this script ----

work=$(mktemp -d -t daybook-demo-XXXXXX)
data=$work/data
engine_pid=''
load_pid=''
channel_pid=''
clean_up() {
  local pid
  for pid in $load_pid $channel_pid $engine_pid; do kill -KILL "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap clean_up EXIT

# Starts the engine and reads what it says until it listens; sets engine_pid and DAYBOOK_CONNECT,
# which the commands of a client read.
start_engine() {
  local line
  rm -f "$work/said"
  mkfifo "$work/said"
  "$daybook" serve --data "$data" --listen 127.0.0.1:0 >"$work/said" 2>"$work/errors" </dev/null &
  engine_pid=$!
  exec 3<"$work/said"
  export DAYBOOK_CONNECT=''
  while IFS= read -r line <&3; do
    printf '    %s\n' "$line"
    if [[ "$line" == *"listening on "* ]]; then
      DAYBOOK_CONNECT=${line##*listening on }
      DAYBOOK_CONNECT=${DAYBOOK_CONNECT%% *}
      return
    fi
  done
  cat "$work/errors" >&2
  wrong "the engine did not start"
}

kill_engine() {
  kill -KILL "$engine_pid"
  wait "$engine_pid" 2>/dev/null || true
  engine_pid=''
  exec 3<&-
}

field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
holds() { "$daybook" hold get 101 111 121 131; }
balances() { "$daybook" account get 1000 2001 2002 2003 3001 3002 4000; }

# ---- The day of a gateway ----

step "1. An engine on an empty directory"
start_engine

step "2. A gateway registers the euro, opens accounts and posts transfers"
show ledger put 978 --name EUR --scale 2 --kind currency
show import accounts tools/demo/accounts.csv
show import transfers tools/demo/transfers.csv
balances | sed 's/^/    /'

step "3. One transfer that must be refused: the wallet would be overdrawn"
# Exit code 1: the answer is no.
code=0
"$daybook" transfer create --id 15 --debit 2001 --credit 3001 --amount 1000.00 --ledger 978 \
  --code 2 >"$work/refusal" || code=$?
sed 's/^/    /' "$work/refusal"
if ((code != 1)); then wrong "it was not refused (exit $code)"; fi
good "refused, and the refusal is in the journal too"

step "4. Card payments: amounts are held, then captured, released or left to expire; one is refunded"
eur=(--ledger 978 --code 6)
show transfer create --id 101 --debit 2003 --credit 3002 --amount 80.00 "${eur[@]}" \
  --pending --timeout 2h --business name:order-5
show transfer post 101 --id 102 --amount 50.00 --keep-remainder
show transfer post 101 --id 103
show transfer reverse 102 --id 104 --amount 12.00
show transfer create --id 111 --debit 2001 --credit 3001 --amount 40.00 "${eur[@]}" --pending
show transfer void 111 --id 112
show transfer create --id 121 --debit 2001 --credit 3001 --amount 20.00 "${eur[@]}" \
  --pending --timeout 1s
show transfer create --id 131 --debit 2003 --credit 3002 --amount 30.00 "${eur[@]}" \
  --pending --timeout 2h
show transfer post 131 --id 132 --amount 10.00 --keep-remainder
# The second of hold 121 is soon over; the engine then releases it by itself.
for _ in {1..100}; do
  if [[ "$(field state < <("$daybook" hold get 121 --json))" == expired ]]; then break; fi
  sleep 0.1
done
holds | tee "$work/holds_before" | sed 's/^/    /'
for state in posted voided expired open; do
  if ! grep -q " $state " "$work/holds_before"; then wrong "no hold is $state"; fi
done
show trial-balance
good "one hold was captured in two parts, one released, one expired; one is still open"

step "5. Transactions over several parties: tried, then confirmed or cancelled as a whole"
# A marketplace order: 30.00 to one shop and 12.00 to another, or nothing at all.
tried() {
  show tcc begin "$1" --created 2026-01-31T08:00:00Z --timeout 1h --business "name:order-$1"
  show tcc try "$1" 1 --debit 2003 --credit 3001 --amount 30.00 "${eur[@]}"
  show tcc try "$1" 2 --debit 2003 --credit 3002 --amount 12.00 "${eur[@]}"
}
show transfer create --id 141 --debit 1000 --credit 2003 --amount 200.00 --ledger 978 --code 1
tried 8001
show tcc confirm 8001 1 2=10.00 --ledger 978
tried 8002
show tcc cancel 8002
# Late, after the cancel: it must not hold anything.
if "$daybook" tcc try 8002 3 --debit 2003 --credit 3001 --amount 1.00 "${eur[@]}" \
  2>/dev/null | sed 's/^/    /'; then wrong "a try after the cancel was taken"; fi
tried 8003
show tcc get 8001 8002 8003
transactions() { "$daybook" tcc get 8001 8002 8003; }
transactions >"$work/transactions_before"
show trial-balance
good "one was confirmed, with less on one branch; one was cancelled; one is still open"

step "6. Sagas: orders whose steps are all done, or undone in reverse as far as they were"
show ledger put 1 --name TEA --scale 0 --kind stock
show account create --id name:order_clearing --ledger 978 --code 60
show account create --id 5000 --ledger 1 --code 70
show account create --id 5001 --ledger 1 --code 71 --flag debits_must_not_exceed_credits
show account create --id 5002 --ledger 1 --code 72
show transfer create --id 151 --debit 5000 --credit 5001 --amount 20 --ledger 1 --code 7
show saga put tools/demo/sagas/createOrder.json
# order SAGA ORDER QUANTITY PRICE OPTION...
order() {
  local saga=$1 order=$2 quantity=$3 price=$4
  shift 4
  show saga start createOrder --id "$saga" order="$order" user=2001 sku=tea quantity="$quantity" \
    stock_ledger=1 stock=5001 reserved_stock=5002 price="$price 978" --business "name:cart-$order" \
    "$@"
}
# ended SAGA STATUS STEPS: by `saga show`, with so many steps that were done.
ended() {
  show saga show "$1"
  "$daybook" saga show "$1" --json >"$work/saga"
  if [[ "$(field status <"$work/saga")" != "$2" ]]; then wrong "saga $1 is not $2"; fi
  if [[ "$(field succeeded_count <"$work/saga")" != "$3" ]]; then wrong "not $3 steps were done"; fi
}
saga_trace=4bf92f3577b34da6a3ce929d0e0e4736
stock() { "$daybook" account get 5001 5002 name:order_clearing; }
order 9001 601 3 12.50
ended 9001 COMPLETED 3
good "the order is there, its stock is reserved, its price is paid"
order 9002 601 1 1.00
ended 9002 COMPENSATED 0
good "there is an order 601 already: nothing was done"
order 9003 603 1000 1.00
ended 9003 COMPENSATED 1
good "there is not enough stock: the order is cancelled"
order 9004 604 2 1000.00 --trace "$saga_trace"
ended 9004 COMPENSATED 2
good "there is not enough money: the stock is given back, then the order is cancelled"
show order get 601 603 604
stock | sed 's/^/    /'
show trial-balance
show trace "$saga_trace"

step "7. Sagas with somebody outside: orders are paid, and a channel charges the cards"
show account create --id name:payment_clearing --ledger 978 --code 61
show participant put tools/demo/participants/channel.json --reason "it opens for business"
# A program of a few lines of shell; what it was asked and answered is in a file of its own.
start_channel() {
  CHANNEL_BOOK=$work/charges "$daybook" participant run --name channel --store "$work/channel.db" \
    --type channel.charge.v1 --exec tools/demo/participants/channel.sh \
    >"$work/channel" 2>&1 </dev/null &
  channel_pid=$!
}
stop_channel() {
  kill -KILL "$channel_pid" 2>/dev/null || true
  wait "$channel_pid" 2>/dev/null || true
  channel_pid=''
}
start_channel
show saga put tools/demo/sagas/payOrder.json
# pay SAGA ORDER PAYMENT TOKEN STATUS: starts it, and waits until it has come to that.
pay() {
  local tries=0
  show saga start payOrder --id "$1" order="$2" payment="$3" user=2002 amount="1.00 978" method=card \
    card_token="$4" --business "name:cart-$2"
  until [[ "$("$daybook" saga show "$1" --json | field status)" == "$5" ]]; do
    tries=$((tries + 1))
    if ((tries > 200)); then "$daybook" saga show "$1" >&2; wrong "saga $1 is not $5"; fi
    sleep 0.05
  done
}
for number in 605 606 607; do order "9$number" "$number" 1 1.00 >/dev/null; done
pay 9101 605 705 tok_visa COMPLETED
show saga show 9101
pay 9102 606 706 tok_declined COMPENSATED
show saga show 9102
good "one order is paid; the other one's card was declined, and its hold is released"
pay 9103 607 707 tok_crash STUCK
show saga list --status stuck
show account get 2002
good "the channel died with a charge: nobody knows, so the hold stays and nothing is sent twice"
if (($(wc -l <"$work/charges") != 1)); then wrong "the channel's book has another charge"; fi
show saga resolve 9103 charge --failed --reason "the channel's book has no such charge"
ended 9103 COMPENSATED 2
good "an operator has looked into the channel's book: it is undone in reverse"
show order get 605 606 607
show trial-balance
stop_channel
sagas() { "$daybook" saga list --all; stock; }
sagas >"$work/sagas_before"
balances >"$work/before"

step "8. A load of single transfers, and SIGKILL in the middle of it"
"$daybook" bench --connect "$DAYBOOK_CONNECT" --transfers 5000000 --accounts 100 --batch 1 \
  --clients 8 --in-flight 4 --ids random --seed 1 --ack-log "$work/acknowledged" \
  >"$work/load" 2>&1 </dev/null &
load_pid=$!
# The moment does not matter; a second is long enough for thousands of acknowledgements.
sleep 1
if ! kill -0 "$load_pid" 2>/dev/null; then cat "$work/load" >&2; wrong "the load ended early"; fi
kill_engine
kill -KILL "$load_pid" 2>/dev/null || true
wait "$load_pid" 2>/dev/null || true
load_pid=''
acknowledged=$(($(stat -c %s "$work/acknowledged") / 16))
if ((acknowledged == 0)); then cat "$work/load" >&2; wrong "nothing was acknowledged"; fi
good "killed after $acknowledged acknowledged transfers of the load"

step "9. The engine comes back on the same directory"
start_engine
show check-acks "$data" "$work/acknowledged"
good "every acknowledged transfer is in the journal"
balances >"$work/after"
if ! diff "$work/before" "$work/after"; then wrong "balances differ"; fi
good "the gateway's balances are the same to the cent"
holds >"$work/holds_after"
if ! diff "$work/holds_before" "$work/holds_after"; then wrong "holds differ"; fi
show transfer post 131 --id 133
good "so are the holds; the one that was open is captured to its end now"
transactions >"$work/transactions_after"
if ! diff "$work/transactions_before" "$work/transactions_after"; then wrong "transactions differ"; fi
show tcc confirm 8003 1 2
good "so are the transactions; the open one is confirmed now"
sagas >"$work/sagas_after"
if ! diff "$work/sagas_before" "$work/sagas_after"; then wrong "sagas differ"; fi
order 9001 601 3 12.50
sagas >"$work/sagas_after"
if ! diff "$work/sagas_before" "$work/sagas_after"; then wrong "a saga was done twice"; fi
good "so are the sagas; a start that is repeated does nothing"
start_channel
order 9608 608 1 1.00 >/dev/null
pay 9104 608 708 tok_visa COMPLETED
if (($(wc -l <"$work/charges") != 2)); then wrong "the channel's book has another charge"; fi
stop_channel
good "the channel is back as well: it charges once"
again=$("$daybook" transfer create --id 15 --debit 2001 --credit 3001 \
  --amount 1.00 --ledger 978 --code 2 --json || true)
if [[ "$(field status <<<"$again")" != id_already_failed ]]; then
  wrong "the refused transfer is forgotten: $again"
fi
good "the refused transfer is remembered: its id answers id_already_failed for ever"

step "10. The day is reconciled with a bank's statement, and what differs is corrected"
# From here on everybody says who they are: the one who proposes must not be the one who approves.
for who in root:admin maker:operator checker:checker; do
  "$daybook" identity add "${who%:*}" --role "${who#*:}" --data "$data" \
    >"$work/${who%:*}.token" 2>/dev/null
done
kill -HUP "$engine_pid"
until ! "$daybook" ledger list >/dev/null 2>&1; do sleep 0.05; done
as() { DAYBOOK_TOKEN=$(<"$work/$1.token"); export DAYBOOK_TOKEN; }
as root
for account in 8100 8101 8102 8103; do
  "$daybook" account create --id "$account" --ledger 978 --code 50 >/dev/null
done
today=$(date -u +%F)
for each in 1:120.00 2:75.50 3:9.99; do
  "$daybook" transfer create --name "card-${each%:*}" --debit 8100 --credit 8103 \
    --amount "${each#*:}" --ledger 978 --code 6 >/dev/null
done
noon=${today}T12:00:00Z
printf '%s\n' reference,amount,currency,status,time "card-1,120.00,EUR,ok,$noon" \
  "card-2,80.50,EUR,ok,$noon" "card-3,10.00,EUR,ok,$noon" "stray-7,33.00,EUR,ok,$noon" \
  >"$work/statement.csv"
sed 's/^/    /' "$work/statement.csv"
as checker
show recon define tools/demo/recon/bank.json
as maker
# Exit code 1: something has to be dealt with.
reconcile() { show recon run bank "$work/statement.csv" --data "$data" --day "$today"; }
if reconcile; then wrong "the planted differences were not found"; fi
show recon differences bank
good "a cent of rounding was posted by itself; the rest waits for somebody else"
as checker
show recon approve bank --yes --reason "spoke with the bank"
as maker
if ! reconcile; then wrong "the second run is not clean"; fi
show recon close bank
good "reconciled again: nothing is left, and the day is closed"
show account get 8100 8101 8102
as root

step "11. The journal is checked and replayed offline, beside the running engine"
show trial-balance
show verify "$data"
live=$("$daybook" admin digest --json)
replayed=$("$daybook" replay "$data" --digest --json)
for name in sequence digest; do
  a=$(field "$name" <<<"$live")
  b=$(field "$name" <<<"$replayed")
  printf '    %-9s running engine %s, replayed %s\n' "$name:" "$a" "$b"
  if [[ "$a" != "$b" ]]; then wrong "the replayed $name differs"; fi
done
good "replaying the journal gives the state of the running engine"

kill -TERM "$engine_pid"
if ! wait "$engine_pid"; then cat "$work/errors" >&2; wrong "the engine did not end well"; fi
engine_pid=''
step "Everything held. Next: README.md, \"Five minutes from zero to a posted transfer\"."
