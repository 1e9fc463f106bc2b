import { Field, ObjectType } from 'type-graphql'
import type { Narrative } from '../../reports/narrative/narrate.ts'

@ObjectType('Narrative', {
  description:
    'An analysis in sentences, made by rules: the text of its report. Of a look before the planned end nothing is called proven, and what is wrong with the data is always told.',
})
export class NarrativeType implements Narrative {
  @Field(() => String, { description: 'What was compared, on how many users, in which time.' })
  tested!: string

  @Field(() => String, { description: 'The verdict in a sentence, as the decision says it.' })
  verdict!: string

  @Field(() => [String], {
    description:
      'What the verdict means here: what the data still allow, and how many users it would take to know more. May be empty.',
  })
  meaning!: string[]

  @Field(() => [String], {
    description: 'The numbers that matter most, at most three, each with its interval and how it is judged.',
  })
  findings!: string[]

  @Field(() => [String], { description: 'What the checks of the data found: a headline, then each finding.' })
  health!: string[]

  @Field(() => String, { description: 'What it would change in revenue, and on what traffic that rests.' })
  revenue!: string

  @Field(() => [String], { description: 'What to do next, in order.' })
  nextSteps!: string[]
}
