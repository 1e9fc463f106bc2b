import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pl from 'nodejs-polars'
import { afterAll, expect, test } from 'vitest'
import { column, frameOf } from '../engine/polars/frame.ts'
import { findUser } from './find-user.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlift-find-user-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a user whose id is a number is found in Parquet, however the column holds numbers', async () => {
  const rawLimits = { maxUnpackedBytes: 1 << 30 }
  for (const [name, user] of [
    ['doubles', column('user', [7, 8.5, null], pl.Float64)],
    ['integers', column('user', [7, 8, null], pl.Int32)],
    ['texts', column('user', [' 7', 'x', null], pl.Utf8)],
  ] as const) {
    const path = join(folder, `${name}.parquet`)
    await frameOf([user]).lazy().sinkParquet(path).collect()
    expect(await findUser({ userId: '7', paths: [path], rawLimits })).toEqual([true])
    expect(await findUser({ userId: '9', paths: [path], rawLimits })).toEqual([false])
  }
})

test('a user is found in a file of Windows-1252 too', async () => {
  const path = join(folder, 'windows.csv')
  // 0x92 is the apostrophe there.
  writeFileSync(path, Buffer.from('user_id,value\nZo\u00eb O\u0092Hara,x\n', 'latin1'))
  const find = (userId: string) => findUser({ userId, paths: [path], rawLimits: { maxUnpackedBytes: 1 << 20 } })
  expect(await find('Zoë O’Hara')).toEqual([true])
  expect(await find('Zoë O‘Hara')).toEqual([false])
})
