import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// `pnpm test` runs every project; `pnpm test:unit` only the fast one that needs no database.
export default defineConfig({
  // Workspace packages are tested as they are written, not as they are built.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', ...defaultServerConditions] } },
  test: {
    reporters: ['default', './test/testkit/closing-line.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{api,sdk,db,datasets,ui}/**/*.test.ts', 'test/*.test.ts'],
          // A test that hangs ends; one that is slow on a busy machine does not fail for it.
          testTimeout: 60_000,
        },
      },
      {
        // Real servers and real files: one file at a time, so that they do not starve each other.
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          pool: 'forks',
          fileParallelism: false,
        },
      },
      {
        // A browser against a real server with the built pages.
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['datasets/demo/build-pages.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          pool: 'forks',
          fileParallelism: false,
        },
      },
    ],
  },
})
