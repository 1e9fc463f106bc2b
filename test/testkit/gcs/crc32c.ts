/** The polynomial of Castagnoli, its bits in reverse. */
const POLYNOMIAL = 0x82f63b78

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1
  return sum
})

/** CRC32C as Cloud Storage tells it: base64 of four bytes, the highest first. */
export function crc32c(bytes: Uint8Array): string {
  let sum = 0xffffffff
  for (let at = 0; at < bytes.length; at++) sum = table[(sum ^ bytes[at]!) & 0xff]! ^ (sum >>> 8)
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32BE((sum ^ 0xffffffff) >>> 0)
  return buffer.toString('base64')
}
