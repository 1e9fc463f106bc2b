import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Report } from './report.ts'

const path = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url))
const END = '<!-- bench: end -->'

/**
 * Puts a table into docs/benchmarks.md in place of the one with the same name, or after all others. Each is told with its
 * day and machine: tables may come from different runs.
 */
export function keepReport(name: string, { title, text }: Report, machine: string): void {
  const [begin, end] = [`<!-- bench: ${name} -->`, `<!-- /bench: ${name} -->`]
  const day = new Date().toISOString().slice(0, 10)
  const section = `${begin}\n\n### ${title}\n\n${day}, ${machine}.\n\n\`\`\`text\n${text}\n\`\`\`\n\n${end}`
  const document = readFileSync(path, 'utf8')
  const from = document.indexOf(begin)
  const to = document.indexOf(end)
  const place = document.indexOf(END)
  if (place < 0) throw new Error(`${path} has no line "${END}": tables are put before it.`)
  const changed =
    from >= 0 && to > from
      ? document.slice(0, from) + section + document.slice(to + end.length)
      : `${document.slice(0, place)}${section}\n\n${document.slice(place)}`
  writeFileSync(path, changed)
}
