package io.windlass.webhooks.feed;

/** What a listener of the feed hears. */
public sealed interface News permits Change, News.Reset, News.End {
  /** Changes have passed by unheard, or may have: what is shown is to be read anew. */
  record Reset(Reason reason) implements News {
    /** Why changes may have passed by. */
    public enum Reason {
      /** The listener has only begun to listen. */
      BEGUN,
      /** More changes waited for the listener than are kept for one. */
      SLOW
    }
  }

  /** Nothing more will be heard. */
  record End() implements News {}
}
