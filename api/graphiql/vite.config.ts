import { defineConfig } from 'vite'

// Built by `pnpm build`, and served by api/src/http/pages.ts: the page at /graphql, its files beneath /graphiql/.
export default defineConfig({
  base: '/graphiql/',
  build: {
    target: 'es2022',
    reportCompressedSize: false,
    // The editor (monaco) is most of it and is needed at once, so it is not worth splitting.
    chunkSizeWarningLimit: 5000,
    // "use client" in libraries speaks to other bundlers; a warning for each would hide the ones that matter.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  worker: { format: 'es' },
})
