import { createWriteStream } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type Command, HELP, parseCommandLine } from './src/command-line.ts'
import { generateText, tallyFor } from './src/generate-events.ts'
import { resolveOptions } from './src/options.ts'
import type { Tally } from './src/tally.ts'
import { truthOf } from './src/truth.ts'

/**
 * A seeded generator of e-commerce event logs with known truth: a library and a program in one. See README.md.
 */
export { type EventRow, type EventType, EVENT_TYPES, type Fault, FAULTS } from './src/event-row.ts'
export { type Format, FORMATS } from './src/format.ts'
export { generateEvents, generateText, tallyFor, tallyOf } from './src/generate-events.ts'
export { type GeneratorOptions, type VariantShare } from './src/options.ts'
export { type Attributes } from './src/population.ts'
export { type Tally, type VariantTally } from './src/tally.ts'
export { type EffectTruth, type SegmentTruth, type Truth, truthOf, type VariantTruth } from './src/truth.ts'

/** Makes what the command asks for, and returns what the seed produced. */
export async function runCommand({ options, format, gzip, out, truth }: Command): Promise<Tally> {
  const tally = tallyFor(options)
  const text = Readable.from(generateText(options, format, tally))
  const bytes = gzip ? [text, createGzip()] : [text]
  if (out === null) await pipeline([...bytes, process.stdout], { end: false })
  else {
    // Under another name until it is whole, so that nobody takes the beginning of a log for all of it.
    const partial = `${out}.partial`
    try {
      await pipeline([...bytes, createWriteStream(partial)])
      await rename(partial, out)
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
  }
  if (truth !== null) {
    const { seed: _words, startMs, endMs, ...settings } = resolveOptions(options)
    const window = { startAt: new Date(startMs).toISOString(), endAt: new Date(endMs).toISOString() }
    const written = { settings: { ...settings, ...window }, truth: truthOf(options), produced: tally }
    await writeFile(truth, JSON.stringify(written, null, 2) + '\n')
  }
  return tally
}

async function main(): Promise<void> {
  try {
    const command = parseCommandLine(process.argv.slice(2))
    if (command === null) {
      process.stdout.write(HELP)
      return
    }
    const started = performance.now()
    const { rows, visitors } = await runCommand(command)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    // Not to standard output, where the log itself may go.
    console.error(`${rows} rows of ${visitors} visitors to ${command.out ?? 'standard output'} in ${seconds} s`)
  } catch (error) {
    // A reader who has seen enough, such as head, is no failure.
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return
    console.error(error instanceof Error ? error.message : error)
    console.error('--help lists the arguments.')
    process.exitCode = 1
  }
}

if (import.meta.main) void main()
