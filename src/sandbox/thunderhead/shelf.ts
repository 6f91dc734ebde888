/**
 * Where contents lie until somebody asks for a document: packed into slabs outside the JavaScript heap, so that the
 * garbage collector has nothing to walk. When the shelf is full its oldest slab goes as a whole: those are purged.
 */
export interface Shelf {
  put(id: number, text: string): void;
  /** Undefined when it has been purged. */
  get(id: number): string | undefined;
  clear(): void;
}

interface Slab {
  bytes: Buffer;
  used: number;
  places: Map<number, { start: number; end: number }>;
}

const slabBytes = 4 * 1024 * 1024;

export function openShelf(capacityBytes: number): Shelf {
  let slabs: Slab[] = [];
  let total = 0;

  const addSlab = (size: number): Slab => {
    const slab: Slab = { bytes: Buffer.allocUnsafeSlow(size), used: 0, places: new Map() };
    slabs.push(slab);
    total += size;
    while (total > capacityBytes && slabs.length > 1) total -= (slabs.shift() as Slab).bytes.byteLength;
    return slab;
  };

  return {
    put(id, text) {
      const size = Buffer.byteLength(text);
      const newest = slabs.at(-1);
      const slab =
        newest && newest.used + size <= newest.bytes.byteLength ? newest : addSlab(Math.max(size, slabBytes));
      slab.bytes.write(text, slab.used);
      slab.places.set(id, { start: slab.used, end: slab.used + size });
      slab.used += size;
    },
    get(id) {
      for (const { bytes, places } of slabs) {
        const place = places.get(id);
        if (place) return bytes.toString('utf8', place.start, place.end);
      }
      return undefined;
    },
    clear() {
      slabs = [];
      total = 0;
    },
  };
}
