import { GraphQLDateTimeISO } from 'graphql-scalars'
import { Field, ObjectType, registerEnumType } from 'type-graphql'
import type { ReportFormat } from './report-files.ts'

export const ReportFormatEnum = { PDF: 'PDF', CSV: 'CSV', PARQUET: 'PARQUET' } as const
registerEnumType(ReportFormatEnum, {
  name: 'ReportFormat',
  description: 'What an analysis can be had as.',
  valuesConfig: {
    PDF: { description: 'One page to be read by anybody, and an appendix for analysts.' },
    CSV: { description: 'All result rows, one a metric, treatment and segment, with all their numbers.' },
    PARQUET: { description: 'The same table with typed columns.' },
  },
})

@ObjectType('Report', { description: 'A file of an analysis. It is made when it is fetched first.' })
export class ReportType {
  @Field(() => ReportFormatEnum, { description: 'What it is.' })
  format!: ReportFormat

  @Field(() => String, { description: 'Signed address: whoever has it can fetch the file, until it expires.' })
  url!: string

  @Field(() => String, { description: 'Name under which it is saved.' })
  fileName!: string

  @Field(() => String, { description: 'Media type, such as application/pdf.' })
  mediaType!: string

  @Field(() => GraphQLDateTimeISO, { description: 'Until when the address is good.' })
  expiresAt!: Date
}
