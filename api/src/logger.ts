import { pino, type Logger } from 'pino'

export type { Logger }

/** JSON lines on standard output; fields that may hold secrets are cut out. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: [
      '*.password',
      '*.connectionString',
      '*.secret',
      'req.headers.authorization',
      'req.headers["x-api-key"]',
      'req.headers.cookie',
    ],
  })
}
