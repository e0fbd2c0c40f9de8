/**
 * Finds items of a list by a key without looking through the whole of it. The list is the truth and may be
 * changed by anybody; what was appended since is added here, after any other change everything is made anew.
 */
export class ListIndex<Item> {
  readonly #keyOf: (item: Item) => string;
  readonly #items = new Map<string, Item>();
  #list: readonly Item[] = [];
  #length = 0;
  #last: Item | undefined;

  constructor(keyOf: (item: Item) => string) {
    this.#keyOf = keyOf;
  }

  find(list: readonly Item[], key: string): Item | undefined {
    this.#follow(list);
    return this.#items.get(key);
  }

  #follow(list: readonly Item[]): void {
    const isGrown =
      list === this.#list && list.length >= this.#length && list[this.#length - 1] === this.#last;
    if (!isGrown) this.#items.clear();
    for (let index = isGrown ? this.#length : 0; index < list.length; index += 1) {
      const item = list[index];
      if (item !== undefined) this.#items.set(this.#keyOf(item), item);
    }
    this.#list = list;
    this.#length = list.length;
    this.#last = list.at(-1);
  }

  /** Takes an item out of a list that several indexes follow, without making them anew. */
  static remove<Item>(list: Item[], item: Item, indexes: readonly ListIndex<Item>[]): void {
    const place = list.indexOf(item);
    if (place === -1) return;
    for (const index of indexes) index.#follow(list);
    list.splice(place, 1);
    for (const index of indexes) {
      index.#items.delete(index.#keyOf(item));
      index.#length = list.length;
      index.#last = list.at(-1);
    }
  }
}
