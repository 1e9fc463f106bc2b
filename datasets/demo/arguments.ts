import { parseArgs } from 'node:util'

export interface DemoArguments {
  /** End after the result, rather than serve until Ctrl-C. */
  exit: boolean
  help: boolean
}

export const USAGE = `Usage: pnpm demo [--exit]

Starts Fairlift on this machine, uploads datasets/sample_events.csv, analyses it and prints the answer.

  --exit   end after the result, rather than serve until Ctrl-C
  --help   print this

Environment (all optional): PORT (4000), DATA_DIR (.fairlift), DATABASE_URL (an embedded PostgreSQL), and the rest of
.env.example.
`

/** @throws TypeError naming an argument that is not known */
export function readArguments(given: string[]): DemoArguments {
  // A package manager may hand on the "--" that ended its own options.
  const { values } = parseArgs({
    args: given.filter((argument) => argument !== '--'),
    options: { exit: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  })
  return values
}
