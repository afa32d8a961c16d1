import assert from 'node:assert/strict'

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: (Element | string)[]
}

/** A strict reader of plain XML: no comments, no CDATA, no entities but the five; every tag closed in its order. */
export function parseXml(text: string): Element {
  const root: Element = { name: '', attributes: {}, children: [] }
  const open = [root]
  const body = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
  assert.notEqual(body, text, 'begins with its declaration')
  const token = /<\/([\w-]+)>|<([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y
  while (token.lastIndex < body.length) {
    const at = token.lastIndex
    const found = token.exec(body)
    assert.ok(found, `well-formed at ${JSON.stringify(body.slice(at, at + 60))}`)
    const [, close, name, attributes = '', alone, content] = found
    if (close !== undefined) assert.equal(open.pop()?.name, close)
    else if (content !== undefined) open.at(-1)?.children.push(unescape(content))
    else if (name !== undefined) {
      const pairs = [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key = '', value = '']): [string, string] => [key, unescape(value)])
      assert.equal(new Set(pairs.map(([key]) => key)).size, pairs.length, 'no attribute twice')
      const element: Element = { name, attributes: Object.fromEntries(pairs), children: [] }
      open.at(-1)?.children.push(element)
      if (alone === '') open.push(element)
    }
  }
  assert.deepEqual(open, [root], 'everything is closed')
  const [only, ...others] = root.children.filter((child) => typeof child !== 'string')
  assert.ok(only && others.length === 0, 'one root')
  return only
}

function unescape(text: string): string {
  assert.doesNotMatch(text, /&(?!(?:amp|lt|gt|quot|#39);)/, 'only known entities')
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
}
