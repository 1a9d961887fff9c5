package io.windlass.engine.log;

import java.util.List;

/**
 * Some lines of a log.
 *
 * @param first the number of the first, counted from 0
 * @param lines without their line ends; the last one of a log that is being written may be
 *     unfinished
 * @param nextByte the offset after them
 * @param end whether there were no more when they were read
 */
public record LinePage(long first, List<String> lines, long nextByte, boolean end) {
  public LinePage {
    lines = List.copyOf(lines);
  }

  /** The number of the line at which to go on. */
  public long nextLine() {
    return first + lines.size();
  }
}
