import type { FastifyReply, FastifyRequest } from 'fastify'

/** Of a request that is refused so much is read at most, so that the answer is seen by who is still sending. */
const MAX_DRAINED_BYTES = 64 << 20
/** Who sends nothing for so long does not wait for the answer either. */
const IDLE_MS = 30_000

/** An answer that comes while the client is still sending looks to it like a broken connection: it is heard out. */
export async function drain({ raw, headers }: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (raw.complete || raw.destroyed) return
  if (Number(headers['content-length'] ?? 0) > MAX_DRAINED_BYTES) {
    reply.header('connection', 'close')
    return
  }
  let drainedBytes = 0
  const ended = new Promise<void>((resolve) =>
    raw
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve()),
  )
  raw.setTimeout(IDLE_MS, () => raw.destroy())
  raw.on('data', (chunk: Buffer) => {
    drainedBytes += chunk.length
    if (drainedBytes > MAX_DRAINED_BYTES) raw.destroy()
  })
  await ended
}
