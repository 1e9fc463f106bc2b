import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { LocalObjectStore } from './local.ts'
import { objectStoreContract } from './object-store.contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlift-store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

objectStoreContract('local folder', new LocalObjectStore(join(folder, 'store')), folder)

test('local folder: no temporary file is left, after success or failure', () => {
  expect(readdirSync(join(folder, 'store', 'temporary'))).toEqual([])
})
