import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { afterAll } from 'vitest'
import { createLogger } from '../logger.ts'
import { directUploadsContract } from '../storage/direct-uploads.contract.ts'
import { LocalObjectStore } from '../storage/local.ts'
import { LocalUploads } from '../storage/local-uploads.ts'
import { FileSigner } from './file-signer.ts'
import { registerSignedUploads } from './signed-uploads.ts'

const folder = await mkdtemp(join(tmpdir(), 'fairlift-uploads-'))
const store = new LocalObjectStore(join(folder, 'files'))
const signer = new FileSigner('a secret of the test', () => '')
let url = ''
const uploads = new LocalUploads(join(folder, 'uploads'), store, (upload) => `${url}${signer.uploadPath(upload)}`)
const server = Fastify({ forceCloseConnections: true })
registerSignedUploads(server, uploads, signer, createLogger('silent'))
url = await server.listen({ host: '127.0.0.1', port: 0 })

afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

directUploadsContract('local folder', { uploads, store })
