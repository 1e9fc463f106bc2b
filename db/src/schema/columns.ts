import { timestamp, uuid } from '../drizzle.ts'

/** The primary key of every table: a random UUID (version 4). */
export const id = () => uuid('id').primaryKey().defaultRandom()

/** A point in time, UTC, microseconds. */
export const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 6 })

/** When the row was written first and last. */
export const timestamps = {
  createdAt: time('created_at').notNull().defaultNow(),
  updatedAt: time('updated_at')
    .notNull()
    .defaultNow()
    .$onUpdate(() => new Date()),
}
