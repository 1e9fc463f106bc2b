import { readFileSync } from 'node:fs'
import LogisticRegression from 'ml-logistic-regression'
import { Matrix } from 'ml-matrix'
import LinearRegression from 'ml-regression-multivariate-linear'
import { askDuckDb, quoted } from '../../testkit/duckdb.ts'
import type { RowFit } from '../models.ts'

// The packages that the design names, on as many rows as they can bear. Usage: fit-rows.ts LIBRARY REQUEST.json
interface Request {
  path: string
  variants: number
  levels: number[][]
}

/** Gradient descent of so many steps; each reads all rows. */
const STEPS = 500
const RATE = 1e-4
/** Full rows of numbers: more of them are more memory than a process gets. */
const MOST_ROWS = { logistic: 10_000, linear: 100_000 }

const [library, path] = process.argv.slice(2) as [string, string]
const request = JSON.parse(readFileSync(path, 'utf8')) as Request
const isLogistic = library === 'ml-logistic-regression'
const limit = isLogistic ? MOST_ROWS.logistic : MOST_ROWS.linear
const users = await askDuckDb<Record<string, number>>(`select * from ${quoted(request.path)} limit ${limit}`)
const dummy = (is: boolean): number => (is ? 1 : 0)
const rows = users.map((user) => [
  ...(isLogistic ? [1] : []),
  ...Array.from({ length: request.variants - 1 }, (_, v) => dummy(Number(user['variant']) === v + 1)),
  ...request.levels.flatMap((levels, f) => levels.map((level) => dummy(Number(user[`f${f}`]) === level))),
])
const y = users.map((user) => Number(user['y']))

const started = performance.now()
if (isLogistic) logistic()
else linear()
const fitMs = performance.now() - started
const result: RowFit = {
  name: isLogistic ? `${library}, ${STEPS} steps` : `${library} (least squares)`,
  rows: users.length,
  fitMs,
  foldsMs: null,
  peakBytes: process.resourceUsage().maxRSS * 1024,
  // Other users, or another target: nothing to compare.
  usualMs: null,
  farthest: null,
}
process.stdout.write(JSON.stringify(result))

function logistic(): void {
  new LogisticRegression({ numSteps: STEPS, learningRate: RATE }).train(new Matrix(rows), Matrix.columnVector(y))
}

function linear(): void {
  new LinearRegression(
    rows,
    y.map((one) => [one]),
  )
}
