#!/bin/sh
# Makes sentences.txt: the verses of Proverbs, one a line, without their numbers, each once.
# Needs the Debian package bible-kjv (and bible-kjv-text, which it brings).
set -eu
cd "$(dirname "$0")"
bible -f 'proverbs1:1-31:31' </dev/null | sed 's/^[^ ]* //' | awk '!seen[$0]++' >sentences.txt
