import { createReadStream } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { ObjectMissingError, type ObjectStore } from '../storage/object-store.ts'
import type { FileSigner } from './file-signer.ts'

/** Serves stored files to whoever has a signed address. */
export function registerFiles(server: FastifyInstance, store: ObjectStore, signer: FileSigner): void {
  server.get<{ Params: { '*': string }; Querystring: Record<string, string> }>('/files/*', async (request, reply) => {
    const file = signer.verify(request.params['*'], request.query)
    if (file === null) {
      return reply
        .code(403)
        .send({ error: 'The address is not signed by this server, or is too old. Ask for a new one.' })
    }
    try {
      const stored = await store.stat(file.key)
      if (stored === null) throw new ObjectMissingError(file.key)
      return await reply
        .header('content-length', stored.sizeBytes)
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeName(file.fileName)}`)
        // Nothing that was uploaded is ever shown as a page of this server.
        .header('x-content-type-options', 'nosniff')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .type(file.fileName.endsWith('.csv') ? 'text/csv; charset=utf-8' : 'application/octet-stream')
        .send(createReadStream(await store.localFile(file.key)))
    } catch (error) {
      if (error instanceof ObjectMissingError) return reply.code(404).send({ error: 'The file is gone.' })
      throw error
    }
  })
}

/** A name as RFC 8187 has it in headers: stricter than what encodeURIComponent leaves. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}
