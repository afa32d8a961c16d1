# A database out of a backup, as a new one beside what runs: sh restore.sh BACKUP DATABASE [AS]. Without words it tells what there is. It overwrites nothing: to
# put it in the place of another is said at the end, and is up to you. The settings stand above.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C
if [ $# -lt 2 ]; then
  echo "usage: sh $0 BACKUP DATABASE [AS]; there is:"
  for each in "$BACKUPS"/*/globals.sql; do [ ! -e "$each" ] || (cd "${each%/*}" && echo "  ${PWD##*/}  $(ls *.dump | sed 's/[.]dump$//' | tr '\n' ' ')"); done
  exit 3
fi
dump=$BACKUPS/$1/$2.dump as=${3:-$2_restored}
[ -f "$dump" ] || { echo "there is no $dump" >&2; exit 3; }
case $as in *[!A-Za-z0-9_-]* | -*) echo "a name for the restored database has letters, digits, \"_\" and \"-\" only: $as" >&2; exit 3 ;; esac
docker exec postgres createdb -w -U "$ROLE" -T template0 -- "$as" || exit
docker exec -i postgres pg_restore -w -U "$ROLE" --exit-on-error -d "$as" <"$dump" || { echo "it could not be restored; what came of it is in the database $as. Roles that are missing: docker exec -i postgres psql -U $ROLE -d postgres <$BACKUPS/$1/globals.sql" >&2; exit 1; }
cat <<END
restored: $as. To put it in the place of $2, with nobody connected:
  docker exec -i postgres psql -U $ROLE -d template1 -c 'ALTER DATABASE "$2" RENAME TO "$2_before"' -c 'ALTER DATABASE "$as" RENAME TO "$2"'
END
