#!/bin/sh
# Runs one worker and records what became of it, whatever becomes of the agent that started this.
#   worker-shim.sh RUN_FOLDER COMMAND...
# Started in a session of its own. Writes into RUN_FOLDER, each a line that is complete only with its newline:
#   shim     pid, start time and boot id of this shell
#   worker   pid and start time of COMMAND
#   exit     exit code of COMMAND, or 128 + the signal that ended it
run=$1
shift

# Sets state, session, group and start from /proc; the name in brackets may hold anything.
inspect() {
    read -r stat < "/proc/$1/stat" || return 1
    # Meant to be split into words.
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    state=$1
    group=$3
    session=$4
    shift 19
    start=$1
}

# Kills what else lives of this session; false when there was nothing.
sweep() {
    found=1
    for entry in /proc/[0-9]*; do
        other=${entry#/proc/}
        inspect "$other" 2> /dev/null || continue
        [ "$session" = $$ ] && [ "$other" != $$ ] && [ "$state" != Z ] || continue
        kill -KILL "$other" 2> /dev/null && found=0
    done
    return $found
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

printf '%s\n' "$status" > "$run/exit"
# What the worker has started and left behind goes with it, with an agent or without. A process of this session keeps
# others from getting its number, so it goes last.
if [ "$own" = $$ ]; then
    for _ in 1 2 3; do
        sweep || break
    done
    kill -KILL 0
fi
exit "$status"
