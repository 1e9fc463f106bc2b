import { describe, expect, test } from 'vitest'
import { previewPart } from './upload.ts'

describe('what a preview sends of a file', () => {
  const megabyte = 2 ** 20

  test('is its first megabyte', async () => {
    const file = new Blob(['user_id\n', 'x'.repeat(3 * megabyte)])
    expect((await previewPart(file)).size).toBe(megabyte)
  })

  test('is all of a small file', async () => {
    expect(await (await previewPart(new Blob(['a,b\n1,2\n']))).text()).toBe('a,b\n1,2\n')
    expect((await previewPart(new Blob([]))).size).toBe(0)
  })

  test('is all of a Parquet file, whose columns are described at its end', async () => {
    const file = new Blob(['PAR1', new Uint8Array(2 * megabyte), 'PAR1'])
    expect((await previewPart(file)).size).toBe(file.size)
  })
})
