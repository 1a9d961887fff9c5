package io.windlass.engine.git;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Follows a tree's symbolic links as the kernel would, before they exist. The text of one link is
 * not enough: {@code a -> .} makes the harmless looking {@code a/../x} leave the tree.
 */
final class Links {
  /** The kernel gives up after as many. */
  private static final int MOST_HOPS = 40;

  private Links() {}

  /** The first link that leads out of the tree or into its {@code .git}. */
  static Optional<String> firstEscape(Map<String, String> links) {
    return links.keySet().stream().filter(link -> escapes(link, links)).findFirst();
  }

  private static boolean escapes(String link, Map<String, String> links) {
    List<String> at = new ArrayList<>();
    Deque<String> todo = new ArrayDeque<>(parts(link));
    int hops = 0;
    while (!todo.isEmpty()) {
      String part = todo.pop();
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..")) {
        if (at.isEmpty()) {
          return true;
        }
        at.removeLast();
        continue;
      }
      at.add(part);
      if (at.size() == 1 && part.equalsIgnoreCase(".git")) {
        return true;
      }
      String target = links.get(String.join("/", at));
      if (target != null) {
        if (target.startsWith("/")) {
          return true;
        }
        if (++hops > MOST_HOPS) {
          return false; // a loop: nobody can follow it, so it leads nowhere
        }
        at.removeLast();
        parts(target).reversed().forEach(todo::push);
      }
    }
    return false;
  }

  private static List<String> parts(String path) {
    return Arrays.asList(path.split("/", -1));
  }
}
