declare module 'murmurhash3js-revisited' {
  const murmurHash3: { x86: { hash128(bytes: number[], seed?: number): string } }
  export default murmurHash3
}
