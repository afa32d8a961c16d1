#!/bin/sh
# Lists .env files, and moves them between this host and AWS SSM Parameter Store. Installed by hostwright with its settings; moving needs the aws command.
# Names of keys are shown, values never; they are in no command line and no environment.
set -u
umask 077
export LC_ALL=C AWS_PAGER='' AWS_CLI_FILE_ENCODING=UTF-8 AWS_RETRY_MODE=adaptive AWS_MAX_ATTEMPTS=8

store=ssm prefix='' region='' endpoint='' key='' services=/opt/services apps=/opt/services/apps
conf=${MANAGE_SECRETS_CONF:-/etc/hostwright/manage-secrets.conf}
largest=4096

usage() {
  cat <<'END'
manage-secrets [-y] COMMAND

  upload NAME             store .env of the service NAME as one parameter
  download NAME           write what is stored to .env, with a backup beside it
  batch-upload [NAME…]    several; default: all that have an .env; an empty one is passed over
  batch-download [NAME…]  several; default: all that have a directory here and are stored
  list-local              the .env files of this host
  list-remote             names and versions in the store

  -y  do not ask. -h  this.
Exit codes: 0 done, or nothing to do; 2 it failed, or the answer was no; 3 bad input.
END
}

say() { printf '%s\n' "$*"; }
complain() { printf 'manage-secrets: %s\n' "$*" >&2; }
refuse() { complain "$*"; exit 3; }

# --- the store ---

# Every call of aws, with its limits. What it says goes to $work/said: it may repeat a value, so only its kind is shown.
ask_aws() {
  set -- ssm "$@" --cli-connect-timeout 10 --cli-read-timeout 30
  [ -z "$region" ] || set -- "$@" --region "$region"
  [ -z "$endpoint" ] || set -- "$@" --endpoint-url "$endpoint"
  LC_ALL=C.UTF-8 aws "$@" 2>"$work/said"
}

# Says why aws failed.
blame() {
  if grep -Eq 'ExpiredToken|RequestExpired|expired' "$work/said"; then complain "$1: the credentials have expired: log in again, or get new ones"
  elif grep -q 'Unable to locate credentials' "$work/said"; then complain "$1: there are no AWS credentials: a role for this machine, a profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
  elif grep -q 'must specify a region' "$work/said"; then complain "$1: which region? Say it in the inventory (secrets: region), or AWS_REGION"
  elif grep -q 'Could not connect\|timeout on endpoint' "$work/said"; then complain "$1: the store cannot be reached"
  else complain "$1: refused: $(sed -n 's/.*error occurred (\([A-Za-z]*\)).*/\1/p' "$work/said" | head -n 1)"; fi
}

# stored NAME: its value to $work/stored. 0 there is one, 1 there is none, 2 no answer.
stored() {
  if ask_aws get-parameter --name "$prefix/$1/.env" --with-decryption --query Parameter.Value --output text >"$work/raw"; then
    # aws ends what it prints with a newline of its own.
    head -c "$(($(wc -c <"$work/raw") - 1))" "$work/raw" >"$work/stored"
    return 0
  fi
  : >"$work/stored"
  grep -q ParameterNotFound "$work/said" && return 1
  blame "$prefix/$1/.env"
  return 2
}

# --- what is in a file ---

# changes OLD NEW: which keys are new, changed, gone, the same. The values stay within awk.
changes() {
  awk -v sq="'" '
    function end_of(text, quote,   i, c) {
      for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (c == "\\" && quote == "\"") i++
        else if (c == quote) return i
      }
      return 0
    }
    FNR == 1 { open = "" }
    open != "" { value[file, key] = value[file, key] "\n" $0; if (end_of($0, open)) open = ""; next }
    match($0, /^[ \t]*(export[ \t]+)?[A-Za-z_][A-Za-z0-9_]*[ \t]*=[ \t]*/) {
      key = substr($0, 1, RLENGTH); rest = substr($0, RLENGTH + 1)
      sub(/^[ \t]*(export[ \t]+)?/, "", key); sub(/[ \t]*=[ \t]*$/, "", key)
      if (!((file, key) in value)) keys[file, ++count[file]] = key
      value[file, key] = rest
      quote = substr(rest, 1, 1)
      if ((quote == "\"" || quote == sq) && !end_of(substr(rest, 2), quote)) open = quote
    }
    function add(word, name) { row[word] = row[word] (row[word] == "" ? "" : ", ") name }
    END {
      for (i = 1; i <= count[2]; i++) { name = keys[2, i]; add(!((1, name) in value) ? "new" : value[1, name] == value[2, name] ? "same" : "changed", name) }
      for (i = 1; i <= count[1]; i++) { name = keys[1, i]; if (!((2, name) in value)) add("gone", name) }
      split("new changed gone same", words, " ")
      for (i = 1; i <= 4; i++) if (row[words[i]] != "") printf "  %-8s %s\n", words[i], row[words[i]]
    }' file=1 "$1" file=2 "$2"
}

# count_keys FILE: "1 key", "2 keys"
count_keys() {
  : >"$work/empty"
  changes "$work/empty" "$1" | tr ',' '\n' | awk 'NF { n++ } END { print n + 0 (n == 1 ? " key" : " keys") }'
}

# strange FILE: the first line that the controller would refuse, and why; the same words as there. In the store it would block whatever reads it.
# awk may end a line at a NUL, so it gets another byte in its place.
strange() {
  tr -d '\001' <"$1" | tr '\000' '\001' | awk -v sq="'" '
    function refuse(why) {
      if (!refused) print "line " (open == "" ? NR : since) ": " why
      refused = 1
      exit
    }
    # Reads on in quotes: 1 when they are closed in this line.
    function closes(text,   i, c, d) {
      for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1); d = substr(text, i + 1, 1)
        if (c == open) {
          if (substr(text, i + 1) !~ /^[ \t]*(#.*)?\r?$/) refuse(key ": something stands after the closing quote")
          return 1
        }
        if (c == "\r") refuse(key ": it holds a NUL or a carriage return: write \"\\r\" in double quotes")
        if (open == sq) {
          if (c == "\\" && (d == sq || d == "\\")) refuse(key ": the quotes are not closed, or there is \"\\" sq "\" or \"\\\\\" in single quotes")
        } else if (c == "$") refuse(key ": \"$\" would be expanded: write \"\\$\", or write it in single quotes: nothing is expanded there")
        else if (c == "\\") {
          if (d == "" || !index("nrt\"$\\", d)) refuse(key ": an escape that is not one of \\n \\r \\t \\\" \\$ \\\\")
          i++
        }
      }
      return 0
    }
    # No-break spaces and the like, as bytes.
    BEGIN { odd = split("\t,\v,\f,\r,\302\205,\302\240,\342\200\250,\342\200\251,\342\200\257,\343\200\200,\357\273\277", white, ",") }
    index($0, "\001") { refuse("it holds a NUL") }
    open != "" { if (closes($0)) open = ""; next }
    NR == 1 { sub(/^\357\273\277/, "") }
    /^[ \t]*(#.*)?\r?$/ { next }
    {
      found = match($0, /^[ \t]*(export[ \t]+)?[A-Za-z_][A-Za-z0-9_]*[ \t]*=[ \t]*/)
      key = substr($0, 1, RLENGTH); rest = substr($0, RLENGTH + 1)
      sub(/^[ \t]*(export[ \t]+)?/, "", key); sub(/[ \t]*=[ \t]*$/, "", key)
      if (!found || key == "" || key == "export") refuse("this is not KEY=value, with letters, digits and \"_\" in KEY")
      if (key in seen) refuse(key " stands on line " seen[key] " already")
      seen[key] = since = NR
      quote = substr(rest, 1, 1)
      if (quote == "\"" || quote == sq) {
        open = quote
        if (closes(substr(rest, 2))) open = ""
        next
      }
      sub(/\r$/, "", rest); sub(/ #[^\r]*$/, "", rest); sub(/ +$/, "", rest)
      if (rest ~ /^#/) refuse(key ": a comment in place of a value: write \"\"")
      if (index(rest, "$")) refuse(key ": \"$\" would be expanded: write it in single quotes: nothing is expanded there")
      if (index(rest, "\\")) refuse(key ": \"\\\" without quotes: write it in single quotes: nothing is expanded there")
      for (i = 1; i <= odd; i++) if (index(rest, white[i])) refuse(key ": white space other than blanks: write it in double quotes")
    }
    END { if (open != "") refuse(key ": the quotes are not closed") }'
}

# where NAME: its directory to $dir. 1 when there is none, or two; 2 when whoever asks may not look into it.
where() {
  dir=''
  case $1 in '' | -* | .* | */* | *[!A-Za-z0-9_.-]*) complain "\"$1\" is no service: its name alone, with letters, digits, \"_\", \".\" and \"-\""; return 1 ;; esac
  for each in "$services/$1" "$apps/$1"; do
    [ -d "$each" ] && [ ! -h "$each" ] && [ "$each" != "$apps" ] || continue
    [ -n "$dir" ] && [ ! -e "$each/.env" ] && continue
    if [ -n "$dir" ] && [ -e "$dir/.env" ]; then complain "$dir and $each have the same name"; return 1; fi
    dir=$each
  done
  [ -n "$dir" ] || { complain "there is no directory of $1 in $services or $apps"; return 1; }
  [ -x "$dir" ] || { complain "$dir cannot be looked into: run this with sudo"; return 2; }
}

# usable FILE: a plain file that can be read. 1 when it is none, 2 when it cannot be.
usable() {
  if [ -h "$1" ] || [ ! -f "$1" ]; then complain "$1 is no plain file"; return 1; fi
  [ -r "$1" ] || { complain "$1 cannot be read: run this with sudo"; return 2; }
}

# --- the commands ---

confirm() {
  [ -z "$yes" ] || return 0
  printf '%s [y/N] ' "$1" >&2
  read -r answer || answer=''
  case $answer in y | Y | yes) return 0 ;; *) complain 'nothing was done'; return 1 ;; esac
}

# bare FILE: nothing but blanks is in it.
bare() { [ -f "$1" ] && [ -r "$1" ] && ! grep -q '[^[:space:]]' "$1"; }

upload() {
  where "$1" || return 2
  [ -e "$dir/.env" ] || { complain "there is no $dir/.env"; return 2; }
  usable "$dir/.env" || return 2
  # What is shown is what is stored, whatever happens to the file in between.
  cat "$dir/.env" >"$work/new" || return 2
  if bare "$work/new"; then complain "$dir/.env is empty: nothing to store"; return 2; fi
  size=$(wc -c <"$work/new")
  [ "$size" -le "$largest" ] || { complain "$dir/.env has $((size)) bytes, and a standard parameter holds $largest"; return 2; }
  if grep -q "$(printf '\r')" "$work/new"; then complain "$dir/.env has carriage returns, which aws does not keep: take them out"; return 2; fi
  problem=$(strange "$work/new")
  if [ -n "$problem" ]; then complain "$dir/.env: $problem; nothing was stored"; return 2; fi
  if grep -q '{{.*}}' "$work/new"; then complain "$dir/.env holds \"{{ }}\", which SSM refuses"; return 2; fi
  stored "$1"; there=$?
  [ "$there" -le 1 ] || return 2
  if [ "$there" = 0 ] && cmp -s "$work/stored" "$work/new"; then say "$dir/.env is stored already: nothing to do"; return 0; fi
  say "$dir/.env -> $prefix/$1/.env"
  changes "$work/stored" "$work/new"
  confirm 'store it?' || return 2
  if [ "$there" = 0 ]; then set -- "$1" --overwrite
  else set -- "$1" --type SecureString ${key:+--key-id "$key"}; fi
  name=$prefix/$1/.env; shift
  version=$(ask_aws put-parameter --name "$name" --value "file://$work/new" "$@" --query Version --output text) || { blame "$name"; return 2; }
  say "stored $name, version $version"
}

# drop FILE…: the new file goes, with what else it is given; the next service has one of its own.
drop() { rm -f "$temp" "$@"; temp=''; }

download() {
  where "$1" || return 2
  if [ -e "$dir/.env" ] || [ -h "$dir/.env" ]; then usable "$dir/.env" || return 2; fi
  stored "$1"; there=$?
  [ "$there" != 1 ] || complain "there is no $prefix/$1/.env in the store"
  [ "$there" = 0 ] || return 2
  old=/dev/null
  [ ! -e "$dir/.env" ] || old=$dir/.env
  if [ -e "$dir/.env" ] && cmp -s "$dir/.env" "$work/stored" && [ "$(stat -c %a "$dir/.env")" = 600 ]; then say "$dir/.env is the same: nothing to do"; return 0; fi
  say "$prefix/$1/.env -> $dir/.env"
  changes "$old" "$work/stored"
  confirm 'write it?' || return 2
  temp=$(mktemp "$dir/.env.new.XXXXXX") || return 2
  cat "$work/stored" >"$temp" && chmod 600 "$temp" || { complain "$temp cannot be written"; drop; return 2; }
  if [ "$old" != /dev/null ]; then
    backup=$dir/.env.~$(date +%Y%m%d%H%M%S)~
    n=0
    while [ -e "$backup" ]; do n=$((n + 1)); backup=$dir/.env.~$(date +%Y%m%d%H%M%S).$n~; done
    cat "$old" >"$backup" && chown "$(stat -c %u:%g "$old")" "$temp" "$backup" || { complain "$backup cannot be written"; drop "$backup"; return 2; }
    say "backup: $backup"
  fi
  sync "$temp" 2>/dev/null || sync
  mv -f "$temp" "$dir/.env" || { drop; return 2; }
  temp=''
  say "wrote $dir/.env"
}

# Every directory in which a service stands, one a line.
places() {
  for each in "$services"/*/ "$apps"/*/; do
    each=${each%/}
    [ -d "$each" ] && [ ! -h "$each" ] && [ "$each" != "$apps" ] && say "${each##*/}"
  done | grep -E '^[A-Za-z0-9_][A-Za-z0-9_.-]*$' | sort -u
}

# unseen: says which directory of services whoever asks may not look into; false where there is none.
unseen() {
  for each in "$services" "$apps"; do
    if [ -d "$each" ]; then [ ! -r "$each" ] || [ ! -x "$each" ] || continue
    # What stands behind a closed door is no directory to [ -d ].
    else ls -d "$each" 2>&1 | grep -q 'ermission denied' || continue; fi
    complain "$each cannot be looked into: run this with sudo"
    return 0
  done
  return 1
}

# names of what is stored as NAME/.env
remote_names() {
  ask_aws get-parameters-by-path --path "${prefix:-/}" --recursive --query 'Parameters[].[Name,Version]' --output text >"$work/listed" || { blame "${prefix:-/}"; return 2; }
}

batch() {
  what=$1; shift
  failed=0
  if [ $# -eq 0 ]; then
    if unseen; then return 2; fi
    [ "$what" = upload ] || remote_names || return 2
    for name in $(places); do
      where "$name" || { [ $? = 1 ] || failed=2; continue; }
      if [ "$what" = upload ]; then [ -e "$dir/.env" ] || continue
      else awk -v name="$prefix/$name/.env" '$1 == name { found = 1 } END { exit !found }' "$work/listed" || continue; fi
      set -- "$@" "$name"
    done
  fi
  [ $# -gt 0 ] || { [ "$failed" != 0 ] || say "there is nothing to $what"; return "$failed"; }
  for name in "$@"; do
    # A service without any settings has an empty one, which keeps no other from being stored.
    if [ "$what" = upload ] && where "$name" 2>/dev/null && [ ! -h "$dir/.env" ] && bare "$dir/.env"; then say "$dir/.env is empty: nothing to store"; continue; fi
    "$what" "$name" || failed=2
  done
  return "$failed"
}

list_local() {
  failed=0
  if unseen; then failed=2; fi
  for name in $(places); do
    where "$name" || { [ $? = 1 ] || failed=2; continue; }
    [ -e "$dir/.env" ] || [ -h "$dir/.env" ] || continue
    usable "$dir/.env" || { [ $? = 1 ] || failed=2; continue; }
    mode=$(stat -c %a "$dir/.env")
    case $mode in 600 | 400) warning='' ;; *) warning="  WARNING: mode $mode, should be 600" ;; esac
    problem=$(strange "$dir/.env")
    if [ -n "$problem" ]; then say "$dir/.env  not usable: $problem$warning"
    else say "$dir/.env  $(count_keys "$dir/.env")$warning"; fi
  done
  return "$failed"
}

list_remote() {
  remote_names || return 2
  sort "$work/listed" | awk -v cut="$prefix/" '{ name = $1; if (index(name, cut) == 1) name = substr(name, length(cut) + 1); printf "%s  version %s\n", name, $2 }'
}

# --- what was typed ---

yes='' command='' work='' temp=''
names=0
for word in "$@"; do
  shift
  case $word in
    -y | --yes) yes=1 ;;
    -h | --help) usage; exit 0 ;;
    -*) refuse "there is no flag $word; -h shows all" ;;
    *) if [ -z "$command" ]; then command=$word; else set -- "$@" "$word"; names=$((names + 1)); fi ;;
  esac
done
case $command in
  upload | download) [ "$names" = 1 ] || refuse "$command takes one NAME" ;;
  batch-upload | batch-download) ;;
  list-local | list-remote) [ "$names" = 0 ] || refuse "$command takes no name" ;;
  '') usage >&2; exit 3 ;;
  *) refuse "there is no command $command; -h shows all" ;;
esac
[ ! -r "$conf" ] || . "$conf"
case $command in
  *load) [ -n "$yes" ] || [ -t 0 ] || refuse 'it asks before it writes, and there is no terminal to ask on; -y does not ask' ;;
esac
case $command in
  list-local) ;;
  *)
    [ -r "$conf" ] || refuse "there is no $conf: which store? The playbook infra writes it"
    case $store in
      ssm) ;;
      '') refuse "the inventory of this host names no store: secrets: { store: ssm, … } there, then the playbook infra" ;;
      *) refuse "the secrets of this host are kept in the store \"$store\", which is reached from the controller only: npx manage-secrets" ;;
    esac
    command -v aws >/dev/null || refuse 'the aws command is missing: apt-get install awscli, or manage_secrets: { awscli: true } in the inventory' ;;
esac

# In memory, where there is such a place.
trap 'rm -rf "$work" ${temp:+"$temp"}' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
base=${TMPDIR:-/tmp}
[ ! -d /dev/shm ] || [ ! -w /dev/shm ] || base=/dev/shm
work=$(mktemp -d "$base/manage-secrets.XXXXXX") || exit 2

case $command in
  upload | download) "$command" "$1" ;;
  batch-*) batch "${command#batch-}" "$@" ;;
  list-local) list_local ;;
  list-remote) list_remote ;;
esac
exit $?
