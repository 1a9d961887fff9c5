package io.windlass.webhooks.view;

import io.windlass.engine.log.LogPage;
import io.windlass.engine.run.RunId;
import java.util.List;
import java.util.Optional;

/**
 * A part of a step's log with the ways to its other parts.
 *
 * @param from offset of its first byte
 * @param earlier address of the part before
 * @param later address of the part after, where there is one by now
 * @param follow where the rest comes from as it is written; empty when this is not the end of a log
 *     that still grows
 */
public record LogView(
    int attempt,
    List<Ansi.Span> spans,
    long from,
    String earlier,
    Optional<String> later,
    String newest,
    String raw,
    Optional<String> follow) {
  /**
   * Makes the view.
   *
   * @param growing whether the attempt is under way
   * @param part how many bytes one part has at the most
   */
  public static LogView of(
      RunId run, String step, int attempt, LogPage page, boolean growing, int part) {
    String here = Addresses.step(run, step) + "?attempt=" + attempt;
    Optional<String> follow =
        growing && page.end()
            ? Optional.of(Addresses.followLog(run, step, attempt, page.next()))
            : Optional.empty();
    return new LogView(
        attempt,
        Ansi.spans(page.text()),
        page.from(),
        here + "&from=" + Math.max(0, page.from() - part),
        page.end() ? Optional.empty() : Optional.of(here + "&from=" + page.next()),
        here,
        Addresses.rawLog(run, step, attempt),
        follow);
  }
}
