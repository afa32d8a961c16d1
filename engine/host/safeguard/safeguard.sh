# A safeguard on its host: the snapshot, the timer that puts it back, and the look at what became of it. Run as `sh safeguard.sh WORD`; above this
# stand its settings: G (its folder), WITHIN (seconds), PATIENCE (seconds a command may take), and paths, saves, restores, after: functions
# that call "$@" with each of theirs.
#
#   arm ──▶ armed ──rename──▶ cancelled ──▶ gone
#             └─────rename──▶ fired ──▶ outcome: put back, or not
#
# Both renames are of the same file: whoever comes second finds it gone. POSIX sh, and what GNU coreutils and busybox both have.
umask 077
LC_ALL=C; export LC_ALL
cd / || exit 1

now() { { IFS=' .' read -r now _ </proc/uptime; } 2>/dev/null || now=$(date +%s); }
is_there() { [ -e "$1" ] || [ -h "$1" ]; }
is_directory() { [ -d "$1" ] && [ ! -h "$1" ]; }
trouble() { bad=1; printf '! %s\n' "$*"; }

# What is there.
keep_path() { if is_there "$2"; then cp -a -- "$2" "$G/was/$1"; else true >"$G/was/$1.absent"; fi; }
keep_state() { n=$1; shift; timeout -k 5 "$PATIENCE" "$@" </dev/null >"$G/state/$n" || { echo "$* ended with status $?" >&2; return 1; }; }

# Putting it back. A reader sees a file as it is or as it was: beside it first, then renamed. What did not change is not touched.
inode() { stat -c '%f %u %g %s %Y' -- "$1" 2>/dev/null; }
is_same_file() {
  is_there "$2" || return
  if [ -h "$1" ]; then [ -h "$2" ] && [ "$(readlink -- "$1")" = "$(readlink -- "$2")" ]
  else [ ! -h "$2" ] && [ "$(inode "$1")" = "$(inode "$2")" ] && { [ ! -f "$1" ] || cmp -s -- "$1" "$2"; }
  fi
}
put_file() {
  ! is_same_file "$1" "$2" || return 0
  beside=${2%/*}/.hostwright.put-back.$$
  rm -rf -- "$beside" && cp -a -- "$1" "$beside" || { rm -rf -- "$beside"; return 1; }
  ! is_directory "$2" || rm -rf -- "$2"
  mv -fT -- "$beside" "$2" 2>/dev/null || { rm -f -- "$2"; mv -fT -- "$beside" "$2"; }
}
put_path() {
  was=$G/was/$1
  if [ -e "$was.absent" ]; then rm -rf -- "$2"; return; fi
  is_there "$was" || { trouble "the snapshot of $2 is gone"; return; }
  [ -d "${2%/*}/" ] || mkdir -p -- "${2%/*}/"
  if ! is_directory "$was"; then put_file "$was" "$2"; return; fi
  cd "$was" || return
  find . -type d -exec sh "$G/safeguard.sh" each directory "$was" "$2" {} +
  find . ! -type d -exec sh "$G/safeguard.sh" each file "$was" "$2" {} +
  cd "$2" && find . -exec sh "$G/safeguard.sh" each stray "$was" "$2" {} +
  cd "$was" && find . -depth -type d -exec sh "$G/safeguard.sh" each attributes "$was" "$2" {} +
  cd / || return
}
put_directory() {
  is_directory "$2" || rm -f -- "$2"
  [ -d "$2" ] || mkdir -- "$2"
}
put_stray() { is_there "$1" || rm -rf -- "$2"; }
put_attributes() {
  [ "$(stat -c '%f %u %g %Y' -- "$1")" != "$(stat -c '%f %u %g %Y' -- "$2")" ] || return 0
  chown -- "$(stat -c %u:%g -- "$1")" "$2" && chmod -- "00$(stat -c %a -- "$1")" "$2" && touch -r "$1" -- "$2"
}
# Names below two folders, which are "." for the folders themselves.
each() {
  what=$1 from=$2 to=$3; shift 3
  for name do
    case $name in .) "put_$what" "$from" "$to" ;; *) "put_$what" "$from/${name#./}" "$to/${name#./}" ;; esac || status=1
  done
  return ${status:-0}
}
put_state() { n=$1; shift; timeout -k 5 "$PATIENCE" "$@" <"$G/state/$n" 9>&- || trouble "$* ended with status $?"; }
run_after() { timeout -k 5 "$PATIENCE" "$@" </dev/null 9>&- || trouble "$* ended with status $?"; }

# A tree as text: two that are alike print alike.
list() {
  if is_directory "$1"; then
    ( cd "$1" && {
      find . -type d -exec stat -c '%n %f %u %g %Y' {} +
      find . ! -type d ! -type l -exec stat -c '%n %f %u %g %s %Y' {} +
      find . -type l -exec stat -c '%N %u %g' {} +
      find . -type f -exec sha256sum {} +
    } | sort )
  elif [ -h "$1" ]; then readlink -- "$1"; stat -c '%u %g' -- "$1"
  elif [ -f "$1" ]; then inode "$1"; sha256sum <"$1"
  elif [ -e "$1" ]; then inode "$1"
  else echo absent
  fi
}
differs() { [ "$(list "$G/was/$1")" = "$(list "$2")" ] || printf '%s\n' "$2"; }

put_back() {
  bad=
  rm -f -- "$G/outcome"
  paths put_path
  restores put_state
  after run_after
  left=$(paths differs)
  [ -z "$left" ] || trouble "not as it was: $left"
  timeout -k 5 30 sync
  if [ -z "$bad" ]; then said=ok; else said=failed; fi
  echo "$said $(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$G/outcome.new" && mv -f -- "$G/outcome.new" "$G/outcome"
}

# The timer holds whatever lock its starter holds (fd 9): a later run waits for it. Where sessions are ended with their processes it needs a unit of its own.
start() {
  if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null; then
    setsid systemd-run --quiet --scope --unit="hostwright-guard-${G##*/}" -- sh "$G/safeguard.sh" timer </dev/null >"$G/log" 2>&1 &
    ! has_started || return 0
  fi
  setsid sh "$G/safeguard.sh" timer </dev/null >"$G/log" 2>&1 &
  has_started
}
has_started() {
  tries=25
  while [ ! -e "$G/timer" ]; do
    [ "$((tries -= 1))" -gt 0 ] || return
    sleep 0.2 2>/dev/null || sleep 1
  done
}

case $1 in
  arm)
    now
    mkdir -- "$G/was" "$G/state" && paths keep_path && saves keep_state && { sync -f "$G" 2>/dev/null || sync; } &&
      echo "$((now + WITHIN))" >"$G/armed.new" && mv -- "$G/armed.new" "$G/armed" && start && exit
    mv -- "$G/armed" "$G/cancelled" 2>/dev/null
    rm -rf -- "$G"
    exit 1
    ;;
  timer)
    echo "$$" >"$G/timer"
    read -r until <"$G/armed" || exit
    while [ -e "$G/armed" ] && now && [ "$now" -lt "$until" ]; do sleep 1; done
    mv -- "$G/armed" "$G/fired" 2>/dev/null && put_back >>"$G/log" 2>&1
    exit
    ;;
  now) # at once; once more where that went wrong, or something was changed while the timer was at it
    if mv -- "$G/armed" "$G/fired" 2>/dev/null; then put_back >>"$G/log" 2>&1
    else
      tries=${2:-60}
      while [ -e "$G/fired" ] && [ ! -e "$G/outcome" ] && [ "$((tries -= 1))" -ge 0 ]; do sleep 1; done
      { read -r said _ <"$G/outcome"; } 2>/dev/null && { [ "$said" != ok ] || [ -n "$(paths differs)" ]; } && put_back >>"$G/log" 2>&1
    fi
    cat -- "$G/log" "$G/outcome"
    exit
    ;;
  look)
    for state in armed fired cancelled; do [ ! -e "$G/$state" ] || echo "state $state"; done
    [ ! -e "$G/outcome" ] || { printf 'outcome '; cat "$G/outcome"; }
    paths differs | sed 's/^/differs /'
    tail -n 20 "$G/log" 2>/dev/null | sed 's/^/log /'
    exit
    ;;
  each)
    shift
    each "$@"
    exit
    ;;
esac
