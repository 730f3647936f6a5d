#!/bin/sh
# Installs what the tests drive and pip cannot bring: a browser and, for the live connectors, real servers' packages.
# Debian and Ubuntu; with root or sudo. Does nothing where everything is there.
set -eu

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null 2>&1; then sudo "$@"; else
        echo "Needs root to run: $*" >&2
        exit 1
    fi
}

install() {
    command -v apt-get >/dev/null 2>&1 || { echo "Please install by hand: $*" >&2; exit 1; }
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get update -qq
    # Several packages start their server on installation; the tests start their own. 101 means: not allowed here.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'as_root rm -f "$policy"' EXIT INT TERM
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
    as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

if [ "${1:-}" = python-venv ]; then
    version=$("$2" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    install "python$version-venv"
    exit 0
fi

missing=""
if ! command -v chromium >/dev/null 2>&1; then
    # Ubuntu's package of that name is a snap that does not run headless in containers: take Playwright's own build there.
    if grep -q '^ID=ubuntu' /etc/os-release 2>/dev/null; then
        as_root "${VENV:-.venv}/bin/playwright" install --with-deps chromium
    else
        missing="$missing chromium fonts-dejavu-core"
    fi
fi
command -v mmdebstrap >/dev/null 2>&1 || missing="$missing mmdebstrap"
command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
command -v sipp >/dev/null 2>&1 || missing="$missing sip-tester"
command -v prometheus-alertmanager >/dev/null 2>&1 || missing="$missing prometheus-alertmanager"
[ -x /usr/share/request-tracker5/libexec/rt-server ] ||
    missing="$missing request-tracker5 rt5-db-sqlite rt5-standalone libdbd-sqlite3-perl"
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
command -v dovecot >/dev/null 2>&1 || missing="$missing dovecot-imapd"
# shellcheck disable=SC2086
[ -z "$missing" ] || install $missing
