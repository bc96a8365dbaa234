#!/bin/bash
# Runs Postfix alone as a benchmark peer for submission, from a scratch directory: smtpd with implicit TLS, without log-in
# and without DKIM, everything relayed to a sink. The system's own Postfix is not touched.
#   postfix-relay.sh start DIR SUBMISSIONS_PORT SINK_PORT
#   postfix-relay.sh stop DIR
# Needs root and Debian's postfix.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cmd=${1:?start|stop} dir=$(realpath -m "${2:?directory}")
pidfile=$dir/queue/pid/master.pid
alive() { [ -s "$pidfile" ] && kill -0 "$(tr -d ' ' <"$pidfile")" 2>/dev/null; }

start() {
  mkdir -p "$dir"/{log,tls,queue,postfix,postfix-data}
  chmod 755 "$dir"
  chown postfix "$dir/postfix-data"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$dir/tls/key.pem" -out "$dir/tls/cert.pem" 2>/dev/null
  local script=(-e "s|@DIR@|$dir|g" -e "s|@SUBMISSIONS@|$1|g" -e "s|@SINK@|$2|g")
  sed "${script[@]}" "$here/postfix-relay.main.cf.in" >"$dir/postfix/main.cf"
  sed "${script[@]}" "$here/postfix-relay.master.cf.in" >"$dir/postfix/master.cf"
  cp /etc/postfix/dynamicmaps.cf "$dir/postfix/" 2>/dev/null || true
  postfix -c "$dir/postfix" start >>"$dir/log/start.log" 2>&1
  for _ in $(seq 50); do alive && break; sleep 0.1; done
  alive || { cat "$dir/log/start.log" >&2; exit 1; }
  echo "pids=$(tr -d ' ' <"$pidfile")"
}
stop() {
  alive && postfix -c "$dir/postfix" stop >>"$dir/log/start.log" 2>&1 || true
}
case $cmd in
start) start "${3:?port of submission}" "${4:?port of the sink}" ;;
stop) stop ;;
*) echo "unknown: $cmd" >&2; exit 2 ;;
esac
