#!/bin/sh
# Install into .venv what `make run`, `make worker`, `make test` or `make bench` needs: deploy/make_venv.sh run|gpu|dev|bench
# Does nothing while pyproject.toml and constraints.txt are as the last whole installation found them.
set -eu

fail() {
    echo "$1" >&2
    exit 1
}

is_installed() {
    cat pyproject.toml constraints.txt | cmp -s - ".venv/installed-$1"
}

install() {
    .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' ||
        "$PYTHON" -m venv --clear .venv || return
    .venv/bin/python -m pip install -q --no-input -c constraints.txt -e "$1"
}

{ [ -w . ] && mkdir -p var 2>/dev/null; } || fail "Cannot write to this folder: $PWD"
is_installed "$1" && exit
case $1 in
run)
    package=.
    is_installed dev && exit
    ;;
gpu)
    package=".[gpu]"
    is_installed dev && exit
    ;;
*) package=".[$1,gpu]" ;;
esac

"$PYTHON" -c 'import ensurepip' 2>/dev/null ||
    fail "$PYTHON cannot make a virtual environment: install its venv module (apt-get install python3-venv)."
echo "Installing Python packages into .venv ..."
install "$package" >var/install.log 2>&1 ||
    fail "The Python packages could not be installed. Is there a network? Details: var/install.log"
cat pyproject.toml constraints.txt >.venv/installed.new
mv .venv/installed.new ".venv/installed-$1"
