import { writeFile } from 'node:fs/promises'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { createSchema } from './schema.ts'

// Writes the schema for clients and for review. Sorted, so that moving code changes nothing.
const schema = lexicographicSortSchema(await createSchema())
await writeFile(new URL('../../schema/schema.graphql', import.meta.url), `${printSchema(schema)}\n`)
