const PLACEHOLDER = "[secret]";

/**
 * A value that must never be printed: a client secret, a token, a one-time link.
 *
 * String conversion, `JSON.stringify` and `util.inspect` all give a placeholder, so a secret that slips
 * into a log line or an error message shows nothing. Only the code that must send it calls `reveal()`.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one request or file that has to carry it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return PLACEHOLDER;
  }

  toJSON(): string {
    return PLACEHOLDER;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return PLACEHOLDER;
  }
}
