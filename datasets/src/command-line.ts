import { parseArgs } from 'node:util'
import { type Format, FORMATS } from './format.ts'
import { type GeneratorOptions, resolveOptions, type VariantShare } from './options.ts'

/** What the command line asks for. */
export interface Command {
  options: GeneratorOptions
  format: Format
  gzip: boolean
  /** Null for standard output. */
  out: string | null
  /** Where to write the truth and the counts; null for nowhere. */
  truth: string | null
}

export const HELP = `Makes an e-commerce event log with known truth. See datasets/README.md for the model.

  tsx datasets/generate.ts --events 20000 --seed 7 --out events.csv --truth truth.json

  --events N               about how many rows to make (required)
  --seed TEXT              the same seed and options give the same bytes (7)
  --out FILE               where to write (standard output)
  --format FORMAT          ${FORMATS.join(', ')} (by the file's name, else csv)
  --gzip                   compress (on when the file's name ends in .gz)
  --truth FILE             write what is true, and what this seed produced, as JSON
  --variants LIST          names and shares, control first (control:0.5,treatment:0.5)
  --base-conversion RATE   conversion rate in the control (0.24)
  --lift-conversion LIFT   relative, for all treatments or a list with one each (0.15)
  --lift-order-value LIFT  the same for an order's value (0.03); a negative one as --lift-order-value=-0.05
  --start DAY              first day, YYYY-MM-DD in UTC (2026-06-01)
  --days N                 length of the experiment (28)
  --contamination SHARE    visitors who see two variants (0.002)
  --re-exposed SHARE       visitors who are exposed twice to the same variant (0.02)
  --bots SHARE             visitors who are bots (0)
  --duplicates SHARE       rows that are repeated (0)
  --bad-rows SHARE         rows to add that break the event contract (0)
  --experiment-id KEY      add the column experiment_id
  --help                   show this
`

/**
 * Reads the arguments that follow the program's name. Null when they ask for help.
 *
 * Throws `RangeError` or `TypeError` whose message says which argument is wrong, and what it must be.
 */
export function parseCommandLine(args: readonly string[]): Command | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string' },
      seed: { type: 'string' },
      out: { type: 'string' },
      format: { type: 'string' },
      gzip: { type: 'boolean' },
      truth: { type: 'string' },
      variants: { type: 'string' },
      'base-conversion': { type: 'string' },
      'lift-conversion': { type: 'string' },
      'lift-order-value': { type: 'string' },
      start: { type: 'string' },
      days: { type: 'string' },
      contamination: { type: 'string' },
      're-exposed': { type: 'string' },
      bots: { type: 'string' },
      duplicates: { type: 'string' },
      'bad-rows': { type: 'string' },
      'experiment-id': { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return null
  if (values.events === undefined)
    throw new RangeError('--events is missing: say how many rows to make, as --events 20000')
  const options: GeneratorOptions = {
    events: numberFrom('--events', values.events),
    seed: values.seed,
    variants: given(values.variants, variantsFrom),
    baseConversion: given(values['base-conversion'], (text) => numberFrom('--base-conversion', text)),
    liftConversion: given(values['lift-conversion'], (text) => liftsFrom('--lift-conversion', text)),
    liftOrderValue: given(values['lift-order-value'], (text) => liftsFrom('--lift-order-value', text)),
    start: values.start,
    days: given(values.days, (text) => numberFrom('--days', text)),
    contamination: given(values.contamination, (text) => numberFrom('--contamination', text)),
    reExposed: given(values['re-exposed'], (text) => numberFrom('--re-exposed', text)),
    bots: given(values.bots, (text) => numberFrom('--bots', text)),
    duplicates: given(values.duplicates, (text) => numberFrom('--duplicates', text)),
    badRows: given(values['bad-rows'], (text) => numberFrom('--bad-rows', text)),
    experimentId: values['experiment-id'],
  }
  resolveOptions(options)
  return {
    options,
    format: formatFrom(values.format, values.out),
    gzip: values.gzip ?? values.out?.endsWith('.gz') ?? false,
    out: values.out ?? null,
    truth: values.truth ?? null,
  }
}

function given<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text)
}

function numberFrom(option: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value)) return value
  throw new RangeError(`${option} must be a number, got '${text}'`)
}

function liftsFrom(option: string, text: string): number | number[] {
  const lifts = text.split(',').map((part) => numberFrom(option, part))
  return lifts.length === 1 ? (lifts[0] as number) : lifts
}

function variantsFrom(text: string): VariantShare[] {
  return text.split(',').map((part) => {
    const [name, share, ...rest] = part.split(':')
    if (name === undefined || share === undefined || rest.length > 0) {
      throw new RangeError(`--variants must look like control:0.5,treatment:0.5, got '${part}'`)
    }
    return { name, share: numberFrom('--variants', share) }
  })
}

function formatFrom(format: string | undefined, out: string | undefined): Format {
  if (format === undefined) return FORMATS.find((name) => out?.replace(/\.gz$/, '').endsWith(`.${name}`)) ?? 'csv'
  const known = FORMATS.find((name) => name === format)
  if (known === undefined) throw new RangeError(`--format must be one of ${FORMATS.join(', ')}, got '${format}'`)
  return known
}
