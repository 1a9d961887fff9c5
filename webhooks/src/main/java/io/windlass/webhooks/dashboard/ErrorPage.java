package io.windlass.webhooks.dashboard;

import io.windlass.webhooks.view.Frame;

/** A refusal or a mistake as a page. */
public final class ErrorPage {
  private ErrorPage() {}

  /**
   * The page.
   *
   * @param detail what was found, and what to do
   */
  public static String render(int status, String title, String detail) {
    return Pages.TEMPLATES
        .error(new Frame(title, "", "", "", Frame.NEVER), status, detail)
        .render();
  }
}
