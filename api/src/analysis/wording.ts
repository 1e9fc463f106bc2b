/** Numbers as sentences tell them. */
export function users(count: number): string {
  return count === 1 ? '1 user' : `${whole(count)} users`
}

export function whole(count: number): string {
  return count.toLocaleString('en-US')
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.01 ? 2 : 1)}%`
}
