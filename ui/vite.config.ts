import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defaultClientConditions, defineConfig } from 'vite'

const api = process.env.API_URL ?? 'http://127.0.0.1:4000'

// Built by `pnpm build`, and served by api/src/http/pages.ts.
export default defineConfig({
  plugins: [svelte()],
  // The SDK as it is written, not as it was built last.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  // light-dark() stays as it is: all browsers of the last two years know it.
  build: { target: 'es2022', cssTarget: ['chrome123', 'firefox120', 'safari17.5'], reportCompressedSize: false },
  server: {
    port: 5173,
    // What `pnpm dev` of the server answers: start it beside this one. API_URL names another.
    proxy: {
      '/graphql': { target: api, ws: true, changeOrigin: true },
      '/graphiql': api,
      '/files': api,
    },
  },
})
