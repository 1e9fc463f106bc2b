import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { quoted } from '../../testkit/duckdb.ts'
import type { DuckDbAnswer, DuckDbQuestion, EngineRequest, Group, Measure } from '../analysis-question.ts'
import { cores } from '../machine.ts'

// The yardstick of analysis: DuckDB, asked the same over the same parts. Usage: analyse.ts REQUEST.json; prints the answers
// and what they took.
type Request = Omit<EngineRequest, 'questions'> & { questions: DuckDbQuestion[] }

const request = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Request
const instance = await DuckDBInstance.create(':memory:', { threads: String(cores) })
const connection = await instance.connect()
const answers: DuckDbAnswer[] = []
for (const question of request.questions) {
  const statement = statementOf(question)
  let rows = await ask(statement)
  const ms: number[] = []
  for (let k = 0; k < request.runs; k++) {
    const started = performance.now()
    rows = await ask(statement)
    ms.push(performance.now() - started)
  }
  answers.push({ name: question.name, ms, groups: rows.flatMap((row) => groupOf(question, row)) })
}
process.stdout.write(JSON.stringify(answers))

type Row = Record<string, string | number | null>

async function ask(statement: string): Promise<Row[]> {
  return (await connection.runAndReadAll(statement)).getRowObjectsJS() as unknown as Row[]
}

/**
 * The first exposure of each user who was exposed to one variant only, the user's events summed up before and after it,
 * and the moments of these sums by variant and attribute.
 */
function statementOf({ measures, pairs, segments }: DuckDbQuestion): string {
  // A part lacks the attributes that none of its events has.
  const files = request.parts.map(({ path }) => quoted(path)).join(', ')
  const parts = `read_parquet([${files}], union_by_name = true)`
  const { from, to } = request.window
  const types = [...new Set(measures.flatMap(({ eventTypes }) => eventTypes))]
  const first = segments.map((name) => `, arg_min("@${name}", time) as "@${name}"`).join('')
  const columns = measures.map((measure, index) => `${sumOf(measure, to)} as m${index}`).join(', ')
  const values = measures.map((_, index) => `coalesce(m${index}, 0)::double as m${index}`).join(', ')
  const moments = [
    ...measures.map((_, index) => `avg(m${index}) as mean${index}, var_pop(m${index}) * count(*) as sq${index}`),
    ...pairs.map(([a, b], index) => `covar_pop(m${a}, m${b}) * count(*) as product${index}`),
  ].join(', ')
  const names = segments.map((name) => `"@${name}"`)
  const sets = ['(variant)', ...names.map((name) => `(variant, ${name})`)].join(', ')
  const level = names.length === 0 ? '0' : `grouping(${names.join(', ')})`
  return `with exposed as (
    select unit, min(time) as first, min(variant_id) as variant${first}
    from ${parts}
    where event_type = 'exposure' and variant_id is not null
      and time >= timestamptz ${quoted(from)} and time < timestamptz ${quoted(to)}
    group by unit having min(variant_id) = max(variant_id)
  ), summed as (
    select unit, ${columns}
    from ${parts} join exposed using (unit)
    where event_type in (${types.map(quoted).join(', ')})
    group by unit
  ), users as (
    select variant, ${names.map((name) => `${name}, `).join('')}${values} from exposed left join summed using (unit)
  )
  select variant, ${names.map((name) => `${name}, `).join('')}${level}::integer as level, count(*)::double as n, ${moments}
  from users group by grouping sets (${sets})`
}

function sumOf({ eventTypes, aggregation, before }: Measure, to: string): string {
  const counts = before ? 'time < first' : `time >= first and time < timestamptz ${quoted(to)}`
  const filter = `filter (where event_type in (${eventTypes.map(quoted).join(', ')}) and ${counts})`
  if (aggregation === 'sum') return `sum(value) ${filter}`
  return aggregation === 'count' ? `count(*) ${filter}` : `least(count(*) ${filter}, 1)`
}

/** A row as a group; its level has a bit for each attribute that it is not broken down by. */
function groupOf({ measures, pairs, segments }: DuckDbQuestion, row: Row): Group[] {
  const variant = request.variants.indexOf(String(row.variant))
  if (variant < 0) return []
  const all = 2 ** segments.length - 1
  const place = segments.findIndex((_, index) => row.level === all - 2 ** (segments.length - 1 - index))
  const attribute = segments[place]
  return [
    {
      variant,
      segment: attribute === undefined ? null : { attribute, value: row[`@${attribute}`] as string | null },
      n: Number(row.n),
      means: measures.map((_, index) => Number(row[`mean${index}`])),
      m2: measures.map((_, index) => Number(row[`sq${index}`])),
      products: pairs.map((_, index) => Number(row[`product${index}`])),
    },
  ]
}
