# Releases: what ran is recorded, and can be brought back. Part of the cut-over: stands before it, and uses what it defines.

is_same() {
  [ "$(sed -n '/^image /p' "$1/release")" = "$(sed -n '/^image /p' "$2/release")" ] || return
  for f in $FILES; do cmp -s "$1/files/$f" "$2/files/$f" || return; done
}

# Of the time, and later than all that there are: a clock may have been ahead once, and "the newest is what runs" must hold all the same.
next_release() {
  id=$(date -u +%Y%m%dT%H%M%SZ)
  newest=$(ls "$R" | grep -E '^[0-9]{8}T[0-9]{6}Z$' | sort -r | head -n 1)
  [ "$(printf '%s\n' "$id" "$newest" | sort -r | head -n 1)" = "$newest" ] || return 0
  n=$(printf %s "$newest" | tr -d TZ)
  n=$((n + 1))
  id=${n%??????}T${n#????????}Z
}

# surplus: releases that are more than KEEP. Those go first that a later one brings back just as well (a rollback, a deploy of an old version): otherwise going
# back and forth would push out what there is to go back to. Then the oldest.
surplus() {
  n=$(($(ls "$R" | wc -l) - KEEP))
  [ "$n" -gt 0 ] || return 0
  ls "$R" | sort -r | while read -r each; do
    printf '%s %s\n' "$({ sed -n '/^image /p' "$R/$each/release"; for f in $FILES; do cat -- "$R/$each/files/$f"; done; } 2>/dev/null | sha256sum | cut -c 1-64)" "$each"
  done | awk '{ again[NR] = seen[$1]++; id[NR] = $2 } END { for (i = NR; i > 0; i--) if (again[i]) print id[i]; for (i = NR; i > 0; i--) if (!again[i]) print id[i] }' | head -n "$n"
}

# record_release SECONDS: what runs now, so that it can be brought back: the files themselves, the image by its id, and of each variable a hash under
# this host's own key. $J/about says whose it is, for it may be that of a rollout that was cut off.
record_release() {
  next_release
  key=/var/lib/hostwright/key
  [ -s "$key" ] || head -c 32 /dev/urandom | write_whole "$key" || return
  rm -rf -- "$R/.new" && mkdir -p -- "$R/.new/files" || return
  for f in $FILES; do cp -p -- "$D/$f" "$R/.new/files/$f" || return; done
  {
    cat "$J/about" || return
    for each in $(of_service -q); do docker inspect --format 'image {{.Image}} {{.Config.Image}}' "$each"; done | sort -u
    [ ! -f "$D/.env" ] || while IFS= read -r line; do
      case $line in [A-Za-z_]*=*) printf 'env %s %s\n' "$({ cat "$key"; printf %s "$line"; } | sha256sum | cut -c 1-12)" "${line%%=*}" ;; esac
    done <"$D/.env"
    [ -z "$1" ] || printf 'seconds %s\n' "$1"
  } >"$R/.new/release" || return
  for each in "$R/.new/release" "$R"/.new/files/* "$R"/.new/files/.[!.]*; do [ ! -f "$each" ] || on_disk "$each"; done
  # The same once more takes the place of the one before: deploying a version again must not push others out.
  last=$(ls "$R" | sort -r | head -n 1)
  [ -z "$last" ] || ! is_same "$R/$last" "$R/.new" || rm -rf -- "${R:?}/$last"
  rm -rf -- "${R:?}/$id" && mv -- "$R/.new" "$R/$id" || return
  # KEEP stay, with their images.
  for each in $(surplus); do
    for image in $(sed -n 's/^image \(sha256:[0-9a-f]*\) .*/\1/p' "$R/$each/release"); do
      # Another release of this app, or of another, may be made of it.
      [ "$(grep -lF "$image" "${R%/*}"/*/*/release | wc -l)" -gt 1 ] || docker image rm "$image" >/dev/null 2>&1
    done
    rm -rf -- "${R:?}/$each"
  done
  return 0
}

# A tag may lead elsewhere by now: it is brought back, and where it led is kept for undo.
bring_back_images() {
  [ -n "$RESTORE" ] || return 0
  sed -n 's/^image //p' "$RESTORE/release" | while read -r id reference; do
    docker image inspect "$id" >/dev/null 2>&1 || { bad "the image of that release is not on this host any more: $reference ($id)"; exit 1; }
    case $reference in *@*) continue ;; esac
    was=$(docker image inspect --format '{{.Id}}' "$reference" 2>/dev/null)
    [ "$was" != "$id" ] || continue
    [ -z "$was" ] || printf '%s %s\n' "$was" "$reference" >>"$J/tags"
    docker tag "$id" "$reference" || exit 1
  done
}

restore_tags() {
  [ -s "$J/tags" ] || return 0
  while read -r was reference; do docker tag "$was" "$reference" || return; done <"$J/tags"
}
