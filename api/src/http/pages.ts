import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'

/** Where the built pages are; the same distance from the sources as from the compiled files. */
const folders = {
  ui: fileURLToPath(new URL('../../../ui/dist', import.meta.url)),
  graphiql: fileURLToPath(new URL('../../graphiql/dist', import.meta.url)),
}

/**
 * Serves the UI at / and the files of GraphiQL at /graphiql/.
 *
 * @param uploadOrigin where the page sends large files, if not to this server: its policy then lets it
 */
export async function registerPages(server: FastifyInstance, uploadOrigin: string | null): Promise<void> {
  const sendPage = await pageSender(uploadOrigin)
  if (existsSync(folders.graphiql)) {
    await server.register(fastifyStatic, {
      root: folders.graphiql,
      prefix: '/graphiql/',
      decorateReply: true,
      ...CACHING,
    })
  }
  if (existsSync(folders.ui)) {
    await server.register(fastifyStatic, {
      root: folders.ui,
      prefix: '/',
      decorateReply: !existsSync(folders.graphiql),
      ...CACHING,
    })
    if (uploadOrigin !== null) for (const path of ['/', '/index.html']) server.get(path, (_, reply) => sendPage(reply))
  }
  server.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
    if (!wantsPage)
      return reply.code(404).send({ error: `There is nothing at ${request.method} ${request.url.split('?')[0]}.` })
    // The UI finds its page by the address.
    if (existsSync(folders.ui)) return sendPage(reply)
    return reply
      .code(404)
      .type('text/plain')
      .send('The UI is not built. Run "pnpm build", or use GraphiQL at /graphql.\n')
  })
}

/** How the UI's page is sent: as it was built, or with one more origin in its policy. */
async function pageSender(uploadOrigin: string | null): Promise<(reply: FastifyReply) => FastifyReply> {
  if (uploadOrigin === null || !existsSync(folders.ui)) {
    return (reply) => reply.sendFile('index.html', folders.ui, NO_CACHE)
  }
  const built = await readFile(join(folders.ui, 'index.html'), 'utf8')
  const page = built.replace("connect-src 'self'", `connect-src 'self' ${uploadOrigin}`)
  return (reply) => reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(page)
}

/** Whether a request to /graphql is a person's who wants to explore. */
export function wantsGraphiql(accept: string | undefined): boolean {
  return (accept ?? '').includes('text/html') && existsSync(folders.graphiql)
}

export const graphiqlPage = { file: 'index.html', folder: folders.graphiql }

/** Built files have their hash in their names, so they never change; pages name them and must be fresh. */
const CACHING = {
  wildcard: true,
  cacheControl: false,
  setHeaders: (reply: FastifyReply, path: string): void => {
    const isHashed = path.includes('/assets/')
    void reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
  },
} as const

const NO_CACHE = { cacheControl: false } as const
