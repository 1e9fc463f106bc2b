import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import { DISTRIBUTIONS_FILE, type MetricDistribution } from '../../analysis/distributions.ts'
import { type MetricTimeSeries, TIME_SERIES_FILE } from '../../analysis/time-series.ts'
import { ObjectMissingError, type ObjectStore } from '../../storage/object-store.ts'
import type { Analysis } from './analysis.repository.ts'

/** Where an analysis keeps how its effects went over time. */
export function timeSeriesKey({ experimentId, id }: Pick<Analysis, 'experimentId' | 'id'>): string {
  return `artifacts/${experimentId}/${id}/${TIME_SERIES_FILE}`
}

/** Where an analysis keeps how its users spread over the values of metrics. */
export function distributionsKey({ experimentId, id }: Pick<Analysis, 'experimentId' | 'id'>): string {
  return `artifacts/${experimentId}/${id}/${DISTRIBUTIONS_FILE}`
}

/** Reads what analyses stored beside their rows, when somebody looks at it. */
export class TimeseriesService {
  readonly #store: ObjectStore

  constructor(store: ObjectStore) {
    this.#store = store
  }

  /** The effects over time; null for an analysis that was not asked for them. */
  async of(analysis: Pick<Analysis, 'experimentId' | 'id' | 'settings'>): Promise<MetricTimeSeries[] | null> {
    if ((analysis.settings as AnalysisSettings).timeseries !== true) return null
    const text = await promisify(gunzip)(await this.#bytesOf(timeSeriesKey(analysis)))
    return JSON.parse(text.toString('utf8')) as MetricTimeSeries[]
  }

  /** How users spread over the values of metrics; empty for an analysis of before that was kept. */
  async distributionsOf(analysis: Pick<Analysis, 'experimentId' | 'id'>): Promise<MetricDistribution[]> {
    try {
      return JSON.parse((await this.#bytesOf(distributionsKey(analysis))).toString('utf8')) as MetricDistribution[]
    } catch (error) {
      if (error instanceof ObjectMissingError) return []
      throw error
    }
  }

  async #bytesOf(key: string): Promise<Buffer> {
    const chunks: Buffer[] = []
    for await (const chunk of await this.#store.read(key)) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
}
