#!/bin/sh
# Serve the quiz on demo data the way production does: DEBUG off, a secret key of its own, granian.
set -eu

"$PYTHON" - "$HOST" "$PORT" <<'END' || exit 1
import socket
import sys

host, port = sys.argv[1:]
if not port.isdecimal() or not 0 < int(port) < 65536:
    sys.exit(f"PORT must be a number from 1 to 65535, not {port}.")
try:
    family = socket.getaddrinfo(host, port)[0][0]
    socket.create_server((host, int(port)), family=family).close()
except OSError as error:
    reason = (error.strerror or str(error)).split(" (while")[0]
    sys.exit(f"Cannot serve on {host}:{port}: {reason}. Choose another port: make run PORT=8001")
END

deploy/make_venv.sh run

var=${VAR_DIR:-var}
mkdir -p "$var"
if [ ! -s "$var/secret_key" ]; then
    (umask 077 && head -c 48 /dev/urandom | base64 | tr -d '\n' >"$var/secret_key.new")
    mv "$var/secret_key.new" "$var/secret_key"
fi

case $HOST in
0.0.0.0 | ::) name=127.0.0.1 ;;
*:*) name="[$HOST]" ;;
*) name=$HOST ;;
esac
SECRET_KEY=$(cat "$var/secret_key")
export DEBUG=0 SECRET_KEY
export ALLOWED_HOSTS="${ALLOWED_HOSTS:-localhost,127.0.0.1,[::1],$name}"
export SITE_URL="${SITE_URL:-http://$name:$PORT}"

.venv/bin/python manage.py prepare
echo "The quiz is at $SITE_URL - Ctrl-C stops it."
# After Ctrl-C a worker that got the signal twice, from the terminal too, may wait for ever: end it.
exec .venv/bin/python -m granian config.wsgi:application --interface wsgi --host "$HOST" --port "$PORT" \
    --workers 1 --blocking-threads 4 --no-ws --respawn-failed-workers --workers-kill-timeout 2 --log-level error
