package io.windlass.engine.kubernetes.cluster;

import java.util.List;

/**
 * All that a cluster offers, as charts ask for it.
 *
 * @param version {@code v1.34.4}
 * @param apis {@code apps/v1} and {@code apps/v1/Deployment}, sorted
 */
public record Offer(String version, List<String> apis) {
  public Offer {
    apis = List.copyOf(apis);
  }
}
