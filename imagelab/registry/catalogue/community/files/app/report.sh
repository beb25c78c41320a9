#!/bin/sh
# It was meant to be executable.
exec python3 /app/report.py
