#!/usr/bin/env bash
# Installs the browser of the tests, Debian's Chromium with its driver, where it
# is missing. What a machine has already is used as it is.
set -euo pipefail
if command -v chromedriver >/dev/null && { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null; then
	exit 0
fi
if ! command -v apt-get >/dev/null; then
	echo "the browser tests need chromium and chromedriver on PATH" >&2
	exit 1
fi
as=(env DEBIAN_FRONTEND=noninteractive)
[ "$(id -u)" = 0 ] || as=(sudo -n "${as[@]}")
echo "== apt-get install chromium chromium-driver" >&2
"${as[@]}" apt-get -q update >&2
"${as[@]}" apt-get -q install -y --no-install-recommends chromium chromium-driver >&2
