#!/bin/sh
# Prepares the configuration when nginx is to run; any other command runs as it is.
set -e

say() {
    if [ -z "${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ]; then
        echo "$0: $1"
    fi
}

prepare() {
    say "/docker-entrypoint.d/ is not empty, will attempt to perform configuration"
    say "Looking for shell scripts in /docker-entrypoint.d/"
    for step in /docker-entrypoint.d/*; do
        case "$step" in
            *.envsh | *.sh)
                if [ ! -x "$step" ]; then
                    say "Ignoring $step, not executable"
                elif [ "${step##*.}" = envsh ]; then
                    say "Sourcing $step"
                    . "$step"
                else
                    say "Launching $step"
                    "$step"
                fi ;;
            *) say "Ignoring $step" ;;
        esac
    done
    say "Configuration complete; ready for start up"
}

case "$1" in
    nginx | nginx-debug)
        if [ -n "$(ls -A /docker-entrypoint.d/ 2> /dev/null)" ]; then
            prepare
        else
            say "No files found in /docker-entrypoint.d/, skipping configuration"
        fi ;;
esac

exec "$@"
