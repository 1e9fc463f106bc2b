import { openAsBlob } from 'node:fs'
import { expectEqual, untilIdle, withServer } from './bench-server.ts'
import type { Input } from './inputs.ts'

/** How long it took to copy all events to PostgreSQL in the background. */
export interface CopyFigures {
  rows: number
  /** From the first job's begin to the last one's end, by the server's clock. */
  wallMs: number
}

/** Ingests a file and waits until its events are in the table where single users are looked at. */
export async function benchCopy(input: Input): Promise<CopyFigures> {
  return withServer({ eventsTable: 'all' }, async ({ client, experiment }) => {
    const file = await openAsBlob(input.path)
    await client.uploadEvents({ experimentId: experiment.id, file }).result()
    await untilIdle(client)
    const { copiedRows } = await client.events({ experimentId: experiment.id }).page({ first: 1 })
    expectEqual('copied events', copiedRows, input.tally.goodRows)
    const { items } = await client.jobs({ filter: { experimentId: experiment.id, kind: ['COPY_EVENTS'] } }).page()
    const started = Math.min(...items.map(({ startedAt }) => Date.parse(startedAt!)))
    const finished = Math.max(...items.map(({ finishedAt }) => Date.parse(finishedAt!)))
    return { rows: copiedRows, wallMs: finished - started }
  })
}
