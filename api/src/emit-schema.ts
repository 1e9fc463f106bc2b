import { writeFile } from 'node:fs/promises'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { createSchema } from './schema.ts'

// Writes the schema for clients and for review, into the file given or the one that is committed. Sorted, so that
// moving code changes nothing.
const schema = lexicographicSortSchema(await createSchema())
const path = process.argv[2] ?? new URL('../../schema/schema.graphql', import.meta.url)
await writeFile(path, `${printSchema(schema)}\n`)
