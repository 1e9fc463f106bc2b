import type { FairliftUserError, CreateExperimentInput, DefineMetricInput, UpdateExperimentInput } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { useServer } from '../testkit/use-server.ts'
import { expectUserError, type Refusal } from '../testkit/user-errors.ts'

const run = useServer()

let key = 0
const fresh = (): { key: string; name: string } => ({ key: `experiment-${key++}`, name: 'Experiment' })
const control = { key: 'control', role: 'CONTROL' } as const
const treatment = { key: 'treatment', role: 'TREATMENT' } as const
describe('createExperiment refuses', () => {
  const cases: (Refusal & { what: string; input: Partial<CreateExperimentInput> })[] = [
    { what: 'an empty key', input: { key: '' }, field: 'key', says: 'beginning with a letter or digit, got ""' },
    { what: 'a key with a slash', input: { key: 'a/b' }, field: 'key', says: 'got "a/b"' },
    { what: 'a key with a space at its end', input: { key: 'a ' }, field: 'key', says: 'got "a "' },
    { what: 'a key of 101 characters', input: { key: 'a'.repeat(101) }, field: 'key', says: '100 at most' },
    { what: 'a blank name', input: { name: '  ' }, field: 'name', says: 'needs a name' },
    {
      what: 'a name as long as a page',
      input: { name: 'a'.repeat(201) },
      field: 'name',
      says: '200 characters are kept, got 201',
    },
    { what: 'no variants', input: { variants: [] }, field: 'variants', says: '2 to 20 variants, got 0' },
    { what: 'a single variant', input: { variants: [control] }, field: 'variants', says: '2 to 20 variants, got 1' },
    {
      what: 'two controls',
      input: { variants: [control, { ...treatment, role: 'CONTROL' }] },
      field: 'variants',
      says: 'Exactly one variant is the control, got 2',
    },
    {
      what: 'two variants of one key',
      input: { variants: [control, treatment, treatment] },
      field: 'variants.2.key',
      says: 'Two variants have the key "treatment"',
    },
    {
      what: 'a variant called like another',
      input: { variants: [{ ...control, name: 'treatment' }, treatment] },
      field: 'variants.0.name',
      says: /"treatment" means another variant too/,
    },
    {
      what: 'a share of the traffic above one',
      input: {
        variants: [
          { ...control, trafficSplit: 1.5 },
          { ...treatment, trafficSplit: -0.5 },
        ],
      },
      field: 'variants.0.trafficSplit',
      says: 'from 0 to 1, got 1.5',
    },
    {
      what: 'shares that do not sum to one',
      input: {
        variants: [
          { ...control, trafficSplit: 0.5 },
          { ...treatment, trafficSplit: 0.4 },
        ],
      },
      field: 'variants',
      says: 'sum to 1, got 0.9',
    },
    {
      what: 'a share of one variant only',
      input: { variants: [{ ...control, trafficSplit: 0.5 }, treatment] },
      field: 'variants',
      says: 'of all variants, or of none',
    },
    {
      what: 'a metric that is not there',
      input: { metrics: [{ key: 'happiness', role: 'PRIMARY' }] },
      field: 'metrics.0.key',
      code: 'NOT_FOUND',
      says: /no metric "happiness".*defineMetric/,
    },
    { what: 'an empty list of metrics', input: { metrics: [] }, field: 'metrics', says: 'at least one metric' },
    {
      what: 'two primary metrics',
      input: {
        metrics: [
          { key: 'conversion', role: 'PRIMARY' },
          { key: 'revenue_per_visitor', role: 'PRIMARY' },
        ],
      },
      field: 'metrics',
      says: 'Exactly one metric is primary: the one that decides. Got 2',
    },
    {
      what: 'an end before the start',
      input: { startAt: '2026-06-02T00:00:00Z', endAt: '2026-06-01T00:00:00Z' },
      field: 'endAt',
      says: /2026-06-01.*must lie after the start.*2026-06-02/,
    },
    { what: 'a start in the year 0', input: { startAt: '0000-01-01T00:00:00Z' }, field: 'startAt', says: '1990-01-01' },
    { what: 'a plan of one user', input: { plannedUnits: 1 }, field: 'plannedUnits', says: 'at least 2, got 1' },
    { what: 'a currency of two letters', input: { currency: 'EU' }, field: 'currency', says: 'such as EUR, got "EU"' },
  ]

  test.each(cases)('$what, naming $field', async ({ input, ...refusal }) => {
    await expectUserError(run.client.createExperiment({ ...fresh(), ...input }), refusal)
  })

  test('a key that is taken, and tells all mistakes at once', async () => {
    const taken = fresh()
    await run.client.createExperiment(taken)
    await expectUserError(run.client.createExperiment(taken), {
      field: 'key',
      code: 'TAKEN',
      says: `"${taken.key}" already. Choose another key`,
    })
    const error: unknown = await run.client
      .createExperiment({ key: '?', name: '', variants: [control], currency: '€' })
      .catch((reason: unknown) => reason)
    const fields = (error as FairliftUserError).userErrors.map(({ field }) => field.join('.'))
    expect(fields).toEqual(['key', 'name', 'variants', 'currency'])
  })
})

test('updateExperiment checks what it is given against what stays', async () => {
  const { client } = run
  const { id } = await client.createExperiment({ ...fresh(), startAt: '2026-06-10T00:00:00Z' })
  const cases: (Refusal & { what: string; input: Partial<UpdateExperimentInput> })[] = [
    {
      what: 'end',
      input: { endAt: '2026-06-09T00:00:00Z' },
      field: 'endAt',
      says: 'must lie after the start (2026-06-10',
    },
    { what: 'name', input: { name: ' ' }, field: 'name', says: 'needs a name' },
    { what: 'metrics', input: { metrics: [] }, field: 'metrics', says: 'at least one metric' },
    { what: 'units', input: { plannedUnits: -5 }, field: 'plannedUnits', says: 'got -5' },
  ]
  for (const { input, ...refusal } of cases) {
    await expectUserError(client.updateExperiment({ id, ...input }), refusal)
  }
  const experiment = await client.experiment({ id })
  expect(experiment).toMatchObject({ name: 'Experiment', endAt: null, plannedUnits: null })
  expect(experiment.metrics).toHaveLength(3)
})

test('an experiment that is archived cannot be started, and one that runs cannot be archived', async () => {
  const { client } = run
  const { id } = await client.createExperiment(fresh())
  await client.startExperiment(id)
  await expectUserError(client.archiveExperiment(id), {
    field: 'id',
    code: 'CONFLICT',
    says: 'is RUNNING cannot become ARCHIVED',
  })
  await client.stopExperiment(id)
  await client.archiveExperiment(id)
  await expectUserError(client.startExperiment(id), { field: 'id', code: 'CONFLICT', says: 'is ARCHIVED' })
  expect((await client.experiment({ id })).status).toBe('ARCHIVED')
})

describe('defineMetric refuses', () => {
  const sum = (...eventTypes: string[]) => ({ aggregation: 'SUM', eventTypes }) as const
  const cases: (Refusal & { what: string; input: Partial<DefineMetricInput> })[] = [
    { what: 'a key with capitals', input: { key: 'Revenue' }, field: 'key', says: 'got "Revenue"' },
    { what: 'a blank name', input: { name: ' ' }, field: 'name', says: 'needs a name' },
    {
      what: 'no event types',
      input: { numerator: sum() },
      field: 'numerator.eventTypes',
      says: 'at least one event type',
    },
    {
      what: 'a blank event type',
      input: { numerator: sum(' ') },
      field: 'numerator.eventTypes',
      says: 'none that is empty',
    },
    {
      what: 'exposures',
      input: { numerator: sum('exposure') },
      field: 'numerator.eventTypes',
      says: 'measures nothing',
    },
    {
      what: 'an event type that no event can have',
      input: { numerator: sum('x'.repeat(129)) },
      field: 'numerator.eventTypes',
      says: '128 characters',
    },
    {
      what: 'a proportion of sums',
      input: { kind: 'PROPORTION' },
      field: 'numerator.aggregation',
      says: 'A proportion counts users',
    },
    { what: 'a ratio of one number', input: { kind: 'RATIO' }, field: 'denominator', says: 'needs a denominator' },
    {
      what: 'a mean of two',
      input: { denominator: sum('x') },
      field: 'denominator',
      says: 'Only a ratio has a denominator',
    },
    { what: 'a quantile without level', input: { kind: 'QUANTILE' }, field: 'quantile', says: 'between 0 and 1' },
    { what: 'a quantile of 1', input: { kind: 'QUANTILE', quantile: 1 }, field: 'quantile', says: 'got 1' },
    { what: 'a mean with a level', input: { quantile: 0.5 }, field: 'quantile', says: 'Only a quantile has a level' },
    {
      what: 'a key that is taken',
      input: { key: 'conversion' },
      field: 'key',
      code: 'TAKEN',
      says: '"conversion" already',
    },
  ]

  test.each(cases)('$what, naming $field', async ({ input, ...refusal }) => {
    const metric: DefineMetricInput = { key: 'points', name: 'Points', kind: 'MEAN', numerator: sum('score'), ...input }
    await expectUserError(run.client.defineMetric(metric), refusal)
    expect((await run.client.metrics()).map((one) => one.key)).not.toContain('points')
  })
})
