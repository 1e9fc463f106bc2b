import { request, type IncomingHttpHeaders } from 'node:http'

export interface RawRequest {
  method?: string
  /** Any headers, also those that `fetch` keeps for itself, such as Host. */
  headers?: Record<string, string>
  body?: string | Uint8Array
}

export interface RawAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** An HTTP request with nothing added to it. A request that switches protocols is answered with status 101. */
export function send(url: string, { method = 'GET', headers = {}, body }: RawRequest = {}): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false })
    outgoing.once('error', reject)
    outgoing.once('upgrade', ({ statusCode, headers }, socket) => {
      socket.destroy()
      resolve({ status: statusCode!, headers, text: '' })
    })
    outgoing.once('response', (incoming) => {
      let text = ''
      incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      incoming.once('error', reject)
      incoming.once('end', () => resolve({ status: incoming.statusCode!, headers: incoming.headers, text }))
    })
    outgoing.end(body)
  })
}
