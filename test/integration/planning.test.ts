import type { PlanLooksInput, PlanSampleInput } from '@fairlift/sdk'
import { beforeAll, describe, expect, test } from 'vitest'
import { rowOf } from '../testkit/find-in-analysis.ts'
import '../testkit/matchers.ts'
import { sampleExperiment, sampleFile } from '../testkit/sample-shop.ts'
import { useServer } from '../testkit/use-server.ts'

const run = useServer()

describe('planSample', () => {
  const conversion: PlanSampleInput = { kind: 'PROPORTION', baseline: 0.1, absoluteEffect: 0.02 }

  test('users of a rate are those of R’s power.prop.test', async () => {
    const plan = await run.client.planSample(conversion)
    expect(plan).toMatchObject({
      solvedFor: 'SAMPLE_SIZE',
      units: 2 * 3841,
      unitsByVariant: [3841, 3841],
      alphaPerTest: 0.05,
      tests: 1,
      inflation: 1,
      days: null,
      notComputable: null,
    })
    expect(plan.effect!.relative).toEqualNearly(0.2, { relative: 1e-12 })
  })

  test('users, power and effect undo each other, for every kind of metric', async () => {
    const questions: PlanSampleInput[] = [
      conversion,
      { kind: 'MEAN', baseline: 12, standardDeviation: 40, relativeEffect: -0.05, alternative: 'LESS' },
      { kind: 'RATIO', baseline: 80, standardDeviation: 55, relativeEffect: 0.02, power: 0.9 },
    ]
    for (const question of questions) {
      const { relativeEffect, absoluteEffect, ...rest } = question
      const { units, effect } = await run.client.planSample(question)
      const power = await run.client.planSample({ ...question, units })
      expect(power.solvedFor).toBe('POWER')
      // Users are whole: the power is a little above what was wanted.
      expect(power.power! - (question.power ?? 0.8)).toBeGreaterThan(-1e-9)
      expect(power.power! - (question.power ?? 0.8)).toBeLessThan(1e-3)
      const detectable = await run.client.planSample({ ...rest, units })
      expect(detectable.solvedFor).toBe('EFFECT')
      expect(detectable.effect!.absolute).toEqualNearly(absoluteEffect ?? relativeEffect! * question.baseline!, {
        relative: 1e-3,
      })
      expect(detectable.effect!.absolute).toEqualNearly(effect!.absolute, { relative: 1e-3 })
    }
  })

  test('several treatments are planned at the level their correction leaves, by the smallest of them', async () => {
    const plan = await run.client.planSample({ ...conversion, trafficSplit: [2, 1, 1] })
    expect(plan).toMatchObject({ tests: 2, alphaPerTest: 0.025, trafficSplit: [0.5, 0.25, 0.25] })
    const alone = await run.client.planSample({ ...conversion, trafficSplit: [2, 1], level: 0.975 })
    expect(plan.unitsByVariant).toEqual([...alone.unitsByVariant!, alone.unitsByVariant![1]])
    const uneven = await run.client.planSample({ ...conversion, trafficSplit: [9, 1] })
    expect(uneven.units!).toBeGreaterThan(2 * (await run.client.planSample(conversion)).units!)
  })

  test('the curve grows with the users, and passes through the answer', async () => {
    const plan = await run.client.planSample({ ...conversion, dailyUnits: 1000 })
    expect(plan.days).toEqualNearly(7.682, { relative: 1e-12 })
    expect(plan.curve).toHaveLength(13)
    const middle = plan.curve[6]!
    expect(middle).toMatchObject({ units: plan.units, days: plan.days })
    expect(middle.power).toEqualNearly(0.8, { relative: 1e-3 })
    plan.curve.slice(1).forEach((point, index) => {
      const before = plan.curve[index]!
      expect(point.power!).toBeGreaterThan(before.power!)
      if (before.detectableEffect !== null)
        expect(point.detectableEffect!.absolute).toBeLessThan(before.detectableEffect.absolute)
    })
  })

  test('looks before the end ask for more users, as the plan of looks says', async () => {
    const looks = { looks: 4, spending: 'POCOCK' } as const
    const [plan, fixed, design] = await Promise.all([
      run.client.planSample({ ...conversion, looks }),
      run.client.planSample(conversion),
      run.client.planLooks(looks),
    ])
    expect(plan.inflation).toBe(design.inflation)
    expect(plan.units! / fixed.units!).toEqualNearly(design.inflation, { relative: 1e-3 })
    expect(plan.notes.join()).toContain('more users')
  })

  test('where users cannot find any change, the plan says why', async () => {
    const plan = await run.client.planSample({ kind: 'PROPORTION', baseline: 0.5, units: 4, power: 0.9 })
    expect(plan).toMatchObject({ effect: null, notComputable: { reason: 'noDetectableEffect' } })
  })

  test('numbers no shop has are answered or refused, and quickly', async () => {
    const mean: PlanSampleInput = { kind: 'MEAN', baseline: 100, standardDeviation: 1 }
    const refused = (reason: string) => ({ units: null, notComputable: { reason } })
    expect(await run.client.planSample({ ...mean, absoluteEffect: 1e-9 })).toMatchObject(refused('tooManyUnits'))
    expect(await run.client.planSample({ ...mean, absoluteEffect: 1e-90 })).toMatchObject(refused('tooManyUnits'))
    expect(await run.client.planSample({ ...conversion, absoluteEffect: 1e-12 })).toMatchObject(refused('tooManyUnits'))
    expect(await run.client.planSample({ ...mean, units: 4, trafficSplit: [1, 1e6] })).toMatchObject(
      refused('tooFewUnits'),
    )
    for (const [absoluteEffect, units] of [
      [5, 1e12],
      [1e90, 4],
    ] as const) {
      const { power } = await run.client.planSample({ ...mean, absoluteEffect, units })
      expect(power).toEqualNearly(1, { relative: 1e-12 })
    }
  })

  describe('of an experiment', () => {
    let experimentId: string
    beforeAll(async () => {
      experimentId = (await run.client.createExperiment({ key: 'measured', ...sampleExperiment })).id
    })

    test('that was not analysed is NO_DATA; then baseline, spread, split and traffic are measured', async () => {
      await expect(run.client.planSample({ experimentId, relativeEffect: 0.05 })).rejects.toMatchObject({
        code: 'NO_DATA',
      })
      await run.client.uploadEvents({ experimentId, file: sampleFile }).result()
      const analysis = await run.client.runAnalysis({ experimentId }).result()
      const users = analysis.variants.reduce((sum, variant) => sum + variant.users, 0)

      const conversionRow = rowOf(analysis, 'conversion')
      const plan = await run.client.planSample({ experimentId, relativeEffect: 0.05 })
      expect(plan.baseline).toBe(conversionRow.controlStatistics.mean)
      expect(plan.trafficSplit).toEqual([0.5, 0.5])
      // The sample is a log of four weeks.
      expect(plan.dailyUnits!).toEqualNearly(users / 28, { relative: 0.05 })
      expect(plan.days).toEqualNearly(plan.units! / plan.dailyUnits!, { relative: 1e-12 })
      expect(plan.notes[0]).toContain('baseline, traffic split, users a day')

      const revenue = await run.client.planSample({ experimentId, metric: 'revenue_per_visitor', relativeEffect: 0.1 })
      expect(revenue.standardDeviation).toBe(rowOf(analysis, 'revenue_per_visitor').controlStatistics.standardDeviation)
      const orders = rowOf(analysis, 'average_order_value')
      const ratio = await run.client.planSample({ experimentId, metric: 'average_order_value', units: 10_000 })
      const { controlStatistics: c, treatmentStatistics: t, effect } = orders
      expect(ratio.standardDeviation).toEqualNearly(effect!.standardError! / Math.sqrt(1 / c.n + 1 / t.n), {
        relative: 1e-12,
      })
      expect(ratio.effect!.absolute).toBeGreaterThan(0)
    })

    test('a metric it does not have is refused, with those it has', async () => {
      await expect(run.client.planSample({ experimentId, metric: 'nope', units: 1000 })).rejects.toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining('"conversion"') as string,
      })
    })
  })

  test.each<[PlanSampleInput, string]>([
    [{ ...conversion, baseline: 1.2 }, 'input.baseline'],
    [{ ...conversion, absoluteEffect: 0.95 }, 'input.absoluteEffect'],
    [{ ...conversion, absoluteEffect: 0 }, 'input.absoluteEffect'],
    [{ ...conversion, relativeEffect: 0.1 }, 'input.absoluteEffect'],
    [{ kind: 'PROPORTION', baseline: 0.1 }, 'input.units'],
    [{ baseline: 0.1, units: 100 }, 'input.kind'],
    [{ kind: 'MEAN', baseline: 100, standardDeviation: 1, absoluteEffect: 1e300 }, 'input.absoluteEffect'],
    [{ kind: 'MEAN', baseline: 1e300, standardDeviation: 1, relativeEffect: 1e300 }, 'input.baseline'],
    [{ kind: 'MEAN', baseline: 100, standardDeviation: 1e300, absoluteEffect: 1e-5 }, 'input.standardDeviation'],
    [{ kind: 'MEAN', baseline: 100, standardDeviation: 1e-300, units: 100 }, 'input.standardDeviation'],
    [{ kind: 'MEAN', baseline: 0.1, units: 100 }, 'input.standardDeviation'],
    [{ kind: 'MEAN', baseline: 0.1, standardDeviation: 0, units: 100 }, 'input.standardDeviation'],
    [{ ...conversion, level: 0.5 }, 'input.level'],
    [{ ...conversion, power: 1 }, 'input.power'],
    [{ ...conversion, units: 2 }, 'input.units'],
    [{ ...conversion, trafficSplit: [1] }, 'input.trafficSplit'],
    [{ ...conversion, trafficSplit: [1, 0] }, 'input.trafficSplit'],
    [{ ...conversion, tests: 0 }, 'input.tests'],
    [{ ...conversion, dailyUnits: 0 }, 'input.dailyUnits'],
    [{ ...conversion, alternative: 'LESS' }, 'input.alternative'],
    [{ ...conversion, looks: { looks: 21 } }, 'input.looks.looks'],
    [{ ...conversion, looks: { looks: 3, gamma: 1 } }, 'input.looks.gamma'],
  ])('%j is refused by the name of the argument', async (input, argument) => {
    await expect(run.client.planSample(input)).rejects.toMatchObject({ code: 'BAD_INPUT', details: { argument } })
  })
})

describe('planLooks', () => {
  test('five looks have the published bounds of Lan and DeMets', async () => {
    const plan = await run.client.planLooks({ plannedUnits: 10_000 })
    const published = [4.87688, 3.35701, 2.68028, 2.28982, 2.03103]
    plan.looks.forEach((look, index) => {
      expect(Math.abs(look.criticalValue! - published[index]!)).toBeLessThan(1e-5)
      expect(look.units).toBe(2000 * (index + 1))
    })
    expect(plan.looks.at(-1)).toMatchObject({ informationFraction: 1 })
    expect(plan.looks.at(-1)!.alphaSpent).toEqualNearly(0.05, { relative: 1e-12 })
    expect(plan.looks.at(-1)!.endedUnderNull).toEqualNearly(0.05, { relative: 1e-9 })
    expect(plan.looks.at(-1)!.endedUnderEffect).toEqualNearly(0.8, { relative: 1e-3 })
    expect(plan.inflation).toBeGreaterThan(1)
    expect(plan.expectedUnitsUnderEffect!).toBeLessThan(plan.expectedUnitsUnderNull!)
  })

  test('looks may be anywhere, one-sided, by any spending', async () => {
    const plan = await run.client.planLooks({
      informationFractions: [1 / 3, 2 / 3, 1],
      spending: 'HWANG_SHIH_DECANI',
      gamma: -4,
      level: 0.975,
      alternative: 'GREATER',
      power: 0.9,
    })
    const published = [3.0107, 2.5465, 1.9992]
    plan.looks.forEach(({ criticalValue }, index) =>
      expect(Math.abs(criticalValue! - published[index]!)).toBeLessThan(1e-4),
    )
    expect(plan.expectedUnitsUnderNull).toBeNull()
  })

  test.each<[PlanLooksInput, string]>([
    [{ looks: 0 }, 'input.looks'],
    [{ looks: 21 }, 'input.looks'],
    [{ looks: 2, informationFractions: [0.5, 1] }, 'input.looks'],
    [{ informationFractions: [0.5, 0.5, 1] }, 'input.informationFractions'],
    [{ informationFractions: [0.5] }, 'input.informationFractions'],
    [{ informationFractions: [] }, 'input.informationFractions'],
    [{ spending: 'POCOCK', gamma: 2 }, 'input.gamma'],
    [{ spending: 'HWANG_SHIH_DECANI', gamma: 30 }, 'input.gamma'],
    [{ plannedUnits: 0 }, 'input.plannedUnits'],
  ])('%j is refused by the name of the argument', async (input, argument) => {
    await expect(run.client.planLooks(input)).rejects.toMatchObject({ code: 'BAD_INPUT', details: { argument } })
  })
})
