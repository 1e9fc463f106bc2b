import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars'
import { Field, ID, Int, ObjectType } from 'type-graphql'

@ObjectType('DatasetVersion', {
  description: 'What an experiment’s data was at one moment. Every landed batch makes the next version; none changes.',
})
export class DatasetVersionType {
  @Field(() => ID, { description: 'Identifies the version.' })
  id!: string

  @Field(() => Int, { description: '1, 2, 3 ... within the experiment.' })
  number!: number

  @Field(() => GraphQLSafeInt, { description: 'Events in the version.' })
  rows!: number

  @Field(() => GraphQLSafeInt, { description: 'Size of its files.' })
  bytes!: number

  @Field(() => GraphQLDateTimeISO, { description: 'When the version was made.' })
  createdAt!: Date
}
