import { EventEmitter } from 'node:events'
import pg from 'pg'

/** A job changed (see the migration `announce_changes`). */
export interface JobNotice {
  id: string
  experimentId: string
  status: string
  cancelRequested: boolean
}

/** Something of an experiment changed: itself, or one of its batches, analyses or models. */
export interface ExperimentNotice {
  experimentId: string
  change: 'EXPERIMENT' | 'BATCH' | 'ANALYSIS' | 'MODEL'
  id: string
}

interface NotificationEvents {
  job: [JobNotice]
  experiment: [ExperimentNotice]
  /** The connection was lost and is back: notices may have been missed, so readers must look for themselves. */
  resumed: []
}

const RETRY_MS = [100, 500, 1000, 2000, 5000]

/**
 * Hears what the database announces, on one connection of its own, whichever process made the change. Comes back by
 * itself after the connection is lost.
 */
export class Notifications extends EventEmitter<NotificationEvents> {
  readonly #config: pg.ClientConfig
  readonly #onError: (error: Error) => void
  #client: pg.Client | null = null
  #closed = false
  #retries = 0

  constructor(config: pg.ClientConfig, onError: (error: Error) => void = () => undefined) {
    super()
    this.setMaxListeners(0)
    this.#config = config
    this.#onError = onError
  }

  /** Connects and listens. Throws when the first connection cannot be made. */
  async start(): Promise<void> {
    const client = new pg.Client({ ...this.#config, application_name: 'fairlift-notifications', keepAlive: true })
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, new Error('the connection was closed')))
    client.on('notification', ({ channel, payload }) => this.#hear(channel, payload ?? ''))
    await client.connect()
    await client.query('listen fairlift_job')
    await client.query('listen fairlift_experiment')
    if (this.#closed) return client.end()
    this.#client = client
  }

  async close(): Promise<void> {
    this.#closed = true
    const client = this.#client
    this.#client = null
    await client?.end().catch(() => undefined)
  }

  #hear(channel: string, payload: string): void {
    if (channel === 'fairlift_job') this.emit('job', JSON.parse(payload) as JobNotice)
    if (channel === 'fairlift_experiment') this.emit('experiment', JSON.parse(payload) as ExperimentNotice)
  }

  #lost(client: pg.Client, error: Error): void {
    if (this.#closed || this.#client !== client) return
    this.#client = null
    this.#onError(error)
    this.#resume()
  }

  #resume(): void {
    const delay = RETRY_MS[Math.min(this.#retries++, RETRY_MS.length - 1)]!
    setTimeout(() => {
      if (this.#closed) return
      this.start()
        .then(() => {
          this.#retries = 0
          this.emit('resumed')
        })
        .catch((error: Error) => {
          this.#onError(error)
          this.#resume()
        })
    }, delay).unref()
  }
}
