#!/bin/sh
# Takes part in sagas of tools/demo/sagas/bookTrip.json and holdRoom.json: books flights and hotels, and
# cancels them.
# One command comes as a JSON object on one line; trips whose number ends with 7 find no hotel.
#
#   daybook participant run --name travel --type travel.flight.v1 --exec tools/demo/participants/travel.sh ...
read -r command
trip=$(printf '%s' "$command" | sed 's/.*"trip":"\([0-9]*\)".*/\1/')

case "$trip:$command" in
  *'"operation":"undo"'*) echo "{\"outcome\":\"succeeded\",\"message\":\"trip $trip cancelled\"}" ;;
  *'"type":"travel.flight.v1"'*)
    echo "{\"outcome\":\"succeeded\",\"reference\":\"F-$trip\",\"outputs\":{\"seat\":\"12A\"}}" ;;
  *7:*) echo '{"outcome":"failed","message":"no room is free"}' ;;
  *) echo "{\"outcome\":\"succeeded\",\"reference\":\"H-$trip\"}" ;;
esac
