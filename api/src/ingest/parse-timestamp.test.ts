import pl from 'nodejs-polars'
import { expect, test } from 'vitest'
import { column, frameOf } from '../engine/polars/frame.ts'
import { parseTimestamps, patternOf, TIME, type TimestampFormat } from './parse-timestamp.ts'

function parsed(values: (string | null)[], format: Partial<TimestampFormat> = {}): (string | null)[] {
  const frame = frameOf([
    column(
      'row',
      values.map((_, i) => i),
      pl.Int32,
    ),
    column('t', values, pl.Utf8),
  ])
  const records = parseTimestamps(frame, 't', { format: null, timezone: null, ...format })
    .sort('row')
    .getColumn(TIME)
    .toArray() as (number | null)[]
  return records.map((micros) => (micros === null ? null : new Date(micros / 1000).toISOString()))
}

test('reads ISO 8601 with a zone in all its common spellings', () => {
  const texts = {
    '2026-01-01T10:00:00Z': '2026-01-01T10:00:00.000Z',
    '2026-01-01T10:00:00.5Z': '2026-01-01T10:00:00.500Z',
    '2026-01-01T10:00:00.123456789Z': '2026-01-01T10:00:00.123Z',
    '2026-01-01T10:00:00+02:00': '2026-01-01T08:00:00.000Z',
    '2026-01-01T10:00:00-0530': '2026-01-01T15:30:00.000Z',
    '2026-01-01 10:00:00Z': '2026-01-01T10:00:00.000Z',
    '2026-01-01 10:00:00 +01:00': '2026-01-01T09:00:00.000Z',
    '2026-01-01t10:00:00z': '2026-01-01T10:00:00.000Z',
    '2026-01-01T10:00Z': '2026-01-01T10:00:00.000Z',
    '1969-12-31T23:59:59Z': '1969-12-31T23:59:59.000Z',
  }
  expect(parsed(Object.keys(texts))).toEqual(Object.values(texts))
})

test('reads columns of one form, whichever it is, and the odd value among them', () => {
  const forms = [
    '2026-01-01T10:00:00Z',
    '2026-01-01T10:00:00.250Z',
    '2026-01-01T10:00:00.250750Z',
    '2026-01-01T10:00:00+00:00',
  ]
  const local = ['2026-01-01 10:00:00', '2026-01-01 10:00:00.250750', '2026-01-01T10:00:00', '2026-01-01']
  for (const text of [...forms, ...local]) {
    const time =
      text.length === 10 ? '2026-01-01T00:00:00.000Z' : `2026-01-01T10:00:00.${/\.(\d{3})/.exec(text)?.[1] ?? '000'}Z`
    const column = [text, text, 'x' + text, text + 'x', '1767261600', text]
    const odd = '2026-01-01T10:00:00.000Z'
    expect(parsed(column, { timezone: 'UTC' })).toEqual([time, time, null, null, odd, time])
  }
})

test('reads epoch seconds and milliseconds, whole and broken', () => {
  expect(parsed(['1767225600', '1767225600123', '1767225600.5', '0'])).toEqual([
    '2026-01-01T00:00:00.000Z',
    '2026-01-01T00:00:00.123Z',
    '2026-01-01T00:00:00.500Z',
    '1970-01-01T00:00:00.000Z',
  ])
})

test('what is no point in time is null: nothing is guessed from a part of a text', () => {
  const texts = [
    'yesterday',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-01-01T25:00:00Z',
    'x2026-01-01T10:00:00Z',
    '2026-01-01T10:00:00Zx',
    '2026-01-01T10:00:00',
    '2026-01-01',
    '01.02.2026',
    '',
    null,
    '99999999999999999999999',
  ]
  expect(parsed(texts)).toEqual(texts.map(() => null))
})

test('texts without a zone are read in the zone that is named', () => {
  const texts = [
    '2026-01-15 12:00:00',
    '2026-07-15T12:00:00.25',
    '2026-07-15 12:00',
    '2026-07-15',
    '2026-07-15T12:00:00Z',
  ]
  expect(parsed(texts, { timezone: 'UTC' })).toEqual([
    '2026-01-15T12:00:00.000Z',
    '2026-07-15T12:00:00.250Z',
    '2026-07-15T12:00:00.000Z',
    '2026-07-15T00:00:00.000Z',
    '2026-07-15T12:00:00.000Z',
  ])
  expect(parsed(texts, { timezone: 'Europe/Berlin' })).toEqual([
    '2026-01-15T11:00:00.000Z',
    '2026-07-15T10:00:00.250Z',
    '2026-07-15T10:00:00.000Z',
    '2026-07-14T22:00:00.000Z',
    '2026-07-15T12:00:00.000Z',
  ])
})

test('a wall-clock time that occurs twice is the first; one that never occurs moves on', () => {
  const texts = ['2026-10-25 02:30:00', '2026-03-29 02:30:00', '2026-03-29 03:00:00']
  expect(parsed(texts, { timezone: 'Europe/Berlin' })).toEqual([
    '2026-10-25T00:30:00.000Z',
    '2026-03-29T01:30:00.000Z',
    '2026-03-29T01:00:00.000Z',
  ])
})

test('reads a format that is given, and only that', () => {
  expect(
    parsed(['1.02.2026', '31.12.2025', '2026-01-01', '31.12.2025 x'], { format: '%d.%m.%Y', timezone: 'UTC' }),
  ).toEqual(['2026-02-01T00:00:00.000Z', '2025-12-31T00:00:00.000Z', null, null])
  expect(parsed(['02/28/2026 11:15 PM'], { format: '%m/%d/%Y %I:%M %p', timezone: 'UTC' })).toEqual([
    '2026-02-28T23:15:00.000Z',
  ])
  expect(patternOf('%Y/%m (%d)')).toBe('^\\d{4}/\\d{1,2} \\(\\d{1,2}\\)$')
})
