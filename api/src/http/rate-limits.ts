import type { RedisClientType } from 'redis'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible'
import { type Caller, identityOf } from '../auth/caller.ts'
import type { Env } from '../env.ts'
import { AppError } from '../errors.ts'

const MINUTE_SECONDS = 60

/** What callers over a network may send in a minute when nobody said otherwise. */
const DEFAULT_REQUESTS = 6000
const DEFAULT_WORK = 600

/** What is counted. */
type Bucket = 'requests' | 'work' | 'refused'

const bucketNames: Record<Bucket, string> = {
  requests: 'requests',
  work: 'mutations that begin work',
  refused: 'requests with wrong or missing credentials',
}

/** How many of one thing a caller may send in a minute. */
interface Limit {
  perMinute: number
  /** For the operator of this machine, who could as well stop the server. */
  perMinuteLocal: number
}

/**
 * Counts what callers send: by API key, by the subject of a token, or by address where there are no credentials. Counts
 * are kept in this process, or in Redis, where several processes count together; while Redis is away, each for itself.
 */
export class RateLimits {
  readonly #limits: Record<Bucket, Limit>
  readonly #limiters: Record<Bucket, RateLimiterAbstract>

  constructor(env: Pick<Env, 'RATE_LIMIT_PER_MINUTE' | 'RATE_LIMIT_WORK_PER_MINUTE'>, redis: RedisClientType | null) {
    const requests = limitOf(env.RATE_LIMIT_PER_MINUTE, DEFAULT_REQUESTS)
    const work = limitOf(env.RATE_LIMIT_WORK_PER_MINUTE, DEFAULT_WORK)
    this.#limits = { requests, work, refused: requests }
    this.#limiters = {
      requests: limiter('requests', requests, redis),
      work: limiter('work', work, redis),
      refused: limiter('refused', requests, redis),
    }
  }

  /** @throws AppError RATE_LIMITED */
  countRequest(caller: Caller, address: string): Promise<void> {
    return this.#count('requests', caller, address, 1)
  }

  /** Counts mutations that begin work. @throws AppError RATE_LIMITED */
  countWork(caller: Caller, address: string, mutations: number): Promise<void> {
    return this.#count('work', caller, address, mutations)
  }

  /** Counts a request with wrong credentials. They never keep those of others out who send good ones. @throws AppError RATE_LIMITED */
  countRefused(address: string): Promise<void> {
    return this.#count('refused', null, address, 1)
  }

  async #count(bucket: Bucket, caller: Caller | null, address: string, points: number): Promise<void> {
    const { perMinute, perMinuteLocal } = this.#limits[bucket]
    const isLocal = caller?.kind === 'local'
    const limit = isLocal ? perMinuteLocal : perMinute
    if (points === 0 || limit === Number.POSITIVE_INFINITY) return
    const who = caller === null || isLocal ? `address:${address}` : identityOf(caller)
    try {
      await this.#limiters[bucket].consume(who, points)
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error
      const retryAfterSeconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000))
      const whose = caller === null || isLocal ? `from ${address}` : `by "${caller.name}"`
      throw new AppError(
        'RATE_LIMITED',
        `More than ${limit} ${bucketNames[bucket]} a minute ${whose}. Try again in ${retryAfterSeconds} s.`,
        { details: { limit, bucket, retryAfterSeconds } },
      )
    }
  }
}

function limitOf(given: number | undefined, usual: number): Limit {
  if (given === 0) return { perMinute: Number.POSITIVE_INFINITY, perMinuteLocal: Number.POSITIVE_INFINITY }
  return { perMinute: given ?? usual, perMinuteLocal: given ?? Number.POSITIVE_INFINITY }
}

function limiter(bucket: Bucket, { perMinute }: Limit, redis: RedisClientType | null): RateLimiterAbstract {
  const points = Number.isFinite(perMinute) ? perMinute : Number.MAX_SAFE_INTEGER
  const options = { keyPrefix: `fairlift:rate:${bucket}`, points, duration: MINUTE_SECONDS }
  const memory = new RateLimiterMemory(options)
  if (redis === null) return memory
  return new RateLimiterRedis({
    ...options,
    storeClient: redis,
    useRedisPackage: true,
    rejectIfRedisNotReady: true,
    insuranceLimiter: memory,
  })
}
