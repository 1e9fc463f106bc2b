import { AppError } from '../../errors.ts'
import type { ComputePool } from '../../jobs/compute/pool.ts'
import { createLoaders, type Loaders, type LoaderServices } from '../../loaders.ts'
import { analysisCharts } from '../../reports/charts/analysis-charts.ts'
import type { Chart } from '../../reports/charts/chart.ts'
import { modelCharts } from '../../reports/charts/model-charts.ts'
import { ObjectExistsError, type ObjectStore } from '../../storage/object-store.ts'
import type { Analysis } from '../analysis/analysis.service.ts'
import type { TimeseriesService } from '../analysis/timeseries.service.ts'
import type { VerificationService } from '../analysis/verification.service.ts'
import type { Model } from '../model/model.service.ts'
import { chartedAnalysisOf } from './charted.ts'
import { imageKey, type ImageOptions, parseImageKey } from './chart-image.ts'

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
export class ChartService {
  readonly #services: LoaderServices
  readonly #verifications: Pick<VerificationService, 'certificateOf'>
  readonly #timeseries: TimeseriesService
  readonly #store: ObjectStore
  readonly #drawing: ComputePool
  /** Images that are being drawn: who asks for one meanwhile waits for the same. */
  readonly #underWay = new Map<string, Promise<void>>()

  /** @param drawing a pool of its own: a picture must not wait for the computations of others */
  constructor(
    services: LoaderServices,
    verifications: Pick<VerificationService, 'certificateOf'>,
    timeseries: TimeseriesService,
    store: ObjectStore,
    drawing: ComputePool,
  ) {
    this.#services = services
    this.#verifications = verifications
    this.#timeseries = timeseries
    this.#store = store
    this.#drawing = drawing
  }

  async ofAnalysis(analysis: Analysis, loaders: Loaders): Promise<Chart[]> {
    const [certificate, timeseries] = await Promise.all([
      this.#verifications.certificateOf(analysis),
      this.#timeseries.of(analysis),
    ])
    const files = { question: certificate?.question ?? null, timeseries }
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
    let drawn = this.#underWay.get(present)
    if (drawn === undefined) {
      drawn = this.#draw(present, chart, asked).finally(() => this.#underWay.delete(present))
      this.#underWay.set(present, drawn)
    }
    await drawn
    return present
  }

  async #chartsOf(id: string, experimentId: string): Promise<Chart[]> {
    const loaders = createLoaders(this.#services)
    const analysis = await loaders.analysis.load(id)
    if (analysis !== null) return analysis.experimentId === experimentId ? this.ofAnalysis(analysis, loaders) : []
    const model = await loaders.model.load(id)
    return model?.experimentId === experimentId ? this.ofModel(model) : []
  }

  async #draw(key: string, chart: Chart, { format, theme, width }: ImageOptions): Promise<void> {
    if ((await this.#store.stat(key)) !== null) return
    const bytes = await this.#drawing.run('draw', { chart, theme, width, format })
    try {
      await this.#store.put(key, one(bytes))
    } catch (error) {
      // Another server drew it meanwhile, and drew the same.
      if (!(error instanceof ObjectExistsError)) throw error
    }
  }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
