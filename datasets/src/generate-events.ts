import { generateGoodRows } from './event-log.ts'
import type { EventRow } from './event-row.ts'
import { addFlaws } from './flaws.ts'
import { type Format, formatRows } from './format.ts'
import { type GeneratorOptions, resolveOptions } from './options.ts'
import { createTally, type Tally } from './tally.ts'

/** A tally for the options, to be filled in by `generateEvents` or `generateText`. */
export function tallyFor(options: GeneratorOptions): Tally {
  return createTally(resolveOptions(options))
}

/**
 * The rows of the log, in nearly time order and in constant memory. When the last one has been taken, `tally` holds
 * what this seed produced.
 *
 * Throws `RangeError` for bad options.
 */
export function generateEvents(
  options: GeneratorOptions,
  tally: Tally = tallyFor(options),
): Generator<EventRow, void, undefined> {
  const settings = resolveOptions(options)
  return addFlaws(generateGoodRows(settings, tally), settings, tally)
}

/** The log as text in the format, in chunks of some 64 KB; otherwise as `generateEvents`. */
export function generateText(
  options: GeneratorOptions,
  format: Format = 'csv',
  tally: Tally = tallyFor(options),
): Generator<string, void, undefined> {
  return formatRows(generateEvents(options, tally), format, resolveOptions(options))
}

/** What one seed produced. Generates the log once without keeping it: about a second for each million rows. */
export function tallyOf(options: GeneratorOptions): Tally {
  const tally = tallyFor(options)
  for (const _ of generateEvents(options, tally));
  return tally
}
