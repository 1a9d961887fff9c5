package io.windlass.webhooks.dashboard;

import gg.jte.models.runtime.JteModel;
import io.javalin.http.Context;
import io.windlass.webhooks.pages.StaticTemplates;
import io.windlass.webhooks.pages.Templates;
import java.util.List;
import java.util.Optional;

/** Turns templates into answers, and lists into pages of lists. */
final class Pages {
  /** The templates by name. */
  static final Templates TEMPLATES = new StaticTemplates();

  private Pages() {}

  static void answer(Context context, JteModel page) {
    context.html(page.render());
  }

  /**
   * A part of a list.
   *
   * @param more whether something follows
   */
  record Part<T>(List<T> items, boolean more) {
    /** Of one item more than is shown. */
    static <T> Part<T> of(List<T> found, int shown) {
      return new Part<>(found.subList(0, Math.min(shown, found.size())), found.size() > shown);
    }

    /** The last item, where something follows it. */
    Optional<T> end() {
      return more ? Optional.of(items.getLast()) : Optional.empty();
    }
  }
}
