# Where Caddy sends, and what is under way there. Part of the cut-over: stands before it, and uses what it defines.

# One file an upstream of the site, read by Caddy at each request: a name, and no end of line. Names are handed out in turn. When a release with fewer
# replicas comes back the site still reads all files that there are: one that is passed over would let requests through to what is not well yet.
point() {
  [ -n "$UP" ] || return 0
  [ $# -gt 0 ] || return 1
  i=0
  while [ "$i" -lt "$N" ] || [ -e "$UP/$UPNAME-$((i + 1))" ]; do
    eval "name=\${$((i % $# + 1))}"
    i=$((i + 1))
    printf %s "$name" >"$UP/.$UPNAME-$i" && chmod 644 "$UP/.$UPNAME-$i" && mv -f -- "$UP/.$UPNAME-$i" "$UP/$UPNAME-$i" || return
    [ "$(docker exec "$CADDY" cat "$SEEN/$UPNAME-$i" 2>&1)" = "$name" ] || { bad "Caddy does not see $UP/$UPNAME-$i as it was written"; return 1; }
  done
}

from_caddy() { timeout 10 docker exec "$CADDY" wget -q -O - "$@" 2>/dev/null </dev/null; }

reads_files() {
  [ -n "$UP" ] || return 0
  case $(from_caddy http://127.0.0.1:2019/config/) in
    *"{file.$SEEN/$UPNAME-1}"*) ;;
    *) bad "Caddy has no site loaded that reads $SEEN/$UPNAME-1: nothing could be switched"; return 1 ;;
  esac
}

# Requests under way to these names. Since 2.11 Caddy counts them by the address that it really dialled.
in_flight() {
  said=$(from_caddy http://127.0.0.1:2019/reverse_proxy/upstreams) || { echo unknown; return; }
  sum=0
  for name in "$@"; do
    for n in $(printf '%s' "$said" | tr '{' '\n' | sed -n "s/.*\"address\":\"$name:$PORT\",\"num_requests\":\([0-9]*\).*/\1/p"); do sum=$((sum + n)); done
  done
  echo "$sum"
}

counts() { docker exec "$CADDY" caddy version 2>/dev/null | awk -F '[v. ]+' '{ for (i = 1; i <= NF; i++) if ($i != "") { exit !($i > 2 || ($i == 2 && $(i + 1) >= 11)) } }'; }

# Until nothing is under way to these names. Ends at once, and fails, when one of those in $WATCH is not well: there is still a way back then.
drain() {
  [ -n "$UP" ] || return 0
  if ! counts; then say "drain: $DRAIN s, for this Caddy does not tell what is under way"; stays_well "$DRAIN" $WATCH; return; fi
  end=$(($(now) + DRAIN)) quiet=0
  nap 0.5
  while [ "$quiet" -lt 2 ]; do
    well $WATCH || return
    n=$(in_flight "$@")
    if [ "$n" = 0 ]; then quiet=$((quiet + 1)); else quiet=0; fi
    [ "$(now)" -lt "$end" ] || { say "drain: after $DRAIN s still under way: $n; they are ended with the container"; return 0; }
    nap 0.25
  done
  say 'drain: nothing is under way to the old'
}
