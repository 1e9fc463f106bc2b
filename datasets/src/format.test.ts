import { describe, expect, it } from 'vitest'
import { FAULTS, type EventRow } from './event-row.ts'
import { type Format, FORMATS, formatRows } from './format.ts'
import { generateEvents, generateText } from './generate-events.ts'
import type { GeneratorOptions } from './options.ts'

const OPTIONS: GeneratorOptions = { events: 3_000, seed: 'formats', duplicates: 0.01, experimentId: 'checkout' }
const ATTRIBUTES = ['device', 'channel', 'geo', 'price_bucket', 'recency', 'frequency']

const textOf = (format: Format): string => [...generateText(OPTIONS, format)].join('')

/** Every event as a flat list of texts, with '' for what is empty. */
function flat(format: Format): string[][] {
  const text = textOf(format)
  if (format === 'csv' || format === 'tsv') {
    const lines = text.slice(0, -1).split('\n').slice(1)
    return lines.map((line) => {
      const fields = line.split(format === 'csv' ? ',' : '\t')
      return fields.map((field, i) => (i === 5 && field !== '' ? String(Number(field)) : field))
    })
  }
  const objects = (
    format === 'json'
      ? JSON.parse(text)
      : text
          .slice(0, -1)
          .split('\n')
          .map((line) => JSON.parse(line) as unknown)
  ) as Record<string, unknown>[]
  return objects.map(({ attributes, ...event }) => {
    const nested = (attributes ?? {}) as Record<string, unknown>
    return [...Object.values(event), ...ATTRIBUTES.map((name) => nested[name])].map((value) => String(value ?? ''))
  })
}

describe('formatRows', () => {
  it.each(FORMATS)('%s holds the same events as the others', (format) => {
    expect(flat(format)).toEqual(flat('csv'))
  })

  it('writes values as numbers and empty fields as null in JSON', () => {
    const events = JSON.parse(textOf('json')) as { value: unknown; event_type: string; variant_id: unknown }[]
    expect(typeof events.find(({ event_type }) => event_type === 'purchase')?.value).toBe('number')
    expect(events.find(({ event_type }) => event_type === 'view')).toMatchObject({ value: null, variant_id: null })
  })

  it.each(FORMATS)('%s of no rows is still whole', (format) => {
    const text = [...formatRows([], format, { experimentId: null })].join('')
    if (format === 'json') expect(JSON.parse(text)).toEqual([])
    else if (format === 'ndjson') expect(text.trim()).toBe('')
    else expect(text.split('\n')).toEqual([expect.stringMatching(/^event_id.user_id.variant_id/), ''])
  })

  describe('spoils a row', () => {
    const purchase = [...generateEvents({ events: 500 })].find(({ type }) => type === 'purchase') as EventRow
    const write = (fault: EventRow['fault'], format: Format): string =>
      [...formatRows([{ ...purchase, fault }], format, { experimentId: null })].join('').trimEnd()

    it.each(FAULTS)('by %s, in each format', (fault) => {
      for (const format of FORMATS) expect(write(fault, format)).not.toBe(write(null, format))
    })

    it('with too many or too few fields', () => {
      const fieldsOf = (text: string): number => (text.split('\n')[1] as string).split(',').length
      expect(fieldsOf(write(null, 'csv'))).toBe(12)
      expect(fieldsOf(write('tooManyFields', 'csv'))).toBe(14)
      expect(fieldsOf(write('tooFewFields', 'csv'))).toBe(4)
      expect(() => JSON.parse(write('tooFewFields', 'ndjson')) as unknown).toThrow(SyntaxError)
      expect(JSON.parse(write('tooFewFields', 'json'))).toEqual([expect.any(Array)])
    })
  })
})
