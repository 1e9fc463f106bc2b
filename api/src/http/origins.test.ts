import { describe, expect, test } from 'vitest'
import { isAllowedOrigin, isOwnHost, originRules } from './origins.ts'

const rules = originRules('127.0.0.1', ' https://shop.example,', undefined)

describe('the origin of a page', () => {
  test.each([
    ['a program, which has none', undefined],
    ['a page of the server itself', 'http://localhost:4000'],
    ['an allowed origin', 'https://shop.example'],
  ])('%s may ask', (_who, origin) => {
    expect(isAllowedOrigin(origin, 'localhost:4000', rules)).toBe(true)
  })

  test.each([
    ['another site', 'https://evil.example'],
    ['another port of the same machine', 'http://localhost:3000'],
    ['another scheme of an allowed origin', 'http://shop.example'],
    ['a name that begins as an allowed one', 'https://shop.example.evil.example'],
    ['a page without an origin of its own', 'null'],
    ['nonsense', 'http://['],
    ['an empty text', ''],
  ])('%s may not', (_who, origin) => {
    expect(isAllowedOrigin(origin, 'localhost:4000', rules)).toBe(false)
  })

  test('no page is the own one of a request that names no host', () => {
    expect(isAllowedOrigin('http://localhost:4000', undefined, rules)).toBe(false)
  })
})

describe('the name by which a server is reached', () => {
  test.each(['localhost', 'localhost:4000', '127.0.0.1:4000', '127.0.0.2', '[::1]:4000', 'LocalHost:80'])(
    'a server of this machine is "%s"',
    (host) => expect(isOwnHost(host, rules)).toBe(true),
  )

  test.each([
    'rebound.example',
    'rebound.example:4000',
    'localhost.evil.example',
    '127.evil.example',
    '127.0.0.1.evil.example',
    '',
    undefined,
  ])('a server of this machine is not "%s"', (host) => expect(isOwnHost(host, rules)).toBe(false))

  test.each(['127.0.0.2', 'localhost', '::1'])('a server that listens on %s is one of this machine', (host) => {
    expect(isOwnHost('rebound.example', originRules(host, '', undefined))).toBe(false)
  })

  test('a server behind a proxy of this machine has the public name as well, and pages there are its own', () => {
    const behind = originRules('127.0.0.1', '', 'https://Fairlift.example/')
    for (const host of ['fairlift.example', '127.0.0.1:4000']) {
      expect(isOwnHost(host, behind)).toBe(true)
      expect(isAllowedOrigin('https://fairlift.example', host, behind)).toBe(true)
    }
    expect(isOwnHost('rebound.example', behind)).toBe(false)
    expect(isAllowedOrigin('https://evil.example', '127.0.0.1:4000', behind)).toBe(false)
  })

  test('a server that other machines reach has whatever name they know', () => {
    expect(isOwnHost('fairlift.example', { ...rules, isLoopback: false })).toBe(true)
  })
})
