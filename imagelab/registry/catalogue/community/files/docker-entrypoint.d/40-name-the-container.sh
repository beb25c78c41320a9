#!/bin/sh
# The page tells which container has answered.
set -e
echo "<!DOCTYPE html><title>nginx-hello</title><p>Hello from $(hostname)</p>" > /usr/share/nginx/html/index.html
