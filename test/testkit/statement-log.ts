import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a database on which every statement is written down, with who sent it. */
export interface StatementLog {
  /** The database's address by this way. */
  url: string
  /** Texts of the statements that connections under this application name have sent, from the beginning. */
  of(applicationName: string): string[]
  close(): Promise<void>
}

/** Where a connection's text begins: the length and the protocol version are before it. */
const STARTUP_TEXT_AT = 8
const LENGTH_BYTES = 4

/** Listens between clients and a database, and reads along what PostgreSQL's protocol calls Query and Parse. */
export async function logStatements(databaseUrl: string): Promise<StatementLog> {
  const database = new URL(databaseUrl)
  const statements: { applicationName: string; text: string }[] = []
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(database.port), database.hostname)
    const read = reader((applicationName, text) => statements.push({ applicationName, text }))
    client.on('data', read)
    client.pipe(upstream).pipe(client)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => [client, upstream].forEach((each) => each.destroy()))
      socket.on('close', () => sockets.delete(socket))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    of: (name) => statements.filter(({ applicationName }) => applicationName === name).map(({ text }) => text),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      sockets.forEach((socket) => socket.destroy())
      await closed
    },
  }
}

/** Cuts what a client sends into messages, and tells of those that hold statements. */
function reader(tell: (applicationName: string, text: string) => void): (data: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let applicationName: string | null = null
  return (data) => {
    rest = Buffer.concat([rest, data])
    for (;;) {
      // The first message has no type.
      const typeBytes = applicationName === null ? 0 : 1
      if (rest.length < typeBytes + LENGTH_BYTES) return
      const end = typeBytes + rest.readUInt32BE(typeBytes)
      if (rest.length < end) return
      const message = rest.subarray(0, end)
      rest = rest.subarray(end)
      if (applicationName === null) {
        const words = message.toString('utf8', STARTUP_TEXT_AT).split('\0')
        applicationName = words[words.indexOf('application_name') + 1] ?? ''
        continue
      }
      const type = String.fromCharCode(message[0]!)
      const words = message.toString('utf8', 1 + LENGTH_BYTES).split('\0')
      if (type === 'Q') tell(applicationName, words[0]!)
      if (type === 'P') tell(applicationName, words[1]!) // after the statement's name
    }
  }
}
