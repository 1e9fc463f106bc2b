import type { RedisClientType } from 'redis'
import type { Env } from '../env.ts'
import type { Logger } from '../logger.ts'

/** An answer that takes longer is none: what Redis is for can be done without it. */
const TIMEOUT_MS = 1000
const LONGEST_PAUSE_MS = 5000

/**
 * The Redis that API processes share, where one is named. The server starts, and goes on, without it: it is asked for
 * again and again, and what cannot be asked fails at once.
 */
export async function connectRedis(
  { REDIS_URL: url }: Env,
  logger: Logger,
  stops: (() => Promise<void>)[],
): Promise<RedisClientType | null> {
  if (url === undefined) return null
  // Loaded by those who have one.
  const { createClient } = await import('redis')
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: TIMEOUT_MS },
    socket: {
      connectTimeout: TIMEOUT_MS,
      reconnectStrategy: (retries: number) => Math.min(LONGEST_PAUSE_MS, 100 * 2 ** Math.min(retries, 10)),
    },
  })
  let isLost = false
  client.on('error', (error: unknown) => {
    // Each attempt fails anew: the first one is told.
    if (!isLost) logger.warn({ err: error }, 'Redis cannot be reached; this process counts for itself meanwhile')
    isLost = true
  })
  client.on('ready', () => {
    if (isLost) logger.info('Redis is reached again')
    isLost = false
  })
  stops.push(async () => client.destroy())
  const firstTry = Promise.withResolvers<void>()
  client.once('ready', firstTry.resolve).once('error', () => firstTry.resolve())
  client.connect().catch(() => undefined)
  await firstTry.promise
  return client as unknown as RedisClientType
}
