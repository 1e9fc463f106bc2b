import { describe, expect, it } from 'vitest'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { findProgram } from './program.ts'

describe('findProgram', () => {
  it('says which platforms there are when PostgreSQL is not packaged for this one', () => {
    expect(() => findProgram('sunos', 'x64')).toThrow(EmbeddedPostgresError)
    expect(() => findProgram('sunos', 'x64')).toThrow(/no packaged PostgreSQL for sunos-x64 .*linux-x64.*DATABASE_URL/)
  })

  it('names the package that is missing', () => {
    const [other, name] = process.platform === 'win32' ? ['darwin', 'darwin-arm64'] : ['win32', 'windows-x64']
    const architecture = other === 'win32' ? 'x64' : 'arm64'
    const expected = new RegExp(`@embedded-postgres/${name}.*not installed.*optional dependencies.*DATABASE_URL`)
    expect(() => findProgram(other, architecture)).toThrow(expected)
  })
})
