import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { FileMaker } from '../storage/files-on-demand.ts'
import { ObjectMissingError, type ObjectStore, type ReadAs } from '../storage/object-store.ts'
import type { FileSigner } from './file-signer.ts'

/** Kinds of files that are shown for what they are; all others are bytes. */
const types: [ending: string, type: string][] = [
  ['.csv', 'text/csv; charset=utf-8'],
  ['.pdf', 'application/pdf'],
  ['.parquet', 'application/vnd.apache.parquet'],
  ['.svg', 'image/svg+xml; charset=utf-8'],
  ['.png', 'image/png'],
]

/** What we drew ourselves may be looked at where it is; what was uploaded is only ever saved. */
const isMadeHere = (key: string): boolean => /^artifacts\/.*\.(svg|png|pdf|parquet)$/.test(key)
const isDrawnHere = (key: string): boolean => /^artifacts\/.*\.(svg|png)$/.test(key)

/** Serves stored files to whoever has a signed address. */
export function registerFiles(
  server: FastifyInstance,
  store: ObjectStore,
  signer: FileSigner,
  makers: FileMaker[],
): void {
  server.get<{ Params: { '*': string }; Querystring: Record<string, string> }>('/files/*', async (request, reply) => {
    const file = signer.verify(request.params['*'], request.query)
    if (file === null) {
      return reply
        .code(403)
        .send({ error: 'The address is not signed by this server, or is too old. Ask for a new one.' })
    }
    try {
      const key = (await store.stat(file.key)) === null ? await makeFile(makers, file.key) : file.key
      const stored = key === null ? null : await store.stat(key)
      if (stored === null) throw new ObjectMissingError(file.key)
      const isShown = isDrawnHere(stored.key)
      const as: ReadAs = {
        contentType: typeOf(stored.key, file.fileName),
        contentDisposition: `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeName(file.fileName)}`,
      }
      reply
        .header('content-disposition', as.contentDisposition)
        // Nothing that was uploaded is ever shown as a page of this server.
        .header('x-content-type-options', 'nosniff')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .type(as.contentType)
      if (request.method === 'HEAD') {
        // With no stream at all Fastify would tell that the file is empty.
        return await reply.header('content-length', stored.sizeBytes).send(Readable.from([], { objectMode: false }))
      }
      // What is saved comes from the store itself, where it can: see docs/decisions/0032.
      const url = isShown ? null : await store.readUrl(stored.key, as)
      if (url !== null) return await reply.header('cache-control', 'no-store').redirect(url, 302)
      const bytes = await store.read(stored.key)
      return await reply.header('content-length', stored.sizeBytes).send(Readable.from(bytes, { objectMode: false }))
    } catch (error) {
      if (error instanceof ObjectMissingError) return reply.code(404).send({ error: 'The file is gone.' })
      throw error
    }
  })
}

async function makeFile(makers: FileMaker[], key: string): Promise<string | null> {
  for (const maker of makers) {
    const made = await maker.make(key)
    if (made !== null) return made
  }
  return null
}

function typeOf(key: string, fileName: string): string {
  const [ending, type] = types.find(([one]) => fileName.endsWith(one)) ?? []
  return type !== undefined && (ending === '.csv' || isMadeHere(key)) ? type : 'application/octet-stream'
}

/** A name as RFC 8187 has it in headers: stricter than what encodeURIComponent leaves. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}
