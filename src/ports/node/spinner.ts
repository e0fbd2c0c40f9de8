import { stripVTControlCharacters } from "node:util";
import type { Ora } from "ora";
import type { Progress } from "../index.ts";

/** One animated line on a terminal, shared by everything that is under way. */
export interface Spinner {
  start(text: string): Progress;
  /** Takes the line away until the function that comes back is called: a question needs the screen. */
  pause(): () => void;
}

/**
 * A spinner on `stream`, which must be a terminal that knows its width: on one of 0 columns ora divides by
 * zero and hangs for ever. ora is loaded when the first line is due, and shows the youngest of several:
 * two instances on one stream would overwrite each other. Other writes to the stream are safe meanwhile;
 * ora clears its line before and draws it again after them.
 */
export function createSpinner(stream: NodeJS.WriteStream, colour: boolean): Spinner {
  const lines: { text: string }[] = [];
  let ora: Ora | undefined;
  let pauses = 0;

  const show = (): void => {
    const line = lines.at(-1);
    if (!ora) return;
    if (line === undefined || pauses > 0) {
      ora.stop();
      return;
    }
    ora.text = oneLine(line.text, stream.columns);
    if (ora.isSpinning) ora.render();
    else ora.start();
  };
  const load = once(async () => {
    const { default: createOra } = await import("ora");
    // Keys typed meanwhile belong to whoever listens, so standard input is left alone.
    ora = createOra({ stream, isEnabled: true, discardStdin: false, color: colour ? "cyan" : false });
    show();
  });

  return {
    start(text) {
      const line = { text };
      lines.push(line);
      void load().then(show);
      return {
        update(next) {
          line.text = next;
          show();
        },
        stop() {
          const index = lines.indexOf(line);
          if (index !== -1) lines.splice(index, 1);
          show();
        },
      };
    },
    pause() {
      pauses += 1;
      show();
      return once(() => {
        pauses -= 1;
        show();
      });
    },
  };
}

/** What wraps cannot be taken away reliably once the window changes its width. */
function oneLine(text: string, columns: number): string {
  const [first = ""] = stripVTControlCharacters(text).split("\n");
  const room = Math.max(1, columns - 3);
  return first.length <= room ? first : `${first.slice(0, room - 1)}…`;
}

function once<Result>(run: () => Result): () => Result {
  let done: { result: Result } | undefined;
  return () => {
    done ??= { result: run() };
    return done.result;
  };
}
