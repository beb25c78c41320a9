#!/bin/sh
echo started
exec sleep infinity
