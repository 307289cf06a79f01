#!/usr/bin/env bash
# Secrets at the command line: sealed by the start of a saga and by hand, opened for the program that
# does the step and nobody else, nowhere in the data directory in clear, masked wherever people look,
# forgotten so that the bytes of the key are gone, refused afterwards; replay and verify as ever, also
# of a backup, which has no keys; and who may do what.
#
# Usage: tests/tools/cli_secret_test.sh PATH-TO-DAYBOOK
set -u

daybook=$1
# shellcheck source=tests/tools/cli_steps.sh
source "$(dirname "$0")/cli_steps.sh"
demo=$(dirname "$0")/../../tools/demo
participant=
trap '[ -n "$participant" ] && kill -KILL "$participant" 2>/dev/null
  [ -n "$engine_pid" ] && kill -KILL "$engine_pid" 2>/dev/null; rm -rf "$work"' EXIT

iban=DE89370400440532013000
other=FR1420041010050500013M02606

# lacks NAME TEXT: the variable does not contain the text.
lacks() {
  checks=$((checks + 1))
  if [[ "${!1}" == *"$2"* ]]; then
    failures=$((failures + 1))
    printf 'FAILED at line %s: %s has %s\n  it is: %s\n' "${BASH_LINENO[0]}" "$1" "$2" "${!1}" >&2
  fi
}

# nowhere TEXT PATH...: no file below has the text in it.
nowhere() {
  local text=$1 found
  shift
  found=$(grep -rlaF -- "$text" "$@")
  same "files with $text" "$found" ""
}

# becomes SAGA STATUS: waits until the saga has come to that.
becomes() { shows "\"status\":\"$2" saga show "$1"; }

key_of() { sed -n 's/.*"key":"\([0-9a-f]*\)".*/\1/p' <<<"$1"; }
sealed_in() { sed -n 's/.*give iban=\(sealed:[A-Za-z0-9_-]*\).*/\1/p' <<<"$1"; }

# seal TEXT: $sealed and $key of it, by hand.
seal() {
  local said
  said=$(printf '%s\n' "$1" | "$daybook" admin seal --json)
  sealed=$(sed -n 's/.*"sealed":"\([^"]*\)".*/\1/p' <<<"$said")
  key=$(key_of "$said")
  checks=$((checks + 1))
  if [[ "$sealed" != sealed:* || ${#key} -ne 32 ]]; then
    failures=$((failures + 1))
    printf 'FAILED at line %s: seal said %s\n' "${BASH_LINENO[0]}" "$said" >&2
  fi
}

# A bank that writes down what it was asked, and pays.
take_part() {
  cat >"$work/bank" <<SCRIPT
#!/bin/sh
read -r command
printf '%s\n' "\$command" >>"$work/asked"
case \$command in
*'"6.66 978"'*)
  echo "no account $iban" >&2
  [ -e "$work/broken" ] && { rm "$work/broken"; exit 3; }
  echo '{"outcome":"failed","reference":"for $iban","message":"no account $iban"}'
  exit 0
  ;;
esac
echo '{"outcome":"succeeded","reference":"PAY-1"}'
SCRIPT
  chmod +x "$work/bank"
  run 0 participant put bank --type bank.payout.v1 --reason "the first one"
  "$daybook" participant run --name bank --type bank.payout.v1 --exec "$work/bank" \
    >>"$work/participant.out" 2>>"$work/participant.err" &
  participant=$!
}

help_texts() {
  run 0 admin seal --help
  has out "Example"
  has out "card numbers"
  run 0 admin forget --help
  has out "Example"
  run 0 admin --help
  has out "forget"
}

definitions() {
  run 0 saga check "$demo/sagas/payOut.json"
  has out "secret: iban"
  run 0 saga check "$demo/sagas/payOut.json" --json
  has out '"secrets":["iban"]'
  sed 's/"args": {"iban": "$.iban", "amount": "$.amount"}/&, "output": {"iban": "secret"}/' \
    "$demo/sagas/payOut.json" >"$work/wrong.json"
  run 1 saga check "$work/wrong.json"
  has out "steps[1].output.iban: an output cannot be secret"
  run 1 saga put "$work/wrong.json"
  has err "nothing was sent"
  run 0 saga put "$demo/sagas/payOut.json"
}

accounts() {
  run 0 ledger put 978 --name EUR --scale 2 --kind currency
  run 0 account create --id 1 --ledger 978 --code 1
  run 0 account create --id 2 --ledger 978 --code 2
  run 0 account create --id name:bank_clearing --ledger 978 --code 3
  run 0 transfer create --debit 1 --credit 2 --amount 1000 --ledger 978 --code 1
}

paid_to_the_iban() {
  run 0 saga start payOut --id 7001 user=2 "amount=10.00 978" "iban=$iban"
  has err "iban is sealed; to send the same start again, give iban=sealed:"
  lacks out "$iban"
  lacks err "$iban"
  first=$(sealed_in "$err")
  becomes 7001 COMPLETED
  asked=$(cat "$work/asked")
  has asked "\"iban\":\"$iban\""
  lacks asked "sealed:"
  run 0 saga start payOut --id 7001 user=2 "amount=10.00 978" "iban=$first"
  has out "exists"
  lacks err "is sealed"
  run 2 saga start payOut --id 7009 user=2 "amount=10.00 978" "iban=$(printf '%0200d' 7)"
  has err "iban: a secret has 1 to 141 bytes"
  lacks err "0007"
  printf '{"user":"2","amount":"1.00 978","iban":"%s"}' "$other" >"$work/input.json"
  run 0 saga start payOut --id 7002 --input "$work/input.json"
  becomes 7002 COMPLETED
  asked=$(tail -1 "$work/asked")
  has asked "\"iban\":\"$other\""
}

# What the bank says of a secret is not repeated.
said_by_the_bank() {
  : >"$work/broken"
  run 0 saga start payOut --id 7008 user=2 "amount=6.66 978" "iban=$iban"
  becomes 7008 COMPENSATED
  run 0 saga show 7008
  has out "no account ***"
  local printed
  printed=$(cat "$work/participant.out")
  has printed "exit code 3: no account ***"
  has printed "failed, reference for ***: no account ***"
}

# A start that is wrong in any way leaves no key behind.
nothing_sealed_for_nothing() {
  local before wrong
  before=$(stat -c %s "$work/data/secrets/keys")
  for wrong in "amount=1.00" "amount=a lot 978" "amount=1.00 99"; do
    run 2 saga start payOut --id 7009 user=2 "iban=$iban" "$wrong"
    lacks err "is sealed"
    lacks err "$iban"
  done
  run 2 saga start payOut --id 7009 user=2 "iban=$iban" "amount=1.00 978" colour=red
  has err "colour: it is not asked for"
  run 2 saga start payOut --id 7009 user=2 "iban=$iban" "amount=1.00 978" user=3
  has err "user: it is given twice"
  run 2 saga start payOut --id 7009 user=2 "iban=$iban"
  has err "amount: it is missing"
  has err "nothing was sent"
  same "bytes of keys" "$(stat -c %s "$work/data/secrets/keys")" "$before"
}

nowhere_in_clear() {
  run 0 admin snapshot
  nowhere "$iban" "$work/data"
  nowhere "$other" "$work/data"
  grep -rqaF -- "$first" "$work/data/journal"
  same "the sealed text is in the journal" "$?" 0
  same "rights of secrets" "$(stat -c %a "$work/data/secrets" "$work/data/secrets/keys")" $'700\n600'
  local printed
  printed=$(cat "$work/participant.out" "$work/participant.err" "$work/serve.err")
  lacks printed "$iban"
}

# masked WHAT: $out has the mask, neither the text nor what it is sealed to.
masked() {
  local shown_by=$1
  checks=$((checks + 1))
  if [[ "$out" != *"$mask"* || "$out" == *"$iban"* || "$out" == *"$first"* ]]; then
    failures=$((failures + 1))
    printf 'FAILED: %s shows\n%s\n' "$shown_by" "$out" >&2
  fi
}

hex() { od -An -v -tx1 | tr -d ' \n'; }

# masked_in_hex WHAT: the same, of payloads that are shown in hexadecimal digits.
masked_in_hex() {
  checks=$((checks + 1))
  local no
  for no in "$(printf '%s' "$first" | hex)" "$(printf '%s' "$iban" | hex)" "$first" "$iban"; do
    [[ "$out" != *"$no"* ]] && continue
    failures=$((failures + 1))
    printf 'FAILED: %s shows %s\n' "$1" "$no" >&2
  done
  [[ "$out" == *"$(printf '%s' "$mask" | hex)"* ]] && return
  failures=$((failures + 1))
  printf 'FAILED: %s lacks the mask\n' "$1" >&2
}

masked_everywhere() {
  run 0 saga show 7001
  mask=$(grep -o 'secret:[0-9a-f]*' <<<"$out" | head -1)
  same "length of the mask" "${#mask}" 15
  masked "saga show"
  run 0 saga show 7001 --json
  masked "saga show --json"
  local trace
  trace=$(sed -n 's/.*"trace_id":"\([0-9a-f]*\)".*/\1/p' <<<"$out" | head -1)
  local command
  for command in "saga list --all" "saga list --all --json" "stream list" "oplog --facts" \
    "oplog --facts --json" "trace $trace" "trace $trace --json" "tail --no-follow" \
    "stream read --all"; do
    # shellcheck disable=SC2086
    run 0 $command
    lacks out "$first"
    lacks out "$iban"
    has out "7001"
  done
  run 0 stream read --all --json
  masked_in_hex "stream read --json"
  run 0 tail --no-follow --json
  masked_in_hex "tail --json"
}

masked_in_dumps() {
  run 0 dump "$work/data"
  masked_in_hex "dump"
  run 0 oplog --data "$work/data" --facts --json
  lacks out "$first"
  # The portable one is a copy: sealed, as the journal is.
  run 0 dump "$work/data" --portable
  has out "$(printf '%s' "$first" | hex)"
  lacks out "$(printf '%s' "$iban" | hex)"
}

sealed_by_hand() {
  seal "$iban"
  run 0 saga start payOut --id 7003 user=2 "amount=1.00 978" "iban=$sealed"
  lacks err "is sealed"
  becomes 7003 COMPLETED
  asked=$(tail -1 "$work/asked")
  has asked "\"iban\":\"$iban\""
  run 2 admin seal
  has err "a secret has 1 to 141 bytes"
  printf '%s' "$sealed" | "$daybook" admin seal >"$work/out" 2>"$work/err"
  same "exit code of sealing twice" "$?" 2
  printf 'sealed:envelope' | "$daybook" admin seal >"$work/out" 2>"$work/err"
  same "exit code of sealing what looks sealed" "$?" 2
  err=$(cat "$work/err")
  has err "a text that begins with 'sealed:' is not sealed"
  run 2 saga start payOut --id 7009 user=2 "amount=1.00 978" "iban=sealed:envelope"
  has err "iban: a text that begins with 'sealed:' is not sealed"
  lacks err "envelope"
  printf 'a\nb\n' | "$daybook" admin seal >"$work/out" 2>"$work/err"
  same "exit code of sealing two lines" "$?" 2
}

# The bytes of the key are in the file, and then they are not.
forgotten() {
  seal "$iban"
  local id bytes before after
  # As the file has it: two little-endian numbers, the low one first.
  id=$(for half in "${key:16:16}" "${key:0:16}"; do fold -w2 <<<"$half" | tac | tr -d '\n'; done)
  bytes=$(hex <"$work/data/secrets/keys")
  before=${bytes#*"$id"}
  before=${before:16:64}
  same "length of the key" "${#before}" 64
  [ "$before" != "$(printf '%064d' 0)" ]
  same "a key is there" "$?" 0
  run 0 admin forget "$key" --reason "asked by letter"
  has out "secret:${key:0:8} (key $key): forgotten"
  bytes=$(hex <"$work/data/secrets/keys")
  after=${bytes#*"$id"}
  same "what is left of the key" "${after:16:80}" "$(printf '%080d' 0)"
  [[ "$bytes" != *"$before"* ]]
  same "the key is nowhere in the file" "$?" 0
  says "secrets forgotten by local, for: asked by letter; key $key forgotten"
  run 0 admin forget "$sealed" --reason "asked again" --json
  has out "\"key\":\"$key\""
  has out '"outcome":"was_forgotten"'
  run 1 admin forget "$(printf '%032d' 7)" --reason "a wrong one"
  has out "there is no such key"
  run 2 admin forget notakey --reason "a wrong one"
  run 2 admin forget --reason "nothing"
  run 2 admin forget "$key"
  has err "--reason"
  : >"$work/asked"
  run 0 saga start payOut --id 7004 user=2 "amount=1.00 978" "iban=$sealed"
  becomes 7004 COMPENSATED
  run 0 saga show 7004
  has out "secret_forgotten: the step needs a secret that was forgotten"
  same "what the program was asked" "$(cat "$work/asked")" ""
}

forgotten_by_saga() {
  run 0 admin forget --saga 7001 --reason "the customer asked for it" --json
  has out "\"shown_as\":\"$mask\""
  has out '"outcome":"forgotten"'
  run 0 saga show 7001
  masked "saga show of a forgotten one"
  run 1 admin forget --saga 99 --reason "r"
  has err "there is no saga 99"
  run 0 saga start payOut --id 7005 user=2 "amount=1.00 978" "iban=$first"
  becomes 7005 COMPENSATED
  # The others are as they were.
  run 0 saga start payOut --id 7006 user=2 "amount=1.00 978" "iban=$other"
  becomes 7006 COMPLETED
}

# A saga whose secret is forgotten when it can no longer go back.
forgotten_behind_the_pivot() {
  cat >"$work/later.json" <<JSON
{"name": "later", "version": 1, "deadline_ms": 86400000,
 "input": {"user": "account", "amount": "money", "iban": "secret"},
 "internal_accounts": ["bank_clearing"],
 "steps": [
   {"id": "pay", "kind": "ledger.post", "class": "pivot",
    "args": {"from": "\$.user", "to": "@bank_clearing", "amount": "\$.amount"}},
   {"id": "go", "kind": "signal.wait", "signal": "go"},
   {"id": "tell", "kind": "remote.call", "class": "retriable", "type": "bank.payout.v1",
    "timeout_ms": 15000, "retry": {"initial_ms": 1000, "max": 0, "on_exhausted": "stuck"},
    "args": {"iban": "\$.iban"}}]}
JSON
  run 0 saga put "$work/later.json"
  run 0 saga start later --id 7010 user=2 "amount=1.00 978" "iban=$iban"
  run 0 admin forget --saga 7010 --reason "too early"
  run 0 saga signal 7010 go
  becomes 7010 STUCK
  run 0 saga show 7010
  has out "secret_forgotten"
}

after_a_restart() {
  seal "$iban"
  listen=$DAYBOOK_CONNECT  # Where the participant comes back to.
  stop
  printf 'cut off' >>"$work/data/secrets/keys"
  start "$work/data"
  says "secrets/keys: 7 bytes at its end were no key that can be read, and were cut off"
  : >"$work/asked"
  run 0 saga start payOut --id 7007 user=2 "amount=1.00 978" "iban=$sealed"
  becomes 7007 COMPLETED
  asked=$(cat "$work/asked")
  has asked "\"iban\":\"$iban\""
  run 0 admin forget --saga 7001 --reason "once more"
  has out "it was forgotten before"
}

# Who may do what; also that a clear text which a client sends as it is gets nowhere.
roles() {
  kill -TERM "$participant"
  wait "$participant"
  participant=
  stop
  local role
  for role in gateway reader operator; do
    "$daybook" identity add "$role" --role "$role" --data "$work/data" >"$work/$role.token"
  done
  start "$work/data"
  seal_as() { printf '%s\n' "$iban" | "$daybook" admin seal --token-file "$work/$1.token" >"$work/out" 2>"$work/err"; }
  seal_as gateway
  same "a gateway seals" "$?" 0
  seal_as operator
  same "an operator seals" "$?" 0
  seal_as reader
  same "a reader does not" "$?" 1
  run 1 admin forget "$key" --reason r --token-file "$work/gateway.token"
  has err "not_authorised"
  run 0 admin forget "$key" --reason r --token-file "$work/operator.token"
  says "secrets forgotten by operator, for: r"
}

offline() {
  run 0 verify "$work/data"
  run 0 replay "$work/data"
  replayed=$out
  masked_in_dumps
  run 0 backup --data "$work/data" "$work/copy"
  [ ! -e "$work/copy/secrets" ]
  same "a backup has no keys" "$?" 0
  run 0 verify "$work/copy"
  run 0 replay "$work/copy"
  same "the replayed copy" "$(grep -o 'digest [0-9a-f]*' <<<"$out")" \
    "$(grep -o 'digest [0-9a-f]*' <<<"$replayed")"
  nowhere "$iban" "$work/data" "$work/copy"
}

help_texts
start "$work/data"
[ ! -e "$work/data/secrets" ]
same "nothing is made without a secret" "$?" 0
definitions
accounts
take_part
paid_to_the_iban
nothing_sealed_for_nothing
said_by_the_bank
nowhere_in_clear
masked_everywhere
sealed_by_hand
forgotten
forgotten_by_saga
forgotten_behind_the_pivot
after_a_restart
roles
stop
offline

echo "$checks checks, $failures failures"
[ "$failures" -eq 0 ]
