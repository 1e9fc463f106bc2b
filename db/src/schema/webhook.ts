import { boolean, pgTable, text } from '../drizzle.ts'
import { id, timestamps } from './columns.ts'

/** An address that is told of events. */
export const webhooks = pgTable('webhooks', {
  id: id(),
  url: text('url').notNull(),
  events: text('events').array().notNull(),
  secret: text('secret').notNull(),
  enabled: boolean('enabled').notNull().default(true),
  ...timestamps,
})
