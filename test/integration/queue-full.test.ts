import type { Job } from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawFiles } from '../testkit/data-folder.ts'
import { eventFile } from '../testkit/event-file.ts'
import { completeUpload, put, requestUpload } from '../testkit/file-upload.ts'
import { JobSite } from '../testkit/job-site.ts'

const LIMIT = 3
let site: JobSite

beforeAll(async () => {
  // No worker: what is queued stays so.
  site = await JobSite.start({ MAX_QUEUED_JOBS_PER_EXPERIMENT: String(LIMIT) })
})

afterAll(() => site?.close())

const fileOf = (mark: string) => eventFile({ users: 10, mark })
const send = (experimentId: string, mark: string) =>
  site.client.uploadEvents({ experimentId, file: fileOf(mark), fileName: `${mark}.csv` })

const full = {
  name: 'FairliftLimitError',
  code: 'QUEUE_FULL',
  limit: LIMIT,
  retryAfterSeconds: null,
  details: expect.objectContaining({ waiting: LIMIT }) as object,
  message: expect.stringContaining(`${LIMIT} jobs of the experiment wait, and ${LIMIT} may`) as string,
}

describe('the jobs of an experiment that wait', () => {
  it('are so many at most, however many ask at once; of what is refused nothing is kept', async () => {
    const experimentId = await site.newExperiment()
    const sent = await Promise.allSettled(
      Array.from({ length: 3 * LIMIT }, (_, i) => send(experimentId, `at once ${i}`)),
    )
    expect(sent.filter(({ status }) => status === 'fulfilled')).toHaveLength(LIMIT)
    for (const one of sent) if (one.status === 'rejected') expect(one.reason).toMatchObject(full)
    const { items } = await site.client.jobs({ filter: { experimentId, status: ['QUEUED'] } }).page()
    expect(items).toHaveLength(LIMIT)
    expect((await site.client.batches(experimentId).page()).items).toHaveLength(LIMIT)
    expect(await rawFiles(site)).toHaveLength(LIMIT)
  })

  it('leave no room for any other work, and that of other experiments is none of theirs', async () => {
    const experimentId = await site.newExperiment()
    for (let i = 0; i < LIMIT; i++) await send(experimentId, `full ${i}`)
    const { client } = site
    const calls = [
      () => send(experimentId, 'one more'),
      () => client.ingestEvents({ experimentId, records: [{ user_id: 'u' }] }),
      () => client.compactDataset(experimentId),
      () => client.eraseUser({ userId: 'u', experimentId }),
      () => requestUpload(client, { experimentId, fileName: 'x.csv', sizeBytes: 10 }),
    ]
    for (const call of calls) {
      const error: unknown = await call().then(
        () => null,
        (reason: unknown) => reason,
      )
      expect(error, String(call)).toMatchObject(full)
    }
    expect(await send(await site.newExperiment(), 'elsewhere')).toMatchObject({ status: 'RECEIVED' })
  })

  it('do not keep out who asks again with the same key', async () => {
    const experimentId = await site.newExperiment()
    const keyed = { experimentId, fileName: 'keyed.csv', idempotencyKey: 'keyed' }
    const first = await site.client.uploadEvents({ ...keyed, file: fileOf('keyed') })
    for (let i = 1; i < LIMIT; i++) await send(experimentId, `other ${i}`)
    expect((await site.client.uploadEvents({ ...keyed, file: fileOf('keyed') })).id).toBe(first.id)
    // Without it the bytes would have to come first.
    await expect(send(experimentId, 'keyed')).rejects.toMatchObject(full)
  })

  it('that end make room, and a file that was sent meanwhile is taken then', async () => {
    const experimentId = await site.newExperiment()
    const bytes = Buffer.from(await fileOf('meanwhile').arrayBuffer())
    const { upload } = await requestUpload(site.client, {
      experimentId,
      fileName: 'meanwhile.csv',
      sizeBytes: bytes.length,
    })
    await put(upload!.url, bytes)
    const jobs: Job[] = []
    for (let i = 0; i < LIMIT; i++) jobs.push((await send(experimentId, `room ${i}`).job)!)
    await expect(completeUpload(site.client, upload!.id)).rejects.toMatchObject(full)
    await site.client.cancelJob(jobs[0]!.id)
    expect(await completeUpload(site.client, upload!.id)).toMatchObject({ userErrors: [], reused: false })
  })
})
