import { availableParallelism } from 'node:os'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

/** A test that hangs ends; one that is slow on a busy machine does not fail for it. */
const PATIENCE_MS = 300_000

/** In CI a test of real processes may fail once by a whim of the machine; the closing lines name each such test. */
const RETRIES = process.env.CI ? 1 : 0

// `pnpm test` runs every project; `pnpm test:unit` only the fast one that needs no database.
export default defineConfig({
  // Workspace packages are tested as they are written, not as they are built.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', ...defaultServerConditions] } },
  test: {
    globalSetup: ['test/testkit/new-folder.ts'],
    // A test of a server mostly waits for it, and a server for its disk: two files at once even on one core.
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
    reporters: ['default', './test/testkit/closing-line.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{api,sdk,db,datasets,ui}/**/*.test.ts', 'test/*.test.ts'],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
      {
        // Real servers and real files.
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/testkit/prepared-cluster.ts'],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
          pool: 'forks',
          retry: RETRIES,
        },
      },
      {
        // A browser against a real server with the built pages.
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/testkit/prepared-cluster.ts', 'datasets/demo/build-pages.ts'],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
          pool: 'forks',
          retry: RETRIES,
        },
      },
    ],
  },
})
