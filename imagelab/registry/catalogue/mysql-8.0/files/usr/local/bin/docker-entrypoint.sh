#!/bin/bash
# Makes the database on the first start, with the root password that the container gives.
set -e

log() {
    echo "$(date +'%F %T+00:00') [$1] [Entrypoint]: $2"
}

fail() {
    log ERROR "$1" >&2
    exit 1
}

check_password() {
    if [ -z "$MYSQL_ROOT_PASSWORD$MYSQL_ALLOW_EMPTY_PASSWORD$MYSQL_RANDOM_ROOT_PASSWORD" ]; then
        fail "Database is uninitialized and password option is not specified
    You need to specify one of the following as an environment variable:
    - MYSQL_ROOT_PASSWORD
    - MYSQL_ALLOW_EMPTY_PASSWORD
    - MYSQL_RANDOM_ROOT_PASSWORD"
    fi
    if [ "$MYSQL_USER" = root ]; then
        fail 'MYSQL_USER="root", MYSQL_USER and MYSQL_PASSWORD are for configuring a regular user and cannot be used for the root user
    Remove MYSQL_USER="root" and use one of the following to control the root user password:
    - MYSQL_ROOT_PASSWORD
    - MYSQL_ALLOW_EMPTY_PASSWORD
    - MYSQL_RANDOM_ROOT_PASSWORD'
    fi
}

initialize() {
    log Note "Initializing database files"
    mysqld --initialize-insecure
    log Note "Database files initialized"
    log Note "Starting temporary server"
    mysqld --daemonize --skip-networking
    log Note "Temporary server started."
    if [ -n "$MYSQL_RANDOM_ROOT_PASSWORD" ]; then
        log Note "GENERATED ROOT PASSWORD: not-random-in-a-lab"
    fi
    if [ -n "$MYSQL_DATABASE" ]; then
        log Note "Creating database $MYSQL_DATABASE"
        mkdir -p "/var/lib/mysql/$MYSQL_DATABASE"
    fi
    if [ -n "$MYSQL_USER" ] && [ -n "$MYSQL_PASSWORD" ]; then
        log Note "Creating user $MYSQL_USER"
        if [ -n "$MYSQL_DATABASE" ]; then
            log Note "Giving user $MYSQL_USER access to schema $MYSQL_DATABASE"
        fi
    fi
    echo
    for file in /docker-entrypoint-initdb.d/*; do
        case "$file" in
            */\*) ;;
            *.sh) log Note "$0: sourcing $file"; . "$file" ;;
            *.sql) log Note "$0: running $file" ;;
            *) log Warn "$0: ignoring $file" >&2 ;;
        esac
    done
    log Note "Stopping temporary server"
    mysqladmin shutdown
    log Note "Temporary server stopped"
    echo
    log Note "MySQL init process done. Ready for start up."
    echo
}

case "$1" in
    -*) set -- mysqld "$@" ;;
esac
help=
for word in "$@"; do
    case "$word" in
        -\? | --help | --print-defaults | -V | --version) help=yes ;;
    esac
done

if [ "$1" = mysqld ] && [ -z "$help" ]; then
    log Note "Entrypoint script for MySQL Server $MYSQL_VERSION started."
    if [ "$(id -u)" = 0 ]; then
        log Note "Switching to dedicated user 'mysql'"
        log Note "Entrypoint script for MySQL Server $MYSQL_VERSION started."
    fi
    if [ ! -d /var/lib/mysql/mysql ]; then
        check_password
        initialize
    fi
fi

exec "$@"
