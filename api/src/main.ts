import { startFairlift } from './container/fairlift.ts'
import { readEnv } from './env.ts'
import { createLogger } from './logger.ts'

/** Starts the server (API and worker, or what ROLE says), and stops it on SIGINT and SIGTERM. */
async function main(): Promise<void> {
  const env = readEnv()
  const logger = createLogger(env.LOG_LEVEL)
  const fairlift = await startFairlift(env, logger)
  logger.info({ url: fairlift.url, role: env.ROLE }, 'Fairlift is running')
  const { url, reused, firstApiKey } = fairlift
  if (process.send !== undefined) {
    // Who started this process as a child (the demo, tests) is told where it listens, and shows the key to people.
    process.send({ kind: 'listening', url, reused, firstApiKey })
  } else if (firstApiKey !== null) {
    logger.warn({ firstApiKey }, 'This is the first start: keep this API key (scope admin), it is not shown again')
  }

  let isStopping = false
  const stop = (code: number): void => {
    if (isStopping) return
    isStopping = true
    void fairlift.stop().then(() => {
      logger.info('Fairlift has stopped')
      process.exit(code)
    })
  }
  process.on('SIGINT', () => stop(0))
  process.on('SIGTERM', () => stop(0))
  process.on('disconnect', () => stop(0))
  void fairlift.broken.then((reason) => {
    logger.fatal({ reason }, 'Fairlift cannot go on')
    stop(1)
  })
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  process.send?.({ kind: 'failed', message })
  process.stderr.write(`Fairlift did not start. ${message}\n`)
  process.exit(1)
})
