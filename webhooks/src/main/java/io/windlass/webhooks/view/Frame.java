package io.windlass.webhooks.view;

/**
 * What surrounds a page.
 *
 * @param section the part that it belongs to, as {@link Section} names it; may be none of them
 * @param here its own address with its query, which it is looked up again under
 * @param events where the events are that concern it; empty where none do
 * @param every seconds until its main part is looked up again; 0 for never
 */
public record Frame(String title, String section, String here, String events, int every) {
  /** While something on the page moves. */
  public static final int SOON = 2;

  /** While nothing does, so that what begins is seen. */
  public static final int LATER = 10;

  public static final int NEVER = 0;
}
