import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generateText, tallyOf, truthOf } from './generate.ts'
import { sampleExperiment, sampleOptions } from './sample-experiment.ts'
import { parseCommandLine } from './src/command-line.ts'
import { isBot, outcomesOf, ordinaryUsers, readLog } from './test/read-log.ts'

const read = (name: string): Promise<string> => readFile(join(import.meta.dirname, name), 'utf8')
const NAMES = sampleExperiment.variants.map(({ name }) => name)

describe('sample_events.csv', () => {
  it('is what the script `sample` makes, byte for byte', async () => {
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: { sample: string } }
    const command = parseCommandLine(scripts.sample.split(' ').slice(2))
    const given = Object.entries(command?.options ?? {}).filter(([, value]) => value !== undefined)
    expect(Object.fromEntries(given)).toEqual(sampleOptions)
    expect(command?.out).toBe('sample_events.csv')
    // Not by toBe: the difference of two files of a megabyte takes minutes to print.
    expect([...generateText(sampleOptions)].join('') === (await read('sample_events.csv'))).toBe(true)
  })

  it('has about 20,000 rows, 18 bad ones of every kind, some duplicates and two bots', async () => {
    const log = readLog(await read('sample_events.csv'), NAMES)
    const { badRowsByFault } = tallyOf(sampleOptions)
    expect(log.rows).toBe(20_081)
    expect(log.rejected).toEqual(badRowsByFault)
    expect(Object.values(log.rejected).reduce((sum, count) => sum + count, 0)).toBe(18)
    expect(log.duplicates).toBe(53)
    expect([...outcomesOf(log.events).values()].filter(isBot).length).toBe(2)
  })

  it('exposes everybody inside the window of the experiment', async () => {
    const { events } = readLog(await read('sample_events.csv'), NAMES)
    for (const { exposedAt } of outcomesOf(events).values()) {
      expect(exposedAt >= sampleExperiment.startAt && exposedAt < sampleExperiment.endAt).toBe(true)
    }
  })

  it('shows the effect: convincing on conversion, likely on revenue, and near the truth on both', async () => {
    const users = outcomesOf(readLog(await read('sample_events.csv'), NAMES).events)
    const [control, treatment] = NAMES.map((name) => ordinaryUsers(users.values(), name)) as [Users, Users]
    const conversion = compare(control, treatment, ({ orders }) => (orders > 0 ? 1 : 0))
    const revenue = compare(control, treatment, (user) => user.revenue)
    // z of 2.576 is p = 0.01, 3.89 is p = 1e-4; of 1.645 is p = 0.1, 2.576 again 0.01.
    expect(conversion.z).toBeGreaterThan(2.576)
    expect(conversion.z).toBeLessThan(3.89)
    expect(revenue.z).toBeGreaterThan(1.645)
    expect(revenue.z).toBeLessThan(2.576)

    const [effect] = truthOf(sampleOptions).effects
    for (const [observed, truth] of [
      [conversion, effect?.absolute.conversionRate],
      [revenue, effect?.absolute.revenuePerUser],
    ] as const) {
      expect(Math.abs(observed.difference - (truth as number))).toBeLessThan(observed.standardError)
    }
  })
})

type Users = ReturnType<typeof ordinaryUsers>

function compare(control: Users, treatment: Users, observe: (user: Users[number]) => number) {
  const [a, b] = [control, treatment].map((users) => {
    const values = users.map(observe)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
    return { mean, variance: variance / values.length }
  }) as [Moments, Moments]
  const difference = b.mean - a.mean
  const standardError = Math.sqrt(a.variance + b.variance)
  return { difference, standardError, z: difference / standardError }
}

interface Moments {
  mean: number
  /** Of the mean. */
  variance: number
}
