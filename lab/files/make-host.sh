# Run by bash in a chroot of the fresh tree: turns a copy of this machine into a host. $1 is the lab's public key.
key=$1
(umask 0 && mknod /dev/null c 1 3) # not -m: without /proc there is no lchmod

# Nobody may be locked ("!"): sshd without PAM refuses a locked account, key or not.
usermod -p '*' root
for user in deploy ops; do
  id -u $user >/dev/null 2>&1 || useradd --no-create-home --shell /bin/bash --password '*' $user
  install -d -m 0700 -o $user -g $user /home/$user
done
echo 'deploy:deploy-lab-password' | chpasswd
cat >/etc/sudoers.d/lab <<'SUDOERS'
deploy ALL=(ALL:ALL) ALL
ops ALL=(ALL:ALL) NOPASSWD: ALL
SUDOERS
chmod 0440 /etc/sudoers.d/lab

for user in root deploy ops; do
  home=$(getent passwd $user | cut -d: -f6)
  install -d -m 0700 -o $user -g $user $home/.ssh
  echo "$key" >$home/.ssh/authorized_keys
  chown $user:$user $home/.ssh/authorized_keys
  chmod 0600 $home/.ssh/authorized_keys
done

install -d -m 1730 -g crontab /var/spool/cron/crontabs
rm -f /etc/resolv.conf # no resolver here: a look-up fails at once instead of after 10 s
: >/etc/resolv.conf

# /etc/init.d/docker mounts every cgroup controller of the kernel, machine-wide, unless fstab speaks of cgroups.
echo 'cgroup /sys/fs/cgroup none bind 0 0' >/etc/fstab
# It also raises its own limits, and stops there where CAP_SYS_RESOURCE is missing.
sed -i 's#^\(\s*ulimit -[nup] [a-z0-9]*\)$#\1 2>/dev/null || true#' /etc/init.d/docker
