import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { ADJUSTMENT, covariates } from './covariates.ts'
import { FALSE_POSITIVES, type Finding, INTERVALS, isWithin, LOOKS } from './finding.ts'
import { meansAndRatios } from './means-and-ratios.ts'
import { HETEROGENEITY, models } from './models.ts'
import { proportions } from './proportions.ts'
import { quantiles } from './quantiles.ts'
import { ranks } from './ranks.ts'
import { keepTables, tableOf } from './report.ts'
import { sequential } from './sequential.ts'

// `pnpm test:simulation`: whether the statistics keep what their names promise, on data whose truth is known. Everything
// is seeded. Ends with 1 when a share is out of its bounds. With --write the tables are put into docs/calibration.md.

/** Each runs in a process of its own. */
const suites: Record<string, () => Finding[]> = {
  'means and ratios, normal': () => meansAndRatios('normal'),
  'means and ratios, buyers': () => meansAndRatios('buyers'),
  'means and ratios, rare': () => meansAndRatios('rare'),
  'covariates, normal': () => covariates('normal'),
  'covariates, buyers': () => covariates('buyers'),
  ranks,
  quantiles,
  proportions,
  sequential,
  models,
}

const [wanted] = process.argv.slice(2)
const suite = wanted === undefined ? undefined : suites[wanted]
if (suite !== undefined) process.send!(suite())
else await runAll()

async function runAll(): Promise<void> {
  const names = Object.keys(suites)
  const found = new Map<string, Finding[]>()
  const waiting = [...names]
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const startedAt = performance.now()
      found.set(name, await runSuite(name))
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
      console.error(`${name}: ${found.get(name)!.length} shares in ${seconds} s`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(names.length, availableParallelism()) }, work))
  const findings = names.flatMap((name) => found.get(name)!)
  const tables = [FALSE_POSITIVES, INTERVALS, ADJUSTMENT, LOOKS, HETEROGENEITY].map((title) => ({
    title,
    text: tableOf(findings.filter(({ table }) => table === title)),
  }))
  for (const { title, text } of tables) console.log(`\n${title}\n\n${text}`)
  const outside = findings.filter((finding) => !isWithin(finding))
  console.log(`\n${findings.length - outside.length} of ${findings.length} shares are within their bounds.`)
  if (process.argv.includes('--write')) keepTables(tables)
  if (outside.length > 0) process.exitCode = 1
}

function runSuite(name: string): Promise<Finding[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Finding[]>()
  const child = fork(import.meta.filename, [name])
  child.once('message', (findings) => resolve(findings as Finding[]))
  child.once('exit', (code) => code !== 0 && reject(new Error(`The suite "${name}" ended with ${code}.`)))
  return promise
}
