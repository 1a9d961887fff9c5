package io.windlass.webhooks.settings;

import io.windlass.engine.pipeline.Patterns;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a repository may do in one of its environments. Its own file can only ask for less.
 *
 * @param target the one target that it may deploy to
 * @param namespace of the cluster, where the target is one
 * @param hosts whose requests it may take; {@code *.example.com} for all directly below; empty: any
 *     host
 * @param branches that may deploy; empty: any
 * @param tags that may deploy; empty: none where {@code branches} are named, else any
 * @param max replicas of one process; empty: as many as the file asks for
 */
public record Grant(
    String target,
    Optional<String> namespace,
    List<String> hosts,
    Optional<Patterns> branches,
    Optional<Patterns> tags,
    Optional<Integer> max) {
  public Grant {
    hosts = List.copyOf(hosts);
  }

  /** Whether a commit of this branch may be deployed. */
  public boolean allowsBranch(String branch) {
    return branches.map(p -> p.takes(branch)).orElse(true);
  }

  /** Whether a commit with this tag may be deployed. */
  public boolean allowsTag(String tag) {
    return tags.map(p -> p.takes(tag)).orElse(branches.isEmpty());
  }

  /** Whether requests to this host, or to all that a pattern of this form names, may be taken. */
  public boolean allowsHost(String host) {
    String asked = host.toLowerCase(Locale.ROOT);
    return hosts.isEmpty() || hosts.stream().anyMatch(h -> covers(h, asked));
  }

  private static boolean covers(String granted, String asked) {
    if (granted.equals(asked)) {
      return true;
    }
    if (!granted.startsWith("*.")) {
      return false;
    }
    String below = granted.substring(1);
    int dot = asked.indexOf('.');
    return dot > 0 && !asked.startsWith("*") && asked.substring(dot).equals(below);
  }
}
