import { expect, test } from 'vitest'
import { endpointOf, webSocketEndpointOf } from './endpoint.ts'

test('the endpoint is found from the server’s address, the endpoint itself, or a path on the page’s server', () => {
  expect(endpointOf('http://127.0.0.1:4000')).toBe('http://127.0.0.1:4000/graphql')
  expect(endpointOf('http://127.0.0.1:4000/')).toBe('http://127.0.0.1:4000/graphql')
  expect(endpointOf('https://shop.example/fairlift/')).toBe('https://shop.example/fairlift/graphql')
  expect(endpointOf('https://shop.example/graphql')).toBe('https://shop.example/graphql')
  expect(endpointOf('/', 'https://shop.example/experiments/1')).toBe('https://shop.example/graphql')
})

test('what is no address is refused', () => {
  expect(() => endpointOf('not an address')).toThrow(TypeError)
})

test('WebSockets use the same address, encrypted where it is', () => {
  expect(webSocketEndpointOf('http://127.0.0.1:4000/graphql')).toBe('ws://127.0.0.1:4000/graphql')
  expect(webSocketEndpointOf('https://shop.example/graphql')).toBe('wss://shop.example/graphql')
})
