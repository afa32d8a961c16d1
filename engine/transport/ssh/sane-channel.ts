/**
 * Whether a channel can carry bytes at all. A server that announces a maximum packet size of 0 sends ssh2 1.17 into an endless loop at the first
 * write (mscdex/ssh2#1504), and every wait here must have a limit. The figure is not in ssh2's types, hence the careful reading.
 */
export function saneChannel(channel: object): boolean {
  const outgoing: unknown = Reflect.get(channel, 'outgoing')
  const packetSize: unknown = typeof outgoing === 'object' && outgoing !== null ? Reflect.get(outgoing, 'packetSize') : undefined
  return typeof packetSize === 'number' && packetSize > 0
}
