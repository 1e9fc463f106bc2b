import { pgTable, text } from '../drizzle.ts'
import { id, time, timestamps } from './columns.ts'

/** A key for programs. Only its hash is kept; the prefix is there to recognise it by. */
export const apiKeys = pgTable('api_keys', {
  id: id(),
  name: text('name').notNull(),
  prefix: text('prefix').notNull(),
  hash: text('hash').notNull().unique(),
  scopes: text('scopes').array().notNull(),
  expiresAt: time('expires_at'),
  lastUsedAt: time('last_used_at'),
  revokedAt: time('revoked_at'),
  ...timestamps,
})
