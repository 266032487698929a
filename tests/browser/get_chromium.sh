#!/bin/sh
# Find a Chromium or Chrome for the browser tests, or get one where that is possible.
# Usage: get_chromium.sh PYTHON   (PYTHON has playwright installed)
for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
"$1" -c '
import sys
from pathlib import Path
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not Path(playwright.chromium.executable_path).exists())
' && exit 0

log=$(mktemp)
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "No Chromium found: installing Debian's."
    { apt-get update && apt-get install --yes --no-install-recommends chromium; } >"$log" 2>&1
else
    echo "No Chromium found: trying playwright's own download."
    "$1" -m playwright install chromium >"$log" 2>&1
fi
status=$?
if [ $status -ne 0 ]; then
    tail -n 5 "$log"
    echo "No Chromium could be had: install one (for instance 'apt install chromium')."
    echo "The browser tests are skipped; with CI=true they fail."
fi
rm -f "$log"
exit 0
