import { index, pgTable, text } from '../drizzle.ts'
import { id, time, timestamps } from './columns.ts'

/** A key for programs and people. Only its hash is kept; the prefix is there to find it and to recognise it by. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: id(),
    name: text('name').notNull(),
    /** How the key begins, such as `fl_live_ab12cd34`: no secret. */
    prefix: text('prefix').notNull(),
    /** SHA-256 of the whole key. It is long and random, so that there is nothing to guess. */
    hash: text('hash').notNull().unique(),
    scopes: text('scopes').array().notNull(),
    /** Null: it does not expire. */
    expiresAt: time('expires_at'),
    /** To the minute. Null: never. */
    lastUsedAt: time('last_used_at'),
    /** Null: it is good. A key that was revoked stays in the list. */
    revokedAt: time('revoked_at'),
    ...timestamps,
  },
  (table) => [index('api_keys_prefix_index').on(table.prefix)],
)
