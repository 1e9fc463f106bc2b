import { GraphQLDateTimeISO } from 'graphql-scalars'
import { Field, Float, InputType, registerEnumType } from 'type-graphql'

export const ExposureRule = { EVENTS: 'EVENTS', EVERY_ROW: 'EVERY_ROW' } as const
registerEnumType(ExposureRule, {
  name: 'ExposureRule',
  description: 'Which rows of a file expose their user to a variant.',
  valuesConfig: {
    EVENTS: { description: 'Rows of the event type "exposure".' },
    EVERY_ROW: { description: 'Every row that names a variant.' },
  },
})

export const OutcomeKind = { FLAG: 'FLAG', COUNT: 'COUNT', VALUE: 'VALUE' } as const
registerEnumType(OutcomeKind, {
  name: 'OutcomeKind',
  description: 'What a column with an outcome holds.',
  valuesConfig: {
    FLAG: { description: 'Yes or no: yes makes an event without a value.' },
    COUNT: { description: 'A whole number: above zero makes an event with it as value.' },
    VALUE: { description: 'A number: other than zero makes an event with it as value.' },
  },
})

export const RowIdentity = { CONTENT: 'CONTENT', ROW: 'ROW' } as const
registerEnumType(RowIdentity, {
  name: 'RowIdentity',
  description: 'What makes two rows without an event id the same event.',
  valuesConfig: {
    CONTENT: { description: 'Equal user, variant, type, time, value and attributes.' },
    ROW: { description: 'Nothing: every row of the file is an event of its own.' },
  },
})

export const TextEncodingEnum = { UTF_8: 'UTF_8', UTF_16: 'UTF_16', WINDOWS_1252: 'WINDOWS_1252' } as const
registerEnumType(TextEncodingEnum, {
  name: 'TextEncoding',
  description: 'How the letters of a text file are stored.',
  valuesConfig: {
    UTF_8: { description: 'UTF-8.' },
    UTF_16: { description: 'UTF-16, in either order of bytes.' },
    WINDOWS_1252: { description: 'Windows-1252; Latin-1 (ISO 8859-1) is read as it.' },
  },
})

@InputType('VariantValueInput', { description: 'What a value of a variant’s column means.' })
export class VariantValueInput {
  @Field(() => String, { description: 'The value in the file.' })
  value!: string

  @Field(() => String, { description: 'Key, name or id of the variant it means.' })
  variant!: string
}

@InputType('VariantColumnInput', { description: 'A column that tells the variant.' })
export class VariantColumnInput {
  @Field(() => String, { description: 'The column.' })
  column!: string

  @Field(() => [VariantValueInput], {
    nullable: true,
    description: 'What its values mean; values that are a variant’s key, name or id need no entry.',
  })
  values?: VariantValueInput[] | null
}

@InputType('EventTypeValueInput', { description: 'What a value of the event type’s column is called in Fairlift.' })
export class EventTypeValueInput {
  @Field(() => String, { description: 'The value in the file.' })
  value!: string

  @Field(() => String, { description: 'The event type.' })
  eventType!: string
}

@InputType('OutcomeColumnInput', { description: 'A column of a file with one row per user that makes events.' })
export class OutcomeColumnInput {
  @Field(() => String, { description: 'The column.' })
  column!: string

  @Field(() => String, { description: 'Type of the events it makes, such as purchase or conversion.' })
  eventType!: string

  @Field(() => OutcomeKind, { description: 'What it holds.' })
  kind!: keyof typeof OutcomeKind
}

@InputType('AttributeColumnInput', { description: 'A column that is kept as an attribute.' })
export class AttributeColumnInput {
  @Field(() => String, { description: 'The column.' })
  column!: string

  @Field(() => String, { nullable: true, description: 'Name of the attribute. By default the column’s.' })
  name?: string | null
}

@InputType('ValueRuleInput', { description: 'Bounds of the values of an event type.' })
export class ValueRuleInput {
  @Field(() => String, { description: 'The event type.' })
  eventType!: string

  @Field(() => Float, { nullable: true, description: 'Least value. By default none; 0 for purchases.' })
  minimum?: number | null

  @Field(() => Float, { nullable: true, description: 'Greatest value. By default none.' })
  maximum?: number | null

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether such events need a value. By default those that a metric adds up; an empty outcome column makes no event unless this is true.',
  })
  required?: boolean | null
}

@InputType('EmptyShareInput', { description: 'How much of a column may be empty.' })
export class EmptyShareInput {
  @Field(() => String, { description: 'The column.' })
  column!: string

  @Field(() => Float, { description: 'Share of the rows, 0 to 1; beyond it nothing is taken over.' })
  share!: number
}

@InputType('ColumnMappingInput', {
  description:
    'How the columns of a foreign file become events. Files that follow the event contract (user_id, event_type, timestamp, variant_id, value ...) need none; a mapping that names no column reads the contract’s. previewUpload proposes one.',
})
export class ColumnMappingInput {
  @Field(() => String, { nullable: true, description: 'Column of the user’s id. Null: each row is a user of its own.' })
  userId?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'Column with the experiment’s id or key; other rows are rejected.',
  })
  experimentId?: string | null

  @Field(() => [VariantColumnInput], {
    nullable: true,
    description:
      'Columns that tell the variant. Where several disagree the user counts as exposed to several variants.',
  })
  variant?: VariantColumnInput[] | null

  @Field(() => String, { nullable: true, description: 'Column of the event’s type.' })
  eventType?: string | null

  @Field(() => [EventTypeValueInput], { nullable: true, description: 'Renames values of the event type’s column.' })
  eventTypes?: EventTypeValueInput[] | null

  @Field(() => String, { nullable: true, description: 'Column of the event’s value.' })
  value?: string | null

  @Field(() => String, { nullable: true, description: 'Column of the event’s time.' })
  timestamp?: string | null

  @Field(() => String, {
    nullable: true,
    description:
      'Format of the times in strftime’s letters, such as %d.%m.%Y. By default ISO 8601 and epoch times are read.',
  })
  timestampFormat?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'IANA zone of times that name none. By default they are rejected.',
  })
  timezone?: string | null

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'The time of all rows, for files without times.' })
  constantTimestamp?: Date | null

  @Field(() => String, { nullable: true, description: 'Column with an id of the event.' })
  eventId?: string | null

  @Field(() => ExposureRule, {
    nullable: true,
    description: 'Which rows expose their user. By default EVERY_ROW where there are outcomes, else EVENTS.',
  })
  exposure?: keyof typeof ExposureRule | null

  @Field(() => [OutcomeColumnInput], {
    nullable: true,
    description: 'Columns of a file with one row per user that make events.',
  })
  outcomes?: OutcomeColumnInput[] | null

  @Field(() => [AttributeColumnInput], {
    nullable: true,
    description: 'Columns kept as attributes. By default all that are used for nothing else.',
  })
  attributes?: AttributeColumnInput[] | null

  @Field(() => Boolean, { nullable: true, description: 'Numbers are written 1.234,56.' })
  decimalComma?: boolean | null

  @Field(() => String, { nullable: true, description: 'Field separator of a text file. By default it is found.' })
  delimiter?: string | null

  @Field(() => TextEncodingEnum, {
    nullable: true,
    description:
      'How the letters of a text file are stored. By default UTF-8, and UTF-16 where the bytes tell so; a byte order mark counts more than this.',
  })
  encoding?: keyof typeof TextEncodingEnum | null

  @Field(() => RowIdentity, {
    nullable: true,
    description: 'What makes two rows the same event. By default CONTENT; ROW for files without times.',
  })
  rowIdentity?: keyof typeof RowIdentity | null

  @Field(() => [ValueRuleInput], { nullable: true, description: 'Bounds of values by event type.' })
  valueRules?: ValueRuleInput[] | null

  @Field(() => [EmptyShareInput], { nullable: true, description: 'How much of columns may be empty.' })
  maxEmptyShares?: EmptyShareInput[] | null
}
