#!/usr/bin/env bash
# Installs what lab hosts are made of (Debian packages) on this machine. No service is started or enabled by it.
# Does nothing, quickly, when all is there. Exit: 0 ready · 69 this machine cannot hold a lab · 1 apt failed.
set -euo pipefail
export PATH="/usr/local/sbin:/usr/sbin:/sbin:$PATH" DEBIAN_FRONTEND=noninteractive

# A command that must exist, and the package that brings it.
needs=(
  /usr/sbin/sshd:openssh-server ssh:openssh-client ssh-keygen:openssh-client
  dockerd:docker.io /usr/bin/docker:docker.io tini:tini iptables:iptables ip:iproute2
  sudo:sudo cron:cron busybox:busybox ps:procps socat:socat curl:curl wget:wget gpgv:gpgv
  nsenter:util-linux unshare:util-linux flock:util-linux useradd:passwd
)

cannot() { echo "lab: this machine cannot hold lab hosts: $1" >&2; exit 69; }

missing_packages() {
  local need
  for need in "${needs[@]}"; do
    command -v "${need%%:*}" >/dev/null || echo "${need##*:}"
  done | sort -u
}

check_machine() {
  [ "$(uname -s)" = Linux ] || cannot "it runs $(uname -s), and network and mount namespaces need Linux."
  [ "$(id -u)" = 0 ] || cannot "you are $(id -un), and making namespaces, mounts and a bridge needs root."
  command -v apt-get >/dev/null || cannot "it has no apt-get, and the lab is made from Debian packages (Debian or Ubuntu)."
  unshare --net --mount --pid --fork true 2>/dev/null || cannot "the kernel refuses new namespaces (CAP_SYS_ADMIN is missing, as in an unprivileged container)."
  grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || cannot "the kernel has no overlay file system."
}

apt() { apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"; }

# Forbids maintainer scripts to start anything while we install; what was there before comes back at exit.
policy=/usr/sbin/policy-rc.d
forbid_services() {
  if [ -x $policy ]; then
    local answer=0
    $policy ssh start >/dev/null 2>&1 || answer=$?
    [ $answer != 101 ] || return 0
  fi
  [ ! -e $policy ] || mv $policy $policy.before-lab
  trap allow_services EXIT
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod 755 $policy
}
allow_services() {
  rm -f $policy
  [ ! -e $policy.before-lab ] || mv $policy.before-lab $policy
}

# On a machine with systemd a new package is enabled for the next boot. Only what we brought is disabled again.
disable_services() {
  command -v systemctl >/dev/null || return 0
  local package
  for package in "$@"; do
    case $package in
      openssh-server) systemctl -q disable ssh.service ssh.socket 2>/dev/null || true ;;
      docker.io) systemctl -q disable docker.service docker.socket containerd.service 2>/dev/null || true ;;
      cron) systemctl -q disable cron.service 2>/dev/null || true ;;
    esac
  done
}

check_machine
mapfile -t packages < <(missing_packages)
[ ${#packages[@]} -gt 0 ] || exit 0

echo "lab: installing ${packages[*]}" >&2
log=$(mktemp)
forbid_services
install() { apt install -y --no-install-recommends "$@" >"$log" 2>&1; }
if ! install "${packages[@]}"; then
  apt update >"$log" 2>&1 || true # a dead third-party source must not stop us; the next line tells
  install "${packages[@]}" || { cat "$log" >&2; echo "lab: apt-get install failed, see above" >&2; exit 1; }
fi
# Newer releases split the client from docker.io.
[ -x /usr/bin/docker ] || install docker-cli || { cat "$log" >&2; exit 1; }
rm -f "$log"
disable_services "${packages[@]}"
mapfile -t packages < <(missing_packages)
[ ${#packages[@]} = 0 ] || { echo "lab: still missing after the install: ${packages[*]}" >&2; exit 1; }
