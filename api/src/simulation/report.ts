import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { whole } from '../analysis/wording.ts'
import { type Finding, isWithin } from './finding.ts'

const path = fileURLToPath(new URL('../../../docs/calibration.md', import.meta.url))

/** One line a method, data and size; two columns for each share that was counted. */
export function tableOf(findings: Finding[]): string {
  const counts = [...new Set(findings.map(({ counted }) => counted))]
  const head = ['method', 'data', 'users', 'runs', ...counts.flatMap((name) => [name, 'bounds']), 'by']
  const rows = [...Map.groupBy(findings, ({ method, data, users }) => `${method}|${data}|${users}`).values()].map(
    (own) => {
      const { method, data, users, replications } = own[0]!
      const shares = counts.flatMap((name) => {
        const finding = own.find(({ counted }) => counted === name)
        if (finding === undefined) return ['', '']
        const { low, high } = finding.bounds
        return [
          `${percent(finding.observed)}${isWithin(finding) ? '' : ' !'}`,
          high === 1 ? 'none' : `${percent(low)}-${percent(high)}`,
        ]
      })
      const bases = [...new Set(own.map(({ bounds }) => bounds.basis))].join(', ')
      return [method, data, whole(users), whole(replications), ...shares, bases]
    },
  )
  const lines = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  const isText = (column: number) => column < 2 || column === head.length - 1
  return lines
    .map((line) =>
      line
        .map((cell, column) => (isText(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Puts the tables into docs/calibration.md, in place of those that are there. */
export function keepTables(tables: { title: string; text: string }[]): void {
  const [begin, end] = ['<!-- simulation -->', '<!-- /simulation -->']
  const document = readFileSync(path, 'utf8')
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from)
    throw new Error(`${path} has no lines "${begin}" and "${end}": the tables go between them.`)
  const text = tables.map(({ title, text }) => `### ${title}\n\n\`\`\`text\n${text}\n\`\`\`\n\n`).join('')
  writeFileSync(path, `${document.slice(0, from)}${begin}\n\n${text}${document.slice(to)}`)
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`
}
