import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { z } from 'zod'
import { API_KEY_FORM, keptOf } from './auth/api-key-secret.ts'
import { computeConcurrencyFor, computeMemoryFor, LEAST_COMPUTE_MEMORY_MB, machineMemoryMb } from './compute-share.ts'

const count = (least: number) => z.coerce.number().int().min(least)
/** A name that Cloud Storage allows for a bucket. */
const bucket = z.string().regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, {
  error: 'must be the name of a bucket: its name alone, without gs://',
})
const flag = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1')

const apiKey = z.string().refine((text) => keptOf(text) !== null, { error: `must look like ${API_KEY_FORM}` })

/** A chunk takes some thirty times its size while it is checked and written; beyond 32 MB nothing is gained. */
function chunkFor(memoryMb: number): number {
  return Math.min(32, Math.max(4, Math.floor((memoryMb - 256) / 40)))
}

const bucketVariables = ['GCS_BUCKET_RAW', 'GCS_BUCKET_CURATED', 'GCS_BUCKET_ARTIFACTS'] as const

/** Cloud Run takes requests of 32 MiB; what is around a file in one takes some of it. */
const CLOUD_RUN_FILE_BYTES = 30 * 2 ** 20
/** A resumable upload into a bucket can be gone on with for so long. */
const LONGEST_UPLOAD_SECONDS = 7 * 24 * 3600

/** Every variable that the server reads, with its default. The only place that looks at process.env. */
const schema = z
  .object({
    /** Address to listen on. Beyond loopback everybody has to say who they are, and the server starts only if somebody can. */
    HOST: z.string().default('127.0.0.1'),
    /** Port of HTTP and WebSocket; 0 takes a free one. */
    PORT: z.coerce.number().int().min(0).max(65535).default(4000),
    /** Address under which clients reach the server; by default http://HOST:PORT. */
    PUBLIC_URL: z.url().optional(),
    /** Whether this process serves (`api`), does the jobs (`worker`), or both (`all`). */
    ROLE: z.enum(['all', 'api', 'worker']).default('all'),
    /** Further origins, separated by commas, whose pages may use the API. */
    ALLOWED_ORIGINS: z.string().default(''),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),

    /** Credentials are asked for on loopback too. */
    AUTH_REQUIRED: flag.default(false),
    /** Anyone who reaches the port may do everything: for networks that keep others out. */
    ALLOW_UNAUTHENTICATED: flag.default(false),
    /** An API key with all scopes, or the file that holds it: how a server that others reach gets its first one. */
    BOOTSTRAP_API_KEY: apiKey.optional(),
    BOOTSTRAP_API_KEY_FILE: z.string().optional(),
    /** Where the keys of the issuer of access tokens (JWT) are; then the next two are needed as well. */
    AUTH_JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
    /** What tokens must say of their issuer (`iss`) and of whom they are for (`aud`). */
    AUTH_ISSUER: z.string().optional(),
    AUTH_AUDIENCE: z.string().optional(),
    /** How far the clocks of issuer and server may be apart. */
    AUTH_CLOCK_SKEW_SECONDS: z.coerce.number().int().min(0).max(600).default(30),
    /** The address of the keys is not asked again for an unknown key before so long has passed. */
    AUTH_JWKS_COOLDOWN_SECONDS: count(0).default(30),

    /** Folder for files and for the embedded PostgreSQL. */
    DATA_DIR: z.string().default('.fairlift'),
    /**
     * Where files are kept: in a folder beneath DATA_DIR (`local`), or in three buckets of Google Cloud Storage (`gcs`).
     * By default what the buckets below say.
     */
    STORAGE: z.enum(['local', 'gcs']).optional(),
    /** Buckets: files as received, curated data, and what is computed from them. All three or none. */
    GCS_BUCKET_RAW: bucket.optional(),
    GCS_BUCKET_CURATED: bucket.optional(),
    GCS_BUCKET_ARTIFACTS: bucket.optional(),
    /** Address of the storage's API where it is another one. With http:// it is an emulator, which asks for no credentials. */
    GCS_API_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
    /** A key file, where the machine has no service account of its own. Google's client reads it by this name. */
    GOOGLE_APPLICATION_CREDENTIALS: z.string().optional(),
    /** What is kept of the buckets' files in DATA_DIR, beside those that a running job needs. */
    STORAGE_CACHE_MB: count(1).default(1024),
    /** Connection string. With neither this nor DB_HOST nor DB_INSTANCE an embedded PostgreSQL is started. */
    DATABASE_URL: z.string().optional(),
    DB_HOST: z.string().optional(),
    DB_PORT: z.coerce.number().int().min(1).max(65535).default(5432),
    DB_NAME: z.string().default('fairlift'),
    DB_USER: z.string().default('fairlift'),
    DB_PASS: z.string().optional(),
    /** Cloud SQL instance (project:region:name): connects through its socket beneath /cloudsql. */
    DB_INSTANCE: z.string().optional(),
    /** Connections of this process. */
    DB_POOL_SIZE: count(2).default(10),

    /** Largest file that an upload may have. */
    MAX_UPLOAD_BYTES: count(1).default(5 * 2 ** 30),
    /**
     * Largest file that may come within a request; larger ones go to an address of their own. By default as
     * MAX_UPLOAD_BYTES; on Cloud Run, which takes no larger requests than 32 MiB, 30 MiB.
     */
    MAX_MULTIPART_BYTES: count(1).optional(),
    /** How long a signed address for an upload is good: the bytes have to come, and to be told of, in this time. */
    UPLOAD_LIFETIME_SECONDS: count(1).default(24 * 3600),
    /** Most bytes that a packed file may unpack to. */
    MAX_UNPACKED_BYTES: count(1).default(20 * 2 ** 30),
    /** Share of rows that may be rejected before a batch is quarantined; uploads can set their own. */
    MAX_REJECT_RATE: z.coerce.number().min(0).max(1).default(0.2),
    /** Largest body of a GraphQL request that is not an upload. */
    MAX_BODY_BYTES: count(1024).default(10 * 2 ** 20),
    /** How deep the fields of a query may be nested. */
    MAX_QUERY_DEPTH: count(5).default(20),
    /** Aliases, directives and tokens (names, braces and so on) that a query may have. */
    MAX_QUERY_ALIASES: count(1).default(100),
    MAX_QUERY_DIRECTIVES: count(1).default(50),
    MAX_QUERY_TOKENS: count(1000).default(10_000),
    /** Objects that a query may ask for: each object of each page counts, as often as the pages are long. */
    MAX_QUERY_COST: count(1000).default(50_000),
    /** Requests that an API key, a token's subject or, without credentials, an address may send in a minute; 0: any number. */
    RATE_LIMIT_PER_MINUTE: count(0).optional(),
    /** Mutations that begin work, likewise. */
    RATE_LIMIT_WORK_PER_MINUTE: count(0).optional(),
    /** Jobs of one experiment that may wait. */
    MAX_QUEUED_JOBS_PER_EXPERIMENT: count(1).default(1000),
    /** A Redis that several API processes count requests in together; without one each counts for itself. */
    REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),

    /** Computations at once in this process; by default as many as cores and memory allow. */
    COMPUTE_CONCURRENCY: count(1).optional(),
    /** Memory that one computation may take. */
    COMPUTE_MEMORY_MB: count(LEAST_COMPUTE_MEMORY_MB).default(computeMemoryFor(machineMemoryMb())),
    COMPUTE_TIMEOUT_SECONDS: count(1).default(3600),
    /** How much of a file is worked on at a time: less takes less memory and more time. By default by COMPUTE_MEMORY_MB. */
    INGEST_CHUNK_MB: count(1).optional(),
    /** From so many events on their sums per unit are kept, which most analyses then read instead. */
    UNIT_TABLE_MIN_EVENTS: count(1).default(100_000),

    /** Files that nothing refers to are removed when they are older than this. What is being written must get done in it. */
    SWEEP_GRACE_HOURS: z.coerce.number().min(1).default(24),
    /** How often such files are looked for. */
    SWEEP_INTERVAL_HOURS: z.coerce.number().min(0.0001).max(500).default(6),
    /**
     * Events of each experiment that are kept in the table where single users are looked at: `all`, `none`, or the first
     * so many. Results never need it.
     */
    EVENTS_TABLE: z
      .union([z.enum(['all', 'none']), count(1)], { error: 'must be "all", "none", or a number from 1 on' })
      .default(1_000_000)
      .transform((text) => (text === 'all' ? Number.POSITIVE_INFINITY : text === 'none' ? 0 : text)),

    /** Secret of signed addresses of downloads and uploads; by default one is made and kept in DATA_DIR. */
    SIGNING_SECRET: z.string().min(16).optional(),
    /** Cloud Run sets it: tells that its limits hold. */
    K_SERVICE: z.string().optional(),
  })
  .transform((env) => ({
    ...env,
    DATA_DIR: resolve(env.DATA_DIR),
    COMPUTE_CONCURRENCY:
      env.COMPUTE_CONCURRENCY ??
      computeConcurrencyFor({
        cores: availableParallelism(),
        memoryMb: machineMemoryMb(),
        computeMemoryMb: env.COMPUTE_MEMORY_MB,
      }),
    INGEST_CHUNK_MB: env.INGEST_CHUNK_MB ?? chunkFor(env.COMPUTE_MEMORY_MB),
    STORAGE: env.STORAGE ?? (bucketVariables.some((name) => env[name] !== undefined) ? 'gcs' : 'local'),
    MAX_MULTIPART_BYTES: Math.min(
      env.MAX_UPLOAD_BYTES,
      env.MAX_MULTIPART_BYTES ?? (env.K_SERVICE === undefined ? Infinity : CLOUD_RUN_FILE_BYTES),
    ),
  }))

export type Env = z.output<typeof schema>

/** The variables are not as they should be: all problems at once. */
export class EnvError extends Error {
  constructor(problems: string[]) {
    super(
      `The environment is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\nSee .env.example.`,
    )
    this.name = 'EnvError'
  }
}

/** Values that nobody should read in a log. */
const SECRETS = new Set(['BOOTSTRAP_API_KEY', 'SIGNING_SECRET', 'REDIS_URL'])

function shownValue(given: NodeJS.ProcessEnv, [name]: PropertyKey[]): string {
  return SECRETS.has(String(name)) ? '…' : (given[String(name)] ?? '')
}

/**
 * Reads the environment.
 *
 * @throws EnvError naming every variable that is wrong, its value and what it may be.
 */
export function readEnv(variables: NodeJS.ProcessEnv = process.env): Env {
  // An empty variable is one that is not set: compose files and shells write them so.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    throw new EnvError(
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}="${shownValue(given, path)}": ${message}`),
    )
  }
  const env = parsed.data
  const hasDatabase = env.DATABASE_URL ?? env.DB_HOST ?? env.DB_INSTANCE
  if (env.ROLE !== 'all' && hasDatabase === undefined) {
    throw new EnvError([
      `ROLE="${env.ROLE}": API and worker as two processes need a database that both reach: set DATABASE_URL.`,
    ])
  }
  const problems = [...authProblems(env), ...storageProblems(env)]
  if (problems.length > 0) throw new EnvError(problems)
  return env
}

function authProblems(env: Env): string[] {
  const problems: string[] = []
  if (env.AUTH_REQUIRED && env.ALLOW_UNAUTHENTICATED)
    problems.push('AUTH_REQUIRED="true": ALLOW_UNAUTHENTICATED says the opposite. Unset one of them.')
  const named = ['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'] as const
  const missing = named.filter((name) => env[name] === undefined)
  if (missing.length > 0 && missing.length < named.length)
    problems.push(`${missing.join(', ')}: missing. Access tokens are checked by ${named.join(', ')} together.`)
  if (env.BOOTSTRAP_API_KEY !== undefined && env.BOOTSTRAP_API_KEY_FILE !== undefined)
    problems.push('BOOTSTRAP_API_KEY_FILE: BOOTSTRAP_API_KEY is set too. Unset one of them.')
  return problems
}

/** What does not fit together in the settings of the storage. */
function storageProblems(env: Env): string[] {
  const problems: string[] = []
  if (env.K_SERVICE !== undefined && env.SIGNING_SECRET === undefined && env.ROLE !== 'worker') {
    problems.push(
      'SIGNING_SECRET missing: on Cloud Run instances share no folder to keep one in, and would refuse the addresses of each other.',
    )
  }
  const [set, missing] = [true, false].map((isSet) =>
    bucketVariables.filter((name) => (env[name] !== undefined) === isSet),
  ) as [string[], string[]]
  if (env.STORAGE === 'local') {
    if (set.length > 0) {
      problems.push(
        `STORAGE="local", and ${set.join(', ')} set: take these away, or set STORAGE=gcs to keep files in the buckets.`,
      )
    }
    return problems
  }
  if (missing.length > 0) {
    problems.push(
      `${missing.join(', ')} missing: files in Google Cloud Storage need all of ${bucketVariables.join(', ')}.`,
    )
  }
  if (env.UPLOAD_LIFETIME_SECONDS > LONGEST_UPLOAD_SECONDS) {
    problems.push(
      `UPLOAD_LIFETIME_SECONDS="${env.UPLOAD_LIFETIME_SECONDS}": an upload into a bucket can be gone on with for ${LONGEST_UPLOAD_SECONDS} seconds.`,
    )
  }
  return problems
}

/** Names of all variables, for the test that compares them with .env.example. */
export const envNames = Object.keys((schema as unknown as { in: { shape: object } }).in.shape)
