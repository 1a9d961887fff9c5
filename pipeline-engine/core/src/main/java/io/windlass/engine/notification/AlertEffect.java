package io.windlass.engine.notification;

import java.util.List;

/** What the alert of one ref asks for. */
public sealed interface AlertEffect {
  /**
   * Posts a message.
   *
   * @param hooks names of the addresses that are still to get it; empty at the first attempt, for
   *     all that want this kind
   * @param attempt from 1
   */
  record Post(AlertEvent.Message message, List<String> hooks, int attempt) implements AlertEffect {}
}
