#!/bin/sh
# Turns the reports of runs into docs/performance.md: benchmarks/report.sh worlds.json control.json
set -eu
home=$(cd "$(dirname "$0")/.." && pwd -P)
"$home/bin/orrery" bench report "$1" --control "$2" --notes "$home/benchmarks/notes.md" >"$home/docs/performance.md.new"
mv "$home/docs/performance.md.new" "$home/docs/performance.md"
