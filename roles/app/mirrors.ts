/**
 * Where an image really comes from: the longest beginning that is named, up to a "/" or the tag, is put in place of itself.
 *
 * @example mirrored('ghcr.io/acme/shop:v1', { 'ghcr.io': 'mirror.internal:5000/ghcr' }) // "mirror.internal:5000/ghcr/acme/shop:v1"
 */
export function mirrored(image: string, mirrors: Readonly<Record<string, string>>): string {
  const fits = (prefix: string) => image.startsWith(prefix) && ['/', ':', '@', ''].includes(image.charAt(prefix.length))
  const [longest] = Object.keys(mirrors).filter(fits).sort((a, b) => b.length - a.length)
  return longest === undefined ? image : `${mirrors[longest] ?? longest}${image.slice(longest.length)}`
}
