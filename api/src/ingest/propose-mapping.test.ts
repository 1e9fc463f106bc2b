import { expect, test } from 'vitest'
import type { ExperimentContext } from './contract.ts'
import { proposeMapping } from './propose-mapping.ts'
import type { Sniffed } from './sniff.ts'

const experiment: ExperimentContext = {
  id: 'e0000000-0000-4000-8000-000000000000',
  key: 'checkout',
  variants: [
    { id: 'c0000000-0000-4000-8000-000000000001', key: 'control', name: 'Old page' },
    { id: 'c0000000-0000-4000-8000-000000000002', key: 'treatment', name: 'New page' },
  ],
  startAt: '2026-06-01T00:00:00.000Z',
  endAt: null,
  summedEventTypes: ['purchase'],
}

function sniffed(header: string, ...rows: string[]): Sniffed {
  const names = header.split(',')
  const sample = rows.map((row) =>
    Object.fromEntries(row.split(',').map((value, i) => [names[i]!, value === '' ? null : value])),
  )
  return { format: 'CSV', compression: 'NONE', encoding: 'UTF_8', delimiter: ',', header: names, sample }
}

test('a file that follows the contract needs no mapping', () => {
  const file = sniffed('user_id,variant_id,event_type,value,timestamp', 'u1,control,exposure,,2026-06-01T00:00:00Z')
  expect(proposeMapping(file, experiment)).toMatchObject({ mapping: null, shape: 'EVENTS', notes: [] })
})

test('columns of one row per user are recognised by names and values', () => {
  const file = sniffed(
    'User ID,test group,converted,total ads,Revenue,device',
    '11,A,False,3,0,mobile',
    '12,B,True,4,9.99,desktop',
    '13,A,False,5,0,mobile',
  )
  const { mapping, shape } = proposeMapping(file, experiment)
  expect(shape).toBe('USERS')
  expect(mapping).toEqual({
    userId: 'User ID',
    variant: [
      {
        column: 'test group',
        values: [
          { value: 'A', variant: 'control' },
          { value: 'B', variant: 'treatment' },
        ],
      },
    ],
    constantTimestamp: '2026-06-01T00:00:00.000Z',
    rowIdentity: 'ROW',
    outcomes: [
      { column: 'converted', eventType: 'conversion', kind: 'FLAG' },
      { column: 'total ads', eventType: 'total_ads', kind: 'COUNT' },
      { column: 'Revenue', eventType: 'purchase', kind: 'VALUE' },
    ],
    attributes: [{ column: 'device' }],
  })
})

test('a second column that goes with the variant row by row is taken along', () => {
  const rows = Array.from({ length: 40 }, (_, i) => {
    const group = i % 2 === 0 ? 'control' : 'treatment'
    const page = (i % 2 === 0) === (i !== 7) ? 'old_page' : 'new_page'
    return `u${i},2017-01-02 13:42:05,${group},${page},0`
  })
  const { mapping, notes } = proposeMapping(
    sniffed('user_id,timestamp,group,landing_page,converted', ...rows),
    experiment,
  )
  expect(mapping?.variant).toEqual([
    { column: 'group' },
    {
      column: 'landing_page',
      values: [
        { value: 'old_page', variant: 'control' },
        { value: 'new_page', variant: 'treatment' },
      ],
    },
  ])
  expect(mapping).toMatchObject({ timestamp: 'timestamp', timezone: 'UTC' })
  expect(notes).toHaveLength(2)
})

test('a column that merely has two values is not taken for the variant', () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => `u${i},${i % 2 === 0 ? 'control' : 'treatment'},${i % 3 === 0 ? 'mobile' : 'desktop'},1`,
  )
  const { mapping } = proposeMapping(sniffed('user_id,group,device,converted', ...rows), experiment)
  expect(mapping?.variant).toEqual([{ column: 'group' }])
  expect(mapping?.attributes).toEqual([{ column: 'device' }])
})

test('a foreign log of events is mapped by its columns, its first rows as exposures where it has none', () => {
  const file = sniffed(
    'visitor_id,event_name,ts,amount,arm',
    'v1,click,1780308000,,control',
    'v2,order,1780308001,12.5,treatment',
  )
  expect(proposeMapping(file, experiment).mapping).toEqual({
    userId: 'visitor_id',
    variant: [{ column: 'arm' }],
    timestamp: 'ts',
    eventType: 'event_name',
    value: 'amount',
    exposure: 'EVERY_ROW',
  })
})

test('commas in numbers are taken for decimal ones, and that is told', () => {
  const file = sniffed('user,group,revenue', 'u1,A,1', 'u2,B,2')
  const sample = file.sample.map((row, index) => ({ ...row, revenue: `${index + 1},250` }))
  const { mapping, notes } = proposeMapping({ ...file, sample }, experiment)
  expect(mapping!.decimalComma).toBe(true)
  expect(notes.join(' ')).toMatch(/"revenue" are read as decimal commas/)
})

test('what is missing is told', () => {
  const { notes } = proposeMapping(sniffed('colour,size', 'red,1', 'blue,2'), null)
  expect(notes.join(' ')).toMatch(
    /No column with user ids.*No column with the variant.*No column with times.*No column with an outcome/,
  )
})
