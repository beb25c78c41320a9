#!/bin/sh
# Lets the default server listen on IPv6 too, as long as its file is the one of the image.
set -e

file=etc/nginx/conf.d/default.conf
name=$(basename "$0")

say() {
    if [ -z "${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ]; then
        echo "$name: $1"
    fi
}

if [ ! -f "/$file" ]; then
    say "info: /$file is not a file or does not exist"
    exit 0
fi
if ! touch "/$file" 2> /dev/null; then
    say "info: can not modify /$file (read-only file system?)"
    exit 0
fi
if grep -q 'listen  *\[::\]:80;' "/$file"; then
    say "info: IPv6 listen already enabled"
    exit 0
fi

say "info: Getting the checksum of /$file"
if ! echo "373c05e8f0b72fc765497649010e6ba4fa0c6a5f139b132b033884c707da8649  /$file" | sha256sum -c - > /dev/null 2>&1; then
    say "info: /$file differs from the packaged version"
    exit 0
fi
sed -i 's/listen       80;/listen       80;\n    listen  [::]:80;/' "/$file"
say "info: Enabled listen on IPv6 in /$file"
