import type {
  Batch,
  ColumnMappingInput,
  CreateExperimentInput,
  DefineMetricInput,
  FairliftClient,
  UploadPreview,
} from '@fairlift/sdk'

/** A published experiment in the form of tables: how it is described to the server, and what is asked of it. */
export interface TabularSet {
  /** Paths within the folder of the published data. */
  readonly files: readonly string[]
  readonly rows: number
  readonly experiment?: Pick<CreateExperimentInput, 'variants'>
  /** Without one the files are read as the server proposes. */
  readonly mapping?: ColumnMappingInput
  /** Metrics that the server does not have by itself. */
  readonly definitions?: readonly DefineMetricInput[]
  readonly metrics: readonly string[]
  readonly segmentBy?: string
}

const twoArms = (control: string, treatment: string) => ({
  variants: [
    { key: control, role: 'CONTROL' as const },
    { key: treatment, role: 'TREATMENT' as const },
  ],
})

const flag = (key: string, eventType: string): DefineMetricInput => ({
  key,
  name: key,
  kind: 'PROPORTION',
  numerator: { aggregation: 'ANY', eventTypes: [eventType] },
})

const mean = (key: string): DefineMetricInput => ({
  key,
  name: key,
  kind: 'MEAN',
  numerator: { aggregation: 'SUM', eventTypes: [key] },
})

const sets = {
  udacity_ab: { files: ['udacity_ab/ab_data.csv.gz'], rows: 294_478, metrics: ['conversion'] },
  hillstrom: {
    files: ['hillstrom/hillstrom.csv.gz'],
    rows: 64_000,
    experiment: {
      variants: [
        { key: 'No E-Mail', role: 'CONTROL', trafficSplit: 1 / 3 },
        { key: 'Mens E-Mail', role: 'TREATMENT', trafficSplit: 1 / 3 },
        { key: 'Womens E-Mail', role: 'TREATMENT', trafficSplit: 1 / 3 },
      ],
    },
    definitions: [flag('visited', 'visit')],
    metrics: ['visited', 'conversion', 'revenue_per_visitor'],
    segmentBy: 'channel',
  },
  ab_revenue: {
    files: ['ab_revenue/AB_Test_Results.csv'],
    rows: 10_000,
    experiment: twoArms('control', 'variant'),
    metrics: ['revenue_per_visitor', 'conversion'],
  },
  marketing_ab: {
    files: ['marketing_ab/marketing_AB_sample.csv'],
    rows: 11_762,
    experiment: {
      variants: [
        { key: 'psa', role: 'CONTROL', trafficSplit: 0.04 },
        { key: 'ad', role: 'TREATMENT', trafficSplit: 0.96 },
      ],
    },
    metrics: ['conversion'],
    segmentBy: 'most ads day',
  },
  cookie_cats: {
    files: ['cookie_cats/cookie_cats.csv.gz'],
    rows: 90_189,
    experiment: twoArms('gate_30', 'gate_40'),
    definitions: [flag('retention_1', 'retention_1'), flag('retention_7', 'retention_7'), mean('sum_gamerounds')],
    metrics: ['retention_1', 'retention_7', 'sum_gamerounds'],
  },
  starbucks: {
    files: ['starbucks/training.csv.gz'],
    rows: 84_534,
    experiment: twoArms('No', 'Yes'),
    metrics: ['conversion'],
    segmentBy: 'V1',
  },
  adsmart: {
    files: ['adsmart/AdSmartABdata.csv'],
    rows: 8077,
    experiment: twoArms('control', 'exposed'),
    definitions: [flag('said_yes', 'yes')],
    metrics: ['said_yes'],
  },
  online_store: {
    files: ['online_store/orders_us.csv'],
    rows: 1197,
    experiment: twoArms('A', 'B'),
    metrics: ['orders_per_visitor', 'revenue_per_visitor'],
  },
  fast_food: {
    files: ['fast_food/WA_Marketing-Campaign.csv'],
    rows: 548,
    experiment: {
      variants: ['1', '2', '3'].map((key, index) => ({ key, role: index === 0 ? 'CONTROL' : 'TREATMENT' })),
    },
    mapping: {
      userId: 'LocationID',
      variant: [{ column: 'Promotion' }],
      constantTimestamp: '2026-01-01T00:00:00Z',
      outcomes: [{ column: 'SalesInThousands', eventType: 'purchase', kind: 'VALUE' }],
    },
    metrics: ['average_order_value', 'revenue_per_visitor'],
    segmentBy: 'MarketSize',
  },
  campaign_daily: {
    files: ['campaign_daily/control_group.csv', 'campaign_daily/test_group.csv'],
    rows: 60,
    experiment: twoArms('control', 'test'),
    mapping: {
      variant: [
        {
          column: 'Campaign Name',
          values: [
            { value: 'Control Campaign', variant: 'control' },
            { value: 'Test Campaign', variant: 'test' },
          ],
        },
      ],
      timestamp: 'Date',
      timestampFormat: '%d.%m.%Y',
      timezone: 'UTC',
      outcomes: [
        { column: '# of Purchase', eventType: 'daily_purchases', kind: 'COUNT' },
        { column: '# of Website Clicks', eventType: 'daily_clicks', kind: 'COUNT' },
      ],
      attributes: [],
      valueRules: [
        { eventType: 'daily_purchases', required: true },
        { eventType: 'daily_clicks', required: true },
      ],
    },
    definitions: [mean('daily_purchases'), mean('daily_clicks')],
    metrics: ['daily_purchases', 'daily_clicks'],
  },
} satisfies Record<string, TabularSet>

export type TabularSetName = keyof typeof sets

/** The published sets that are tables of users, orders or days; tables of totals are not among them. */
export const tabularSets: Record<TabularSetName, TabularSet> = sets

/** Makes an experiment for a set, and the metrics that it needs where they are not there yet. Gives its id. */
export async function experimentFor(client: FairliftClient, set: TabularSet, key: string): Promise<string> {
  const known = new Set((await client.metrics()).map((metric) => metric.key))
  for (const definition of set.definitions ?? []) {
    if (!known.has(definition.key)) await client.defineMetric(definition)
  }
  return (await client.createExperiment({ key, name: key, ...set.experiment })).id
}

/** Uploads a file as the server proposes to read it. */
export async function landAsProposed(
  client: FairliftClient,
  experimentId: string,
  file: File,
): Promise<{ preview: UploadPreview; batch: Batch }> {
  const preview = await client.previewUpload({ file, experimentId })
  const batch = await client.uploadEvents({ experimentId, file, mapping: preview.mapping }).result()
  return { preview, batch }
}
