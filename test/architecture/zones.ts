/**
 * Who may import whom (the table of ARCHITECTURE.md), as data: read by eslint.config.js and by architecture.test.ts.
 *
 * `files`: the part the row is about. `except`: files of that part that are free of the row.
 * `forbid`: what an import's specifier must not match, and what to do instead.
 */
const polars = {
  regex: '^nodejs-polars',
  instead: 'Polars is used in api/src/ingest and api/src/engine/polars only: call the engine port or a compute task.',
}
const drizzle = {
  regex: '^(drizzle-orm|pg|@fairlift/db)(/|$)',
  instead: 'Only *.repository.ts files talk to the database: call the repository (or its service).',
}
const graphql = {
  regex: '^(type-graphql|graphql|graphql-scalars|@apollo/)',
  instead: 'GraphQL belongs to *.type.ts, *.input.ts and *.resolver.ts: return plain data and let the resolver map it.',
}

export interface ImportZone {
  name: string
  files: string[]
  except?: string[]
  forbid: { regex: string; instead: string }[]
}

export const importZones: ImportZone[] = [
  // First: where zones overlap, an editor shows the last one; the test checks all.
  {
    name: 'drawing is loaded by compute children only: the API process does without Vega’s memory',
    files: ['api/src/**/*.ts'],
    except: ['api/src/drawing/**/*.ts', 'api/src/jobs/compute/**/*.ts'],
    forbid: [
      {
        regex: '^(vega|vega-lite|fontkit|pdfmake|@resvg/resvg-js)$|/drawing/',
        instead: 'Ask a compute child to draw: the task "draw" of jobs/compute.',
      },
    ],
  },
  {
    name: 'storage/gcs is the only part that knows Google Cloud Storage',
    files: ['{api,db,sdk,ui,datasets}/**/*.ts', 'ui/src/**/*.svelte'],
    except: ['api/src/storage/gcs/**/*.ts'],
    forbid: [
      {
        regex: '^@google-cloud/',
        instead:
          'Call the ports of api/src/storage (ObjectStore, DirectUploads); container/storage.ts wires the adapter.',
      },
    ],
  },
  {
    name: 'stats is pure: special functions only',
    files: ['api/src/stats/**/*.ts'],
    except: ['api/src/stats/regression/*.ts'],
    forbid: [
      {
        regex: '^(?!\\./|jstat$|@stdlib/)',
        instead: 'stats imports its own files and special functions (jstat, @stdlib) only: pass data in as arguments.',
      },
    ],
  },
  {
    name: 'regression is part of stats, and as pure',
    files: ['api/src/stats/regression/*.ts'],
    forbid: [
      {
        regex: '^(?!\\./|\\.\\./(?!\\.\\.))',
        instead: 'Regression imports files of stats only: pass data in as arguments.',
      },
    ],
  },
  {
    name: 'analysis, models and reports are pure',
    files: ['api/src/{analysis,models,reports}/**/*.ts'],
    forbid: [
      polars,
      drizzle,
      graphql,
      {
        regex:
          '/(modules|jobs|storage|http|auth|cache|webhooks|ingest)/|/engine/(polars|clickhouse)/|^node:(fs|net|http|child_process)',
        instead: 'This part is pure: it gets aggregates and settings as arguments. Do I/O in a service.',
      },
    ],
  },
  {
    name: 'models stand on stats',
    files: ['api/src/models/**/*.ts'],
    forbid: [
      {
        regex: '^(?!\\./|\\.\\./stats/|ml-matrix$)',
        instead: 'Models import stats and ml-matrix: pass cells and settings in as arguments.',
      },
    ],
  },
  {
    name: 'ingest and the Polars engine know no database and no GraphQL',
    files: ['api/src/{ingest,engine}/**/*.ts'],
    forbid: [
      drizzle,
      graphql,
      {
        regex: '/(modules|jobs|http)/',
        instead: 'ingest and engine are called by compute tasks, never the other way round.',
      },
    ],
  },
  {
    name: 'repositories are the only users of the database',
    files: ['api/src/modules/**/*.repository.ts'],
    forbid: [
      polars,
      graphql,
      { regex: '\\.(service|resolver)\\.ts$', instead: 'A repository returns rows; the service decides.' },
    ],
  },
  {
    name: 'services know no GraphQL, no adapters, no environment',
    files: ['api/src/modules/**/*.service.ts'],
    forbid: [
      polars,
      drizzle,
      graphql,
      {
        regex: '/storage/(local(-uploads)?\\.ts$|gcs/)|/env\\.ts$|\\.resolver\\.ts$',
        instead: 'A service takes ports and settings in its constructor: wire them in container/.',
      },
    ],
  },
  {
    name: 'resolvers call their service',
    files: ['api/src/modules/**/*.resolver.ts'],
    forbid: [
      polars,
      drizzle,
      {
        regex: '\\.repository\\.ts$|/(engine|stats|storage|ingest)/',
        instead: 'A resolver maps GraphQL to its service: put the work into the service.',
      },
    ],
  },
  {
    name: 'tasks call services',
    files: ['api/src/jobs/tasks/**/*.ts'],
    forbid: [polars, drizzle, graphql, { regex: '\\.repository\\.ts$', instead: 'A task calls a service.' }],
  },
  {
    name: 'everything else leaves Polars alone',
    files: ['api/src/{http,storage,auth,cache,webhooks}/**/*.ts', 'api/src/*.ts', 'db/**/*.ts', 'sdk/**/*.ts'],
    forbid: [polars],
  },
  {
    name: 'the SDK stands alone',
    files: ['sdk/src/**/*.ts'],
    forbid: [
      { regex: '^@fairlift/', instead: 'The SDK knows the schema only, through _generated.' },
      { regex: '^node:', instead: 'The SDK runs in browsers too: use the web platform.' },
    ],
  },
  {
    name: 'the UI speaks to the server through the SDK only',
    files: ['ui/src/**/*.{ts,svelte}'],
    forbid: [
      { regex: '^@fairlift/(?!sdk$)', instead: 'The UI uses @fairlift/sdk (ui/src/lib/sdk.ts) and nothing else.' },
    ],
  },
  {
    name: 'tests use public entry points',
    files: ['test/**/*.ts'],
    forbid: [
      {
        regex: '^(\\.\\./)+(api|sdk|ui|db)/src/',
        instead: 'Tests go through the SDK, the testkit, or a package entry point, not into its files.',
      },
    ],
  },
]
