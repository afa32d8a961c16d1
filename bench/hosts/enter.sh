#!/bin/sh
# The way into a light host: enter.sh FOLDER, run by sshd. The address that was called says which host it is.
set -eu
# shellcheck disable=SC2086
set -- "$1" $SSH_CONNECTION
export HOME=/run SHLVL=0
exec unshare --mount --propagation private /bin/sh -c '
  mount --bind "$1/srv" /srv && mount --bind "$1/run" /run && cd / && exec /bin/sh -c "${SSH_ORIGINAL_COMMAND:-exec /bin/sh}"' enter "$1/$4"
