import { describe, expect, test } from 'vitest'
import type { ColumnMapping } from './column-mapping.ts'
import { CONTROL, eventsOf, TREATMENT, useCurate } from './curate-content.contract.ts'

const run = useCurate()

describe('files with one row per user', () => {
  const mapping: ColumnMapping = {
    userId: 'visitor',
    variant: [
      {
        column: 'group',
        values: [
          { value: 'A', variant: 'control' },
          { value: 'B', variant: 'treatment' },
        ],
      },
    ],
    constantTimestamp: '2026-06-01T00:00:00.000Z',
    outcomes: [
      { column: 'bought', eventType: 'conversion', kind: 'FLAG' },
      { column: 'revenue', eventType: 'purchase', kind: 'VALUE' },
      { column: 'clicks', eventType: 'click', kind: 'COUNT' },
    ],
    attributes: [{ column: 'device' }],
  }
  const wide = (...rows: string[]) => ['visitor,group,bought,revenue,clicks,device', ...rows, ''].join('\n')

  test('make an exposure and an event for each outcome that is not zero', async () => {
    const events = await eventsOf(
      await run(wide('v1,A,1,12.5,3,mobile', 'v2,B,no,0,0,desktop', 'v3,B,,,,'), { mapping }),
    )
    expect(
      events.map(({ user_id: user, event_type: type, value, variant_id: variant }) => [user, type, value, variant]),
    ).toEqual([
      ['v1', 'click', 3, null],
      ['v1', 'conversion', null, null],
      ['v1', 'exposure', null, CONTROL],
      ['v1', 'purchase', 12.5, null],
      ['v2', 'exposure', null, TREATMENT],
      ['v3', 'exposure', null, TREATMENT],
    ])
  })

  test('an empty outcome is no event, and an error where the mapping requires a value', async () => {
    const rows = wide('v1,A,1,2,3,', 'v2,B,,,,')
    expect(await run(rows, { mapping })).toMatchObject({ accepted: 2, rejected: 0 })
    const valueRules = ['conversion', 'purchase', 'click'].map((eventType) => ({ eventType, required: true }))
    const strict = await run(rows, { mapping: { ...mapping, valueRules } })
    expect(strict.rejected).toBe(1)
    expect(strict.samples.map(({ row, column, code }) => [row, column, code])).toEqual([
      [2, 'bought', 'MISSING_VALUE'],
      [2, 'revenue', 'MISSING_VALUE'],
      [2, 'clicks', 'MISSING_VALUE'],
    ])
  })

  test.each([
    ['v1,A,maybe,1,1,', 'bought', 'NOT_A_FLAG', 'maybe'],
    ['v1,A,1,lots,1,', 'revenue', 'NOT_A_NUMBER', 'lots'],
    ['v1,A,1,-1,1,', 'revenue', 'OUT_OF_RANGE', '-1'],
    ['v1,A,1,1,-1,', 'clicks', 'NOT_A_COUNT', '-1'],
    ['v1,A,1,1,1.5,', 'clicks', 'NOT_A_COUNT', '1.5'],
    ['v1,C,1,1,1,', 'group', 'UNKNOWN_VARIANT', 'C'],
    ['v1,,1,1,1,', 'group', 'MISSING_VALUE', null],
  ])('reject %j with column, code and value', async (row, column, code, value) => {
    const result = await run(wide('v0,A,1,1,1,', row), { mapping })
    expect(result.samples).toEqual([{ row: 2, column, code, value, message: expect.any(String) as string }])
  })

  test('equal rows are different events when the file has no times', async () => {
    const content = wide('v1,A,1,5,0,', 'v1,A,1,5,0,')
    expect(
      (await eventsOf(await run(content, { mapping }))).filter(({ event_type: type }) => type === 'purchase'),
    ).toHaveLength(2)
    const byContent = await run(content, { mapping: { ...mapping, rowIdentity: 'CONTENT' } })
    expect(byContent).toMatchObject({ events: 3, duplicates: 3 })
  })

  test('rows without user ids are users of their own, and the batch says so', async () => {
    const result = await run(wide('v1,A,1,5,0,', 'v1,A,1,5,0,'), { mapping: { ...mapping, userId: null } })
    expect(new Set((await eventsOf(result)).map(({ user_id: user }) => user))).toEqual(
      new Set(['ffffffffffff-1', 'ffffffffffff-2']),
    )
    expect(result.warnings.map(({ code, count }) => [code, count])).toEqual([['ROWS_ARE_USERS', 2]])
  })

  test('variant columns that disagree expose the user to both and are counted', async () => {
    const variant = [
      ...mapping.variant!,
      {
        column: 'device',
        values: [
          { value: 'old', variant: 'control' },
          { value: 'new', variant: 'treatment' },
        ],
      },
    ]
    const result = await run(wide('v1,A,0,0,0,old', 'v2,A,0,0,0,new'), {
      mapping: { ...mapping, variant, attributes: [] },
    })
    expect((await eventsOf(result)).map(({ user_id: user, variant_id: id }) => [user, id])).toEqual([
      ['v1', CONTROL],
      ['v2', CONTROL],
      ['v2', TREATMENT],
    ])
    expect(result.warnings.map(({ code, count }) => [code, count])).toEqual([['VARIANT_COLUMNS_DISAGREE', 1]])
  })

  test('decimal commas are read when the mapping says so', async () => {
    const content = 'visitor;group;revenue\nv1;A;1.234,50\n'
    const commas: ColumnMapping = { ...mapping, outcomes: [mapping.outcomes![1]!], attributes: [], decimalComma: true }
    expect((await eventsOf(await run(content, { mapping: commas })))[1]).toMatchObject({ value: 1234.5 })
  })

  test('with decimal commas a number that is written the other way is told, not taken for another one', async () => {
    const numbers = ['12,5', '-1.234', '1.234.567,5', '1e3', '12.5', '1,234.50', '1.23,4']
    const content = `visitor;group;revenue\n${numbers.map((number, row) => `v${row};A;${number}\n`).join('')}`
    const outcomes: ColumnMapping['outcomes'] = [{ column: 'revenue', kind: 'VALUE', eventType: 'margin' }]
    const commas: ColumnMapping = { ...mapping, outcomes, attributes: [], decimalComma: true }
    const result = await run(content, { mapping: commas, maxRejectRate: 1 })
    const values = (await eventsOf(result)).flatMap(({ value }) => value ?? [])
    expect(values).toEqual([12.5, -1234, 1234567.5, 1000])
    expect(result.samples.map(({ row, code, value }) => [row, code, value])).toEqual([
      [5, 'NOT_A_NUMBER', '12.5'],
      [6, 'NOT_A_NUMBER', '1,234.50'],
      [7, 'NOT_A_NUMBER', '1.23,4'],
    ])
    expect(result.samples[0]!.message).toMatch(/write 1234,5/)
  })
})
