import { fileURLToPath } from 'node:url'
import type { CreateExperimentInput } from '@fairlift/sdk'

export const sampleFile = fileURLToPath(new URL('../../datasets/sample_events.csv', import.meta.url))

/** An experiment with three variants. */
export const springMail = {
  key: 'mail',
  name: 'Spring mail',
  variants: [
    { key: 'none', role: 'CONTROL' },
    { key: 'short', role: 'TREATMENT' },
    { key: 'long', role: 'TREATMENT' },
  ],
} satisfies CreateExperimentInput

const groups = ['red', 'green', 'blue']
const rows = Array.from({ length: 900 }, (_, i) => {
  const group = i % 300 === 299 ? 'test' : groups[i % 3]
  return [`u${i}`, group, i % (7 - (i % 3)) === 0 ? 1 : 0, (i % 11) + 0.5, ['north', 'south'][i % 2]].join(',')
})

/** A row a user, and no value that is the name of a variant of the spring mail; three rows are of none. */
export const springMailFile = `customer,group,converted,revenue,region\n${rows.join('\n')}\n`

const lines = Array.from(
  { length: 50 },
  (_, i) => `u${i},${i % 2 ? 'control' : 'nobody'},exposure,2026-06-05T10:00:00Z`,
)

/** Every other row is of a variant that there is not: too many for a file that is taken over without a question. */
export const halfUnknownFile = `user_id,variant_id,event_type,timestamp\n${lines.join('\n')}\n`
