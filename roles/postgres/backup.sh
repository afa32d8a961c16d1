# Every database of PostgreSQL, and its roles, into a directory of the time in $BACKUPS: what cron calls (/etc/cron.d/postgres-backup), and whoever says
# sh backup.sh. A backup is whole, or is not there; the last $KEEP stay. Back with restore.sh. The settings stand above.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C
umask 077
mkdir -p -- "$BACKUPS" && exec 9>"$BACKUPS/.lock" || exit
flock -n 9 || { echo 'another backup is under way'; exit 75; }
new=$BACKUPS/.new
begun=$(date -u +%Y%m%dT%H%M%SZ)
inside() { timeout -k 10 "$LIMIT" docker exec -i postgres "$@" 9>&-; }
fail() {
  echo "no backup: $*"
  rm -rf -- "$new"
  echo "$begun: $*" >"$BACKUPS/failed"
  exit 1
}

rm -rf -- "$new" && mkdir -- "$new" || fail "$new cannot be made"
names=$(inside psql -wqtAX -U "$ROLE" -d postgres -c 'select datname from pg_database where datallowconn and not datistemplate order by datname' </dev/null) && [ -n "$names" ] || fail 'PostgreSQL does not tell its databases'
inside pg_dumpall -w -U "$ROLE" --globals-only >"$new/globals.sql" </dev/null || fail 'the roles could not be written'
printf '%s\n' "$names" | while IFS= read -r name; do
  # What is no plain name stands there in hexadecimal digits.
  case $name in *[!A-Za-z0-9_-]*) file=hex-$(printf %s "$name" | od -An -v -tx1 | tr -d ' \n') ;; *) file=$name ;; esac
  # In quotes: a name with "=" in it would be taken for settings of the connection.
  inside pg_dump -w -U "$ROLE" -Fc -d "dbname='$(printf %s "$name" | sed "s/[\\\\']/\\\\&/g")'" >"$new/$file.dump" </dev/null || fail "the database $name could not be written"
  inside pg_restore -f /dev/null <"$new/$file.dump" || fail "what was written of the database $name cannot be read"
done || exit 1
sync "$new"/* "$new" 2>/dev/null || sync
rm -rf -- "${BACKUPS:?}/$begun"
mv -- "$new" "$BACKUPS/$begun" || fail "$BACKUPS/$begun cannot be made"
sync "$BACKUPS" 2>/dev/null || sync
rm -f -- "$BACKUPS/failed"
ls "$BACKUPS" | grep -E '^[0-9]{8}T[0-9]{6}Z$' | sort -r | tail -n "+$((KEEP + 1))" | while read -r old; do rm -rf -- "${BACKUPS:?}/$old"; done
echo "backup: $BACKUPS/$begun, $(du -sh "$BACKUPS/$begun" | cut -f 1)"
