import { GraphQLJSONObject } from 'graphql-scalars'
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../../context.ts'
import type { FileSigner } from '../../http/file-signer.ts'
import { type ChartTheme, chartConfig, withTheme } from '../../reports/charts/theme.ts'
import type { Specification } from '../../reports/charts/chart.ts'
import type { Analysis } from '../analysis/analysis.service.ts'
import { AnalysisType } from '../analysis/analysis.type.ts'
import type { Model } from '../model/model.service.ts'
import { ModelType } from '../model/model.type.ts'
import { type ImageFormat, imageKey } from './chart-image.ts'
import { type ChartService, requireWidth } from './chart.service.ts'
import { ChartThemeEnum, ChartType, ImageFormatEnum, type OwnedChart } from './chart.type.ts'

const theme = { defaultValue: ChartThemeEnum.LIGHT, description: 'What it is drawn on.' }

@Resolver(() => AnalysisType)
export class AnalysisChartsResolver {
  readonly #charts: ChartService

  constructor(charts: ChartService) {
    this.#charts = charts
  }

  @FieldResolver(() => [ChartType], {
    description: 'Its charts, in the order in which they are looked at. What it has no data for is not among them.',
  })
  async charts(@Root() analysis: Analysis, @Ctx() { loaders }: RequestContext): Promise<OwnedChart[]> {
    return (await this.#charts.ofAnalysis(analysis, loaders)).map((chart) => ({ ...chart, owner: analysis }))
  }
}

@Resolver(() => ModelType)
export class ModelChartsResolver {
  readonly #charts: ChartService

  constructor(charts: ChartService) {
    this.#charts = charts
  }

  @FieldResolver(() => [ChartType], { description: 'Its charts. What it has no data for is not among them.' })
  charts(@Root() model: Model): OwnedChart[] {
    return this.#charts.ofModel(model).map((chart) => ({ ...chart, owner: model }))
  }
}

@Resolver(() => ChartType)
export class ChartResolver {
  readonly #files: FileSigner

  constructor(files: FileSigner) {
    this.#files = files
  }

  @FieldResolver(() => GraphQLJSONObject, {
    description:
      'The chart in Vega-Lite 6, with its data and the colours of the theme: complete for any program that draws Vega-Lite.',
  })
  specification(
    @Root() { specification }: OwnedChart,
    @Arg('theme', () => ChartThemeEnum, theme) name: ChartTheme,
  ): Specification {
    return withTheme(specification, name)
  }

  @FieldResolver(() => GraphQLJSONObject, {
    description: 'The colours and the type of a theme: in place of `specification.config` it is drawn in that theme.',
  })
  config(@Arg('theme', () => ChartThemeEnum, theme) name: ChartTheme): Specification {
    return chartConfig(name)
  }

  @FieldResolver(() => String, {
    description: 'Where the chart is as an image: drawn when it is first asked for. The address expires.',
  })
  imageUrl(
    @Root() { owner, ...chart }: OwnedChart,
    @Arg('format', () => ImageFormatEnum, { defaultValue: ImageFormatEnum.SVG, description: 'Which kind of image.' })
    format: ImageFormat,
    @Arg('theme', () => ChartThemeEnum, theme) name: ChartTheme,
    @Arg('width', () => Int, { defaultValue: 720, description: 'How wide, in pixels: 280 to 2000.' }) width: number,
  ): string {
    requireWidth(width)
    const shortId = owner.id.slice(0, 8)
    const fileName = `fairlift-${chart.name}-${shortId}.${format.toLowerCase()}`
    return this.#files.url(imageKey(owner, chart, { format, theme: name, width }), fileName)
  }
}

/** What is to be run for charts. */
export function chartResolvers(charts: ChartService, files: FileSigner): object[] {
  return [new AnalysisChartsResolver(charts), new ModelChartsResolver(charts), new ChartResolver(files)]
}
