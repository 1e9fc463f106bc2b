/** The address of the GraphQL endpoint of a server; a path is one of the page's own server. Throws TypeError. */
export function endpointOf(url: string, base: string | undefined = globalThis.location?.href): string {
  const endpoint = new URL(url, base)
  if (!endpoint.pathname.endsWith('/graphql')) endpoint.pathname = `${endpoint.pathname.replace(/\/+$/, '')}/graphql`
  return endpoint.href
}

/** The address of the same endpoint for WebSockets. */
export function webSocketEndpointOf(endpoint: string): string {
  return endpoint.replace(/^http/, 'ws')
}
