/** A directory beside the files that are to go live, in each directory that gets some. */
export const STAGE = '.hostwright.tree'

/**
 * $1 the directory, $2 the SHA-256 of the sorted list of the sums of all files that come, as a tar archive, on the input. They are unpacked beside their
 * places, summed, brought to the disk, and then moved, each over the old one at once. No name is in an argument of ours: they may be any bytes.
 * What a run that died has left is swept. A find that runs `+` does not tell everywhere that it failed; so it is looked whether anything is left.
 */
export const PUT = `
[ -d "$1" ] || mkdir -- "$1" || exit
cd -- "$1" || exit
s=${STAGE}
sweep() { find . -name "$s" -prune -exec rm -rf -- {} +; } # of any kind: a link that somebody put there would lead us elsewhere
sweep || exit
trap sweep 0
tar -xpmf - || exit
sum=$(find . -path "*/$s/*" -type f -exec sha256sum -- {} + | sed -n 's/^\\\\*\\([0-9a-f]\\{64\\}\\) .*/\\1/p' | sort | sha256sum)
[ "\${sum%% *}" = "$2" ] || { echo "the content arrived damaged: nothing was replaced" >&2; exit 1; }
find . -path "*/$s/*" -type f -exec sync -- {} + 2>/dev/null || sync
m='to=$1; shift; exec mv -f -- "$@" "$to/"'
b='{}' # find takes it once only, also inside of a word
export m b
find . -name "$s" -type d -prune -exec sh -c 'for d; do find "$d" -mindepth 1 -maxdepth 1 -exec sh -c "$m" sh "\${d%/*}" "$b" + && rmdir -- "$d" || exit; done' sh {} + || exit
[ -z "$(find . -name "$s" -type d -prune)" ] || exit 1
find . "\${1%/*}/" -maxdepth 0 -exec sync -- {} + 2>/dev/null || sync
find . -type d -exec sync -- {} + 2>/dev/null || sync`


/** Removes what is named on the input, below $1: not where something is mounted below it by now, for `rm -r` walks into that. */
export const PURGE = `
cd -P -- "$1" || exit
real=$(pwd -P)
while read -r _ at _; do
  case $at in *\\\\*) at=$(printf %b "$at") ;; esac
  case $at in "\${real%/}"/*) echo "something is mounted below $1: $at: nothing was removed" >&2; exit 1 ;; esac
done </proc/self/mounts
exec xargs -0 rm -rf --`
