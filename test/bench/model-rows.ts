import type { Experiment } from '@fairlift/sdk'
import { quoted } from '../testkit/duckdb.ts'
import type { CardJson } from '../testkit/scored-users.ts'

/** Reads what training reads of the events, and nothing else. */
export function scanStatement(parts: string[]): string {
  return `select count(distinct unit), min(time), sum(value), count(variant_id), count(event_type)
    from ${read(parts)}`
}

/**
 * The users of a model as rows, into a file: whether they converted, the variant, and the level of each feature. Other
 * programs begin where this ends.
 */
export function rowsStatement(parts: string[], experiment: Experiment, card: CardJson, path: string): string {
  const [from, to] = [experiment.startAt!, experiment.endAt!].map(quoted) as [string, string]
  const conversion = experiment.metrics.find(({ metric }) => metric.key === 'conversion')!.metric
  const types = conversion.numerator.eventTypes.map(quoted).join(', ')
  const names = card.features.map(({ name }) => name)
  const first = names.map((name) => `, arg_min("@${name}", time) as "@${name}"`).join('')
  const ids = card.variants.map((key) => experiment.variants.find((variant) => variant.key === key)!.id)
  const variant = ids.map((id, place) => `when ${quoted(id)} then ${place}`).join(' ')
  const levels = card.features.map((feature, place) => `${levelOf(feature)} as f${place}`).join(', ')
  return `copy (
    with exposed as (
      select unit, min(time) as first, min(variant_id) as variant${first}
      from ${read(parts)}
      where event_type = 'exposure' and variant_id is not null
        and time >= timestamptz ${from} and time < timestamptz ${to}
      group by unit having min(variant_id) = max(variant_id)
    ), buyers as (
      select distinct unit from ${read(parts)} join exposed using (unit)
      where event_type in (${types}) and time >= first and time < timestamptz ${to}
    )
    select (buyers.unit is not null)::integer as y, case variant ${variant} end as variant, ${levels}
    from exposed left join buyers using (unit)
  ) to ${quoted(path)} (format parquet)`
}

const read = (parts: string[]): string =>
  // A part lacks the attributes that none of its events has.
  `read_parquet([${parts.map(quoted).join(', ')}], union_by_name = true)`

function levelOf({ name, kind, levels, edges, missing, other }: CardJson['features'][number]): string {
  const value = `"@${name}"`
  const unknown = missing === null ? '' : `when ${value} is null then ${missing} `
  if (kind === 'BINNED')
    return `case ${unknown}else ${edges.map((edge) => `(${value}::double >= ${edge})::integer`).join(' + ') || '0'} end`
  const own = [...levels.keys()].filter((level) => level !== missing && level !== other)
  const known = own.map((level) => `when ${value} = ${quoted(levels[level]!)} then ${level}`).join(' ')
  return `case ${unknown}${known}${other === null ? '' : ` else ${other}`} end`
}
