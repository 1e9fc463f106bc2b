import { type Seed, seedOf } from './random.ts'

/** One arm of the experiment. The first one given is the control. */
export interface VariantShare {
  name: string
  /** Its part of the traffic, relative to the others' shares. */
  share: number
}

/** What to generate. All shares are of 1 (0.002 is 0.2 %). */
export interface GeneratorOptions {
  /** About how many rows to make: the number of visitors follows from it. */
  events: number
  /** The same seed and options give the same bytes. Default '7'. */
  seed?: string | number
  /** Default: control and treatment, half each. */
  variants?: readonly VariantShare[]
  /** Conversion rate in the control when nothing is cut off by the window's end. Default 0.24. */
  baseConversion?: number
  /** Relative lift of conversion: one for every treatment, or one each. Default 0.15. */
  liftConversion?: number | readonly number[]
  /** Relative lift of an order's value: one for every treatment, or one each. Default 0.03. */
  liftOrderValue?: number | readonly number[]
  /** First day of the experiment, as YYYY-MM-DD (UTC). Default 2026-06-01. */
  start?: string
  /** Length of the experiment in days. Default 28. */
  days?: number
  /** Share of visitors who see a second variant. Default 0.002; ignored when there is one variant only. */
  contamination?: number
  /** Share of visitors who are exposed to their variant once more. Default 0.02. */
  reExposed?: number
  /** Share of visitors who are bots. Default 0. */
  bots?: number
  /** Share of rows that are repeated. Default 0. */
  duplicates?: number
  /** Rows to add that break the event contract, as a share of the good ones. Default 0. */
  badRows?: number
  /** When given, rows carry it in the column experiment_id. */
  experimentId?: string
}

/** Options with defaults filled in, checked, and in the units in which the generator works. */
export interface Settings {
  events: number
  seedText: string
  seed: Seed
  variantNames: readonly string[]
  /** One a variant; they sum to 1. */
  variantShares: readonly number[]
  baseConversion: number
  /** One a variant; 0 for the control. */
  conversionLifts: readonly number[]
  /** One a variant; 0 for the control. */
  orderValueLifts: readonly number[]
  startMs: number
  endMs: number
  days: number
  contamination: number
  reExposed: number
  bots: number
  duplicates: number
  badRows: number
  experimentId: string | null
}

export const DAY_MS = 86_400_000

/** Row numbers are scrambled into event ids as 32-bit integers: more rows than this would repeat an id. */
const MOST_EVENTS = 4_000_000_000

/** Names stand in CSV cells and on the command line as they are. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

/**
 * Checks the options and fills in the defaults.
 *
 * Throws `RangeError` with the option, its value and what it must be.
 */
export function resolveOptions(options: GeneratorOptions): Settings {
  const variants = options.variants ?? [
    { name: 'control', share: 0.5 },
    { name: 'treatment', share: 0.5 },
  ]
  checkVariants(variants)
  const total = variants.reduce((sum, { share }) => sum + share, 0)
  const days = wholeNumber('days', options.days ?? 28, 1, 366)
  const startMs = dayStart(options.start ?? '2026-06-01')
  const seedText = String(options.seed ?? 7)
  return {
    events: wholeNumber('events', options.events, 1, MOST_EVENTS),
    seedText,
    seed: seedOf(seedText),
    variantNames: variants.map(({ name }) => name),
    variantShares: variants.map(({ share }) => share / total),
    baseConversion: within('baseConversion', options.baseConversion ?? 0.24, 0.0001, 0.9),
    conversionLifts: lifts('liftConversion', options.liftConversion ?? 0.15, variants.length),
    orderValueLifts: lifts('liftOrderValue', options.liftOrderValue ?? 0.03, variants.length),
    startMs,
    endMs: startMs + days * DAY_MS,
    days,
    contamination: variants.length > 1 ? within('contamination', options.contamination ?? 0.002, 0, 0.5) : 0,
    reExposed: within('reExposed', options.reExposed ?? 0.02, 0, 0.5),
    bots: within('bots', options.bots ?? 0, 0, 0.5),
    duplicates: within('duplicates', options.duplicates ?? 0, 0, 0.5),
    badRows: within('badRows', options.badRows ?? 0, 0, 0.5),
    experimentId: options.experimentId === undefined ? null : checkName('experimentId', options.experimentId),
  }
}

function checkVariants(variants: readonly VariantShare[]): void {
  if (variants.length === 0) throw new RangeError('variants must name at least one variant, for example control:0.5')
  const names = new Set<string>()
  for (const { name, share } of variants) {
    checkName('variants', name)
    if (names.has(name)) throw new RangeError(`variants must have different names, got '${name}' twice`)
    names.add(name)
    if (!(share > 0 && Number.isFinite(share))) {
      throw new RangeError(`variants must have shares above 0, got ${share} for '${name}': leave it out or raise it`)
    }
  }
}

function checkName(option: string, name: string): string {
  if (NAME.test(name)) return name
  throw new RangeError(
    `${option} must be 1 to 64 letters, digits, '_', '-' or '.', starting with a letter or digit, got '${name}'`,
  )
}

function within(option: string, value: number, lowest: number, highest: number): number {
  if (value >= lowest && value <= highest) return value
  throw new RangeError(`${option} must be a number from ${lowest} to ${highest}, got ${value}`)
}

function wholeNumber(option: string, value: number, lowest: number, highest: number): number {
  if (Number.isInteger(value)) return within(option, value, lowest, highest)
  throw new RangeError(`${option} must be a whole number, got ${value}`)
}

function lifts(option: string, value: number | readonly number[], variantCount: number): number[] {
  const given = typeof value === 'number' ? Array<number>(variantCount - 1).fill(value) : value
  if (given.length !== variantCount - 1) {
    throw new RangeError(
      `${option} must be one number, or one for each of ${variantCount - 1} treatments, got ${given}`,
    )
  }
  return [0, ...given.map((lift) => within(option, lift, -0.9, 10))]
}

function dayStart(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  // Date.parse rolls 2026-02-30 over to March: only a day that reads back the same is one.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text) {
    throw new RangeError(`start must be a day of the calendar as YYYY-MM-DD, got '${text}'`)
  }
  return ms
}
