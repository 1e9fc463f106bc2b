import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  Kind,
  parse,
  validate,
  type DocumentNode,
  type GraphQLNamedType,
} from 'graphql'
import { describe, expect, test } from 'vitest'

const folder = fileURLToPath(new URL('../schema', import.meta.url))
const schema = buildSchema(readFileSync(join(folder, 'schema.graphql'), 'utf8'))

/** Every shipped operation and fragment, by the path of its file. */
const files = readdirSync(join(folder, 'operations'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.graphql'))
  .map((path) => path.replaceAll('\\', '/'))
const documents = new Map(files.map((path) => [path, parse(readFileSync(join(folder, 'operations', path), 'utf8'))]))

interface Described {
  name: string
  description?: string | null
}

/** What there is of a type: itself, its fields, their arguments, its values. */
function partsOf(type: GraphQLNamedType): Described[] {
  const own = { name: type.name, description: type.description }
  const named = (parent: string, part: Described) => ({ ...part, name: `${parent}.${part.name}` })
  if (isEnumType(type)) return [own, ...type.getValues().map((value) => named(type.name, value))]
  if (isInputObjectType(type)) return [own, ...Object.values(type.getFields()).map((field) => named(type.name, field))]
  if (!isObjectType(type) && !isInterfaceType(type)) return [own]
  const fields = Object.values(type.getFields()).flatMap((field) => [
    named(type.name, field),
    ...field.args.map((argument) => named(`${type.name}.${field.name}`, argument)),
  ])
  // The roots are told by their fields.
  return ['Query', 'Mutation', 'Subscription'].includes(type.name) ? fields : [own, ...fields]
}

const types = Object.values(schema.getTypeMap()).filter(
  (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
)

describe('the schema', () => {
  test('describes every type, field, argument, input field and value', () => {
    const parts = types.flatMap(partsOf)
    expect(parts.length).toBeGreaterThan(300)
    expect(parts.filter(({ description }) => !description?.trim()).map(({ name }) => name)).toEqual([])
  })

  test('says of every field that may be null when it is', () => {
    const nullable = types
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
      .filter(({ field }) => !String(field.type).endsWith('!'))
    expect(nullable.length).toBeGreaterThan(20)
    const silent = nullable.filter(({ field }) => !/null/i.test(field.description ?? ''))
    expect(silent.map(({ type, field }) => `${type.name}.${field.name}`)).toEqual([])
  })

  test('gives lists of unknown length as connections, page by page', () => {
    const connections = types.filter(isObjectType).filter(({ name }) => name.endsWith('Connection'))
    expect(connections.length).toBeGreaterThan(3)
    for (const type of connections) {
      expect(Object.keys(type.getFields())).toEqual(expect.arrayContaining(['edges', 'nodes', 'pageInfo']))
    }
  })
})

test('the committed schema is what the code makes (run "pnpm generate" when it is not)', () => {
  const emitted = mkdtempSync(join(tmpdir(), 'fairlift-schema-'))
  try {
    const path = join(emitted, 'schema.graphql')
    // A process of its own: the decorators are compiled as the server compiles them.
    const arguments_ = ['--conditions=source', '--import', 'tsx', 'api/src/emit-schema.ts', path]
    execFileSync(process.execPath, arguments_, { cwd: join(folder, '..') })
    expect(readFileSync(path, 'utf8')).toBe(readFileSync(join(folder, 'schema.graphql'), 'utf8'))
  } finally {
    rmSync(emitted, { recursive: true })
  }
})

describe('the shipped operations', () => {
  const fragments = [...documents]
    .filter(([path]) => path.startsWith('fragments/'))
    .flatMap(([, document]) => document.definitions)
  const operations = [...documents].filter(([path]) => !path.startsWith('fragments/'))

  test.each(operations)('%s fits the schema', (_path, document) => {
    const whole: DocumentNode = { kind: Kind.DOCUMENT, definitions: [...document.definitions, ...usedBy(document)] }
    expect(validate(schema, whole)).toEqual([])
  })

  test('are one to a file, named as their file is', () => {
    for (const [path, { definitions }] of operations) {
      expect(definitions.map(({ kind }) => kind)).toEqual([Kind.OPERATION_DEFINITION])
      const [operation] = definitions
      const name = operation?.kind === Kind.OPERATION_DEFINITION ? operation.name?.value : undefined
      expect(kebabCase(name ?? '')).toBe(path.replace('.graphql', ''))
    }
  })

  test('reach every query, mutation and subscription', () => {
    const text = operations.map(([path]) => readFileSync(join(folder, 'operations', path), 'utf8')).join('\n')
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
    const fields = roots.flatMap((root) => Object.keys(root?.getFields() ?? {}))
    expect(fields.filter((field) => !new RegExp(`\\b${field}\\b`).test(text))).toEqual([])
  })

  test('use every fragment', () => {
    const used = new Set(operations.flatMap(([, document]) => usedBy(document)))
    expect(fragments.filter((fragment) => !used.has(fragment))).toEqual([])
  })

  /** The fragments that a document spreads, and those that they spread. */
  function usedBy(document: DocumentNode): DocumentNode['definitions'][number][] {
    const names = new Set<string>()
    const collect = (text: string): void => {
      for (const [, name] of text.matchAll(/"kind":"FragmentSpread","name":\{"kind":"Name","value":"(\w+)"/g)) {
        if (names.has(name!)) continue
        names.add(name!)
        collect(JSON.stringify(fragmentNamed(name!)))
      }
    }
    collect(JSON.stringify(document))
    return [...names].map(fragmentNamed)
  }

  function fragmentNamed(name: string) {
    const found = fragments.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
    )
    if (found === undefined) throw new Error(`There is no fragment ${name}.`)
    return found
  }
})

function kebabCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()
}
