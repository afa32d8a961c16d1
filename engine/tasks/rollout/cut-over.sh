# Replaces the containers of one service by new ones without losing a request, or leaves everything as it was. Runs on the host, in a session
# of its own: it comes to its end whether or not anybody is still connected. Before this text stand the settings (settings.ts)
# and the other parts (launch.ts).
#
# Every step is written down in $J/phase before it begins. Whoever comes after a run that was killed finishes it or undoes it (recover).
# What is printed goes to a log that the controller follows; lines that begin with "! " are what went wrong.
#
#   prepare   new files are live, nothing was started          ─┐
#   beside    new ones are started, and workers; the old serve  ├─ undo: new ones go, old files come back
#   switched  Caddy sends to the new, the old drain            ─┐
#   stopped   the old are stopped and kept                      ├─ finish: when the new are well; undo: when they are not
trap '' HUP PIPE
umask 077
export LC_ALL=C
J=/var/lib/hostwright/rollout/$P
HOOK=$P-$S-before # a container of our own: others of the project may be somebody's console
R=/var/lib/hostwright/releases/$P
STARTED=$(date +%s)
failing= verdict= WATCH=

say() { printf '%s\n' "$*"; }
bad() { printf '%s\n' "$*" | sed 's/^/! /'; }
now() { date +%s; }
nap() { sleep "$1" 2>/dev/null || sleep 1; }
# Of our environment nothing but what Docker needs: Compose fills in variables from it.
bare() { env -i PATH="$PATH" HOME="$HOME" ${DOCKER_HOST:+DOCKER_HOST="$DOCKER_HOST"} "$@" </dev/null; }
compose() { bare docker compose -p "$P" "$@"; }
of_service() { docker ps --no-trunc --filter "label=com.docker.compose.project=$P" --filter "label=com.docker.compose.service=$S" --filter label=com.docker.compose.oneoff=False "$@"; }
names() { [ $# -eq 0 ] || docker inspect --format '{{slice .Name 1}}' "$@" 2>/dev/null; }
count() { printf '%s\n' "$*" | wc -w; }

# Docker may be on its way up again: it is waited for, a minute.
docker_answers() {
  tries=60
  until timeout 10 docker ps -q >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { bad 'Docker does not answer'; return 1; }
    nap 1
  done
}

# there ID…: those that Docker knows, in $there. Fails when it does not say: what is not known is not taken for gone.
there() {
  there=
  for id in "$@"; do
    if said=$(docker inspect --format known "$id" 2>&1); then there="$there $id"; continue; fi
    case $said in *[Nn]'o such '*) ;; *) bad "Docker does not tell about $id: $said"; return 1 ;; esac
  done
}

# --- undo and finish --------------------------------------------------------------------------------------------------------------------

# Files, tags, the way from Caddy and the other services as before; nothing is under way any more. What could not be put back stays in the journal.
put_back() {
  point "$S"
  restore_files && restore_tags || return 2
  others_back
  forget
}

# Everything as before: the old serve, what was started goes, the old files come back. Safe to run again.
# 0 it is so; 1 the old do not become well; 2 it cannot be told, or not be done: the journal stays; 3 the old are gone, what runs is all there is.
undo() {
  docker_answers || return 2
  old=$(noted old) || { bad "the journal does not say which containers were the old: nothing is taken away; when what runs is as it should be, remove $J"; return 2; }
  there $old && all=$(of_service -aq) || return 2
  [ -n "$there" ] || [ -z "$old" ] || { point "$S"; forget; return 3; }
  old=$there
  started=
  for id in $all; do case "$old " in *" $id "*) ;; *) started="$started $id" ;; esac; done
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
    # What is well may have requests under way: it goes because of a worker, say.
    [ -z "$started" ] || { [ "$1" != switched ] && { [ "$1" != stopped ] || ! well $started; }; } || drain $(names $started)
  fi
  if [ -n "$started" ]; then docker stop $started >/dev/null 2>&1; docker rm -f $started >/dev/null 2>&1; fi
  put_back
}

give_up() {
  undo "$2"
  came=$?
  bad "$1"
  if [ "$came" = 2 ]; then bad 'not everything is as before: the next rollout finishes this one or undoes it'
  elif [ "$came" = 3 ]; then bad 'the old version is gone: what runs is left as it is'
  elif [ "$came" = 0 ]; then
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
  old=$(noted old) && new=$(noted new) && there $old || return
  here=$there
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
  phase stopped && point "$S" || return
  [ "$OBSERVE" = 0 ] || [ -z "$here" ] || say "watch: $OBSERVE s, with the old kept"
  stays_well "$OBSERVE" $new $(noted with) || return
  [ -z "$here" ] || docker rm -f $here >/dev/null || return
}

# What Compose would do now must be nothing, and what no file names goes.
settle() {
  rm -rf -- "$J/prev"
  [ -z "$ORPHANS" ] || compose up -d --no-deps --remove-orphans "$S" || { bad 'what no file of the project names cannot be removed'; return 1; }
  would=$(compose --dry-run up -d --no-deps "$S" $LASTING 2>&1) || { bad "$would"; return 1; }
  case $would in *Recreate* | *Creat* | *Start*) bad "Compose would still change something:"; bad "$would"; return 1 ;; esac
  record_release "$(($(now) - STARTED))" || { bad "the release could not be recorded in $R"; return 1; }
  all=$(docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$P" --filter label=com.docker.compose.oneoff=False) || { bad 'Docker does not say what runs'; return 1; }
  { record_lines; printf '%s\n' "$all" | sed -n 's/..*/container & -/p'; } | write_whole "$RECORD" || { bad "what runs could not be recorded in $RECORD"; return 1; }
  forget
  rm -rf -- "$J/next"
}

# --- a run that was cut off -------------------------------------------------------------------------------------------------------------

recover() {
  [ -f "$J/phase" ] || return 0
  at=$(cat "$J/phase")
  say "an earlier rollout was cut off ($at)"
  docker_answers || return
  OLD=$(noted old)
  case $at in
    switched | stopped)
      if new=$(noted new) && [ -n "$new" ] && wait_well $new $(noted with) && point $(names $new) && retire_old "$at"; then
        say 'it is finished: its version is healthy'
        [ ! -s "$J/about" ] || record_release '' || { bad "its release could not be recorded in $R"; return 1; }
        forget
        return 0
      fi ;;
  esac
  undo "$at"
  case $? in
    0) say 'it is undone' ;;
    # Whoever deploys now is about to mend that, and must not be kept from it.
    1) say 'neither of its versions is well: this one is to take the place of both'; put_back ;;
    3) say 'its old version is gone: what runs is taken as it is' ;;
    *) bad 'it could neither be finished nor undone: the journal stays for the next'; return 1 ;;
  esac
}

# --- the cut-over -----------------------------------------------------------------------------------------------------------------------

mkdir -p -- "$J" "$R" "${RECORD%/*}" || exit 1
exec 8>>"$J/lock"
command -v flock >/dev/null || { bad 'flock is missing: apt-get install util-linux'; fail; }
flock -n 8 || { bad "another rollout of $P is under way"; exit 1; }
cd "$D" || fail
recover || fail
failing= verdict=
reads_files || fail

docker_answers && OLD=$(of_service -q) && dead=$(of_service -aq --filter status=created --filter status=exited --filter status=dead) || { bad 'Docker does not say what runs'; fail; }
[ -n "$RESTORE" ] || has_room || { rm -rf -- "$J/next"; fail; }

[ -z "$dead" ] || docker rm -f $dead >/dev/null || fail
WELL=$(serving $OLD)
note old $OLD && note well $WELL && note new && release_lines | write_whole "$J/about" || { bad "the journal cannot be written ($J): nothing was touched"; rm -rf -- "$J/next"; fail; }

install_files || give_up 'the new files could not be put in place' prepare
bring_back_images || give_up 'the image of the release cannot be brought back' prepare
(check_project) && own_names || give_up 'the new files are not fit to run' prepare

image=${IMAGE:-$(compose config --images "$S" 2>/dev/null | head -n 1)}
if [ -n "$image" ] && ! docker image inspect "$image" >/dev/null 2>&1; then
  say "pull: $image"
  bare timeout 600 docker compose -p "$P" pull -q "$S" || give_up "the image $image cannot be had" prepare
fi
for each in $OTHERS; do
  other=$(compose config --images "$each" 2>/dev/null | head -n 1)
  [ -z "$other" ] || [ "$other" = "$image" ] || docker image inspect "$other" >/dev/null 2>&1 || bare timeout 600 docker compose -p "$P" pull -q "$each" || give_up "the image $other cannot be had" prepare
done
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
  note_others && phase beside || give_up 'the journal cannot be written' prepare
  compose up -d ${ORPHANS:+--remove-orphans} || { why $(of_service -aq) $(lasting); give_up 'the first version could not be started' beside; }
  new=$(of_service -aq) && note new $new || give_up 'the new version could not be noted in the journal' beside
  wait_well $new || { why $new; give_up "the first version $verdict" beside; }
  probe $(names $new) || { why $new; give_up 'the first version cannot be reached over the network' beside; }
  others_up || { why $failing; failing=; give_up "$reason" beside; }
  point "$S" || give_up 'Caddy cannot be pointed at it' beside
  # What runs is right: whoever comes after us finishes it.
  phase stopped || give_up 'the journal cannot be written' beside
  settle || fail
  say "up: $(names $new | tr '\n' ' ')"
  outcome 0
  exit 0
fi

if [ "$STRATEGY" = docker-rollout ]; then
  phase beside || give_up 'the journal cannot be written' prepare
  bare docker rollout -p "$P" --timeout "$WAIT" "$S"
  came=$?
  # It replaces as many as there are: how many there are to be is another matter.
  [ "$came" != 0 ] || [ "$(count $(of_service -q))" = "$N" ] || { say "scale: to $N"; compose up -d --no-deps --no-recreate --scale "$S=$N" "$S"; }
  new=
  for id in $(of_service -q); do case $OLD in *"$id"*) ;; *) new="$new $id" ;; esac; done
  docker_answers && note new $new && there $OLD || { bad 'what docker rollout did is not known: the next rollout finishes this one or undoes it'; fail; }
  left=$there
  if [ "$came" != 0 ] || [ "$(count $new)" != "$N" ] || ! wait_well $new; then
    why $new
    [ -n "$left" ] || { bad 'docker rollout has taken the old version away, and the new one is not well: deploy the last good version again'; standing; fail; }
    give_up 'docker rollout did not bring up the new version' beside
  fi
  [ -z "$left" ] || docker rm -f $left >/dev/null
  others_up || { why $failing; bad "$reason: the new version of $S runs, and stays"; standing; fail; }
else
  # From here on requests go to the old by name: the new get none before they are well.
  point $(names $OLD) || give_up 'Caddy cannot be pointed at the old version' prepare
  phase beside || give_up 'the journal cannot be written' prepare
  say "start: $N beside $(count $OLD)"
  compose up -d --no-deps --no-recreate --scale "$S=$(($(count $OLD) + N))" "$S" || { why $(of_service -aq --filter status=created --filter status=exited); give_up 'the new version could not be started' beside; }
  new=
  for id in $(of_service -aq); do case $OLD in *"$id"*) ;; *) new="$new $id" ;; esac; done
  note new $new || give_up 'the new version could not be noted in the journal' beside
  [ "$(count $new)" = "$N" ] || give_up "$(count $new) new containers were started instead of $N" beside
  wait_well $new && stays_well "$STEADY" $new || { why $new; failing=; give_up "the new version $verdict" beside; }
  called=$(names $new)
  say "healthy:" $called
  probe $called || { why $new; give_up 'the new version cannot be reached over the network' beside; }
  others_up || give_up "$reason" beside
  well $new || { why $new; failing=; give_up 'the new version was healthy, and is not any more' beside; }
  phase switched || give_up 'the journal cannot be written' beside
  point $called || give_up 'Caddy could not be switched' switched
  [ -z "$UP" ] || say "switched: Caddy sends to" $called
  retire_old switched || give_up 'the new version did not stay healthy' stopped
fi
settle || fail
say "done: $(names $new | tr '\n' ' ')"
outcome 0
