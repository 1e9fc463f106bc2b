import { ChartsDocument, ModelChartsDocument } from './_generated/graphql.ts'
import { ModelCalls } from './model-calls.ts'
import { required } from './payload.ts'
import type { CallOptions } from './transport.ts'
import type * as types from './types.ts'

export interface ChartOptions extends CallOptions {
  /** What they are drawn on; LIGHT when left out. */
  theme?: types.ChartTheme
}

/** The calls of the client that show charts. */
export abstract class ChartCalls extends ModelCalls {
  /**
   * The charts of an analysis: each as a Vega-Lite specification, and as an image at `svgUrl` and `pngUrl`. What it has no
   * data for is not among them. Throws FairliftError NOT_FOUND.
   *
   * @example
   * const [lift] = await client.charts(analysis.id)
   * const svg = await (await fetch(lift!.svgUrl)).text()
   */
  async charts(analysisId: string, { theme = 'LIGHT', ...options }: ChartOptions = {}): Promise<types.Chart[]> {
    return required((await this.request(ChartsDocument, { analysisId, theme }, options)).analysis).charts
  }

  /** The charts of a model, likewise. Throws FairliftError NOT_FOUND. */
  async modelCharts(modelId: string, { theme = 'LIGHT', ...options }: ChartOptions = {}): Promise<types.Chart[]> {
    return required((await this.request(ModelChartsDocument, { modelId, theme }, options)).model).charts
  }
}
