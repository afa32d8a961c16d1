import { quote } from '../../values/quote.ts'
import { LOOK_FOR_TOOLS } from './tools.ts'

/**
 * What turns a bare `sh` on a host into a shell that takes programs through its standard input, one turn each.
 *
 * The remote command is constant and uses only what every login shell (bash, dash, zsh, fish, csh) reads alike; the program below is the
 * first thing that comes in. It is one compound command, so that a shell runs all of it or, when the line breaks, nothing; and nothing more
 * is sent before it says that it is ready, for some shells read ahead. From then on a frame is a header line, the text of a script, and
 * blobs that the script takes with `hw_take`. Both ways are kept apart by a nonce, which no command ever learns: everything the host says
 * back stands between marks, lines that begin with it; and a header without it ends the shell, so that content never runs as a program.
 */
export const SHELL_COMMAND = 'exec /bin/sh'

/**
 * The same as another user, by a sudo that asks for nothing, or that asks on stderr with our own prompt. In the second form the shell
 * says that it is there before we send anything: what is sent too early would be taken for the password.
 */
export const sudoCommand = (user: string, password: boolean): string =>
  password
    ? `exec sudo -S -k -p ${SUDO_PROMPT} -H -u ${user} -- /bin/sh -c 'echo ${SUDO_PASSED}; exec /bin/sh'`
    : `exec sudo -n -H -u ${user} -- /bin/sh`

export const SUDO_PROMPT = 'hostwright-asks-for-the-password:'
export const SUDO_PASSED = 'hostwright-is-let-in'

/** A frame that goes with the program. One that says its end on stderr too says there where it begins. */
export const firstFrame = (how: string, id: string, script: string): string =>
  `${how === 'look' ? '' : 'hw_mark ready >&2; '}hw_how=${how}; hw_b=0; hw_id=${id}; hw_src=${quote(script)}; hw_frame`

/**
 * The resident program. It must run in dash, busybox ash, bash and mksh alike; ENGINE traps:
 * `dd iflag=fullblock` is the one exact read that GNU and busybox share; `:` is a special builtin, so a failed redirection of it would
 * end the shell (hence `true`); busybox mv renames over no link to a directory (hence the second try); `set -e` is off in half of the places one expects it (hence explicit `|| return`).
 *
 * A look that needs no subshell of its own (all its facts are \`plain\`) runs in the shell itself, both outputs as one: a fork and half of the
 * packets less. Any other script runs in a subshell whose input is the blobs and nothing else, pumped there byte for byte: however it ends, and whatever it
 * leaves unread, the next frame begins where it should. A shell that cannot say that a frame has ended ends itself: nobody would hear of the next one.
 *
 * In an act, \`hw_ok T C S CODES\` tells a step that failed, \`hw_drifted T\` a task whose guard did not hold.
 *
 * A disk that does not keep a name fails the write, although the file has it by then; one that cannot sync a directory ("Invalid argument"), and a sync
 * that takes no path, are content with a sync of all there is.
 */
export const residentProgram = (nonce: string, prologue: string, epilogue = '', first = ''): string => `{
set +a; unset hw_n hw_src ENV BASH_ENV CDPATH; hw_n=${nonce}; hw_acted=
umask 022; LC_ALL=C; export LC_ALL
PATH=\${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH
cd / || exit
hw_mark() { printf '%s %s\\n' "$hw_n" "$*"; }
hw_both() { printf '%s %s\\n' "$hw_n" "$*" && printf '%s %s\\n' "$hw_n" "$*" >&2; }
hw_take() {
  [ "$1" -lt 65536 ] || dd bs=65536 count=$(($1 / 65536)) iflag=fullblock status=none || return
  [ $(($1 % 65536)) -eq 0 ] || dd bs=$(($1 % 65536)) count=1 iflag=fullblock status=none
}
hw_open() {
  for hw_o in "\${1%/*}"/.hostwright.*; do case $hw_o in *."$hw_id".*) ;; *) [ ! -e "$hw_o" ] || rm -f -- "$hw_o" ;; esac; done
  hw_c=$((hw_c + 1)); hw_t="\${1%/*}/.hostwright.$hw_id.$hw_c"
  umask 077; set -C; true >"$hw_t"; hw_s=$?; set +C; umask 022; return $hw_s
}
hw_arrived() {
  hw_sum=\${2:-$(sha256sum <"$hw_t")} || return
  [ "\${hw_sum%% *}" = "$1" ] || { echo "the content arrived damaged: nothing was replaced" >&2; return 1; }
}
hw_owner() { chown -- "$1" "$hw_t"; }
hw_live() {
  chmod -- "$2" "$hw_t" || return
  [ ! -e /sys/fs/selinux/enforce ] || ! command -v chcon >/dev/null || [ ! -e "$1" ] || chcon --reference="$1" -- "$hw_t"
  sync "$hw_t" || { sync / 2>/dev/null && return 1; sync; }
  hw_rename "$1" && hw_named "\${1%/*}/"
}
hw_rename() {
  [ ! -d "$1" ] || [ -h "$1" ] || { echo "$1 is a directory" >&2; return 1; }
  mv -fT -- "$hw_t" "$1" 2>/dev/null || { [ ! -h "$1" ] || rm -f -- "$1"; mv -fT -- "$hw_t" "$1"; }
}
hw_named() { hw_s=$(sync "$@" 2>&1) || { case $hw_s in *"Invalid argument"*) ;; *) sync / 2>/dev/null && { echo "$hw_s" >&2; return 1; } ;; esac; sync; }; }
hw_keep() {
  hw_k="$1.~$(date -u +%Y%m%d%H%M%S)" hw_j=
  while [ -e "$hw_k$hw_j~" ] || [ -h "$hw_k$hw_j~" ]; do hw_j=.$((\${hw_j#.} + 1)); done
  cp -p -- "$1" "$hw_k$hw_j~"
}
hw_drop() { [ -z "$hw_t$*" ] || rm -f -- "$hw_t" "$@"; hw_t=; }
hw_settle() { :; }
hw_ok() { hw_s=$?; case "|$4|" in *"|$hw_s|"*) return 0 ;; esac; hw_settle && hw_mark fail $1 $2 $3 $hw_s; return 1; }
hw_drifted() { hw_settle && hw_mark drift $1; return 1; }
hw_frame() {
  hw_c=0; hw_t=
  if [ "$hw_how" = look ]; then eval "$hw_src" </dev/null 2>&1; hw_mark end $? || exit; return; fi
  [ "$hw_how" = ask ] || hw_acted=1
  if [ "$hw_b" -eq 0 ]; then ( eval "$hw_src" ) </dev/null
  else hw_take "$hw_b" | { ( eval "$hw_src" ); hw_s=$?; cat >/dev/null; exit $hw_s; }
  fi
  hw_both end $? || exit
}
${LOOK_FOR_TOOLS}
${prologue}
hw_mark ready
${first}
while IFS=' ' read -r hw_h hw_how hw_l hw_b hw_id; do
  [ "$hw_h" = "$hw_n" ] || exit
  if [ "$hw_l" -lt 65536 ]; then hw_src=$(exec dd bs="$hw_l" count=1 iflag=fullblock status=none); else hw_src=$(hw_take "$hw_l"); fi
  hw_frame
done
${epilogue}
exit
}
`
