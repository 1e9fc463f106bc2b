/** What can go wrong with the embedded server; each is documented where it is thrown. */
export type EmbeddedPostgresErrorCode =
  /** No PostgreSQL package exists, or is installed, for this operating system and processor. */
  | 'UNSUPPORTED_PLATFORM'
  /** Another live process has a server in this data folder; `details.pid` is that process. */
  | 'FOLDER_IN_USE'
  /** The data folder cannot be created or written, or belongs to somebody else. */
  | 'FOLDER_NOT_WRITABLE'
  /** The data folder was created by another major version of PostgreSQL. */
  | 'OTHER_MAJOR_VERSION'
  /** The requested port is taken. */
  | 'PORT_IN_USE'
  /** The disk of the data folder is full. */
  | 'DISK_FULL'
  /** The process is root and no way was found to run PostgreSQL as an ordinary user, which it insists on. */
  | 'NO_ORDINARY_USER'
  /** A new cluster could not be created, for a reason PostgreSQL gives in the message. */
  | 'CANNOT_CREATE'
  /** The server did not start, for a reason PostgreSQL gives in the message. */
  | 'CANNOT_START'

/** What every message ends with: the way out that does not depend on the embedded server. */
export const useOwnServer = 'or set DATABASE_URL to use a PostgreSQL server of your own'

/** An expected failure of the embedded server: the message says what happened, with what value, and what to do. */
export class EmbeddedPostgresError extends Error {
  readonly code: EmbeddedPostgresErrorCode
  readonly details: Readonly<Record<string, string | number>>

  constructor(
    code: EmbeddedPostgresErrorCode,
    message: string,
    details: Readonly<Record<string, string | number>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'EmbeddedPostgresError'
    this.code = code
    this.details = details
  }
}

/**
 * The error a person can act on for a failed file operation in the data folder, or the error itself when it is not
 * about the folder.
 */
export function explainFolderError(error: unknown, dataDir: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const options = { cause: error }
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(dataDir, options)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ENAMETOOLONG':
      return new EmbeddedPostgresError(
        'FOLDER_NOT_WRITABLE',
        `The database's data folder ${dataDir} cannot be written (${(error as Error).message}). ` +
          `Choose a folder this user may write, ${useOwnServer}.`,
        { dataDir },
        options,
      )
    default:
      return error
  }
}

/** `DISK_FULL` for the disk that holds the data folder. */
export function diskFull(dataDir: string, options?: ErrorOptions): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'DISK_FULL',
    `The disk of the database's data folder ${dataDir} is full. ` +
      `Free some space (an empty database needs about 100 MB), choose a folder on another disk, ${useOwnServer}.`,
    { dataDir },
    options,
  )
}
