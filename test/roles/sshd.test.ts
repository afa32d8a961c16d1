import { effective, sshdEffective, type Effective } from '../../roles/sshd/effective.ts'
import { given, type Given } from '../rig/plan.ts'
import { planRows } from '../rig/rows.ts'

const FILE = '/etc/ssh/sshd_config.d/00-hostwright.conf'
const is = (name: string, values: readonly string[], more: Partial<Effective> = {}): Given =>
  given(effective([name]), { settings: new Map([[name, values]]), saidBy: new Map(), listening: [22], bySocket: false, ...more })
const saidBy = (name: string, ...places: readonly string[]) => ({ saidBy: new Map([[name, places]]) })

planRows('sshd-effective', sshdEffective, [
  ['as wished', { file: FILE, lines: ['X11Forwarding no'] }, [is('x11forwarding', ['no'])], []],
  ['by its older name', { file: FILE, lines: ['PermitRootLogin prohibit-password'] }, [is('permitrootlogin', ['without-password'])], []],
  ['several, in any order', { file: FILE, lines: ['AllowUsers ann bob'] }, [is('allowusers', ['bob', 'ann'])], []],
  ['one that others add', { file: FILE, lines: ['AllowUsers ann'] }, [is('allowusers', ['ann', 'bob'], saidBy('allowusers', `${FILE}:2`, '/etc/ssh/sshd_config:9'))],
    ['have sshd take it: allowusers is ann bob (/etc/ssh/sshd_config:9), and shall be ann']],
  ['not set', { file: FILE, lines: ['AllowUsers ann'] }, [is('allowusers', [])], ['have sshd take it: allowusers is not set, and shall be ann']],
  ['a port on which nobody listens', { file: FILE, lines: ['Port 22', 'Port 2222'] }, [is('port', ['22', '2222'])], ['have sshd take it: nobody listens on port 2222']],
  ['the same, where systemd listens', { file: FILE, lines: ['Port 2222'] }, [is('port', ['2222'], { bySocket: true })], ['refused: ssh.socket listens in place of sshd, and not on 2222: Port has no effect']],
])
