package io.windlass.engine.notification;

import java.net.URI;
import java.util.Set;

/**
 * An address from the server's file that takes messages; never one from a repository.
 *
 * @param name tells it from the others, and stays the same while the address does; the address
 *     itself may be a secret
 * @param on what it wants to hear
 */
public record ChatHook(String name, URI webhook, Set<AlertEvent.Kind> on) {
  @Override
  public String toString() {
    return "ChatHook[" + name + "]";
  }
}
