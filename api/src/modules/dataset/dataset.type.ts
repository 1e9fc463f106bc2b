import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars'
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import { connectionType } from '../connection.type.ts'
import type { DatasetVersion } from './dataset.service.ts'

export const DatasetVersionKindEnum = { BATCH: 'BATCH', COMPACTION: 'COMPACTION', ERASURE: 'ERASURE' } as const
registerEnumType(DatasetVersionKindEnum, {
  name: 'DatasetVersionKind',
  description: 'What made a version of the data.',
  valuesConfig: {
    BATCH: { description: 'An upload landed.' },
    COMPACTION: { description: 'Small files were merged: the events are those of the version before.' },
    ERASURE: { description: 'A user was erased, from this version and from all before it.' },
  },
})

@ObjectType('DatasetVersion', {
  description:
    'What an experiment’s data was at one moment. Every landed batch makes the next version; none changes, except that an erased user is taken out of all of them.',
})
export class DatasetVersionType {
  @Field(() => ID, { description: 'Identifies the version.' })
  id!: string

  @Field(() => Int, { description: '1, 2, 3 ... within the experiment.' })
  number!: number

  @Field(() => DatasetVersionKindEnum, { description: 'What made it.' })
  kind!: DatasetVersion['kind']

  @Field(() => GraphQLSafeInt, { description: 'Events in the version.' })
  rows!: number

  @Field(() => GraphQLSafeInt, { description: 'Size of its files.' })
  bytes!: number

  @Field(() => GraphQLDateTimeISO, { description: 'When the version was made.' })
  createdAt!: Date
}

export const DatasetVersionConnection = connectionType('DatasetVersion', 'versions', () => DatasetVersionType)
