#!/bin/sh
# The channel of sagas of tools/demo/sagas/payOrder.json: charges cards, and writes each charge into the
# file CHANNEL_BOOK. The token tok_declined is declined; tok_crash kills the program before it has charged
# anything, so nobody knows what became of it; tok_slow is charged at once and answered only when somebody
# writes a line into the named pipe CHANNEL_BOOK.pipe.
#
#   daybook participant run --name channel --type channel.charge.v1 --exec tools/demo/participants/channel.sh
read -r command
key=${command#*\"key\":\"}
key=${key%%\"*}

case "$command" in
  *tok_declined*) echo '{"outcome":"failed","code":51,"message":"declined: no cover"}' ;;
  *tok_crash*) kill -9 $$ ;;
  *)
    echo "$key" >>"${CHANNEL_BOOK:-/dev/null}"
    case "$command" in *tok_slow*) read -r _ <"$CHANNEL_BOOK.pipe" ;; esac
    echo "{\"outcome\":\"succeeded\",\"reference\":\"ch_$key\"}" ;;
esac
