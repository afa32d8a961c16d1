import { packages } from '../../../engine/tasks/packages.ts'
import type { HostCase } from '../case.ts'

/** A repository on the host itself, with two versions of a package, and apt told of no other: lab hosts have no way out. */
const REPOSITORY = `
set -e
rm -rf /srv/hw-repo; mkdir -p /srv/hw-repo; cd /srv/hw-repo
for version in 1.0-1 2.0-1; do
  mkdir -p tree/DEBIAN tree/usr/share/hw-hello
  echo "$version" >tree/usr/share/hw-hello/version
  printf 'Package: hw-hello\\nVersion: %s\\nArchitecture: all\\nMaintainer: nobody <nobody@example.org>\\nProvides: hw-greeting\\nDescription: for a test\\n' "$version" >tree/DEBIAN/control
  dpkg-deb --root-owner-group -b tree "hw-hello_\${version}_all.deb" >/dev/null
done
rm -r tree
for deb in *.deb; do
  dpkg-deb -f "$deb"
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum <"$deb" | cut -d' ' -f1)"
done >Packages
mkdir -p /etc/apt/hw-away /etc/apt/sources.list.d
for each in /etc/apt/sources.list /etc/apt/sources.list.d/*; do [ ! -e "$each" ] || mv "$each" /etc/apt/hw-away/; done
echo 'deb [trusted=yes] file:/srv/hw-repo ./' >/etc/apt/sources.list.d/hw.list`

const AWAY = `
dpkg --purge hw-hello 2>/dev/null
rm -f /etc/apt/sources.list.d/hw.list
for each in /etc/apt/hw-away/*; do
  case $each in */sources.list) mv "$each" /etc/apt/ ;; '/etc/apt/hw-away/*') ;; *) mv "$each" /etc/apt/sources.list.d/ ;; esac
done
rm -rf /etc/apt/hw-away /srv/hw-repo
# The index of the usual sources is gone: a lab host has no way to them anyway.
find /var/lib/apt/lists -name '*hw-repo*' -exec rm {} +`

const before = [['sh', '-c', REPOSITORY]]
const restore = [['sh', '-c', AWAY]]

export const cases: readonly HostCase[] = [
  { name: 'packages', before, task: () => packages({ names: ['hw-hello', 'dpkg'] }), breakBy: [['dpkg', '-r', 'hw-hello']], restore },
  { name: 'packages in this version', before, task: () => packages({ names: ['hw-hello=1.0-1'], allowDowngrade: true }), breakBy: [['sh', '-c', 'dpkg -i /srv/hw-repo/hw-hello_2*']], restore },
  { name: 'packages in the newest version', before, task: () => packages({ names: ['hw-hello'], state: 'latest' }), breakBy: [['sh', '-c', 'dpkg -i /srv/hw-repo/hw-hello_1*']], restore },
  { name: 'a virtual package', before, task: () => packages({ names: ['hw-greeting'] }), breakBy: [['dpkg', '-P', 'hw-hello']], restore },
  { name: 'no packages', before: [...before, ['sh', '-c', 'dpkg -i /srv/hw-repo/hw-hello_1*']], task: () => packages({ names: ['hw-hello'], state: 'absent', purge: true }), breakBy: [['sh', '-c', 'dpkg -i /srv/hw-repo/hw-hello_2*']], restore },
]
