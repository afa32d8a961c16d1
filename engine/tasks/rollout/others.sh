# The other services of the project: workers of the same version, or what it has beside it. Part of the cut-over: stands before it, and uses what it
# defines. $OTHERS are their names, $LASTING those of them that are to go on running, $AFRESH those that Compose would leave as they are, wrongly.
# $NAMED: "SERVICE NETWORK" of all services, a line each.

# "ID SERVICE" of each container of the project that is not of the service that is replaced.
of_others() {
  docker ps -a --no-trunc --filter "label=com.docker.compose.project=$P" --filter label=com.docker.compose.oneoff=False --format '{{.ID}} {{.Label "com.docker.compose.service"}}' | awk -v own="$S" '$2 != own'
}
lasting() { of_others | while read -r id service; do case " $LASTING " in *" $service "*) echo "$id" ;; esac; done; }
# Those of services that the files do not name, as they are now.
unnamed() {
  named=$(compose --profile '*' config --services 2>/dev/null | tr '\n' ' ')
  of_others | while read -r id service; do case " $named " in *" $service "*) ;; *) echo "$id" ;; esac; done
}

# They are what they were until this is noted.
note_others() { [ -e "$J/others" ] || note others $(of_others | cut -d ' ' -f 1); }

# They become what the files of the new version say, while the old one serves. What is named no more is stopped first, and kept: two that do the same work never
# work at once. What begins anew must become well; it is noted, for it must be well to the end.
others_up() {
  [ -n "$OTHERS$ORPHANS" ] || return 0
  reason='the other services of the project cannot be brought up'
  note_others || return
  gone=
  for id in $(unnamed); do case $(state "$id") in 'running '* | 'restarting '*) gone="$gone $id" ;; esac; done
  note resting $gone || return
  [ -z "$gone" ] || { say "stop:" $(names $gone); docker stop $gone >/dev/null || return; }
  fresh=
  if [ -n "$OTHERS" ]; then
    say "with it: $OTHERS"
    [ -z "$AFRESH" ] || compose up -d --no-deps --force-recreate $AFRESH || return
    compose up -d --no-deps $OTHERS || return
    for id in $(lasting); do grep -qxF "$id" "$J/others" || fresh="$fresh $id"; done
    wait_well $fresh || { well $fresh; reason="${failing:+$(names $failing) }$verdict"; return 1; }
  fi
  note with $fresh || return
  reason=
}

# They go back with their files: what was added goes, what was stopped is started, what was changed is made anew. What cannot be brought back is told, and keeps
# nobody from the next rollout, which is to mend it.
others_back() {
  were=$(noted others) || return 0
  say 'undo: the other services, too'
  known= back=
  if [ -e "$D/docker-compose.yml" ]; then
    known=$(compose --profile '*' config --services 2>/dev/null) && back=$(compose config --services 2>/dev/null | grep -vxF -e "$S")
  fi
  of_others | while read -r id service; do
    printf '%s\n' "$were" | grep -qxF "$id" || printf '%s\n' "$known" | grep -qxF -e "$service" || { docker stop "$id" >/dev/null && docker rm -f "$id" >/dev/null; }
  done
  [ -z "$back" ] || compose up -d --no-deps $back || bad "the other services could not be brought back: docker compose -p $P ps tells how they are"
  resting=$(noted resting) && [ -n "$resting" ] && docker start $resting >/dev/null
  return 0
}

# Whoever asks for one of these names on a network that two projects share gets an answer of either.
own_names() {
  both=$(printf '%s\n' "$NAMED" | while read -r service network; do
    [ -n "$network" ] || continue
    docker ps --filter "label=com.docker.compose.service=$service" --format '{{.Label "com.docker.compose.project"}} {{.Names}} {{.Networks}}' | while read -r project container networks; do
      [ "$project" != "$P" ] || continue
      case ",$networks," in *",$network,"*) echo "$container of the project \"$project\" is \"$service\" on the network $network, too: what is meant for one would reach the other; give one of them another name" ;; esac
    done
  done)
  [ -z "$both" ] || { bad "$both"; return 1; }
}
