/** Exit codes of {@link WAIT}: the time is over; nothing on the host can look. */
export const GAVE_UP = 71
export const NO_TOOL = 72

/**
 * $1 seconds, $2 seconds between two looks, $3 what kind, and from $4 on its details. Looks at least once, and a last time when the time is
 * over. Says at its end how long it took, how often it looked and what it saw last; each look is limited to 10 s.
 */
export const WAIT = `
limit=$1 pause=$2 kind=$3; shift 3
say() { printf '%s %s\\n' "$1" "$2"; }
missing() { say last "$1"; exit ${NO_TOOL}; }
one_line() { printf '%s' "$1" | tr '\\n\\r' '  ' | cut -c 1-300 | sed 's/ *$//'; }
busy() { command -v busybox >/dev/null && busybox "$1" --help >/dev/null 2>&1; }

connect() {
  if command -v bash >/dev/null; then timeout 10 bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$1" "$2"
  elif command -v python3 >/dev/null; then timeout 10 python3 -c 'import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 9)' "$1" "$2"
  elif command -v nc >/dev/null; then knock nc "$1" "$2"
  elif busy nc; then knock 'busybox nc' "$1" "$2"
  else exit ${NO_TOOL}
  fi
}
# That of busybox knows no -z, but what to run once it is connected.
knock() {
  case $($1 -h 2>&1) in
    *-z*) $1 -z -w 5 "$2" "$3" ;;
    *) $1 -w 5 "$2" "$3" -e true ;;
  esac
}
see_port() {
  if said=$(connect "$1" "$2" 2>&1 >/dev/null); then last=connected
  elif [ $? = ${NO_TOOL} ]; then missing 'no bash, python3, nc or busybox is there to try a port with'
  else
    last=$(one_line "$(printf '%s\\n' "$said" | tail -n 1)"); last=\${last##*: }; last=\${last:-no connection}
    [ "$3" = closed ]; return
  fi
  [ "$3" = open ]
}

# The body and what else is said come apart: lines of the body begin with "=". (Not wget -T: the busybox of Debian 12 crashes on it.)
get() {
  if command -v curl >/dev/null; then
    { curl -sS --max-time 10 -w '\\n%{http_code}' -- "$1" 2>&3 | sed 's/^/=/'; } 3>&1
  elif command -v wget >/dev/null; then { timeout 10 wget -S -O - -- "$1" 2>&3 | sed 's/^/=/'; } 3>&1
  elif busy wget; then { timeout 10 busybox wget -S -O - -- "$1" 2>&3 | sed 's/^/=/'; } 3>&1
  fi
}
see_http() {
  command -v curl >/dev/null || command -v wget >/dev/null || busy wget || missing 'no curl, wget or busybox is there to ask an address with'
  said=$(get "$1")
  body=$(printf '%s\\n' "$said" | sed -n 's/^=//p')
  if command -v curl >/dev/null; then
    code=\${body##*
}
    body=\${body%"$code"}
  else code=$(printf '%s\\n' "$said" | sed -n -e 's/^ *HTTP\\/[0-9.]* \\([0-9][0-9][0-9]\\).*/\\1/p' -e 's/.*error: HTTP\\/[0-9.]* \\([0-9][0-9][0-9]\\).*/\\1/p' | tail -n 1)
  fi
  case $code in
    ''|000) last=$(one_line "$(printf '%s\\n' "$said" | grep -v '^=' | tail -n 1)"); return 1 ;;
  esac
  last=$(one_line "$code $body")
  case " $2 " in *" $code "*) ;; *) return 1 ;; esac
  [ -z "$3" ] || printf '%s\\n' "$body" | grep -Eq -e "$3"
}

see_file() {
  if [ -e "$1" ] || [ -h "$1" ]; then last=present; else last=absent; fi
  [ "$last" = "$2" ]
}

see_log() {
  [ -e "$1" ] || { last='there is no such file'; return 1; }
  found=$(grep -aE -m 1 -e "$2" -- "$1" 2>&1); status=$?
  [ $status -lt 2 ] || { last=$(one_line "$found"); return 1; }
  if [ $status = 0 ]; then last=$(one_line "$found"); else last=$(one_line "no such line; the last one is: $(tail -n 1 -- "$1")"); return 1; fi
}

begun=$(date +%s) attempts=0 verdict=${GAVE_UP}
while :; do
  now=$(date +%s)
  attempts=$((attempts + 1))
  if "see_$kind" "$@"; then verdict=0; break; fi
  [ $((now - begun)) -lt "$limit" ] || break
  sleep "$pause"
done
say seconds $(($(date +%s) - begun)); say attempts "$attempts"; say last "$last"
exit $verdict`
