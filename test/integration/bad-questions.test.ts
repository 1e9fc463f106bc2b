import type { RunAnalysisInput, UploadEventsInput } from '@fairlift/sdk'
import { beforeAll, expect, test } from 'vitest'
import { useServer } from '../testkit/use-server.ts'
import { expectUserError, type Refusal } from '../testkit/user-errors.ts'

const run = useServer()

const exposures = new File(
  [
    'user_id,variant_id,event_type,timestamp,device\n',
    ...Array.from({ length: 40 }, (_, user) => {
      const variant = user % 2 ? 'treatment' : 'control'
      return `u${user},${variant},exposure,2026-06-01T12:00:00Z,${user % 3 ? 'mobile' : 'desktop'}\n`
    }),
  ],
  'events.csv',
)

let experimentId: string
beforeAll(async () => {
  experimentId = (
    await run.client.createExperiment({ key: 'questions', name: 'Questions', startAt: '2026-05-01T00:00:00Z' })
  ).id
  await run.client.uploadEvents({ experimentId, file: exposures }).result()
})

const analyses: (Refusal & { what: string; input: Partial<RunAnalysisInput> })[] = [
  { what: 'a level of certainty', input: { level: 1 }, field: 'level', says: 'from 0.8 to 0.999, got 1' },
  { what: 'a level below a coin toss', input: { level: 0.4 }, field: 'level', says: 'got 0.4' },
  { what: 'no days', input: { daysSinceExposure: 0 }, field: 'daysSinceExposure', says: 'above 0, got 0' },
  { what: 'no segments', input: { segmentTop: 0 }, field: 'segmentTop', says: 'from 1 to 50, got 0' },
  {
    what: 'an unknown attribute',
    input: { segmentBy: 'colour' },
    field: 'segmentBy',
    code: 'NOT_FOUND',
    says: 'no attribute "colour". They have: "device"',
  },
  {
    what: 'an end before the start of the experiment',
    input: { to: '2026-04-01T00:00:00Z' },
    field: 'to',
    says: '(2026-04-01T00:00:00.000Z) must lie after its start (2026-05-01T00:00:00.000Z)',
  },
  { what: 'no metrics', input: { metrics: [] }, field: 'metrics', says: 'at least one metric' },
  {
    what: 'an unknown metric',
    input: { metrics: ['happiness'] },
    field: 'metrics',
    code: 'NOT_FOUND',
    says: 'no metric "happiness"',
  },
  {
    what: 'a metric named twice',
    input: { metrics: ['conversion', 'conversion'] },
    field: 'metrics',
    says: 'named twice: it would count as two tests',
  },
  {
    what: 'a method that does not fit',
    input: { methods: [{ metric: 'conversion', method: 'WELCH_T' }] },
    field: 'methods.0.method',
    says: 'WELCH_T does not fit "conversion", a proportion: CHI_SQUARE, FISHER_EXACT',
  },
  {
    what: 'two methods for one metric',
    input: {
      methods: [
        { metric: 'conversion', method: 'FISHER_EXACT' },
        { metric: 'conversion', method: 'CHI_SQUARE' },
      ],
    },
    field: 'methods.1.metric',
    says: 'has a method already',
  },
  {
    what: 'a method for a metric that is not asked for',
    input: { metrics: ['conversion'], methods: [{ metric: 'refund_rate', method: 'CHI_SQUARE' }] },
    field: 'methods.0.metric',
    code: 'NOT_FOUND',
    says: 'not among the metrics of this analysis',
  },
  {
    what: 'a window that ends before it begins',
    input: { from: '2026-06-02T00:00:00Z', to: '2026-06-01T00:00:00Z' },
    field: 'to',
    says: 'must lie after its start',
  },
  {
    what: 'an empty idempotency key',
    input: { idempotencyKey: '' },
    field: 'idempotencyKey',
    says: '1 to 200 characters',
  },
]

test.each(analyses)('runAnalysis refuses $what, naming $field', async ({ input, ...refusal }) => {
  await expectUserError(run.client.runAnalysis({ experimentId, ...input }), refusal)
})

const mapping = { userId: 'id', variant: [{ column: 'arm' }], constantTimestamp: '2026-01-01T00:00:00Z' }
const uploads: (Refusal & { what: string; input: Partial<UploadEventsInput> })[] = [
  { what: 'a rate above one', input: { maxRejectRate: 20 }, field: 'maxRejectRate', says: 'from 0 to 1, got 20' },
  {
    what: 'a mapping that was never saved',
    input: { mappingName: 'shop' },
    field: 'mappingName',
    code: 'NOT_FOUND',
    says: 'no saved mapping "shop"',
  },
  { what: 'two mappings', input: { mapping, mappingName: 'shop' }, field: 'mappingName', says: 'not both' },
  {
    what: 'to save no mapping',
    input: { saveMappingAs: 'shop' },
    field: 'saveMappingAs',
    says: 'no mapping to save',
  },
  { what: 'a nameless mapping', input: { mapping, saveMappingAs: ' ' }, field: 'saveMappingAs', says: '1 to 100' },
  {
    what: 'a separator of two characters',
    input: { mapping: { ...mapping, delimiter: '||' } },
    field: 'mapping.delimiter',
    says: 'one character',
  },
  {
    what: 'a separator that takes two bytes',
    input: { mapping: { ...mapping, delimiter: '§' } },
    field: 'mapping.delimiter',
    says: 'ASCII',
  },
  {
    what: 'rows of the year 0',
    input: { mapping: { ...mapping, constantTimestamp: '0000-01-01T00:00:00Z' } },
    field: 'mapping.constantTimestamp',
    says: 'not before 1990-01-01',
  },
]

test.each(uploads)('uploadEvents refuses $what, naming $field', async ({ input, ...refusal }) => {
  const before = await run.client.batches(experimentId).page()
  const file = new File(['id,arm\n1,control\n'], 'wide.csv')
  await expectUserError(run.client.uploadEvents({ experimentId, file, ...input }), refusal)
  expect((await run.client.batches(experimentId).page()).items).toHaveLength(before.items.length)
})

test('an analysis before there are data says so', async () => {
  const { id } = await run.client.createExperiment({ key: 'without-data', name: 'Without data' })
  await expect(run.client.runAnalysis({ experimentId: id })).rejects.toMatchObject({
    code: 'NO_DATA',
    message: expect.stringContaining('no data yet. Upload events first.') as string,
  })
})

test('a NUL character in a text is the caller’s mistake wherever it stands', async () => {
  const { client } = run
  const calls = [
    () => client.createExperiment({ key: 'nul', name: 'a\0b' }),
    () => client.experiment({ key: '\0' }),
    () => client.experiments({ filter: { search: '\0' } }).page(),
    () => client.runAnalysis({ experimentId, idempotencyKey: '\0' }),
    () =>
      client.defineMetric({
        key: 'nul',
        name: 'NUL',
        kind: 'MEAN',
        numerator: { aggregation: 'SUM', eventTypes: ['a\0'] },
      }),
  ]
  for (const call of calls) {
    await expect(call()).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('NUL character') as string,
    })
  }
})
