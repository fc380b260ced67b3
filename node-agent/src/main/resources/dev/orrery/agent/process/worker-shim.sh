#!/bin/sh
# Runs one worker and records what became of it, whatever becomes of the agent that started this.
#   worker-shim.sh RUN_FOLDER COMMAND...
# Started in a session of its own. Writes into RUN_FOLDER, each a line that is complete only with its newline:
#   shim     pid, start time and boot id of this shell
#   worker   pid and start time of COMMAND
#   exit     exit code of COMMAND, or 128 + the signal that ended it
run=$1
shift

# Sets start and group from /proc; the name in brackets may hold anything.
inspect() {
    read -r stat < "/proc/$1/stat" || return 1
    # Meant to be split into words.
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    group=$3
    shift 19
    start=$1
}

# Ignored signals would stay ignored in the worker; handled ones do not.
trap ':' TERM INT HUP

read -r boot < /proc/sys/kernel/random/boot_id
inspect $$ || exit 1
own=$group
# Whoever makes this file first decides: this shell to start the worker, or a restarted agent that it never starts.
set -C
{ printf '%s %s %s\n' $$ "$start" "$boot" > "$run/shim"; } 2> /dev/null || exit 0
set +C

"$@" &
worker=$!
inspect "$worker" && printf '%s %s\n' "$worker" "$start" > "$run/worker"

while :; do
    wait "$worker"
    status=$?
    # A signal to this shell ends the wait but not the worker.
    kill -0 "$worker" 2> /dev/null || break
done

printf '%s\n' "$status" > "$run/exit" || exit "$status"
# What the worker has started and left behind goes with it.
[ "$own" != $$ ] || kill -KILL 0
exit "$status"
