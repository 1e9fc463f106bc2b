import { TimeseriesDocument } from './_generated/graphql.ts'
import { ChartCalls } from './chart-calls.ts'
import { required } from './payload.ts'
import type { CallOptions } from './transport.ts'
import type * as types from './types.ts'

/** The calls of the client that follow effects over time. */
export abstract class TimeseriesCalls extends ChartCalls {
  /**
   * The effects of an analysis over time, by metric and treatment; null unless it was asked for with `timeseries: true`.
   * They describe and decide nothing: of many points some look like effects by chance. Throws FairliftError NOT_FOUND.
   *
   * @example
   * const { id } = await client.runAnalysis({ experimentId, timeseries: true }).result()
   * const [series] = (await client.timeseries(id)) ?? []
   */
  async timeseries(analysisId: string, options?: CallOptions): Promise<types.MetricTimeseries[] | null> {
    return required((await this.request(TimeseriesDocument, { id: analysisId }, options)).analysis).timeseries
  }
}
