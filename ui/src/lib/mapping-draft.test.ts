import type { ColumnMapping, UploadPreview, Variant } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { draftOf, draftProblems, mappingInputOf, unreadValues, type MappingDraft } from './mapping-draft.ts'

const nothing: ColumnMapping = {
  eventId: null,
  userId: null,
  experimentId: null,
  eventType: null,
  value: null,
  timestamp: null,
  timestampFormat: null,
  timezone: null,
  constantTimestamp: null,
  variant: null,
  outcomes: null,
  attributes: null,
  exposure: null,
  rowIdentity: null,
  delimiter: null,
  encoding: null,
  decimalComma: null,
}

const variants: Variant[] = [
  { id: 'c-id', key: 'control', name: 'Old page', role: 'CONTROL', trafficSplit: 0.5 },
  { id: 't-id', key: 'treatment', name: 'New page', role: 'TREATMENT', trafficSplit: 0.5 },
]

function preview(mapping: ColumnMapping | null, columns: Record<string, string[]>): UploadPreview {
  return {
    format: 'CSV',
    compression: 'NONE',
    delimiter: ',',
    header: Object.keys(columns),
    columns: Object.entries(columns).map(([name, examples]) => ({
      name,
      kind: 'TEXT',
      empty: 0,
      distinct: examples.length,
      examples,
    })),
    rows: [],
    shape: 'USERS',
    mapping,
    notes: [],
  }
}

const wide = preview(
  {
    ...nothing,
    userId: 'user',
    variant: [
      { column: 'group', values: null },
      { column: 'page', values: [{ value: 'old', variant: 'control' }] },
    ],
    outcomes: [{ column: 'Total spend', kind: 'VALUE', eventType: 'purchase' }],
    attributes: [{ column: 'device', name: null }],
    constantTimestamp: '2026-01-01T00:00:00.000Z',
    rowIdentity: 'ROW',
  },
  {
    user: ['1'],
    group: ['control', 'New page', 'other'],
    page: ['old', 'new'],
    'Total spend': ['3.5'],
    device: ['phone'],
    note: ['x'],
  },
)

const draft = (): MappingDraft => draftOf(wide, variants)!
const columnOf = (mapping: MappingDraft, name: string) => mapping.columns.find(({ column }) => column === name)!

describe('draftOf', () => {
  test('a file that needs no mapping has no draft', () => {
    expect(draftOf(preview(null, { user_id: [] }), variants)).toBeNull()
    expect(draftOf(preview({ ...nothing, encoding: 'WINDOWS_1252' }, { user_id: [] }), variants)).toBeNull()
  })

  test('each column has the use that was proposed', () => {
    expect(Object.fromEntries(draft().columns.map(({ column, use }) => [column, use]))).toEqual({
      user: 'userId',
      group: 'variant',
      page: 'variant',
      'Total spend': 'VALUE',
      device: 'attribute',
      note: 'none',
    })
  })

  test('without a list of attributes all columns that are left are attributes', () => {
    const all = draftOf(preview({ ...nothing, userId: 'user' }, { user: [], a: [], b: [] }), variants)!
    expect(all.columns.map(({ use }) => use)).toEqual(['userId', 'attribute', 'attribute'])
  })

  test('values stand for the variant that was proposed, or whose key or name they are', () => {
    expect(columnOf(draft(), 'group').values).toEqual([
      { value: 'control', variant: 'control' },
      { value: 'New page', variant: 'treatment' },
      { value: 'other', variant: '' },
    ])
    expect(columnOf(draft(), 'page').values[0]).toEqual({ value: 'old', variant: 'control' })
    expect(unreadValues(draft())).toEqual([
      { column: 'group', values: ['other'] },
      { column: 'page', values: ['new'] },
    ])
  })
})

describe('mappingInputOf', () => {
  test('says what was proposed when nothing was changed', () => {
    expect(mappingInputOf(draft())).toMatchObject({
      userId: 'user',
      timestamp: undefined,
      variant: [
        {
          column: 'group',
          values: [
            { value: 'control', variant: 'control' },
            { value: 'New page', variant: 'treatment' },
          ],
        },
        { column: 'page', values: [{ value: 'old', variant: 'control' }] },
      ],
      outcomes: [{ column: 'Total spend', kind: 'VALUE', eventType: 'purchase' }],
      attributes: [{ column: 'device' }],
      constantTimestamp: '2026-01-01T00:00:00.000Z',
      rowIdentity: 'ROW',
    })
  })

  test('a column with the time replaces the one time of all rows, and rows are told apart by content again', () => {
    const changed = draft()
    columnOf(changed, 'note').use = 'timestamp'
    changed.timezone = 'Europe/Berlin'
    expect(mappingInputOf(changed)).toMatchObject({ timestamp: 'note', timezone: 'Europe/Berlin' })
    expect(mappingInputOf(changed).constantTimestamp).toBeUndefined()
    expect(mappingInputOf(changed).rowIdentity).toBeUndefined()
  })

  test('a column that became an outcome makes events of the type that its name suggests', () => {
    const changed = draft()
    columnOf(changed, 'note').use = 'COUNT'
    expect(mappingInputOf(changed).outcomes).toContainEqual({ column: 'note', kind: 'COUNT', eventType: 'note' })
  })
})

describe('draftProblems', () => {
  test('a complete draft has none', () => {
    expect(draftProblems(draft())).toEqual([])
  })

  test('a use that can be had once is named at the second column', () => {
    const changed = draft()
    columnOf(changed, 'note').use = 'userId'
    expect(draftProblems(changed)).toEqual([{ column: 'note', message: 'Only one column can be the user.' }])
  })

  test('no variant, no time, and nothing to measure are told', () => {
    const changed = draft()
    for (const column of changed.columns) column.use = 'none'
    changed.constantTimestamp = null
    expect(draftProblems(changed).map(({ message }) => message)).toEqual([
      'Choose the column with the variant.',
      'Choose the column with the time, or set one time for all rows.',
      'Choose what to measure: a column with an outcome, or the column with the event type.',
    ])
  })

  test('a variant’s column of which no value is understood, and an outcome without type, are told at their column', () => {
    const changed = draft()
    for (const value of columnOf(changed, 'group').values) value.variant = ''
    columnOf(changed, 'Total spend').eventType = ' '
    expect(draftProblems(changed).map(({ column }) => column)).toEqual(['Total spend', 'group'])
  })
})
