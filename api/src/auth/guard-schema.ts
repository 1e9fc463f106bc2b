import { defaultFieldResolver, type GraphQLField, type GraphQLSchema, isNonNullType, isObjectType } from 'graphql'
import type { Caller } from './caller.ts'
import { requireScope } from './caller.ts'
import { nestedNeeds, type Need, rootNeeds, typeNeeds } from './access.ts'

/** What the guard wants of a request's context. */
interface GuardedContext {
  caller: Caller
}

type Field = GraphQLField<unknown, GuardedContext>

/**
 * Makes every field ask for the scope that it needs (access.ts), and say so in its description.
 *
 * @throws Error when a root field has no stated scope, or a scope is stated for a field that does not exist
 */
export function guardSchema(schema: GraphQLSchema): void {
  const roots = {
    Query: schema.getQueryType(),
    Mutation: schema.getMutationType(),
    Subscription: schema.getSubscriptionType(),
  }
  for (const [name, needs] of Object.entries(rootNeeds)) {
    const fields = roots[name as keyof typeof roots]?.getFields() ?? {}
    for (const field of Object.values(fields)) {
      const need = needs[field.name]
      if (need === undefined) throw new Error(`${name}.${field.name} has no stated scope: add it to auth/access.ts.`)
      guard(field as Field, need, `"${field.name}"`, 'always')
    }
    const unknown = Object.keys(needs).filter((field) => fields[field] === undefined)
    if (unknown.length > 0) throw new Error(`auth/access.ts states scopes of ${name}.${unknown.join(', ')}: not there.`)
  }
  for (const [typeName, { need, open }] of Object.entries(typeNeeds)) {
    for (const field of fieldsOf(schema, typeName)) {
      const own = nestedNeeds[`${typeName}.${field.name}`] ?? need
      if (!open.includes(field.name)) guard(field, own, `"${typeName}.${field.name}"`, 'always')
    }
  }
  for (const [path, need] of Object.entries(nestedNeeds)) {
    const [typeName, fieldName] = path.split('.') as [string, string]
    if (typeNeeds[typeName] !== undefined) continue
    const field = fieldsOf(schema, typeName).find(({ name }) => name === fieldName)
    if (field === undefined) throw new Error(`auth/access.ts states a scope of ${path}: not there.`)
    guard(field, need, `"${path}"`, isNonNullType(field.type) ? 'always' : 'when there is something')
  }
}

function fieldsOf(schema: GraphQLSchema, typeName: string): Field[] {
  const type = schema.getType(typeName)
  if (!isObjectType(type)) throw new Error(`auth/access.ts states scopes of ${typeName}, which is no type.`)
  return Object.values(type.getFields()) as Field[]
}

/** @param when where there is nothing, nothing is revealed: a job of another kind simply has no analysis */
function guard(field: Field, need: Need, what: string, when: 'always' | 'when there is something'): void {
  field.description = `${field.description ?? ''} ${described(need)}`.trim()
  if (need === 'anyone') return
  const needed = typeof need === 'string' ? [need] : need
  const { resolve = defaultFieldResolver, subscribe } = field
  // Before the events, not only before each of them.
  if (subscribe !== undefined) {
    field.subscribe = (source, args, context, info) => {
      requireScope(context.caller, needed, what)
      return subscribe(source, args, context, info) as unknown
    }
  }
  field.resolve = (source, args, context, info) => {
    if (when === 'always') {
      requireScope(context.caller, needed, what)
      return resolve(source, args, context, info)
    }
    if (needed.some((scope) => context.caller.scopes.has(scope))) return resolve(source, args, context, info)
    return Promise.resolve(resolve(source, args, context, info)).then((value: unknown) => {
      if (value == null) return value
      return requireScope(context.caller, needed, what)
    })
  }
}

function described(need: Need): string {
  if (need === 'anyone') return 'Needs no scope.'
  if (typeof need === 'string') return `Needs the scope \`${need}\`.`
  return `Needs one of the scopes ${need.map((scope) => `\`${scope}\``).join(', ')}.`
}
