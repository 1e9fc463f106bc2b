import { describe, expect, test } from 'vitest'
import { multipartBody, operationFields, streamOf, type UploadProgress } from './multipart.ts'

const boundary = 'fairlift-boundary'
/** As large as pieces are sent. */
const large = 'x'.repeat(1 << 16)
const bytes = (text: string) => new TextEncoder().encode(text)

/** Reads a body the way a server does: by the platform's own parser. */
function parse(body: ReadableStream<Uint8Array>): Promise<FormData> {
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  return new Response(body, { headers }).formData()
}

async function* chunks(...texts: string[]) {
  for (const text of texts) yield bytes(text)
}

describe('the body of an upload', () => {
  test('holds the operation, the place of the file, and the file, in this order', async () => {
    const fields = operationFields('mutation { x }', { input: { experimentId: 'e1' } })
    const stream = () => chunks('user_id,', 'event_type\r\n--fairlift\r\n')
    const form = await parse(streamOf(multipartBody(fields, { name: 'events.csv', stream }, boundary)))
    expect([...form.keys()]).toEqual(['operations', 'map', '0'])
    expect(JSON.parse(form.get('operations') as string)).toEqual({
      query: 'mutation { x }',
      variables: { input: { experimentId: 'e1' }, file: null },
    })
    expect(JSON.parse(form.get('map') as string)).toEqual({ 0: ['variables.file'] })
    const file = form.get('0') as File
    expect(file.name).toBe('events.csv')
    expect(await file.text()).toBe('user_id,event_type\r\n--fairlift\r\n')
  })

  test('keeps names of files in any script, and lets none of them break out of its header', async () => {
    const name = 'Ereignisse "März"\r\nX-Evil: 1\r\n.csv'
    const stream = () => chunks('a')
    const form = await parse(streamOf(multipartBody([], { name, stream }, boundary)))
    expect((form.get('0') as File).name).toBe('Ereignisse "März"\r\nX-Evil: 1\r\n.csv')
    expect([...form.keys()]).toEqual(['0'])
  })

  test('may be of an empty file', async () => {
    const form = await parse(streamOf(multipartBody([], { name: 'empty', stream: () => chunks() }, boundary)))
    expect((form.get('0') as File).size).toBe(0)
  })

  test('tells of the file’s bytes that were taken, up to all of them', async () => {
    const seen: UploadProgress[] = []
    const source = { name: 'x', stream: () => chunks(large, 'de'), sizeBytes: large.length + 2 }
    await parse(streamOf(multipartBody([], source, boundary, (progress) => seen.push(progress))))
    expect(seen).toEqual([
      { sentBytes: large.length, totalBytes: large.length + 2 },
      { sentBytes: large.length + 2, totalBytes: large.length + 2 },
    ])
  })

  test('puts small pieces together, and changes none of their bytes', async () => {
    const lines = Array.from({ length: 30_000 }, (_, index) => `line ${index}\n`)
    let reports = 0
    const body = multipartBody([], { name: 'x', stream: () => chunks(...lines) }, boundary, () => reports++)
    const form = await parse(streamOf(body))
    expect(await (form.get('0') as File).text()).toBe(lines.join(''))
    expect(reports).toBeLessThan(10)
  })

  test('reads nothing of the file before it is asked for, and closes it when it is given up', async () => {
    let read = 0
    let isClosed = false
    async function* endless() {
      try {
        for (;;) {
          read++
          yield bytes(large)
        }
      } finally {
        isClosed = true
      }
    }
    const reader = streamOf(multipartBody([], { name: 'x', stream: endless }, boundary)).getReader()
    await reader.read()
    expect(read).toBe(0)
    await reader.read()
    await reader.read()
    expect(read).toBe(2)
    await reader.cancel()
    expect(isClosed).toBe(true)
  })

  test('ends with the error of the file’s stream', async () => {
    async function* broken() {
      yield bytes('a')
      throw new Error('the disk is gone')
    }
    await expect(parse(streamOf(multipartBody([], { name: 'x', stream: broken }, boundary)))).rejects.toThrow(
      'the disk is gone',
    )
  })
})
