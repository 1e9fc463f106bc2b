import { GraphQLDateTimeISO } from 'graphql-scalars'
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { ColumnMapping } from '../../ingest/column-mapping.ts'
import type { FilePreview } from '../../ingest/preview-file.ts'
import { CompressionEnum, FileFormatEnum } from './batch.type.ts'
import { ExposureRule, OutcomeKind, RowIdentity, TextEncodingEnum } from './column-mapping.input.ts'

@ObjectType('VariantValue', { description: 'What a value of a variant’s column means.' })
export class VariantValueType {
  @Field(() => String, { description: 'The value in the file.' })
  value!: string

  @Field(() => String, { description: 'Key, name or id of the variant it means.' })
  variant!: string
}

@ObjectType('VariantColumn', { description: 'A column that tells the variant.' })
export class VariantColumnType {
  @Field(() => String, { description: 'The column.' })
  column!: string

  @Field(() => [VariantValueType], {
    nullable: true,
    description: 'What its values mean. Null when they name the variants.',
  })
  values?: VariantValueType[] | null
}

@ObjectType('OutcomeColumn', { description: 'A column of a file with one row per user that makes events.' })
export class OutcomeColumnType {
  @Field(() => String, { description: 'The column.' })
  column!: string

  @Field(() => String, { description: 'Type of the events it makes.' })
  eventType!: string

  @Field(() => OutcomeKind, { description: 'What it holds.' })
  kind!: keyof typeof OutcomeKind
}

@ObjectType('AttributeColumn', { description: 'A column that is kept as an attribute.' })
export class AttributeColumnType {
  @Field(() => String, { description: 'The column.' })
  column!: string

  @Field(() => String, { nullable: true, description: 'Name of the attribute. Null: the column’s.' })
  name?: string | null
}

@ObjectType('ColumnMapping', {
  description: 'How the columns of a file become events: the shape of ColumnMappingInput.',
})
export class ColumnMappingType implements Partial<Omit<ColumnMapping, 'constantTimestamp'>> {
  @Field(() => String, { nullable: true, description: 'Column of the user’s id. Null: each row is a user of its own.' })
  userId?: string | null

  @Field(() => String, { nullable: true, description: 'Column with the experiment’s id or key. Null: none.' })
  experimentId?: string | null

  @Field(() => [VariantColumnType], { nullable: true, description: 'Columns that tell the variant. Null: none.' })
  variant?: VariantColumnType[] | null

  @Field(() => String, { nullable: true, description: 'Column of the event’s type. Null: none.' })
  eventType?: string | null

  @Field(() => String, { nullable: true, description: 'Column of the event’s value. Null: none.' })
  value?: string | null

  @Field(() => String, { nullable: true, description: 'Column of the event’s time. Null: none.' })
  timestamp?: string | null

  @Field(() => String, { nullable: true, description: 'Format of the times. Null: ISO 8601 or epoch.' })
  timestampFormat?: string | null

  @Field(() => String, { nullable: true, description: 'Zone of times that name none. Null: they are rejected.' })
  timezone?: string | null

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'The time of all rows. Null: each row has its own.' })
  constantTimestamp?: Date | string | null

  @Field(() => String, { nullable: true, description: 'Column with an id of the event. Null: none.' })
  eventId?: string | null

  @Field(() => ExposureRule, { nullable: true, description: 'Which rows expose their user. Null: the default.' })
  exposure?: keyof typeof ExposureRule | null

  @Field(() => [OutcomeColumnType], { nullable: true, description: 'Columns that make events. Null: none.' })
  outcomes?: OutcomeColumnType[] | null

  @Field(() => [AttributeColumnType], { nullable: true, description: 'Columns kept as attributes. Null: all others.' })
  attributes?: AttributeColumnType[] | null

  @Field(() => Boolean, { nullable: true, description: 'Numbers are written 1.234,56. Null: no.' })
  decimalComma?: boolean | null

  @Field(() => String, { nullable: true, description: 'Field separator. Null: it is found.' })
  delimiter?: string | null

  @Field(() => TextEncodingEnum, {
    nullable: true,
    description: 'How the letters of a text file are stored. Null: by its bytes, UTF-8 or UTF-16.',
  })
  encoding?: keyof typeof TextEncodingEnum | null

  @Field(() => RowIdentity, { nullable: true, description: 'What makes two rows the same event. Null: the default.' })
  rowIdentity?: keyof typeof RowIdentity | null
}

export const ColumnKindEnum = {
  EMPTY: 'EMPTY',
  FLAG: 'FLAG',
  INTEGER: 'INTEGER',
  NUMBER: 'NUMBER',
  TIMESTAMP: 'TIMESTAMP',
  LOCAL_TIME: 'LOCAL_TIME',
  TEXT: 'TEXT',
} as const
registerEnumType(ColumnKindEnum, {
  name: 'ColumnKind',
  description: 'What the first values of a column look like.',
  valuesConfig: {
    EMPTY: { description: 'Nothing.' },
    FLAG: { description: 'Yes or no.' },
    INTEGER: { description: 'Whole numbers.' },
    NUMBER: { description: 'Numbers.' },
    TIMESTAMP: { description: 'Points in time.' },
    LOCAL_TIME: { description: 'Points in time without a zone.' },
    TEXT: { description: 'Text.' },
  },
})

@ObjectType('ColumnDescription', { description: 'What the first values of a column look like.' })
export class ColumnDescriptionType {
  @Field(() => String, { description: 'The column.' })
  name!: string

  @Field(() => ColumnKindEnum, { description: 'What the values look like.' })
  kind!: keyof typeof ColumnKindEnum

  @Field(() => Int, { description: 'Distinct values among the first rows.' })
  distinct!: number

  @Field(() => Float, { description: 'Share of the first rows in which it is empty.' })
  empty!: number

  @Field(() => [String], { description: 'The first few distinct values.' })
  examples!: string[]
}

export const FileShape = { EVENTS: 'EVENTS', USERS: 'USERS' } as const
registerEnumType(FileShape, {
  name: 'FileShape',
  description: 'What a row of a file stands for.',
  valuesConfig: {
    EVENTS: { description: 'An event.' },
    USERS: { description: 'A user with outcomes.' },
  },
})

@ObjectType('UploadPreview', { description: 'What a file is, how it begins, and how it would be read.' })
export class UploadPreviewType implements Partial<Omit<FilePreview, 'mapping'>> {
  @Field(() => FileFormatEnum, { description: 'What the file is, by its content.' })
  format!: FilePreview['format']

  @Field(() => CompressionEnum, { description: 'How it is packed.' })
  compression!: FilePreview['compression']

  @Field(() => String, { nullable: true, description: 'Field separator. Null for files that are not delimited text.' })
  delimiter!: string | null

  @Field(() => [String], { description: 'The columns, in order.' })
  header!: string[]

  @Field(() => [[String]], {
    nullable: 'items',
    description: 'The first rows, one text a column; empty fields are null.',
  })
  rows!: (string | null)[][]

  @Field(() => [ColumnDescriptionType], { description: 'What the columns look like.' })
  columns!: ColumnDescriptionType[]

  @Field(() => ColumnMappingType, {
    nullable: true,
    description: 'How it would be read. Null when it follows the event contract and needs no mapping.',
  })
  mapping!: ColumnMappingType | null

  @Field(() => FileShape, { description: 'What a row stands for.' })
  shape!: keyof typeof FileShape

  @Field(() => [String], { description: 'What to check before agreeing.' })
  notes!: string[]
}
