import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A line to a server that can be made to break. */
export interface BreakingLine {
  /** Address of the server at this end of the line. */
  url: string
  /** Cuts whichever connection carries the byte with which so many have gone to the server since the last cut. */
  breakAfter(bytes: number, times: number): void
  /** How often it broke. */
  readonly breaks: number
  close(): Promise<void>
}

export async function breakingLine(serverUrl: string): Promise<BreakingLine> {
  const { hostname, port } = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let limit = Infinity
  let left = 0
  let breaks = 0
  let carried = 0
  const line = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.on('data', (chunk: Buffer) => {
      carried += chunk.length
      if (left > 0 && carried > limit) {
        left--
        breaks++
        carried = 0
        near.resetAndDestroy()
        far.resetAndDestroy()
        return
      }
      if (!far.write(chunk)) {
        near.pause()
        far.once('drain', () => near.resume())
      }
    })
    far.pipe(near)
  })
  line.listen(0, '127.0.0.1')
  await once(line, 'listening')
  return {
    url: `http://127.0.0.1:${(line.address() as AddressInfo).port}`,
    breakAfter(bytes, times) {
      limit = bytes
      left = times
      carried = 0
    },
    get breaks() {
      return breaks
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      line.close()
      await once(line, 'close')
    },
  }
}
