#!/bin/sh
# Starts Redis as the official image does: options or a .conf file alone mean redis-server, root becomes redis, and
# protected mode is off unless asked for (in a container the network decides who reaches it).
set -eu

case ${1:-} in -* | *.conf) set -- redis-server "$@" ;; esac
[ "${1:-}" = redis-server ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  find . \! -user redis -exec chown redis:redis {} +
  exec gosu redis "$0" "$@"
fi
[ "$(umask)" != 0022 ] || umask 0077

case " $* " in *' --protected-mode '* | *' --version '* | *' -v '* | *' --help '* | *' -h '*) exec "$@" ;; esac
shift
case ${1:-} in
  '' | -*) exec redis-server --protected-mode no "$@" ;;
  *) file=$1 && shift && exec redis-server "$file" --protected-mode no "$@" ;; # the file must come first
esac
