/*
 * Means and centred moments of groups of units (src/engine/group-moments.ts, which says by which formulas). What is of a
 * group lies together: one double a measure, or one a product.
 */

/** src/engine/group-moments.ts writes it in this order. */
@unmanaged
export class Moments {
  groups: u32
  /** Measures, and products of two of them, the squares first. */
  width: u32
  products: u32
  /** Of each product, where the two measures are among a group's: in bytes. */
  pairs: usize
  /** By group. */
  sizes: usize
  means: usize
  sums: usize
  /** The same of the block at hand; of its units so many have no value. */
  blockSizes: usize
  blockZeros: usize
  blockMeans: usize
  /** Sums of deviations from the block's means: what rounding left. */
  residues: usize
  blockSums: usize
  /** Room for the deviations of one unit. */
  deviations: usize
}

/**
 * Takes a block of units.
 *
 * @param columns addresses of one column a measure
 * @param cells group of each unit
 * @param active how many of them, from the beginning on, may have values other than 0
 */
export function takeUnits(m: Moments, columns: usize, cells: usize, active: u32, count: u32): void {
  memory.fill(m.blockSizes, 0, m.groups << 3)
  memory.fill(m.blockZeros, 0, m.groups << 3)
  for (let i = active; i < count; i++) addTo(m.blockZeros + (load<u32>(cells + (i << 2)) << 3), 1)
  for (let i: u32 = 0; i < active; i++) addTo(m.blockSizes + (load<u32>(cells + (i << 2)) << 3), 1)
  for (let g: u32 = 0; g < m.groups; g++) addTo(m.blockSizes + (g << 3), load<f64>(m.blockZeros + (g << 3)))
  mergeBlock(m, columns, cells, active)
}

/** Takes so many units as `blockSizes` and `blockZeros` say: none of them has a value. */
export function takeIdle(m: Moments): void {
  mergeBlock(m, 0, 0, 0)
}

function mergeBlock(m: Moments, columns: usize, cells: usize, active: u32): void {
  findMeans(m, columns, cells, active)
  findSums(m, columns, cells, active)
  for (let g: u32 = 0; g < m.groups; g++) {
    const n = load<f64>(m.blockSizes + (g << 3))
    if (n > 0) mergeGroup(m, g, n)
  }
}

/** The block's means by group. */
function findMeans(m: Moments, columns: usize, cells: usize, active: u32): void {
  const width = m.width
  const even = width & ~1
  const means = m.blockMeans
  memory.fill(means, 0, (m.groups * width) << 3)
  for (let i: u32 = 0; i < active; i++) {
    const own = means + ((load<u32>(cells + (i << 2)) * width) << 3)
    for (let k: u32 = 0; k < even; k += 2) addPair(own + (k << 3), valuesOf(columns + (k << 2), i))
    if (even < width) addTo(own + (even << 3), load<f64>(load<usize>(columns + (even << 2)) + (i << 3)))
  }
  for (let g: u32 = 0; g < m.groups; g++) {
    const n = load<f64>(m.blockSizes + (g << 3))
    if (n > 0) for (let k: u32 = 0; k < width; k++) divide(means + ((g * width + k) << 3), n)
  }
}

/** Sums of the deviations from the means, and of their products. Two at a time: the processor can, and rounds alike. */
function findSums(m: Moments, columns: usize, cells: usize, active: u32): void {
  const width = m.width
  const even = width & ~1
  const products = m.products
  const evenProducts = products & ~1
  const pairs = m.pairs
  const deviations = m.deviations
  memory.fill(m.residues, 0, (m.groups * width) << 3)
  memory.fill(m.blockSums, 0, (m.groups * products) << 3)
  for (let i: u32 = 0; i < active; i++) {
    const group = load<u32>(cells + (i << 2))
    const means = m.blockMeans + ((group * width) << 3)
    const residues = m.residues + ((group * width) << 3)
    for (let k: u32 = 0; k < even; k += 2) {
      const deviation = f64x2.sub(valuesOf(columns + (k << 2), i), v128.load(means + (k << 3)))
      v128.store(deviations + (k << 3), deviation)
      addPair(residues + (k << 3), deviation)
    }
    if (even < width) {
      const value = load<f64>(load<usize>(columns + (even << 2)) + (i << 3))
      const deviation = value - load<f64>(means + (even << 3))
      store<f64>(deviations + (even << 3), deviation)
      addTo(residues + (even << 3), deviation)
    }
    const sums = m.blockSums + ((group * products) << 3)
    for (let p: u32 = 0; p < evenProducts; p += 2) {
      const pair = pairs + (p << 3)
      const left = v128.load64_lane(deviations + load<u32>(pair, 8), v128.load64_zero(deviations + load<u32>(pair)), 1)
      const right = v128.load64_lane(
        deviations + load<u32>(pair, 12),
        v128.load64_zero(deviations + load<u32>(pair, 4)),
        1,
      )
      addPair(sums + (p << 3), f64x2.mul(left, right))
    }
    if (evenProducts < products) {
      const pair = pairs + (evenProducts << 3)
      const left = load<f64>(deviations + load<u32>(pair))
      addTo(sums + (evenProducts << 3), left * load<f64>(deviations + load<u32>(pair, 4)))
    }
  }
}

/** What a unit has of a measure and of the next one. */
function valuesOf(columns: usize, unit: u32): v128 {
  const first = v128.load64_zero(load<usize>(columns) + (unit << 3))
  return v128.load64_lane(load<usize>(columns, 4) + (unit << 3), first, 1)
}

function mergeGroup(m: Moments, group: u32, n: f64): void {
  const width = m.width
  const zeros = load<f64>(m.blockZeros + (group << 3))
  const known = load<f64>(m.sizes + (group << 3))
  const total = known + n
  const means = m.means + ((group * width) << 3)
  const blockMeans = m.blockMeans + ((group * width) << 3)
  const residues = m.residues + ((group * width) << 3)
  for (let k: u32 = 0; k < width; k++) addTo(residues + (k << 3), -(zeros * load<f64>(blockMeans + (k << 3))))
  for (let p: u32 = 0; p < m.products; p++) {
    const a = load<u32>(m.pairs + (p << 3))
    const b = load<u32>(m.pairs + (p << 3), 4)
    const left = load<f64>(blockMeans + a)
    const right = load<f64>(blockMeans + b)
    const sum = load<f64>(m.blockSums + ((group * m.products + p) << 3)) + zeros * left * right
    const x = load<f64>(residues + a) / n
    const y = load<f64>(residues + b) / n
    const distance = (left + x - load<f64>(means + a)) * (right + y - load<f64>(means + b))
    addTo(m.sums + ((group * m.products + p) << 3), sum - x * y * n + (distance * known * n) / total)
  }
  for (let k: u32 = 0; k < width; k++) {
    const mean = load<f64>(blockMeans + (k << 3)) + load<f64>(residues + (k << 3)) / n
    addTo(means + (k << 3), ((mean - load<f64>(means + (k << 3))) * n) / total)
  }
  store<f64>(m.sizes + (group << 3), total)
}

function addTo(address: usize, value: f64): void {
  store<f64>(address, load<f64>(address) + value)
}

function addPair(address: usize, values: v128): void {
  v128.store(address, f64x2.add(v128.load(address), values))
}

function divide(address: usize, by: f64): void {
  store<f64>(address, load<f64>(address) / by)
}
