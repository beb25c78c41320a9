#!/bin/sh
# Would fill the variables of templates in; without templates there is nothing to do.
set -e

name=$(basename "$0")
templates=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
output=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}

[ -d "$templates" ] || exit 0
if [ ! -w "$output" ]; then
    echo "$name: ERROR: $templates exists, but $output is not writable"
    exit 0
fi
for template in "$templates"/*.template; do
    [ -f "$template" ] || continue
    target=$output/$(basename "$template" .template)
    echo "$name: Running envsubst on $template to $target"
    envsubst < "$template" > "$target"
done
