import { expect, test } from 'vitest'
import { keyOfName } from './key-of-name.ts'

test.each([
  ['One-page checkout', 'one-page-checkout'],
  ['  Größe & Maß: Frühjahr 2026! ', 'grosse-mass-fruhjahr-2026'],
  ['Émile’s café', 'emile-s-cafe'],
  ['漢字', ''],
])('%j suggests the key %j', (name, key) => {
  expect(keyOfName(name)).toBe(key)
})

test('a long name is cut, but not after a separator', () => {
  const key = keyOfName(`${'a'.repeat(59)} tail`)
  expect(key).toBe('a'.repeat(59))
})
