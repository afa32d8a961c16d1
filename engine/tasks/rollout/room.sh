# Whether the disk has room for an image that has to be fetched. Part of the cut-over: stands before it, and uses what it defines.

mib() { echo "$((($1 + 1023) / 1024)) MiB"; }

# A disk that runs full in the middle of a pull takes more down than this service. Sizes are in KiB; the same image unpacked once more, and its layers
# on their way, are taken for what a new version needs. What cannot be measured keeps nobody.
has_room() {
  [ "$FREE" -gt 0 ] && [ -n "$IMAGE" ] && ! docker image inspect "$IMAGE" >/dev/null 2>&1 || return 0
  root=$(docker info --format '{{.DockerRootDir}}' 2>/dev/null)
  case $(docker info --format '{{json .DriverStatus}}' 2>/dev/null) in *io.containerd.snapshotter*) root=/var/lib/containerd ;; esac
  free=$(df -Pk "$root" 2>/dev/null | awk 'NR == 2 { print $4 }')
  [ -n "$free" ] || return 0
  size=0
  for id in $OLD; do
    bytes=$(docker image inspect --format '{{.Size}}' "$(docker inspect --format '{{.Image}}' "$id" 2>/dev/null)" 2>/dev/null)
    [ "$((${bytes:-0} / 1024))" -le "$size" ] || size=$((bytes / 1024))
  done
  need=$FREE what='min_free'
  [ "$((size * 2))" -le "$need" ] || { need=$((size * 2)) what="twice the image that runs"; }
  [ "$free" -lt "$need" ] || return 0
  bad "the disk of $root has $(mib "$free") free, and before $IMAGE is fetched it must have $(mib "$need") ($what); nothing was touched"
  standing
  bad 'next: docker system df shows what takes the room, docker image prune what nobody names; fewer releases (keep), or another min_free'
  return 1
}
