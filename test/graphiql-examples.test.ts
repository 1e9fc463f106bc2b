import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSchema, Kind, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'

const folder = new URL('../api/graphiql/examples/', import.meta.url)
const schema = buildSchema(readFileSync(new URL('../schema/schema.graphql', import.meta.url), 'utf8'))
const files = readdirSync(fileURLToPath(folder)).filter((name) => name.endsWith('.graphql'))

describe('the examples that GraphiQL opens with', () => {
  test('are in the order of the tour', () => {
    expect(files.map((name) => name.split('-')[0])).toEqual(files.map((_, index) => String(index + 1)))
  })

  test.each(files)('%s fits the schema, says what it shows, and fits its pane', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    const document = parse(text)
    expect(validate(schema, document)).toEqual([])

    // The tab's title is the name of its operation.
    expect(document.definitions).toHaveLength(1)
    const [operation] = document.definitions
    expect(operation?.kind === Kind.OPERATION_DEFINITION && operation.name?.value).toMatch(/^[A-Z]/)

    expect(text).toMatch(new RegExp(`^(#.*\n)*# Step ${name.split('-')[0]}: `))
    // What the editor shows in a line on a screen 1280 wide.
    expect(text.split('\n').filter((line) => line.length > 56)).toEqual([])
  })
})
