import type { ResultRow } from '../../analysis/result-row.ts'
import { AppError } from '../../errors.ts'
import type { AnalysisService } from '../analysis/analysis.service.ts'
import type { DatasetRepository } from '../dataset/dataset.repository.ts'
import type { Experiment, ExperimentService } from '../experiment/experiment.service.ts'
import type { MetricService } from '../metric/metric.service.ts'

/** What an experiment's data say of a metric and of the traffic. */
export interface MeasuredMetric {
  name: string
  kind: 'PROPORTION' | 'MEAN' | 'RATIO'
  baseline: number | null
  standardDeviation: number | null
  dailyUnits: number | null
  /** Configured shares, the control first. */
  trafficSplit: number[]
}

const DAY_MS = 86_400_000

/** Reads what a plan needs to know from the newest analysis of an experiment. */
export class MeasuredMetricService {
  readonly #experiments: ExperimentService
  readonly #metrics: MetricService
  readonly #analyses: AnalysisService
  readonly #datasets: DatasetRepository

  constructor(
    experiments: ExperimentService,
    metrics: MetricService,
    analyses: AnalysisService,
    datasets: DatasetRepository,
  ) {
    this.#experiments = experiments
    this.#metrics = metrics
    this.#analyses = analyses
    this.#datasets = datasets
  }

  /** @throws AppError NOT_FOUND, NO_DATA, BAD_INPUT for a metric that the experiment does not have */
  async measure(experimentId: string, key: string | null): Promise<MeasuredMetric> {
    const experiment = await this.#experiments.get(experimentId)
    const own = await this.#metrics.ofExperiments([experimentId])
    const chosen = own.find(({ role, metric }) => (key === null ? role === 'PRIMARY' : metric.key === key))
    if (chosen === undefined || chosen.metric.kind === 'QUANTILE') {
      const known = own.map(({ metric }) => `"${metric.key}"`).join(', ')
      throw new AppError('BAD_INPUT', `The experiment has no metric "${key ?? ''}" to plan for. It has: ${known}.`, {
        details: { argument: 'input.metric' },
      })
    }
    const { metric } = chosen
    const rows = await this.#rowsOf(experiment, metric.id)
    const variants = await this.#experiments.variantsOf([experimentId])
    const ordered = [...variants].sort((a, b) => Number(b.role === 'CONTROL') - Number(a.role === 'CONTROL'))
    return {
      name: metric.name,
      kind: chosen.metric.kind,
      baseline: rows[0]!.control.mean,
      standardDeviation: spreadOf(rows[0]!),
      dailyUnits: await this.#dailyUnits(experiment, rows),
      trafficSplit: ordered.map(({ trafficSplit }) => trafficSplit),
    }
  }

  async #rowsOf({ id, key }: Experiment, metricId: string): Promise<ResultRow[]> {
    const [latest] = await this.#analyses.latestOf([id])
    const stored = latest === undefined ? [] : await this.#analyses.resultsOf([latest.id])
    const rows = stored.map(({ row }) => row).filter((row) => row.metricId === metricId && row.segment === null)
    if (rows.length > 0) return rows
    throw new AppError(
      'NO_DATA',
      `The newest analysis of "${key}" does not have this metric. Run one, or give kind and baseline.`,
    )
  }

  /** Users compared by the days between the first and the last event in the experiment's time. */
  async #dailyUnits({ id, startAt, endAt }: Experiment, rows: ResultRow[]): Promise<number | null> {
    const version = await this.#datasets.latest(id)
    const parts = version === null ? [] : await this.#datasets.partsOf(id, version.number)
    if (parts.length === 0) return null
    const first = Math.max(Math.min(...parts.map(({ minTime }) => minTime.getTime())), startAt?.getTime() ?? -Infinity)
    const last = Math.min(Math.max(...parts.map(({ maxTime }) => maxTime.getTime())), endAt?.getTime() ?? Infinity)
    const units = rows.reduce((sum, { treatment }) => sum + treatment.n, rows[0]!.control.n)
    return units / Math.max(1, (last - first) / DAY_MS)
  }
}

/** Of the control's users where the row has it; for ratios from the standard error, as if both variants varied alike. */
function spreadOf({ control, treatment, effect }: ResultRow): number | null {
  if (control.denominatorTotal === null) return control.standardDeviation
  const standardError = effect?.standardError ?? null
  return standardError === null ? null : standardError / Math.sqrt(1 / control.n + 1 / treatment.n)
}
