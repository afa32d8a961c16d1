#!/bin/sh
# Process 1 of a lab host. Started in fresh mount, pid, uts and ipc namespaces, inside the host's network namespace.
#   init.sh NAME ROOT DOCKER
# ROOT is the host's merged tree, DOCKER the folder that becomes its /var/lib/docker. Mounts made here die with the host.
set -eu
name=$1 root=$2 docker=$3

mount --make-rprivate /
mount --bind "$root" "$root" # pivot_root wants a mount point of its own
cd "$root"
mount -t proc proc proc
mount -t sysfs sysfs sys # of this network namespace; the cgroups are the machine's
mount --rbind /sys/fs/cgroup sys/fs/cgroup
mount -t tmpfs -o mode=755,size=64m run run
mkdir -m 1777 run/lock
mount --bind "$docker" var/lib/docker

mount -t tmpfs -o mode=755,size=1m dev dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev,size=256m shm dev/shm
for node in 'null 1 3' 'zero 1 5' 'full 1 7' 'random 1 8' 'urandom 1 9' 'tty 5 0'; do
  # shellcheck disable=SC2086
  set -- $node
  mknod -m 666 "dev/$1" c "$2" "$3"
done
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr

hostname "$name"
mkdir run/old
pivot_root . run/old
cd /
umount -l /run/old
rmdir /run/old

# Not `set -e` from here: a host with a broken service still is a host, and `up` says which one does not answer.
set +e
rm -f /var/run/docker.pid /var/lib/docker/*.pid
service ssh start
service cron start
service docker start
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin tini -- sleep infinity
