#!/bin/sh
set -e

# A configuration file alone is what the registry is to serve with.
case "$1" in
    *.yaml | *.yml) set -- registry serve "$@" ;;
    serve | garbage-collect | help | -*) set -- registry "$@" ;;
esac

exec "$@"
