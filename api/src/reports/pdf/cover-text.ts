/**
 * The same data with all texts in characters that the typeface has. One that it lacks would leave an empty box, or two
 * names that look alike: it is written as its number, [U+1F600], and neighbours share their brackets.
 */
export function coverTexts<Data>(
  data: Data,
  hasGlyph: (codePoint: number) => boolean,
): { data: Data; changed: number } {
  let changed = 0
  const cover = (value: unknown): unknown => {
    if (typeof value === 'string') {
      const text = coverText(value, hasGlyph)
      if (text !== value) changed++
      return text
    }
    if (Array.isArray(value)) return value.map(cover)
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, cover(one)]))
    return value
  }
  return { data: cover(data) as Data, changed }
}

function coverText(text: string, hasGlyph: (codePoint: number) => boolean): string {
  let missing: string[] = []
  let covered = ''
  const flush = (): void => {
    if (missing.length > 0) covered += `[U+${missing.join(' ')}]`
    missing = []
  }
  for (const character of text.normalize('NFC')) {
    const codePoint = character.codePointAt(0)!
    if (/\s/u.test(character) || hasGlyph(codePoint)) {
      flush()
      // Line ends and tabs of names would break the layout.
      covered += /\s/u.test(character) ? ' ' : character
    } else missing.push(codePoint.toString(16).toUpperCase().padStart(4, '0'))
  }
  flush()
  return covered
}
