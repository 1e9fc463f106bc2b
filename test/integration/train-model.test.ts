import type { Model, TrainModelInput } from '@fairlift/sdk'
import { beforeAll, describe, expect, test } from 'vitest'
import '../testkit/matchers.ts'
import { sampleExperiment, sampleFile, sampleUsers } from '../testkit/sample-shop.ts'
import { cardAt, levelOf, predicted } from '../testkit/scored-users.ts'
import { seededRandom } from '../testkit/seeded-random.ts'
import { expectUserError } from '../testkit/user-errors.ts'
import { useServer } from '../testkit/use-server.ts'

const run = useServer()

interface Shopper {
  id: string
  variant: string
  values: Record<string, string | null>
  earlier: number
  spent: number
}

/** A shop in which phones buy less, a low price helps, the treatment helps, and old customers buy more. */
function shoppers(count: number): Shopper[] {
  const random = seededRandom(23)
  return Array.from({ length: count }, (_, index) => {
    const variant = random.next() < 0.5 ? 'control' : 'treatment'
    const device = ['phone', 'phone', 'desktop', 'tablet', null][random.below(5)]!
    const price = (5 + 95 * random.next()).toFixed(2)
    const earlier = random.below(3)
    const logOdds = -0.6 + (device === 'phone' ? -0.5 : 0) - Number(price) / 80 + (variant === 'treatment' ? 0.5 : 0)
    const buys = random.next() < 1 / (1 + Math.exp(-(logOdds + earlier * 0.4)))
    const spent = buys ? Math.round(1000 + 4000 * random.next()) / 100 : 0
    return {
      id: `shopper-${index}`,
      variant,
      values: { device, price, bought: buys ? 'yes' : 'no', account: String(7_000_001 + index * 3) },
      earlier,
      spent,
    }
  })
}

const users = shoppers(6000)

function fileOf(list: Shopper[]): File {
  const at = (day: number, index: number) => new Date(Date.UTC(2026, 2, 1 + day, 0, 0, index)).toISOString()
  const lines = list.flatMap(({ id, variant, values, earlier, spent }, index) => {
    const attributes = [values.device ?? '', values.price, values.bought, values.account].join(',')
    const day = 10 + (index % 20)
    return [
      ...Array.from({ length: earlier }, (_, n) => `${id},,visit,,${at(day - 2 - n, index)},,,,,`),
      `${id},${variant},exposure,,${at(day, index)},${attributes},`,
      ...(spent > 0 ? [`${id},,purchase,${spent},${at(day, index + 1)},,,,,card`] : []),
    ]
  })
  const header = 'user_id,variant_id,event_type,value,timestamp,device,price,bought,account,paid_by'
  return new File([[header, ...lines, ''].join('\n')], 'shoppers.csv')
}

let experimentId: string
let sampleId: string

beforeAll(async () => {
  const { client } = run
  experimentId = (await client.createExperiment({ key: 'shoppers', name: 'Shoppers', currency: 'EUR' })).id
  const batch = await client.uploadEvents({ experimentId, file: fileOf(users) }).result()
  expect(batch).toMatchObject({ status: 'LANDED', rejected: 0 })
  sampleId = (await client.createExperiment({ key: 'sample', ...sampleExperiment })).id
  await client.uploadEvents({ experimentId: sampleId, file: sampleFile }).result()
})

const train = (input: Partial<TrainModelInput> = {}): Promise<Model> =>
  run.client
    .trainModel({
      experimentId,
      target: { kind: 'CONVERSION' },
      features: [{ attribute: 'device' }, { attribute: 'price' }],
      ...input,
    })
    .result()

const featureOf = (model: Model, name: string) => model.features.find((feature) => feature.name === name)!

describe('trainModel', () => {
  test('fits the rows: predictions from the card alone add up to what each variant and level of users did', async () => {
    const model = await train()
    expect(model).toMatchObject({ kind: 'LOGISTIC', target: { kind: 'CONVERSION', metric: 'conversion' } })
    expect(model.fit).toMatchObject({ users: users.length, isConverged: true, penalty: 0 })
    expect(featureOf(model, 'price')).toMatchObject({ kind: 'BINNED', isRecordedAfterExposure: false })
    expect(featureOf(model, 'price').edges).toHaveLength(4)
    expect(featureOf(model, 'device').levels).toEqual(['desktop', 'phone', 'tablet', '(missing)'])

    const { card } = await cardAt(model.artifactUrl)
    // The score equations of maximum likelihood: they hold at the estimates and nowhere else.
    const residuals = new Map<string, number>()
    for (const { variant, values, spent } of users) {
      const residual = (spent > 0 ? 1 : 0) - predicted(card, variant, values)
      const groups = ['all', variant, ...['device', 'price'].map((name) => levelOf(card, name, values[name]!))]
      for (const group of groups) residuals.set(group, (residuals.get(group) ?? 0) + residual)
    }
    expect(residuals.size).toBe(12)
    for (const residual of residuals.values()) expect(Math.abs(residual)).toBeLessThan(1e-6)

    // And scored back, the card gives the effect that the server tells.
    const mean = (variant: string) =>
      users.reduce((sum, { values }) => sum + predicted(card, variant, values), 0) / users.length
    const [effect] = model.effects
    expect(effect!.treatment).toBe('treatment')
    expect(effect!.control).toBeCloseTo(mean('control'), 10)
    expect(effect!.treated).toBeCloseTo(mean('treatment'), 10)
    expect(effect!.delta.estimate).toBeCloseTo(mean('treatment') - mean('control'), 10)
    const { lower, upper } = effect!.delta.confidenceInterval!
    expect(lower).toBeLessThan(effect!.delta.estimate)
    expect(upper).toBeGreaterThan(effect!.delta.estimate)
    expect(model.leakage).toEqual([])
    expect(model.metrics).toMatchObject({ kind: 'CLASSIFICATION', users: users.length })
    expect(model.metrics.auc).toBeGreaterThan(0.55)
  })

  test('of variant alone gives the textbook’s log odds ratio and its standard error', async () => {
    const { coefficients } = await train({ features: [] })
    const cells = ['control', 'treatment'].map((variant) => {
      const own = users.filter((user) => user.variant === variant)
      const bought = own.filter(({ spent }) => spent > 0).length
      return [bought, own.length - bought] as const
    })
    const [[a, b], [c, d]] = cells as [readonly [number, number], readonly [number, number]]
    const treatment = coefficients.find(({ term }) => term === 'VARIANT')!
    expect(treatment.estimate).toBeCloseTo(Math.log((c * b) / (d * a)), 9)
    expect(treatment.standardError).toBeCloseTo(Math.sqrt(1 / a + 1 / b + 1 / c + 1 / d), 9)
  })

  test('tells what a treatment is worth: per visitor, and over a horizon at measured traffic', async () => {
    const model = await train({ horizonDays: 90 })
    const { revenueDelta, delta } = model.effects[0]!
    const buyers = users.filter(({ spent }) => spent > 0)
    const worth = buyers.reduce((sum, { spent }) => sum + spent, 0) / buyers.length
    expect(revenueDelta).toMatchObject({ unit: 'EUR', horizonDays: 90, visitorsPerDay: { mean: 300, days: 20 } })
    expect(revenueDelta!.perVisitor.estimate).toBeCloseTo(delta.estimate * worth, 9)
    expect(revenueDelta!.overHorizon!.estimate).toBeCloseTo(delta.estimate * worth * 300 * 90, 4)

    const revenue = await train({ target: { kind: 'REVENUE' }, features: [] })
    const meanOf = (variant: string) => {
      const own = users.filter((user) => user.variant === variant)
      return own.reduce((sum, { spent }) => sum + spent, 0) / own.length
    }
    expect(revenue).toMatchObject({ kind: 'LINEAR', metrics: { kind: 'REGRESSION' } })
    expect(revenue.effects[0]!.delta.estimate).toBeCloseTo(meanOf('treatment') - meanOf('control'), 9)
    expect(revenue.effects[0]!.revenueDelta!.perVisitor).toEqual(revenue.effects[0]!.delta)
  })

  test('takes features from the history before exposure', async () => {
    const model = await train({
      features: [
        { name: 'visits', history: { measure: 'FREQUENCY', eventTypes: ['visit'] } },
        { name: 'days', history: { measure: 'RECENCY', eventTypes: ['visit'] } },
      ],
    })
    expect(featureOf(model, 'visits')).toMatchObject({ levels: ['0', '1', '2'], source: 'HISTORY' })
    expect(featureOf(model, 'days').levels).toEqual(['2', '(missing)'])
    const usersOf = (level: string) =>
      model.segments.find(({ feature, level: own }) => feature === 'visits' && own === level)!.users
    for (const earlier of [0, 1, 2])
      expect(usersOf(String(earlier))).toBe(users.filter((user) => user.earlier === earlier).length)
    // Who has no visit has no days since it: the columns say the same, and the model tells.
    expect(model.warnings.map(({ code }) => code)).toContain('ALIASED')
  })

  test.each<{ what: string; features: TrainModelInput['features']; name: string; codes: string[] }>([
    { what: 'a copy of the target', features: [{ attribute: 'bought' }], name: 'bought', codes: ['SEPARATES_TARGET'] },
    {
      what: 'an id',
      features: [{ attribute: 'account', levels: 'VALUES' }],
      name: 'account',
      codes: ['IDENTIFIER'],
    },
    {
      what: 'an id that is cut into ranges',
      features: [{ attribute: 'account' }],
      name: 'account',
      codes: ['IDENTIFIER'],
    },
    {
      what: 'what only later events know',
      features: [{ attribute: 'paid_by' }],
      name: 'paid_by',
      codes: ['RECORDED_AFTER_EXPOSURE'],
    },
  ])('catches by name $what', async ({ features, name, codes }) => {
    const { leakage } = await train({ features: [{ attribute: 'device' }, ...features!] })
    for (const code of codes) expect(leakage).toContainEqual(expect.objectContaining({ code, feature: name }))
    expect(leakage.every(({ feature, message }) => feature === name && message.includes(name))).toBe(true)
  })

  test('the same question has one model; another seed deals users to other folds', async () => {
    const ask = { interactions: ['device'], holdout: 0.1 }
    const [first, again] = [await train(ask), await train(ask)]
    expect(again).toMatchObject({ id: first.id, trainedAt: first.trainedAt })
    const other = await train({ ...ask, seed: 7 })
    expect(other.id).not.toBe(first.id)
    expect(other.metrics.users).not.toBe(first.metrics.users)
    expect(first.validation.holdout!.users + first.fit.users).toBe(users.length)
  })

  test('how the data came does not matter: two files in another order give the same model', async () => {
    const copy = await run.client.createExperiment({ key: 'shoppers-again', name: 'Shoppers', currency: 'EUR' })
    const half = users.length / 2
    for (const part of [users.slice(half), users.slice(0, half)])
      await run.client.uploadEvents({ experimentId: copy.id, file: fileOf(part) }).result()
    const ask = { target: { kind: 'REVENUE' as const } }
    const [first, other] = [await train(ask), await train({ ...ask, experimentId: copy.id })]
    expect(other.features).toEqual(first.features)
    expect(other.fit.users).toBe(first.fit.users)
    const numbers = ({ coefficients }: Model) =>
      coefficients.map(({ estimate, standardError }) => [estimate, standardError])
    expect(numbers(other)).toEqualNearly(numbers(first), { relative: 1e-9 })
  })

  test('a model is found by id, in the list, in the predictions, by its job, and as CSV', async () => {
    const job = await run.client.trainModel({ experimentId, target: { kind: 'COUNT' }, features: [] })
    const ended = await run.client.waitForJob(job.id)
    expect(ended).toMatchObject({ kind: 'TRAIN_MODEL', status: 'SUCCEEDED', progress: 1 })
    const model = await run.client.model(ended.model!.id)
    expect(model).toMatchObject({ kind: 'QUASI_POISSON', experiment: { key: 'shoppers' }, job: { id: job.id } })
    const [newest] = (await run.client.models(experimentId, { pageSize: 1 }).page()).items
    expect(newest!.id).toBe(model.id)
    const predictions = await run.client.predictions(experimentId)
    expect(predictions.map(({ effect }) => effect)).toEqual(model.effects)
    const [first] = (await run.client.models(experimentId).page()).items.slice(-1)
    expect((await run.client.predictions(experimentId, first!.id))[0]!.model.id).toBe(first!.id)
    await expect(run.client.predictions(sampleId, model.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })

    const csv = await (await fetch(model.csvUrl)).text()
    const lines = csv.trimEnd().split('\r\n')
    expect(lines[0]).toMatch(/^table,name,treatment,feature,level,users,control,treated,estimate,standard_error,/)
    const columns = lines[0]!.split(',').length
    expect(lines.every((line) => line.split(',').length === columns)).toBe(true)
    expect(lines.find((line) => line.startsWith('effect,delta,treatment'))).toContain(
      String(model.effects[0]!.delta.estimate),
    )
  })

  test('who watches the experiment hears of a new model', async () => {
    const stop = new AbortController()
    const heard = (async () => {
      for await (const change of run.client.watchExperiment(experimentId, { signal: stop.signal }))
        if (change.__typename === 'ModelReady') return change.model.id
      return null
    })()
    const model = await train({ features: [{ attribute: 'price', bins: 3 }], seed: 31 })
    expect(await heard).toBe(model.id)
    stop.abort()
  })

  test('the sample: trained on all of its attributes, the effect is near that of its analysis', async () => {
    const model = await train({ experimentId: sampleId, features: null })
    const known = sampleUsers()
    const rate = (variant: string) => {
      const own = known.filter((user) => user.variant === variant)
      return own.filter(({ converted }) => converted > 0).length / own.length
    }
    expect(model.fit.users).toBe(known.length)
    const plain = rate('treatment') - rate('control')
    const { estimate, standardError } = model.effects[0]!.delta
    expect(Math.abs(estimate - plain)).toBeLessThan(standardError)
  })

  test('a training can be cancelled; nothing of it is kept', async () => {
    const before = (await run.client.models(experimentId).page()).items.length
    const jobs = await Promise.all(
      [101, 102, 103, 104].map((seed) =>
        run.client.trainModel({ experimentId, target: { kind: 'REVENUE' }, seed, folds: 20 }),
      ),
    )
    await Promise.all(jobs.map(({ id }) => run.client.cancelJob(id)))
    const ends = await Promise.all(jobs.map(({ id }) => run.client.waitForJob(id)))
    const cancelled = ends.filter(({ status }) => status === 'CANCELLED').length
    expect(cancelled).toBeGreaterThan(0)
    expect((await run.client.models(experimentId).page()).items).toHaveLength(before + 4 - cancelled)
  })
})

describe('what cannot be trained', () => {
  test.each<{ field: string; says: string; code?: 'NOT_FOUND'; input: Partial<TrainModelInput> }>([
    { field: 'folds', says: 'from 2 to 20, got 1', input: { folds: 1 } },
    { field: 'holdout', says: 'from 0 to 0.5, got 0.9', input: { holdout: 0.9 } },
    { field: 'level', says: 'from 0.8 to 0.999, got 2', input: { level: 2 } },
    { field: 'seed', says: 'from 0 to 2147483647, got -1', input: { seed: -1 } },
    { field: 'horizonDays', says: 'from 1 to 3650 days, got 0', input: { horizonDays: 0 } },
    {
      field: 'kind',
      says: 'A logistic model is of a CONVERSION',
      input: { kind: 'LOGISTIC', target: { kind: 'COUNT' } },
    },
    { field: 'penalty.value', says: 'needs a value of at least 0', input: { penalty: { kind: 'FIXED' } } },
    {
      field: 'target.metric',
      says: '"revenue_per_visitor" is not a proportion',
      input: { target: { kind: 'CONVERSION', metric: 'revenue_per_visitor' } },
    },
    {
      field: 'target.metric',
      says: 'There is no metric "nope"',
      code: 'NOT_FOUND',
      input: { target: { kind: 'REVENUE', metric: 'nope' } },
    },
    {
      field: 'features.0.attribute',
      says: 'They have: "account", "bought", "device", "paid_by", "price"',
      code: 'NOT_FOUND',
      input: { features: [{ attribute: 'colour' }] },
    },
    {
      field: 'features.0.history.eventTypes',
      says: 'There are: "purchase", "visit"',
      code: 'NOT_FOUND',
      input: { features: [{ history: { measure: 'SPEND', eventTypes: ['refund'] } }] },
    },
    { field: 'features.0.attribute', says: 'name one of the two', input: { features: [{ name: 'x' }] } },
    {
      field: 'features.0.edges',
      says: 'each above the one before',
      input: { features: [{ attribute: 'price', edges: [2, 1] }] },
    },
    {
      field: 'features.1.name',
      says: 'a feature "device" already',
      input: { features: [{ attribute: 'device' }, { attribute: 'device' }] },
    },
    {
      field: 'interactions.0',
      says: '"colour" is not among the features of this model: "device", "price"',
      code: 'NOT_FOUND',
      input: { interactions: ['colour'] },
    },
    { field: 'binning.bins', says: 'from 2 to 50, got 1', input: { binning: { bins: 1 } } },
  ])('a mistake is told beside its field: $field, $says', async ({ field, says, code, input }) => {
    const ask = run.client.trainModel({
      experimentId,
      target: { kind: 'CONVERSION' },
      features: [{ attribute: 'device' }, { attribute: 'price' }],
      ...input,
    })
    await expectUserError(ask, { field, says, ...(code === undefined ? {} : { code }) })
  })

  test('ranges of what is no number, and a target that never happens, end the job with what to do', async () => {
    await expect(train({ features: [{ attribute: 'device', bins: 3, levels: 'QUANTILES' }] })).rejects.toMatchObject({
      code: 'FEATURES_REJECTED',
      message: expect.stringMatching(/^"device" cannot be cut into ranges: it has the value "/) as string,
    })
    await expect(train({ target: { kind: 'CONVERSION', metric: 'add_to_cart_rate' } })).rejects.toMatchObject({
      code: 'MODEL_NOT_COMPUTABLE',
    })
  })

  test('an experiment without data has no model', async () => {
    const { id } = await run.client.createExperiment({ key: 'empty', name: 'Empty' })
    await expect(train({ experimentId: id })).rejects.toMatchObject({ code: 'NO_DATA' })
  })
})
