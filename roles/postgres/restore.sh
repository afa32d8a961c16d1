# A database out of a backup, as a new one beside what runs: sh restore.sh BACKUP DATABASE [AS]. Without words it tells what there is. It overwrites nothing: to
# put it in the place of another is said at the end, and is up to you. The settings stand above.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C
if [ $# -lt 2 ]; then
  echo "usage: sh $0 BACKUP DATABASE [AS]; there is:"
  for each in "$BACKUPS"/*/globals.sql; do [ ! -e "$each" ] || (cd "${each%/*}" && echo "  ${PWD##*/}  $(ls -- *.dump | sed 's/[.]dump$//' | tr '\n' ' ')"); done
  exit 3
fi
dump=$BACKUPS/$1/$2.dump create=$BACKUPS/$1/$2.create.sql as=${3:-$2_restored} name=$2
[ -f "$dump" ] || { echo "there is no $dump" >&2; exit 3; }
case $as in *[!A-Za-z0-9_-]* | -*) echo "a name for the restored database has letters, digits, \"_\" and \"-\" only: $as" >&2; exit 3 ;; esac
roles="docker exec -i postgres psql -U $ROLE -d postgres <$BACKUPS/$1/globals.sql"
about() { docker exec -i postgres psql -wqtAX -v ON_ERROR_STOP=1 -v as="$as" -v made="$1" -U "$ROLE" -d template1 <"$create" 2>&1 >/dev/null; }
if [ -f "$create" ]; then
  name=$(sed -n '1s/^-- //p' "$create")
  said=$(about 0) || {
    echo "$said" >&2
    case $said in *'role "'*'" does not exist'*) echo "nothing was made. The roles come first: $roles" >&2 ;; esac
    exit 1
  }
else
  docker exec postgres createdb -w -U "$ROLE" -T template0 -- "$as" || exit
  echo "this backup does not say whose $2 was: it belongs to $ROLE, and every role may connect, until you say ALTER DATABASE … OWNER TO and REVOKE CONNECT … FROM PUBLIC" >&2
fi
docker exec -i postgres pg_restore -w -U "$ROLE" --exit-on-error -d "$as" <"$dump" || { echo "it could not be restored; what came of it is in the database $as. Roles that are missing: $roles" >&2; exit 1; }
if [ -f "$create" ]; then
  said=$(about 1) || { echo "$said" >&2; echo "it is restored as $as, but not all of its settings (ALTER DATABASE … SET): see $create" >&2; exit 1; }
fi
# As a name of SQL among words of a shell.
quoted() { printf %s "$1" | sed "s/\"/\"\"/g; s/'/'\\\\''/g; s/^/\"/; s/\$/\"/"; }
cat <<END
restored: $as. To put it in the place of $name, with nobody connected:
  docker exec -i postgres psql -U $ROLE -d template1 -c 'ALTER DATABASE $(quoted "$name") RENAME TO $(quoted "${name}_before")' -c 'ALTER DATABASE "$as" RENAME TO $(quoted "$name")'
END
