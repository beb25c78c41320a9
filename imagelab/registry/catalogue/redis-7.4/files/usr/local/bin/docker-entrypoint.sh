#!/bin/sh
set -e

# Options and configuration files are for the server.
case "$1" in
    -* | *.conf) set -- redis-server "$@" ;;
esac

# What the server writes is for it alone, unless the container says otherwise.
if [ "$1" = redis-server ] && [ "$(umask)" = 0022 ]; then
    umask 0077
fi

exec "$@"
