import leven from "leven";

const MOST = 3;

/** Names that were probably meant, the closest first: misspelt, or with something before or behind. */
export function nearest(name: string, known: readonly string[]): readonly string[] {
  const simple = name.toLowerCase();
  return known
    .map((one) => ({ one, distance: distanceOf(simple, one.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(2, Math.floor(simple.length / 3)))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, MOST)
    .map(({ one }) => one);
}

function distanceOf(name: string, other: string): number {
  // Somebody who writes `phone` may mean `telephoneNumber`.
  const isPart = name.length >= 4 && other.includes(name);
  return isPart ? Math.min(2, leven(name, other)) : leven(name, other);
}
