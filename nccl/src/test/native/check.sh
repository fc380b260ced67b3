#!/bin/sh
# Checks built libraries: every rule is noticed, correct use is not, faults do what they say, nothing leaks.
set -eu

out=$1
failures=0
faults=$(mktemp)
trap 'rm -f "$faults"' EXIT

# expect STATUS TEXT ARGUMENT: what violate should end with and say.
expect() {
    said=$(timeout 120 "$out/violate" "$3" 2>&1) && status=0 || status=$?
    case "$said" in
        *"$2"*) ;;
        *) status="$status, without the expected text" ;;
    esac
    if [ "$status" != "$1" ]; then
        echo "FAILED: $3: $status: $said"
        failures=$((failures + 1))
    fi
}

for violation in $("$out/violate" --variants); do
    expect 86 "NCCL RULE VIOLATED: ${violation%%:*}: " "$violation"
done
export ORRERY_EMULATED_FAULTS="$faults"
for correct in ok leak faults threads; do
    expect 0 "" "$correct"
done

# visible LIST BUSES: which devices are left.
visible() {
    found=$(CUDA_VISIBLE_DEVICES=$1 "$out/violate" devices 2>/dev/null | cut -d' ' -f2 | cut -d: -f2 | tr '\n' ' ')
    if [ "$found" != "$2" ]; then
        echo "FAILED: CUDA_VISIBLE_DEVICES='$1': '$found'"
        failures=$((failures + 1))
    fi
}

uuid=$("$out/violate" devices | sed -n '3s/.* //p')
visible 2,0 "03 01 "
visible "$uuid" "03 "
visible "$(echo "$uuid" | cut -c1-14),1" "03 02 "
visible 1,9,2 "02 "
visible "" ""
visible GPU-,1 ""
visible 1,1 ""

if [ $failures -gt 0 ]; then
    exit 1
fi
echo "all as it should be"
