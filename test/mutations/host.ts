/** What keeps a host whole: writing, commands, the lock, what is between the two ends. */
import type { Mutation } from './mutation.ts'

const bootstrap = 'engine/transport/shell/bootstrap.ts'
const act = 'engine/transport/shell/act-script.ts'
const ready = 'engine/transport/shell/write-script.ts'
const guard = 'engine/transport/shell/guard-script.ts'
const lock = 'engine/transport/shell/lock.ts'
const safeguard = 'engine/host/safeguard/safeguard.sh'
const [write, run] = ['transport/shell/write', 'transport/shell/run']

export const onTheHost: readonly Mutation[] = [
  { name: 'content gets its name before it is on the disk', file: bootstrap, find: 'sync "$hw_t" || { sync / 2>/dev/null && return 1; sync; }', replace: 'true', tests: ['transport/shell/durable > the content is on the disk'] },
  { name: 'a name counts as done before the directory is on the disk', file: bootstrap, find: 'hw_named() { hw_s=$(sync', replace: 'hw_named() { return; hw_s=$(sync', tests: ['transport/shell/durable > the content is on the disk'] },
  { name: 'of many small files, names count as done before their directories are on the disk', file: act, find: 'hw_e=$(hw_names 2>&1) && {', replace: 'true && {', tests: ['transport/shell/together > all contents are on the disk'] },
  { name: 'directories are made together though one of them moved', file: 'engine/transport/shell/directories-script.ts', find: "guardScript([...guards.values()]) || 'true'", replace: "'true'", tests: ['transport/shell/directories > one that somebody else'] },
  { name: 'what is below is made before what is above, with another mode', file: 'engine/transport/shell/directories-script.ts', find: 'found.slice(above + 1).find', replace: 'found.find', tests: ['transport/shell/directories > modes are'] },
  { name: 'what a command may have moved is taken for what it was', file: 'engine/host/converge.ts', find: 'risked && !model.isDoubtGuarded(task)', replace: 'false', tests: ['host/batch > a change with side effects'] },
  { name: 'mv without -T moves into a directory behind a link', file: bootstrap, find: 'mv -fT -- "$hw_t" "$1" 2>/dev/null || { [ ! -h "$1" ] || rm -f -- "$1"; mv -fT -- "$hw_t" "$1"; }\n', replace: 'mv -f -- "$hw_t" "$1"\n', tests: [`${write} > write: `] },
  { name: 'content that arrives is not compared with its digest', file: bootstrap, find: '[ "\\${hw_sum%% *}" = "$1" ] ||', replace: 'true ||', tests: [`${write} > write: `] },
  { name: 'a file on its way is open to others (umask)', file: bootstrap, find: 'umask 077; set -C;', replace: 'umask 022; set -C;', tests: ['transport/shell/atomic > a secret file is never readable'] },
  { name: 'a file on its way follows a planted link (noclobber)', file: bootstrap, find: 'set -C; true >"$hw_t"', replace: 'true >"$hw_t"', tests: ['transport/shell/environment > fault 50: a link planted'] },
  { name: 'the mode that was asked for is not set', file: bootstrap, find: 'chmod -- "$2" "$hw_t" || return', replace: 'true', tests: [`${write} > write: `] },
  { name: 'what a dead run left behind stays', file: bootstrap, find: '[ ! -e "$hw_o" ] || rm -f -- "$hw_o"', replace: 'true', tests: [`${write} > write: `] },
  { name: 'a write that fails leaves its temporary file', file: bootstrap, find: '[ -z "$hw_t$*" ] || rm -f -- "$hw_t" "$@"; hw_t=;', replace: 'hw_t=;', tests: [`${write} > write: `] },
  { name: 'of many small files, content that arrives is not compared', file: ready, find: '`[ "$(sha256sum -- "$@")" = "${sums.join(\'\\n\')}" ]`', replace: "'true'", tests: ['transport/shell/together'] },
  { name: 'of many small files, content gets its name before it is on the disk', file: ready, find: `'sync "$@"'`, replace: "'true'", tests: ['transport/shell/together'] },
  { name: 'of many small files, the modes are not set', file: ready, find: "...together('chmod', group.map(({ mode }) => mode)),", replace: '', tests: ['transport/shell/together'] },
  { name: 'of many small files, what was made ready stays when it could not go live', file: ready, find: '[ $# -eq 0 ] || rm -f -- "$@"; set --;', replace: 'set --;', tests: ['transport/shell/together'] },
  { name: 'frames are taken from anybody (nonce)', file: bootstrap, find: '[ "$hw_h" = "$hw_n" ] || exit', replace: 'true', tests: ['transport/shell/trouble > a header that is none of ours'] },
  { name: 'what the shell starts learns the nonce', file: bootstrap, find: 'set +a; unset hw_n hw_src', replace: 'unset hw_src', tests: ['transport/shell/trouble > no process learns the nonce'] },
  { name: 'single quotes are not escaped for the shell', file: 'engine/values/quote.ts', find: `.replaceAll("'", "'\\\\''")`, replace: '', tests: ['values/quote > every byte alone'] },
  { name: 'one character more goes unquoted: *', file: 'engine/values/quote.ts', find: '@%+=:,./-]', replace: '@%+=:,./*-]', tests: ['values/quote > every byte alone'] },
  { name: 'one character more goes unquoted: ~', file: 'engine/values/quote.ts', find: '@%+=:,./-]', replace: '@%+=:,./~-]', tests: ['values/quote > every byte alone'] },
  { name: 'what moved since the look is written over (the guard)', file: act, find: "if (guard !== '')", replace: 'if (guard === undefined)', tests: [`${run} > run: `] },
  { name: 'a file that was edited since the look is written over', file: guard, find: 'if (sums.length > 0)', replace: 'if (sums.length < 0)', tests: [`${run} > run: `] },
  { name: 'a step that failed does not end the act', file: bootstrap, find: 'hw_mark fail $1 $2 $3 $hw_s; return 1; }', replace: 'hw_mark fail $1 $2 $3 $hw_s; }', tests: [`${run} > run: `] },
  { name: 'a command may take for ever', file: act, find: "...(step.timeout > 0 ? ['timeout', '-k', '10', String(Math.ceil(step.timeout))] : []),", replace: '', tests: [`${run} > run: `] },
  { name: 'a file goes live though its check refuses it', file: ready, find: '</dev/null || ${refused(step.validate)}; }`', replace: '</dev/null || true; }`', tests: [`${write} > write: `] },
  { name: 'two runs on one host (the lock)', file: lock, find: 'if flock -n 9; then', replace: 'if true; then', tests: ['transport/shell/lock > fault 66: '] },
  { name: 'the lock of a file that is gone counts', file: lock, find: '[ -e /proc/self/fd/9 ] && [ ! "$hw_d/lock" -ef /proc/self/fd/9 ] || return 0', replace: 'return 0', tests: ['transport/shell/lock > the file of a lock'] },
  { name: 'a program that is left running on purpose keeps the lock of a dead run', file: act, find: "${step.daemon ? ' 9>&-' : ''}", replace: '', tests: ['transport/shell/lock > what is left running on purpose'] },
  { name: 'output fills the memory', file: 'engine/transport/shell/kept.ts', find: 'while (this.#tailSize - ', replace: 'while (false && this.#tailSize - ', tests: ['transport/shell/trouble > fault 55: '] },
  { name: 'a frame may take for ever', file: 'engine/transport/shell/session.ts', find: 'Promise.race([done, over, late, flooded])', replace: 'Promise.race([done, over, flooded])', tests: ['transport/shell/trouble > fault 10: '] },
  { name: 'marks without end are gathered', file: 'engine/transport/shell/collector.ts', find: 'this.#sections.length <= marks', replace: 'true', tests: ['transport/ssh/adversary > flood marks'] },
  { name: 'a greeting without end is gathered', file: 'engine/transport/shell/greet.ts', find: "if (said.length > LONGEST) return resolve(tooMuch())\n      said +=", replace: 'said +=', tests: ['transport/ssh/adversary > flood greeting'] },
  { name: 'a snapshot that is gone costs what it was of', file: safeguard, find: 'is_there "$was" || { trouble "the snapshot of $2 is gone"; return; }', replace: 'is_there "$was" || { rm -rf -- "$2"; return; }', tests: ['host/safeguard > somebody took away'] },
  { name: 'a reader sees half of what is put back', file: safeguard, find: 'rm -rf -- "$beside" && cp -a -- "$1" "$beside"', replace: 'rm -rf -- "$beside" && dd if="$1" of="$2" bs=32 2>/dev/null && cp -a -- "$1" "$beside"', tests: ['host/safeguard > a reader sees'] },
  { name: 'the timer fires though it was cancelled', file: safeguard, find: 'mv -- "$G/armed" "$G/fired" 2>/dev/null && put_back >>"$G/log" 2>&1\n    exit', replace: 'true >"$G/fired"; put_back >>"$G/log" 2>&1\n    exit', tests: ['host/safeguard > the timer fires by itself'] },
  { name: 'putting back does not ask whether it was cancelled', file: safeguard, find: 'if mv -- "$G/armed" "$G/fired" 2>/dev/null; then put_back', replace: 'if mv -- "$G/armed" "$G/fired" 2>/dev/null || true; then put_back', tests: ['host/safeguard > one of them wins'] },
  { name: 'a backup takes the place of another one of the same second', file: bootstrap, find: 'while [ -e "$hw_k$hw_j~" ] || [ -h "$hw_k$hw_j~" ]; do', replace: 'while false; do', tests: ['tasks/line > line, on this machine'] },
  { name: 'what could not be copied replaces what is there', file: 'engine/tasks/rollout/journal.sh', find: 'cp -p -- "$1" "$beside" && on_disk "$beside" && mv', replace: 'cp -p -- "$1" "$beside"; mv', tests: ['tasks/rollout/journal'] },
  { name: 'files that could not be put back are forgotten', file: 'engine/tasks/rollout/cut-over.sh', find: 'restore_files && restore_tags || return 2', replace: 'restore_files; restore_tags', tests: ['tasks/rollout/undo'] },
  { name: 'an empty journal means a first version', file: 'engine/tasks/rollout/journal.sh', find: '&& [ -n "$said" ] || return 1', replace: '|| return 1', tests: ['tasks/rollout/undo', 'tasks/rollout/journal'] },
  { name: 'a Docker that does not answer means that the old are gone', file: 'engine/tasks/rollout/cut-over.sh', find: "*[Nn]'o such '*) ;;", replace: '*) ;;', tests: ['tasks/rollout/undo'] },
  { name: 'a release has the time of a clock that was ahead before', file: 'engine/tasks/rollout/release.sh', find: '= "$newest" ] || return 0', replace: '= "$newest" ] || true; return 0', tests: ['tasks/rollout/journal'] },
  { name: 'what an act reads back is cut like the output of a command', file: 'engine/transport/shell/link.ts', find: 'const KEPT_ANSWER = 16 * 1024 * 1024', replace: 'const KEPT_ANSWER = 1024 * 1024', tests: ['actions/output'] },
  { name: 'half of what a command printed is taken for all of it', file: 'engine/actions/command.ts', find: 'if (cut > 0 && !changes)', replace: 'if (cut < 0)', tests: ['actions/output'] },
  { name: 'an old version that was not well keeps every later rollout from its way', file: 'engine/tasks/rollout/cut-over.sh', find: '[ -e "$J/well" ] && ! grep -qxF "$id" "$J/well" || missed="$missed $id"', replace: 'missed="$missed $id"', tests: ['tasks/rollout/undo'] },
  { name: 'the way back takes containers away that were there before', file: 'engine/tasks/rollout/others.sh', find: `printf '%s\\n' "$were" | grep -qxF "$id" || `, replace: '', tests: ['tasks/rollout/others'] },
  { name: 'a worker need not become well', file: 'engine/tasks/rollout/others.sh', find: 'wait_well $fresh || {', replace: 'true || {', tests: ['tasks/rollout/others'] },
  { name: 'a rollout that cannot be undone locks out the next one', file: 'engine/tasks/rollout/cut-over.sh', find: "1) say 'neither of its versions is well", replace: "9) say 'neither of its versions is well", tests: ['tasks/rollout/undo'] },
]
