#!/bin/sh
# Turns reports into docs/performance.md: benchmarks/report.sh [--control control.json] [--core core.json] [worlds.json]
# Without a report of worlds the page's other sections stay as they are.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd -P)
page=$home/docs/performance.md
"$home/bin/orrery" bench report --page "$page" --notes "$home/benchmarks/notes.md" "$@" >"$page.new"
mv "$page.new" "$page"
