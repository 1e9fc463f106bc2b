/* Which ones of a long list of marks are among those of a batch (src/ingest/key-marks.ts). */

/** src/ingest/key-marks.ts writes it in this order. */
@unmanaged
export class Marks {
  /** A bit for each mark, at its lower bits. */
  bits: usize
  bitMask: u32
  /** The marks by their lower bits; 0 is empty. */
  slots: usize
  slotMask: u32
  hasZero: u32
}

export function addMarks(marks: Marks, list: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const mark = load<u32>(list + (i << 2))
    const bit = mark & marks.bitMask
    const word = marks.bits + ((bit >> 5) << 2)
    store<u32>(word, load<u32>(word) | (1 << (bit & 31)))
    if (mark === 0) marks.hasZero = 1
    else store<u32>(slotOf(marks, mark), mark)
  }
}

/**
 * Writes the places at which there is one of the marks, in order; returns how many there are.
 *
 * @param found has room for a place more than the list is long
 */
export function findMarks(marks: Marks, list: usize, count: u32, found: usize): u32 {
  const bits = marks.bits
  const bitMask = marks.bitMask
  let possible: u32 = 0
  for (let i: u32 = 0; i < count; i++) {
    const bit = load<u32>(list + (i << 2)) & bitMask
    // Each place is written, and written over when its mark is none: which it will be cannot be guessed.
    store<u32>(found + (possible << 2), i)
    possible += (load<u32>(bits + ((bit >> 5) << 2)) >> (bit & 31)) & 1
  }
  let places: u32 = 0
  for (let k: u32 = 0; k < possible; k++) {
    const place = load<u32>(found + (k << 2))
    const mark = load<u32>(list + (place << 2))
    store<u32>(found + (places << 2), place)
    places += u32(mark === 0 ? marks.hasZero !== 0 : load<u32>(slotOf(marks, mark)) === mark)
  }
  return places
}

/** The slot that holds the mark, or the empty one where it belongs. */
function slotOf(marks: Marks, mark: u32): usize {
  let place = mark & marks.slotMask
  let there = load<u32>(marks.slots + (place << 2))
  while (there !== 0 && there !== mark) {
    place = (place + 1) & marks.slotMask
    there = load<u32>(marks.slots + (place << 2))
  }
  return marks.slots + (place << 2)
}
