import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  type Format,
  FAULTS,
  generateEvents,
  generateText,
  type GeneratorOptions,
  runCommand,
  tallyFor,
  tallyOf,
  truthOf,
} from './generate.ts'
import { isBot, ordinaryUsers, outcomesOf, readLog } from './test/read-log.ts'

const FLAWED: GeneratorOptions = {
  events: 15_000,
  seed: 'flawed',
  variants: [
    { name: 'control', share: 0.5 },
    { name: 'short', share: 0.3 },
    { name: 'long', share: 0.2 },
  ],
  liftConversion: [0.2, -0.1],
  contamination: 0.01,
  bots: 0.002,
  duplicates: 0.01,
  badRows: 0.002,
}
const NAMES = ['control', 'short', 'long']

const textOf = (options: GeneratorOptions, format: Format = 'csv'): string =>
  [...generateText(options, format)].join('')

describe('a generated log', () => {
  it('has the same bytes for the same seed, and others for another', () => {
    expect(textOf(FLAWED)).toBe(textOf({ ...FLAWED }))
    expect(textOf({ ...FLAWED, seed: 'other' })).not.toBe(textOf(FLAWED))
  })

  it('takes a number and its digits for the same seed', () => {
    expect(textOf({ events: 500, seed: 7 })).toBe(textOf({ events: 500, seed: '7' }))
  })

  it.each([100, 3_000, 100_000])('has about as many rows as were asked for (%i)', (events) => {
    const { rows } = tallyOf({ ...FLAWED, events })
    // Visitors differ, by bots most of all: three standard deviations are less than 8 rows times the root of the count.
    expect(Math.abs(rows - events)).toBeLessThan(8 * 3 * Math.sqrt(events))
  })

  it('is in time order, goes back before the start and stays before the end', () => {
    const { events } = readLog(textOf({ events: 20_000, start: '2026-03-02', days: 14 }), ['control', 'treatment'])
    const timestamps = events.map(({ timestamp }) => timestamp)
    expect(timestamps).toEqual([...timestamps].sort())
    expect(timestamps[0]).toMatch(/^2026-02-1[5-9]/)
    expect(timestamps.at(-1)).toMatch(/^2026-03-15/)
    const firstExposure = events.find(({ type }) => type === 'exposure')
    expect(firstExposure?.timestamp).toMatch(/^2026-03-02/)
  })

  it('does not group rows by user', () => {
    const { events } = readLog(textOf({ events: 30_000 }), ['control', 'treatment'])
    const users = new Set(events.map(({ userId }) => userId)).size
    const runs = events.filter(({ userId }, i) => userId !== events[i - 1]?.userId).length
    expect(runs).toBeGreaterThan(2 * users)
  })

  it('names the experiment when asked to', () => {
    const [head, first] = textOf({ events: 100, experimentId: 'checkout' }).split('\n')
    expect(head).toMatch(/^event_id,user_id,experiment_id,variant_id,/)
    expect(first?.split(',')[2]).toBe('checkout')
  })

  it('has what the tally says', () => {
    const tally = tallyFor(FLAWED)
    const text = [...generateText(FLAWED, 'csv', tally)].join('')
    const log = readLog(text, NAMES)
    const users = outcomesOf(log.events)

    expect(log.rows).toBe(tally.rows)
    expect(log.events.length).toBe(tally.goodRows)
    expect(log.duplicates).toBe(tally.duplicates)
    expect(log.rejected).toEqual(tally.badRowsByFault)
    expect(Object.keys(log.rejected).sort()).toEqual([...FAULTS].sort())
    const byType: Record<string, number> = {}
    for (const { type } of log.events) byType[type] = (byType[type] ?? 0) + 1
    expect(byType).toEqual(tally.goodRowsByType)

    const all = [...users.values()]
    expect(all.length).toBe(tally.visitors)
    expect(all.filter(isBot).length).toBe(tally.bots)
    expect(all.filter(({ variantsSeen }) => variantsSeen.size > 1).length).toBe(tally.contaminated)
    expect(all.reduce((sum, { eventsBefore }) => sum + eventsBefore, 0)).toBe(tally.rowsBeforeExposure)
    expect(byType.exposure).toBe(tally.visitors + tally.reExposed + tally.contaminated)
    expect(tally.bots).toBeGreaterThan(0)
    expect(tally.contaminated).toBeGreaterThan(0)

    for (const counts of tally.perVariant) {
      expect(all.filter(({ variant }) => variant === counts.name).length).toBe(counts.exposed)
      const ordinary = ordinaryUsers(users.values(), counts.name)
      const sum = (quantity: (user: (typeof ordinary)[number]) => number): number =>
        ordinary.reduce((total, user) => total + quantity(user), 0)
      expect(ordinary.length).toBe(counts.visitors)
      expect(sum(({ orders }) => (orders > 0 ? 1 : 0))).toBe(counts.converted)
      expect(sum(({ orders }) => orders)).toBe(counts.orders)
      expect(sum(({ refunds }) => refunds)).toBe(counts.refunds)
      expect(sum(({ revenue }) => revenue)).toBeCloseTo(counts.revenue, 4)
      expect(sum(({ refunded }) => refunded)).toBeCloseTo(counts.refunded, 4)
    }
  })

  it('has bots with hundreds of views and nothing bought', () => {
    const { events } = readLog(textOf(FLAWED), NAMES)
    for (const bot of [...outcomesOf(events).values()].filter(isBot)) {
      expect(bot.events).toBeGreaterThanOrEqual(150)
      expect(bot.orders).toBe(0)
    }
  })

  it('never orders more before the exposure than the attribute frequency says', () => {
    const frequency = new Map<string, number>()
    const ordered = new Map<string, number>()
    for (const { userId, type, attributes } of generateEvents({ events: 30_000, seed: 3 })) {
      if (attributes !== null) frequency.set(userId, attributes.frequency)
      else if (type === 'purchase' && !frequency.has(userId)) ordered.set(userId, (ordered.get(userId) ?? 0) + 1)
    }
    expect(ordered.size).toBeGreaterThan(100)
    for (const [userId, orders] of ordered) expect(orders).toBeLessThanOrEqual(frequency.get(userId) as number)
  })

  it('is made in bounded memory', () => {
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    const heapBytes = (): number => {
      collectGarbage()
      return process.memoryUsage().heapUsed
    }
    const rowsAtStart = 100_000
    let rows = 0
    let atStart = 0
    for (const _ of generateEvents({ events: 800_000, duplicates: 0.01 })) {
      if (++rows === rowsAtStart) atStart = heapBytes()
    }
    expect(rows).toBeGreaterThan(780_000)
    // Keeping the other 700,000 rows would take more than 80 MB; 16 MB leaves room for what the test runner does meanwhile.
    expect(heapBytes() - atStart).toBeLessThan(16 * 2 ** 20)
  })
})

describe('runCommand', () => {
  it('writes the log, compressed, and the truth, and leaves no partial file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'generate-'))
    try {
      const options = { events: 2_000, badRows: 0.01 }
      const out = join(folder, 'events.csv.gz')
      const truth = join(folder, 'truth.json')
      await runCommand({ options, format: 'csv', gzip: true, out, truth })
      expect(gunzipSync(await readFile(out)).toString()).toBe(textOf(options))
      const written = JSON.parse(await readFile(truth, 'utf8')) as Record<string, unknown>
      expect(written.produced).toEqual(tallyOf(options))
      expect(written.truth).toEqual(truthOf(options))
      expect(written.settings).toMatchObject({ badRows: 0.01, contamination: 0.002, endAt: '2026-06-29T00:00:00.000Z' })
      expect((await readdir(folder)).sort()).toEqual(['events.csv.gz', 'truth.json'])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('runs as a program, and says what is wrong', async () => {
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'generate.ts'), ...args])
    const { stdout } = await run('--events', '300', '--format', 'ndjson')
    expect(stdout).toBe(textOf({ events: 300 }, 'ndjson'))
    await expect(run('--events', 'many')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("got 'many'"),
    })
  })
})
