import { Field, ObjectType, registerEnumType } from 'type-graphql'
import type { Chart } from '../../reports/charts/chart.ts'
import type { ChartOwner } from './chart-image.ts'

export const ChartThemeEnum = { LIGHT: 'LIGHT', DARK: 'DARK' } as const
registerEnumType(ChartThemeEnum, {
  name: 'ChartTheme',
  description: 'What a chart is drawn on. Its colours are told apart by readers who are colour-blind, in both.',
  valuesConfig: { LIGHT: { description: 'White.' }, DARK: { description: 'Nearly black.' } },
})

export const ImageFormatEnum = { SVG: 'SVG', PNG: 'PNG' } as const
registerEnumType(ImageFormatEnum, {
  name: 'ImageFormat',
  description: 'A kind of image.',
  valuesConfig: {
    SVG: { description: 'Vectors: sharp at any size. Texts are in Inter where that is installed.' },
    PNG: { description: 'Pixels, twice as many as the width says: for slides and mails.' },
  },
})

/** A chart with whose it is. */
export interface OwnedChart extends Chart {
  owner: ChartOwner
}

@ObjectType('Chart', { description: 'Something to look at: the same chart as a specification and as an image.' })
export class ChartType implements Omit<OwnedChart, 'owner' | 'specification'> {
  @Field(() => String, { description: 'Which chart it is, such as "lift-intervals": unique in its list.' })
  name!: string

  @Field(() => String, { description: 'What stands above it.' })
  title!: string

  @Field(() => String, { description: 'What is seen and how it is read, in a sentence or two.' })
  description!: string
}
