import { describe, expect, it } from 'vitest'
import { HELP, parseCommandLine } from './command-line.ts'

const parse = (line: string) => parseCommandLine(line.split(' '))

describe('parseCommandLine', () => {
  it('reads every argument', () => {
    const command = parse(
      '--events 5000 --seed x9 --out a/b.tsv.gz --truth t.json --variants a:0.2,b:0.4,c:0.4 --base-conversion 0.03 ' +
        '--lift-conversion 0.1,0.2 --lift-order-value=-0.05 --start 2026-01-01 --days 7 --contamination 0.01 ' +
        '--re-exposed 0 --bots 0.003 --duplicates 0.004 --bad-rows 0.005 --experiment-id checkout',
    )
    expect(command).toEqual({
      options: {
        events: 5000,
        seed: 'x9',
        variants: [
          { name: 'a', share: 0.2 },
          { name: 'b', share: 0.4 },
          { name: 'c', share: 0.4 },
        ],
        baseConversion: 0.03,
        liftConversion: [0.1, 0.2],
        liftOrderValue: -0.05,
        start: '2026-01-01',
        days: 7,
        contamination: 0.01,
        reExposed: 0,
        bots: 0.003,
        duplicates: 0.004,
        badRows: 0.005,
        experimentId: 'checkout',
      },
      format: 'tsv',
      gzip: true,
      out: 'a/b.tsv.gz',
      truth: 't.json',
    })
  })

  it('writes CSV to standard output when told nothing else', () => {
    expect(parse('--events 10')).toMatchObject({ format: 'csv', gzip: false, out: null, truth: null })
  })

  it('shows help, which names every argument', () => {
    expect(parse('--help')).toBeNull()
    expect(HELP).toContain('--lift-order-value')
  })

  it.each([
    ['--seed 7', '--events is missing'],
    ['--events many', "--events must be a number, got 'many'"],
    ['--events 10 --variants control', "--variants must look like control:0.5,treatment:0.5, got 'control'"],
    ['--events 10 --format xml', "--format must be one of csv, tsv, ndjson, json, got 'xml'"],
    ['--events 10 --speed 9', "Unknown option '--speed'"],
    ['--events 10 --bots 3', 'bots must be a number from 0 to 0.5, got 3'],
  ])('refuses %s', (line, message) => {
    expect(() => parse(line)).toThrow(message)
  })
})
