import { existsSync, readFileSync } from 'node:fs'
import { describe } from 'vitest'
import { gunzipSync } from 'node:zlib'

/** Published experiments with what statsmodels found in them: beside the repository, not in it. */
const FOLDER = new URL('../../../../shared/datasets/', import.meta.url)
const found = existsSync(FOLDER)

/** Tests on a data set; skipped, and said so, where it is not there. */
export function describeDataset(name: string, tests: () => void): void {
  if (found) describe(name, tests)
  else describe.skip(`${name} (skipped: no folder ../shared/datasets)`, tests)
}

export function referenceOf<Results>(name: string): Results {
  return (JSON.parse(readFileSync(new URL(`${name}/reference.json`, FOLDER), 'utf8')) as { results: Results }).results
}

/** The rows of a CSV file, by the names of its columns. */
export function csvRows(path: string): Record<string, string>[] {
  const bytes = readFileSync(new URL(path, FOLDER))
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trimEnd()
  const [header, ...lines] = text.split(/\r?\n/)
  const names = header!.split(',')
  return lines.map((line) => {
    // A quoted name of a range of spending holds a comma.
    const fields = line.replace(/"[^"]*"/, '').split(',')
    return Object.fromEntries(names.map((name, i) => [name, fields[i]!]))
  })
}
