#!/bin/sh
echo starting the site
exec nginx -g 'daemon off;'
