import { index, pgTable, text, unique } from '../drizzle.ts'
import { id, timestamps } from './columns.ts'

/** A key that a caller gave with a request, what was asked, and what it was answered with: asked again, the same. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    id: id(),
    /** Whose key it is: `local`, or an API key or the subject of access tokens. */
    owner: text('owner').notNull(),
    key: text('key').notNull(),
    mutation: text('mutation').notNull(),
    /** SHA-256 of what was asked. */
    questionHash: text('question_hash').notNull(),
    /** Ids of what was made, or found. */
    answerIds: text('answer_ids').array().notNull(),
    ...timestamps,
  },
  (table) => [
    unique('idempotency_keys_owner_key_unique').on(table.owner, table.key),
    index('idempotency_keys_created_at_index').on(table.createdAt),
  ],
)
