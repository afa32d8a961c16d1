# Every database of PostgreSQL, and its roles, into a directory of the time in $BACKUPS: what cron calls (/etc/cron.d/postgres-backup), and whoever says
# sh backup.sh. A backup is whole, or is not there; the last $KEEP stay. Back with restore.sh. The settings stand above.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C
umask 077
mkdir -p -- "$BACKUPS" && exec 9>"$BACKUPS/.lock" || exit
flock -n 9 || { echo 'another backup is under way'; exit 75; }
new=$BACKUPS/.new
begun=$(date -u +%Y%m%dT%H%M%SZ)
inside() { timeout -k 10 "$((LIMIT + 30))" docker exec -i postgres "$@" 9>&-; }
# Ended there: to end its client here would leave it behind in the container, with all that it locks.
limited() { inside timeout -k 10 "$LIMIT" "$@"; }
ask() { inside psql -wqtAX -U "$ROLE" -d postgres -c "$1" </dev/null; }
fail() {
  echo "no backup: $*"
  rm -rf -- "$new"
  echo "$begun: $*" >"$BACKUPS/failed"
  exit 1
}
# What a dump does not bring by itself into a database of another name: what restore.sh runs before it (:made is 0), and after it (1). Settings come after it, as
# one of them could hinder it; those that are lists are told as they are kept, which SET does not take.
about() {
  inside psql -wqtAX -v ON_ERROR_STOP=1 -v oid="$1" -U "$ROLE" -d postgres <<'END'
select '-- ' || datname from pg_database where oid = :oid;
select '\if :made';
select case when name in ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries')
    then 'select pg_catalog.set_config(' || quote_literal(name) || ', ' || quote_literal(value) || E', false);\n' || whose || name || ' FROM CURRENT;'
    else whose || quote_ident(name) || ' TO ' || quote_literal(value) || ';' end
  from (select split_part(one, '=', 1) as name, substr(one, strpos(one, '=') + 1) as value,
      case setrole when 0 then 'ALTER DATABASE :"as" SET ' else 'ALTER ROLE ' || setrole::regrole || ' IN DATABASE :"as" SET ' end as whose
    from pg_db_role_setting, unnest(setconfig) as one where setdatabase = :oid) as settings;
select '\else';
select 'select ' || string_agg(quote_literal(role::regrole), '::regrole, ') || '::regrole;'
  from (select datdba as role from pg_database where oid = :oid
    union select grantee from pg_database, aclexplode(datacl) where oid = :oid and grantee <> 0
    union select setrole from pg_db_role_setting where setdatabase = :oid and setrole <> 0) as roles;
select 'CREATE DATABASE :"as" TEMPLATE template0 OWNER ' || datdba::regrole || ' ENCODING ' || quote_literal(pg_encoding_to_char(encoding))
    || ' LC_COLLATE ' || quote_literal(datcollate) || ' LC_CTYPE ' || quote_literal(datctype)
    || coalesce(case told->>'datlocprovider' when 'c' then ' LOCALE_PROVIDER libc'
      when 'i' then ' LOCALE_PROVIDER icu ICU_LOCALE ' || quote_literal(coalesce(told->>'daticulocale', told->>'datlocale'))
      when 'b' then ' LOCALE_PROVIDER builtin BUILTIN_LOCALE ' || quote_literal(told->>'datlocale') end, '')
    || coalesce(' ICU_RULES ' || quote_literal(told->>'daticurules'), '') || ' CONNECTION LIMIT ' || datconnlimit || ';'
  from pg_database as it, to_jsonb(it) as told where oid = :oid;
select 'REVOKE ALL ON DATABASE :"as" FROM PUBLIC, ' || datdba::regrole || ';' from pg_database where oid = :oid and datacl is not null;
select 'GRANT ' || privilege_type || ' ON DATABASE :"as" TO ' || case grantee when 0 then 'PUBLIC' else grantee::regrole::text end
  || case when is_grantable then ' WITH GRANT OPTION;' else ';' end from pg_database, aclexplode(datacl) where oid = :oid;
select '\endif';
END
}
# Why there is nothing of a database: dropped in the meantime it is no failure.
dropped() {
  still=$(ask "select 1 from pg_database where oid = $oid") && [ -z "$still" ] && rm -f -- "$new/$file.dump" "$new/$file.create.sql" && echo "dropped in the meantime: $name"
}

# It stays where the host goes down in the middle.
echo "$begun: begun, and not ended (or still under way)" >"$BACKUPS/failed"
rm -rf -- "$new" && mkdir -- "$new" || fail "$new cannot be made"
names=$(ask "select case when datname ~ '[[:cntrl:]]' then 0 else oid end || '|' || regexp_replace(datname, '[[:cntrl:]]', '?', 'g') from pg_database where datallowconn and datconnlimit <> -2 and not datistemplate order by datname") && [ -n "$names" ] || fail 'PostgreSQL does not tell its databases'
without=$(ask "select string_agg(regexp_replace(datname, '[[:cntrl:]]', '?', 'g'), ', ' order by datname) from pg_database where (not datallowconn or datconnlimit = -2 or datistemplate) and datname !~ '^template[01]\$'") || fail 'PostgreSQL does not tell its databases'
[ -z "$without" ] || echo "left out, as nobody may connect to them or they are templates: $without"
limited pg_dumpall -w -U "$ROLE" --globals-only >"$new/globals.sql" </dev/null || fail 'the roles could not be written'
printf '%s\n' "$names" | while IFS= read -r line; do
  oid=${line%%|*} name=${line#*|}
  [ "$oid" != 0 ] || fail "the database $name has a name that is not of printable characters"
  # What is no plain name stands there in hexadecimal digits.
  case $name in -* | hex-* | *[!A-Za-z0-9_-]*) file=hex-$(printf %s "$name" | od -An -v -tx1 | tr -d ' \n') ;; *) file=$name ;; esac
  about "$oid" >"$new/$file.create.sql" || fail "the database $name does not tell whose it is"
  # In quotes: a name with "=" in it would be taken for settings of the connection.
  if ! limited pg_dump -w -U "$ROLE" -Fc -d "dbname='$(printf %s "$name" | sed "s/[\\\\']/\\\\&/g")'" >"$new/$file.dump" </dev/null; then
    dropped && continue
    fail "the database $name could not be written"
  fi
  inside pg_restore -f /dev/null <"$new/$file.dump" || fail "what was written of the database $name cannot be read"
done || exit 1
sync "$new"/* "$new" 2>/dev/null || sync
rm -rf -- "${BACKUPS:?}/$begun"
mv -- "$new" "$BACKUPS/$begun" || fail "$BACKUPS/$begun cannot be made"
sync "$BACKUPS" 2>/dev/null || sync
rm -f -- "$BACKUPS/failed"
# The one just made stays, whatever the clock said when the others were.
ls "$BACKUPS" | grep -E '^[0-9]{8}T[0-9]{6}Z$' | grep -vxF "$begun" | sort -r | tail -n "+$KEEP" | while read -r old; do rm -rf -- "${BACKUPS:?}/$old"; done
echo "backup: $BACKUPS/$begun, $(du -sh "$BACKUPS/$begun" | cut -f 1)"
