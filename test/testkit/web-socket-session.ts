import { once } from 'node:events'

interface Message {
  type: string
  id?: string
  payload?: unknown
}

/** A WebSocket as any client of the protocol opens one, from its first message on. */
export class WebSocketSession {
  readonly closed: Promise<{ code: number; reason: string }>
  readonly #socket: WebSocket
  readonly #messages: Message[] = []
  #wake = (): void => undefined

  private constructor(socket: WebSocket) {
    this.#socket = socket
    this.closed = new Promise((resolve) =>
      socket.addEventListener('close', ({ code, reason }) => {
        resolve({ code, reason })
        this.#wake()
      }),
    )
    socket.addEventListener('message', ({ data }) => {
      this.#messages.push(JSON.parse(String(data)) as Message)
      this.#wake()
    })
  }

  /** @param params what the first message says of who one is */
  static async open(url: string, params?: Record<string, unknown>): Promise<WebSocketSession> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws')
    const session = new WebSocketSession(socket)
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init', payload: params }))
    return session
  }

  subscribe(id: string, query: string): void {
    this.#socket.send(JSON.stringify({ type: 'subscribe', id, payload: { query } }))
  }

  /** The next message, whichever it is about. Null: the connection has ended. */
  async next(): Promise<Message | null> {
    for (;;) {
      const message = this.#messages.shift()
      if (message !== undefined) return message
      if (this.#socket.readyState === WebSocket.CLOSED) return null
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** The code of the error that a subscription is answered with. Null: it is answered with something else. */
  async codeOf(id: string, query: string): Promise<string | null> {
    this.subscribe(id, query)
    for (;;) {
      const message = await this.next()
      if (message === null) throw new Error('The connection ended.')
      if (message.id !== id) continue
      const { payload } = message
      type Told = { extensions: { code: string } }[]
      const errors = message.type === 'error' ? (payload as Told) : (payload as { errors?: Told }).errors
      return errors?.[0]?.extensions.code ?? null
    }
  }

  close(): void {
    this.#socket.close()
  }
}
