import type { Caller } from './auth/caller.ts'
import { createLoaders, type Loaders, type LoaderServices } from './loaders.ts'

/** What resolvers know of the request they serve. */
export interface RequestContext {
  requestId: string
  /** Who sent it. Fields ask for scopes by themselves (auth/access.ts). */
  caller: Caller
  /** The server as its caller names it, such as `http://localhost:4000`. Null over a WebSocket. */
  serverUrl: string | null
  /** Of the page that asks; null for a program, and over a WebSocket. */
  origin: string | null
  services: LoaderServices
  /** Batches and remembers the loads of this request. */
  loaders: Loaders
}

export function createContext(
  requestId: string,
  caller: Caller,
  services: LoaderServices,
  serverUrl: string | null = null,
  origin: string | null = null,
): RequestContext {
  return { requestId, caller, serverUrl, origin, services, loaders: createLoaders(services) }
}

/** Forgets what was loaded: each event of a subscription is a look of its own. */
export function forgetLoads(context: RequestContext): void {
  context.loaders = createLoaders(context.services)
}
