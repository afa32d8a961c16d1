set -u
umask 022
changed=0
directory() { # PATH MODE
  if [ ! -d "$1" ]; then mkdir -p -m "$2" -- "$1" || exit
  elif [ "$(stat -c %a -- "$1")" != "$2" ]; then chmod -- "$2" "$1" || exit
  else return
  fi
  changed=$((changed + 1))
}
content() { # PATH MODE SHA256, the content on stdin
  if [ -f "$1" ] && [ "$(stat -c %a -- "$1")" = "$2" ] && [ "$(sha256sum <"$1")" = "$3  -" ]; then return; fi
  cat >"$1.new" && chmod -- "$2" "$1.new" && mv -f -- "$1.new" "$1" || exit
  changed=$((changed + 1))
}
line() { # PATH LINE
  if grep -qxF -- "$2" "$1" 2>/dev/null; then return; fi
  printf '%s\n' "$2" >>"$1" || exit
  changed=$((changed + 1))
}
link() { # PATH TARGET
  if [ "$(readlink -- "$1")" = "$2" ]; then return; fi
  ln -sfn -- "$2" "$1" || exit
  changed=$((changed + 1))
}
makes() { # PATH COMMAND…
  if [ -e "$1" ]; then return; fi
  shift
  "$@" || exit
  changed=$((changed + 1))
}
