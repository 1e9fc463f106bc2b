import { AppError } from '../../errors.ts'
import type { ComputePool } from '../../jobs/compute/pool.ts'
import { createLoaders, type Loaders, type LoaderServices } from '../../loaders.ts'
import { analysisCharts } from '../../reports/charts/analysis-charts.ts'
import type { Chart } from '../../reports/charts/chart.ts'
import { modelCharts } from '../../reports/charts/model-charts.ts'
import type { FileMaker, FilesOnDemand } from '../../storage/files-on-demand.ts'
import type { Analysis } from '../analysis/analysis.service.ts'
import type { TimeseriesService } from '../analysis/timeseries.service.ts'
import type { VerificationService } from '../analysis/verification.service.ts'
import type { Model } from '../model/model.service.ts'
import { chartedAnalysisOf } from './charted.ts'
import { imageKey, parseImageKey } from './chart-image.ts'

/** Pixels that a drawing may be wide: less is unreadable, more is a poster. */
const WIDTHS = { least: 280, greatest: 2000 }

/** @throws AppError BAD_INPUT */
export function requireWidth(width: number): void {
  const { least, greatest } = WIDTHS
  if (width >= least && width <= greatest) return
  throw new AppError('BAD_INPUT', `"width" must be from ${least} to ${greatest} pixels, got ${width}.`, {
    details: { argument: 'width' },
  })
}

/** The charts of analyses and models, and their images, which are drawn when somebody first asks for them. */
export class ChartService implements FileMaker {
  readonly #services: LoaderServices
  readonly #verifications: Pick<VerificationService, 'certificateOf'>
  readonly #timeseries: TimeseriesService
  readonly #files: FilesOnDemand
  readonly #drawing: ComputePool

  /** @param drawing a pool of its own: a picture must not wait for the computations of others */
  constructor(
    services: LoaderServices,
    verifications: Pick<VerificationService, 'certificateOf'>,
    timeseries: TimeseriesService,
    files: FilesOnDemand,
    drawing: ComputePool,
  ) {
    this.#services = services
    this.#verifications = verifications
    this.#timeseries = timeseries
    this.#files = files
    this.#drawing = drawing
  }

  async ofAnalysis(analysis: Analysis, loaders: Loaders): Promise<Chart[]> {
    const [certificate, timeseries, distributions] = await Promise.all([
      this.#verifications.certificateOf(analysis),
      this.#timeseries.of(analysis),
      this.#timeseries.distributionsOf(analysis),
    ])
    const files = { question: certificate?.question ?? null, timeseries, distributions }
    return analysisCharts(await chartedAnalysisOf(analysis, files, loaders))
  }

  ofModel({ card }: Model): Chart[] {
    return modelCharts(card)
  }

  /**
   * Draws the image of a key, unless it is there.
   *
   * @returns the key of the image: another one where the chart has changed since, say by a metric's new name; null where
   * the key is of no image, or of nothing that there is
   * @throws AppError of the compute pool
   */
  async make(key: string): Promise<string | null> {
    const asked = parseImageKey(key)
    if (asked === null) return null
    const chart = (await this.#chartsOf(asked.id, asked.experimentId)).find(({ name }) => name === asked.name)
    if (chart === undefined) return null
    const { format, theme, width } = asked
    const present = imageKey(asked, chart, { format, theme, width })
    await this.#files.ensure(present, () => this.#drawing.run('draw', { chart, theme, width, format }))
    return present
  }

  async #chartsOf(id: string, experimentId: string): Promise<Chart[]> {
    const loaders = createLoaders(this.#services)
    const analysis = await loaders.analysis.load(id)
    if (analysis !== null) return analysis.experimentId === experimentId ? this.ofAnalysis(analysis, loaders) : []
    const model = await loaders.model.load(id)
    return model?.experimentId === experimentId ? this.ofModel(model) : []
  }
}
