#!/bin/sh
# Sets the number of workers to that of the processors, where the container asks for it.
set -e

[ -n "${NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE:-}" ] || exit 0
sed -i "s/^worker_processes .*/worker_processes  $(nproc);/" /etc/nginx/nginx.conf
