import { defineConfig } from 'vitest/config'

// `pnpm test` runs every project; `pnpm test:unit` only the fast one that needs no database.
export default defineConfig({
  resolve: { conditions: ['source'] },
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: ['{api,sdk,db,datasets}/**/*.test.ts', 'test/*.test.ts'] } },
    ],
  },
})
