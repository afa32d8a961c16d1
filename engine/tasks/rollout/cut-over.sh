# Replaces the containers of one service by new ones without losing a request, or leaves everything as it was. Runs on the host, in a session
# of its own: it comes to its end whether or not anybody is still connected. Before this text stand the settings (settings.ts)
# and the other parts (launch.ts).
#
# Every step is written down in $J/phase before it begins. Whoever comes after a run that was killed finishes it or undoes it (recover).
# What is printed goes to a log that the controller follows; lines that begin with "! " are what went wrong.
#
#   prepare   new files are live, nothing was started          ─┐
#   beside    new containers are started, the old serve         ├─ undo: new ones go, old files come back
#   switched  Caddy sends to the new, the old drain            ─┐
#   stopped   the old are stopped and kept                      ├─ finish: when the new are well; undo: when they are not
trap '' HUP PIPE
umask 077
export LC_ALL=C
J=/var/lib/hostwright/rollout/$P
HOOK=$P-$S-before # a container of our own: others of the project may be somebody's console
R=/var/lib/hostwright/releases/$P
STARTED=$(date +%s)
failing= WATCH=

say() { printf '%s\n' "$*"; }
bad() { printf '%s\n' "$*" | sed 's/^/! /'; }
now() { date +%s; }
nap() { sleep "$1" 2>/dev/null || sleep 1; }
compose() { env -i PATH="$PATH" HOME="$HOME" ${DOCKER_HOST:+DOCKER_HOST="$DOCKER_HOST"} docker compose -p "$P" "$@" </dev/null; }
of_service() { docker ps --no-trunc --filter "label=com.docker.compose.project=$P" --filter "label=com.docker.compose.service=$S" --filter label=com.docker.compose.oneoff=False "$@"; }
names() { [ $# -eq 0 ] || docker inspect --format '{{slice .Name 1}}' "$@" 2>/dev/null; }
count() { printf '%s\n' "$*" | wc -w; }
phase() { printf '%s\n' "$1" >"$J/phase.new" && sync "$J/phase.new" 2>/dev/null; mv -f -- "$J/phase.new" "$J/phase"; }
outcome() { printf '%s\n' "$1" >"$J/outcome.new" && mv -f -- "$J/outcome.new" "$J/outcome"; }
fail() { outcome 1; exit 1; }
forget() { rm -rf -- "$J/phase" "$J/prev" "$J/old" "$J/well" "$J/new" "$J/tags"; }

# --- files ----------------------------------------------------------------------------------------------------------------------------

# A file is replaced whole; the copy is beside it first, for the directory may be another file system.
put() { cp -p -- "$1" "$D/.hostwright.rollout" && sync "$D/.hostwright.rollout" 2>/dev/null; mv -f -- "$D/.hostwright.rollout" "$2"; }

install_files() {
  rm -rf -- "$J/prev" && mkdir -p -- "$J/prev" || return
  for f in $FILES; do [ ! -e "$D/$f" ] || cp -p -- "$D/$f" "$J/prev/$f" || return; done
  phase prepare || return
  for f in $FILES; do put "$J/next/$f" "$D/$f" || return; done
}

restore_files() {
  [ -d "$J/prev" ] || return 0
  for f in $FILES; do
    if [ -e "$J/prev/$f" ]; then put "$J/prev/$f" "$D/$f"; else rm -f -- "$D/$f"; fi
  done
}

# --- where Caddy sends ------------------------------------------------------------------------------------------------------------------

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

# --- undo and finish --------------------------------------------------------------------------------------------------------------------

# Files, tags and the way from Caddy as before; nothing is under way any more.
put_back() {
  point "$S"
  restore_files
  restore_tags
  forget
}

# Everything as before: the old serve, what was started goes, the old files come back. Safe to run again.
undo() {
  old=
  for id in $(cat "$J/old" 2>/dev/null); do docker inspect "$id" >/dev/null 2>&1 && old="$old $id"; done
  # The old are gone already: what runs is all there is.
  [ -n "$old" ] || [ ! -s "$J/old" ] || { point "$S"; forget; return 0; }
  started=
  for id in $(of_service -aq); do case "$old " in *" $id "*) ;; *) started="$started $id" ;; esac; done
  if [ -n "$old" ]; then
    # What was not well before need not become so: it would keep every later deploy from mending it.
    sleeping= missed=
    for id in $old; do
      case $(state "$id") in 'running '*) continue ;; esac
      sleeping="$sleeping $id"
      [ -e "$J/well" ] && ! grep -qxF "$id" "$J/well" || missed="$missed $id"
    done
    if [ -n "$sleeping" ]; then
      say 'undo: starting the old again'
      docker start $sleeping >/dev/null
      wait_well $missed || { [ -z "$failing" ] || why $failing; bad 'the old version does not become healthy again: both are left as they are'; return 1; }
    fi
    point $(names $old)
    # Requests first, reasons then, and only then is it taken away.
    [ -z "$failing" ] || why $failing
    [ -z "$started" ] || [ "$1" != switched ] || drain $(names $started)
  fi
  if [ -n "$started" ]; then docker stop $started >/dev/null 2>&1; docker rm -f $started >/dev/null 2>&1; fi
  put_back
}

give_up() {
  undo "$2"
  came=$?
  bad "$1"
  if [ "$came" = 0 ]; then
    if [ -n "$OLD" ] && [ -z "$WELL" ]; then bad 'the new version was taken away again, files and containers are those of before; the old version was not well before, and is left as it was'
    elif [ -n "$OLD" ]; then bad "the new version was taken away again, files and containers are those of before, and the old version serves on"
    else bad 'it was the first version: what was started was taken away again'; fi
  fi
  standing
  bad "next: mend it and deploy again; what was said is kept in $J/log"
  rm -rf -- "$J/next"
  fail
}

# Stops the old, keeps them while the new are watched, then takes them away.
retire_old() {
  old=$(cat "$J/old" 2>/dev/null) new=$(cat "$J/new" 2>/dev/null)
  here=
  for id in $old; do docker inspect "$id" >/dev/null 2>&1 && here="$here $id"; done
  if [ -n "$here" ]; then
    called=$(names $here)
    if [ "$1" != stopped ]; then
      WATCH=$new
      drain "$S" $called && well $new
      came=$? WATCH=
      [ "$came" = 0 ] || return
    fi
    say "stop:" $called
    docker stop $here >/dev/null || return
  fi
  phase stopped
  point "$S" || return
  [ "$OBSERVE" = 0 ] || [ -z "$here" ] || say "watch: $OBSERVE s, with the old kept"
  stays_well "$OBSERVE" $new || return
  [ -z "$here" ] || docker rm -f $here >/dev/null || return
}

# What Compose would do now must be nothing; what else the project has is brought up to its files.
settle() {
  rm -rf -- "$J/prev"
  if [ -n "$OTHERS" ]; then
    # Compose does not always say when the time is up: it may end with 0 while they still start.
    compose up -d --wait --wait-timeout "$WAIT" --remove-orphans && [ -z "$(docker ps -q --filter "label=com.docker.compose.project=$P" --filter health=starting)" ] ||
      { bad 'the other services of the project are not well'; return 1; }
  fi
  would=$(compose --dry-run up -d --no-deps "$S" 2>&1) || { bad "$would"; return 1; }
  case $would in *Recreate* | *Creat* | *Start*) bad "Compose would still change something:"; bad "$would"; return 1 ;; esac
  record_release
  { record_lines; docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$P" --filter label=com.docker.compose.oneoff=False | sed 's/.*/container & -/'; } >"$RECORD.new" && mv -f -- "$RECORD.new" "$RECORD" || return
  forget
  rm -rf -- "$J/next"
}

# --- a run that was cut off -------------------------------------------------------------------------------------------------------------

recover() {
  [ -f "$J/phase" ] || return 0
  at=$(cat "$J/phase") OLD=$(cat "$J/old" 2>/dev/null) new=$(cat "$J/new" 2>/dev/null)
  say "an earlier rollout was cut off ($at)"
  case $at in
    switched | stopped)
      if wait_well $new && point $(names $new) && retire_old "$at"; then
        say 'it is finished: its version is healthy'
        forget
        return 0
      fi ;;
  esac
  if undo "$at"; then say 'it is undone'; return; fi
  # Whoever deploys now is about to mend that, and must not be kept from it.
  say 'neither of its versions is well: this one is to take the place of both'
  put_back
}

# --- the cut-over -----------------------------------------------------------------------------------------------------------------------

mkdir -p -- "$J" "$R" "${RECORD%/*}" || exit 1
exec 8>"$J/lock"
flock -n 8 || { bad "another rollout of $P is under way"; exit 1; }
cd "$D" || fail
recover || fail
reads_files || fail

OLD=$(of_service -q)
[ -n "$RESTORE" ] || has_room || { rm -rf -- "$J/next"; fail; }

dead=$(of_service -aq --filter status=created --filter status=exited --filter status=dead)
[ -z "$dead" ] || docker rm -f $dead >/dev/null || fail
WELL=$(serving $OLD)
printf '%s\n' "$OLD" | grep . >"$J/old"
printf '%s\n' "$WELL" >"$J/well"
: >"$J/new"

install_files || give_up 'the new files could not be put in place' prepare
bring_back_images || give_up 'the image of the release cannot be brought back' prepare
(check_project) || give_up 'the new files are not fit to run' prepare

image=${IMAGE:-$(compose config --images "$S" 2>/dev/null | head -n 1)}
if [ -n "$image" ] && ! docker image inspect "$image" >/dev/null 2>&1; then
  say "pull: $image"
  timeout 600 env -i PATH="$PATH" HOME="$HOME" docker compose -p "$P" pull -q "$S" </dev/null || give_up "the image $image cannot be had" prepare
fi
if [ -n "$BEFORE" ]; then
  say "before: $BEFORE"
  docker rm -f "$HOOK" >/dev/null 2>&1
  before_hook
  came=$?
  docker rm -f "$HOOK" >/dev/null 2>&1 # a command that was ended leaves its container
  [ "$came" = 0 ] || give_up "what was to run before did not succeed: $BEFORE" prepare
fi

if [ -z "$OLD" ]; then
  say "start: $S"
  phase beside
  compose up -d --wait --wait-timeout "$WAIT" ${OTHERS:+--remove-orphans} || { why $(of_service -aq); give_up 'the first version does not become healthy' beside; }
  of_service -q >"$J/new"
  # Compose calls what crashes and starts again healthy when it has no health check.
  wait_well $(cat "$J/new") && probe $(names $(cat "$J/new")) || { why $(of_service -aq); give_up 'the first version does not stay healthy' beside; }
  point "$S" || give_up 'Caddy cannot be pointed at it' beside
  settle || fail
  say "up: $(names $(cat "$J/new") | tr '\n' ' ')"
  outcome 0
  exit 0
fi

if [ "$STRATEGY" = docker-rollout ]; then
  phase beside
  env -i PATH="$PATH" HOME="$HOME" docker rollout -p "$P" --timeout "$WAIT" "$S" </dev/null
  came=$?
  new=
  for id in $(of_service -q); do case $OLD in *"$id"*) ;; *) new="$new $id" ;; esac; done
  printf '%s\n' $new >"$J/new"
  left=$(for id in $OLD; do docker inspect "$id" >/dev/null 2>&1 && echo "$id"; done)
  if [ "$came" != 0 ] || [ "$(count $new)" -lt "$N" ] || ! wait_well $new; then
    why $new
    [ -n "$left" ] || { bad 'docker rollout has taken the old version away, and the new one is not well: deploy the last good version again'; standing; fail; }
    give_up 'docker rollout did not bring up the new version' beside
  fi
  [ -z "$left" ] || docker rm -f $left >/dev/null
else
  # From here on requests go to the old by name: the new get none before they are well.
  point $(names $OLD) || give_up 'Caddy cannot be pointed at the old version' prepare
  phase beside
  say "start: $N beside $(count $OLD)"
  compose up -d --no-deps --no-recreate --scale "$S=$(($(count $OLD) + N))" "$S" || { why $(of_service -aq --filter status=created --filter status=exited); give_up 'the new version could not be started' beside; }
  new=
  for id in $(of_service -aq); do case $OLD in *"$id"*) ;; *) new="$new $id" ;; esac; done
  printf '%s\n' $new >"$J/new"
  [ "$(count $new)" = "$N" ] || give_up "$(count $new) new containers were started instead of $N" beside
  wait_well $new && stays_well "$STEADY" $new || { why $new; failing=; give_up "the new version $verdict" beside; }
  called=$(names $new)
  say "healthy:" $called
  probe $called || { why $new; give_up 'the new version cannot be reached over the network' beside; }
  phase switched
  point $called || give_up 'Caddy could not be switched' switched
  [ -z "$UP" ] || say "switched: Caddy sends to" $called
  retire_old switched || give_up 'the new version did not stay healthy' stopped
fi
settle || fail
say "done: $(names $(cat "$J/new" 2>/dev/null || of_service -q) | tr '\n' ' ')"
outcome 0
