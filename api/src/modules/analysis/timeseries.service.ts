import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import { type MetricTimeSeries, TIME_SERIES_FILE } from '../../analysis/time-series.ts'
import type { ObjectStore } from '../../storage/object-store.ts'
import type { Analysis } from './analysis.repository.ts'

/** Where an analysis keeps how its effects went over time. */
export function timeSeriesKey({ experimentId, id }: Pick<Analysis, 'experimentId' | 'id'>): string {
  return `artifacts/${experimentId}/${id}/${TIME_SERIES_FILE}`
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
    const chunks: Buffer[] = []
    for await (const chunk of await this.#store.read(timeSeriesKey(analysis))) chunks.push(chunk)
    const text = await promisify(gunzip)(Buffer.concat(chunks))
    return JSON.parse(text.toString('utf8')) as MetricTimeSeries[]
  }
}
