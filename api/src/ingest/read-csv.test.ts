import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CsvOptions, readCsv } from './read-csv.ts'
import { ROW } from './raw-chunk.ts'

async function* inSlices(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
}

async function read(content: string | Buffer, options: Partial<CsvOptions> = {}, slice = 1 << 16) {
  const rows: Record<string, unknown>[] = []
  const rejections: { row: number; code: string; message: string; value: string | null }[] = []
  let count = 0
  const header = options.header ?? ['a', 'b', 'c']
  const settings = { separator: ',', header, columns: header, chunkBytes: 1 << 20, scanner: null, ...options }
  for await (const chunk of readCsv(inSlices(Buffer.from(content), slice), settings)) {
    rows.push(
      ...(chunk.frame.toRecords() as Record<string, unknown>[]).map(({ [ROW]: row, ...rest }) => ({ row, ...rest })),
    )
    rejections.push(...chunk.rejections)
    count += chunk.rows
  }
  return { rows, rejections, count }
}

test('reads plain records, with or without a last line end, LF or CRLF', async () => {
  const expected = [
    { row: 1, a: '1', b: '2', c: '3' },
    { row: 2, a: 'x', b: null, c: 'z' },
  ]
  for (const text of ['a,b,c\n1,2,3\nx,,z\n', 'a,b,c\n1,2,3\nx,,z', 'a,b,c\r\n1,2,3\r\nx,,z\r\n']) {
    expect((await read(text)).rows).toEqual(expected)
  }
})

test('reads quoted fields with separators, quotes and line ends in them', async () => {
  const { rows, rejections } = await read('a,b,c\n"1,5","say ""hi""","two\nlines"\n"",x,5" pipe\n')
  expect(rejections).toEqual([])
  expect(rows).toEqual([
    { row: 1, a: '1,5', b: 'say "hi"', c: 'two\nlines' },
    { row: 2, a: null, b: 'x', c: '5" pipe' },
  ])
})

test('a quote within a field that is not quoted is text, in any number of rows', async () => {
  const vinyl = (row: number, end: string) => `${row},12" vinyl,say "hi"${end}`
  for (const end of ['\n', '\r\n']) {
    const text = [
      'a,b,c',
      vinyl(1, ''),
      '2,"quoted, ""x""\nand on",z',
      vinyl(3, ''),
      '4,5',
      '5,,é "',
      vinyl(6, ''),
    ].join(end)
    for (const content of [text, text + end]) {
      const { rows, rejections } = await read(content)
      expect(rows).toEqual([
        { row: 1, a: '1', b: '12" vinyl', c: 'say "hi"' },
        { row: 2, a: '2', b: 'quoted, "x"\nand on', c: 'z' },
        { row: 3, a: '3', b: '12" vinyl', c: 'say "hi"' },
        { row: 5, a: '5', b: null, c: 'é "' },
        { row: 6, a: '6', b: '12" vinyl', c: 'say "hi"' },
      ])
      expect(rejections.map(({ row, code }) => [row, code])).toEqual([[4, 'RAGGED_ROW']])
    }
  }
})

test('sets ragged rows aside and keeps the numbers of the others', async () => {
  const { rows, rejections } = await read('a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n')
  expect(rows.map(({ row, a }) => [row, a])).toEqual([
    [1, '1'],
    [4, '10'],
  ])
  expect(rejections).toEqual([
    { row: 2, column: null, code: 'RAGGED_ROW', value: '4,5', message: 'The row has 2 fields; the header has 3.' },
    { row: 3, column: null, code: 'RAGGED_ROW', value: '6,7,8,9', message: 'The row has 4 fields; the header has 3.' },
  ])
})

test('a stray quote costs its row and not the rest of the file', async () => {
  const { rows, rejections } = await read('a,b,c\n1,2,3\n"4,5,6\n7,8,9\n"x"y,1,2\n10,11,12\n')
  expect(rows.map(({ row }) => row)).toEqual([1, 3, 5])
  expect(rejections.map(({ row, code }) => [row, code])).toEqual([
    [2, 'MALFORMED_QUOTES'],
    [4, 'MALFORMED_QUOTES'],
  ])
})

test('rejects rows with NUL bytes or bytes that are not UTF-8 and reads the others', async () => {
  const content = Buffer.concat([
    Buffer.from('a,b,c\n1,é,3\n4,'),
    Buffer.from([0xff, 0xfe]),
    Buffer.from(',6\n7,n\0l,9\n10,11,12\n'),
  ])
  const { rows, rejections } = await read(content)
  expect(rows.map(({ row, b }) => [row, b])).toEqual([
    [1, 'é'],
    [4, '11'],
  ])
  expect(rejections.map(({ row, code }) => [row, code])).toEqual([
    [2, 'INVALID_UTF8'],
    [3, 'NUL_BYTE'],
  ])
})

test('blank lines are no rows', async () => {
  const { rows, count } = await read('a,b,c\n\n1,2,3\n\r\n\n4,5,6\n\n')
  expect(rows.map(({ row }) => row)).toEqual([1, 2])
  expect(count).toBe(2)
})

test('reads only the columns asked for, whatever they are called', async () => {
  const header = ['# of clicks', 'a', 'a b', 'ünï']
  const { rows } = await read('# of clicks,a,a b,ünï\n1,2,3,4\n', { header, columns: ['ünï', '# of clicks'] })
  expect(rows).toEqual([{ row: 1, '# of clicks': '1', ünï: '4' }])
})

test('a header whose fields hold line ends is skipped as one record', async () => {
  const { rows } = await read('"a\nx",b,c\n1,2,3\n', { header: ['a\nx', 'b', 'c'] })
  expect(rows).toEqual([{ row: 1, 'a\nx': '1', b: '2', c: '3' }])
})

test('a file whose lines never end is refused, not read for ever', async () => {
  await expect(read('a,b,c\n' + 'x'.repeat(5000), { chunkBytes: 1000 })).rejects.toThrow(/No line ends within/)
})

const field = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-z0-9 .:é-]{0,9}$/) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r\n', 'x', 'é', ' '), maxLength: 8 }) },
)

function written(value: string): string {
  return /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

test('whatever was written comes back, however the bytes are cut into slices and pieces', async () => {
  const record = fc.tuple(field, field, field).filter((fields) => fields.some((value) => value !== ''))
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 40, max: 400 }),
      async (records, slice, chunkBytes) => {
        const text = 'a,b,c\n' + records.map((fields) => fields.map(written).join(',')).join('\n')
        const { rows, rejections } = await read(text, { chunkBytes }, slice)
        expect(rejections).toEqual([])
        const trimmed = records.map((fields) => fields.map((value) => value.trim()))
        expect(rows.map(({ a, b, c }) => [a ?? '', b ?? '', c ?? ''])).toEqual(trimmed)
        expect(rows.map(({ row }) => row)).toEqual(records.map((_, index) => index + 1))
      },
    ),
    { numRuns: 150, seed: 4 },
  )
}, 30_000)

test('the fast and the careful way agree: bad rows in one chunk do not change the others', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('1,2,3', '4,,6', '7,8', '9,9,9,9', '"q,1",2,3', 'a\0b,1,2', ''), { maxLength: 40 }),
      fc.integer({ min: 12, max: 60 }),
      async (lines, chunkBytes) => {
        const text = ['a,b,c', ...lines].join('\n') + '\n'
        const small = await read(text, { chunkBytes }, 7)
        const whole = await read(text)
        expect(small).toEqual(whole)
        const kept = lines.filter((line) => line !== '')
        expect(whole.count).toBe(kept.length)
        expect(whole.rows.length + whole.rejections.length).toBe(kept.length)
      },
    ),
    { numRuns: 60, seed: 5 },
  )
}, 30_000)
