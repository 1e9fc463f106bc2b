/** Keyed requests answer the same when they are sent again: whatever is lost on the way, it is done once. */
export function withKey<Input extends { idempotencyKey?: string | null }>(input: Input): Input {
  return { ...input, idempotencyKey: input.idempotencyKey ?? newIdempotencyKey() }
}

/** 128 random bits. `crypto.randomUUID` is missing in pages that came over plain HTTP. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
