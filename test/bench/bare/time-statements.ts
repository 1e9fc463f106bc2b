import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { cores } from '../machine.ts'

// What statements take in DuckDB with all cores, each warm. Usage: time-statements.ts REQUEST.json; prints the times.
const { statements, runs } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as {
  statements: string[]
  runs: number
}
const instance = await DuckDBInstance.create(':memory:', { threads: String(cores) })
const connection = await instance.connect()
const taken: number[][] = []
for (const statement of statements) {
  const ms: number[] = []
  for (let k = 0; k <= runs; k++) {
    const started = performance.now()
    await connection.runAndReadAll(statement)
    if (k > 0) ms.push(performance.now() - started)
  }
  taken.push(ms)
}
process.stdout.write(JSON.stringify(taken))
