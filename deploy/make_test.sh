#!/bin/sh
# Run the whole suite on SQLite, then what uses the database, but no browser, on PostgreSQL. Arguments go to pytest.
set -u

bring_chromium() {
    for name in "${CHROMIUM:-chromium}" chromium-browser google-chrome; do
        command -v "$name" >/dev/null && return
    done
    command -v apt-get >/dev/null || return
    if [ "$(id -u)" = 0 ]; then
        as_root=env
    elif sudo -n true 2>/dev/null; then
        as_root="sudo -n env"
    else
        return
    fi
    install="$as_root DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium fonts-noto-color-emoji"
    echo "Installing Chromium with apt-get ..."
    { $install || { $as_root apt-get update && $install; }; } </dev/null >var/install.log 2>&1 ||
        echo "Chromium could not be installed. Details: var/install.log" >&2
}

mkdir -p build
rm -f build/tests-*.xml
bring_chromium

if [ $# = 0 ]; then
    collect="--cov --cov-report= --cov-fail-under=0"
    report="--cov --cov-append"
else # a few chosen tests say nothing about coverage
    collect=
    report=
fi

pytest=".venv/bin/python -m pytest"
echo "== Tests on SQLite"
$pytest $collect --junitxml=build/tests-sqlite.xml "$@"
sqlite=$?
[ $sqlite = 2 ] && exit 2 # Ctrl-C

echo "== Tests on PostgreSQL"
.venv/bin/python -m tests.services $pytest $report --junitxml=build/tests-postgresql.xml "$@" -m "not browser"
postgresql=$?
[ $postgresql = 5 ] && [ $# != 0 ] && postgresql=0 # none of the chosen tests runs here

[ $sqlite = 0 ] || exit $sqlite
exit $postgresql
