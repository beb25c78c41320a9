#!/bin/sh
set -e

# Options and scripts are for node; what is a program of its own runs as it is.
case "$1" in
    -*) exec node "$@" ;;
esac
if [ -n "$1" ] && [ -f "$1" ] && [ ! -x "$1" ]; then
    exec node "$@"
fi
if ! command -v "$1" > /dev/null; then
    exec node "$@"
fi

exec "$@"
