# What the cut-over keeps on the disk: its journal, and the files that it replaces. Part of the cut-over: stands before it, and uses what it defines.
# Each is written beside its place, brought to the disk and renamed: what cannot be written leaves what was there.

# write_whole FILE: what comes on stdin.
write_whole() { cat >"$1.new" && on_disk "$1.new" && mv -f -- "$1.new" "$1" || { rm -f -- "$1.new"; return 1; }; }
on_disk() { sync "$1" 2>/dev/null || sync; }

phase() { printf '%s\n' "$1" | write_whole "$J/phase"; }
outcome() { printf '%s\n' "$1" | write_whole "$J/outcome"; }
fail() { outcome 1; exit 1; }
forget() { rm -rf -- "$J/phase" "$J/prev" "$J/old" "$J/well" "$J/new" "$J/others" "$J/resting" "$J/with" "$J/tags" "$J/about"; }

# note NAME ID…: containers, a line each. "none" is written too: a file that is empty, or not there, says nothing.
note() {
  entry=$J/$1
  shift
  [ $# -gt 0 ] || set -- none
  printf '%s\n' "$@" | write_whole "$entry"
}

# noted NAME: the containers; fails where the journal does not say.
noted() {
  said=$(cat "$J/$1" 2>/dev/null) && [ -n "$said" ] || return 1
  [ "$said" = none ] || printf '%s\n' "$said"
}

# --- the files of the project -----------------------------------------------------------------------------------------------------------

# The copy is beside it first, for the directory may be another file system.
put() {
  beside=$D/.hostwright.rollout
  cp -p -- "$1" "$beside" && on_disk "$beside" && mv -f -- "$beside" "$2" || { rm -f -- "$beside"; return 1; }
}

install_files() {
  rm -rf -- "$J/prev" && mkdir -p -- "$J/prev" || return
  for f in $FILES; do [ ! -e "$D/$f" ] || { cp -p -- "$D/$f" "$J/prev/$f" && on_disk "$J/prev/$f"; } || return; done
  phase prepare || return
  for f in $FILES; do put "$J/next/$f" "$D/$f" || return; done
}

is_alike() { cmp -s "$1" "$2" && [ "$(stat -c %a:%u:%g -- "$1")" = "$(stat -c %a:%u:%g -- "$2")" ]; }

# All that can be; fails when one could not be. On a full disk nothing can be put anywhere: what is as it was need not be.
restore_files() {
  [ -d "$J/prev" ] || return 0
  kept=
  for f in $FILES; do
    if [ -e "$J/prev/$f" ]; then is_alike "$J/prev/$f" "$D/$f" || put "$J/prev/$f" "$D/$f" || kept="$kept $f"; else rm -f -- "$D/$f" || kept="$kept $f"; fi
  done
  [ -z "$kept" ] || { bad "could not be put back into $D:$kept; they are kept in $J/prev"; return 1; }
}
