import { createRequire } from 'node:module'
import type * as drizzleOrm from 'drizzle-orm'
import type * as nodePostgres from 'drizzle-orm/node-postgres'
import type * as migrator from 'drizzle-orm/node-postgres/migrator'
import type * as pgCore from 'drizzle-orm/pg-core'

/**
 * Drizzle, by its CommonJS build. Node takes 1.8 s and 250 MB to link its ES modules, which import each other in
 * circles; this build takes 0.2 s and 24 MB, and is the same code.
 */
const require = createRequire(import.meta.url)

export const { and, asc, desc, eq, getTableColumns, gt, ilike, inArray, isNull, lt, lte, ne, or, sql } =
  require('drizzle-orm') as typeof drizzleOrm
export const {
  bigint,
  bigserial,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} = require('drizzle-orm/pg-core') as typeof pgCore
export const { drizzle } = require('drizzle-orm/node-postgres') as typeof nodePostgres
export const { migrate } = require('drizzle-orm/node-postgres/migrator') as typeof migrator

export type { AnyColumn, SQL } from 'drizzle-orm'
export type { NodePgDatabase } from 'drizzle-orm/node-postgres'
