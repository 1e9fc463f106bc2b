import type { Aggregates, Group } from '../engine/plan.ts'
import { analyseExperiment, planAnalysis } from './analyse-experiment.ts'
import type { MetricDefinition } from './metric-definition.ts'
import type { AnalysisSettings } from './settings.ts'

// What the statistics alone take, from aggregates to result rows: `pnpm bench` runs this file in a process of its own.
// Usage: analysis.bench.ts RUNS; prints what each run took, and how many comparisons it made.

const TREATMENTS = 3
const SEGMENTS = 20
const USERS = 40_000
const SPREAD = 0.02

const runs = Number(process.argv[2])
/** Four rates, three means and three ratios. */
const kinds = [
  'PROPORTION',
  'PROPORTION',
  'PROPORTION',
  'PROPORTION',
  'MEAN',
  'MEAN',
  'MEAN',
  'RATIO',
  'RATIO',
  'RATIO',
] as const

const metrics = kinds.map((kind, index): MetricDefinition => {
  const eventTypes = [`type-${index}`]
  return {
    id: `m${index}`,
    key: `metric_${index}`,
    kind,
    numerator: { eventTypes, aggregation: kind === 'PROPORTION' ? 'any' : 'sum' },
    denominator: kind === 'RATIO' ? { eventTypes, aggregation: 'count' } : null,
    goal: 'INCREASE',
    role: index === 0 ? 'PRIMARY' : 'SECONDARY',
  }
})
const settings: AnalysisSettings = {
  level: 0.95,
  alternative: 'two-sided',
  correction: 'BENJAMINI_HOCHBERG',
  methods: [],
  segment: { attribute: 'segment', top: SEGMENTS },
  window: { from: null, to: null, daysSinceExposure: null },
}
const variants = Array.from({ length: TREATMENTS + 1 }, (_, index) => `v${index}`)
const plan = planAnalysis(metrics, variants, settings)

/** Groups that differ a little, as those of an experiment do. */
function groupOf(variant: number, segment: Group['segment'], n: number, place: number): Group {
  const means: number[] = []
  const m2: number[] = []
  plan.measures.forEach(({ aggregation }, measure) => {
    const shift = 1 + SPREAD * Math.sin(place * 7 + variant * 3 + measure)
    const mean =
      aggregation === 'any' ? Math.round(n * 0.1 * shift) / n : aggregation === 'sum' ? 6 * shift : 0.2 * shift
    means.push(mean)
    m2.push(aggregation === 'any' ? n * mean * (1 - mean) : n * (aggregation === 'sum' ? 900 : 0.3))
  })
  return { variant, segment, n, means, m2, products: plan.pairs.map(([a, b]) => 0.6 * Math.sqrt(m2[a]! * m2[b]!)) }
}

const groups = [null, ...Array.from({ length: SEGMENTS }, (_, index) => index)].flatMap((index) =>
  variants.map((_, variant) =>
    groupOf(
      variant,
      index === null ? null : { attribute: 'segment', value: `value ${index}` },
      index === null ? USERS * SEGMENTS : USERS,
      index ?? -1,
    ),
  ),
)
const aggregates = {
  groups,
  cells: [],
  quality: { exposedUnits: USERS * SEGMENTS * variants.length },
} as unknown as Aggregates

const ms: number[] = []
const cpuMs: number[] = []
let comparisons = 0
for (let run = 0; run <= runs; run++) {
  const used = process.cpuUsage()
  const started = performance.now()
  const rows = analyseExperiment(metrics, plan, aggregates, settings)
  ms.push(performance.now() - started)
  const { user, system } = process.cpuUsage(used)
  cpuMs.push((user + system) / 1000)
  comparisons = rows.filter(({ pValue }) => pValue !== null).length
}
process.stdout.write(
  JSON.stringify({ comparisons, first: { ms: ms[0], cpuMs: cpuMs[0] }, ms: ms.slice(1), cpuMs: cpuMs.slice(1) }),
)
