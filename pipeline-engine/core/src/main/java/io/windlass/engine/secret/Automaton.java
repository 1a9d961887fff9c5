package io.windlass.engine.secret;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Finds many words at once in bytes that go by, one step for each byte (Aho and Corasick,
 * "Efficient string matching", 1975).
 *
 * <p>Edges live in one open hash table, since a dense table of 256 entries for each state would
 * take a kilobyte for each byte of the words.
 */
final class Automaton {
  static final int ROOT = 0;
  private static final int NONE = -1;

  private final int[] keys;
  private final int[] targets;
  private final int[] fails;
  private final int[] depths;
  private final int[] matches;
  private final int[] fromRoot = new int[256];

  private Automaton(List<Node> nodes) {
    int capacity = Integer.highestOneBit(Math.max(8, nodes.size() * 2)) << 1;
    keys = new int[capacity];
    targets = new int[capacity];
    Arrays.fill(targets, NONE);
    fails = new int[nodes.size()];
    depths = new int[nodes.size()];
    matches = new int[nodes.size()];
    for (Node node : nodes) {
      depths[node.id] = node.depth;
      matches[node.id] = node.ends ? node.depth : 0;
      if (node.id != ROOT) {
        put(node.parent, node.edge, node.id);
      }
      if (node.depth == 1) {
        fromRoot[node.edge] = node.id;
      }
    }
    link(nodes);
  }

  private static final class Node {
    private final int id;
    private final int parent;
    private final int edge;
    private final int depth;
    private boolean ends;
    private final List<Node> children = new ArrayList<>();

    Node(int id, int parent, int edge, int depth) {
      this.id = id;
      this.parent = parent;
      this.edge = edge;
      this.depth = depth;
    }

    Node child(int edge, List<Node> all) {
      for (Node child : children) {
        if (child.edge == edge) {
          return child;
        }
      }
      var made = new Node(all.size(), id, edge, depth + 1);
      all.add(made);
      children.add(made);
      return made;
    }
  }

  static Automaton of(Collection<String> words) {
    var nodes = new ArrayList<Node>();
    nodes.add(new Node(ROOT, ROOT, 0, 0));
    for (String word : words) {
      Node node = nodes.getFirst();
      for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
        node = node.child(b & 0xff, nodes);
      }
      node.ends = node.id != ROOT;
    }
    return new Automaton(nodes);
  }

  /** Breadth first: the state of the longest proper suffix, and the longest word that ends here. */
  private void link(List<Node> nodes) {
    var queue = new ArrayDeque<Node>(nodes.getFirst().children);
    while (!queue.isEmpty()) {
      Node node = queue.remove();
      if (node.depth > 1) {
        fails[node.id] = next(fails[node.parent], (byte) node.edge);
      }
      matches[node.id] = Math.max(matches[node.id], matches[fails[node.id]]);
      queue.addAll(node.children);
    }
  }

  int next(int state, byte b) {
    int edge = b & 0xff;
    int from = state;
    while (true) {
      if (from == ROOT) {
        return fromRoot[edge];
      }
      int target = target(from, edge);
      if (target != NONE) {
        return target;
      }
      from = fails[from];
    }
  }

  /** How many of the last bytes are the beginning of a word. */
  int depth(int state) {
    return depths[state];
  }

  /** The length of the longest word that ends here; 0 for none. */
  int longestMatch(int state) {
    return matches[state];
  }

  private int target(int from, int edge) {
    int key = from << 8 | edge;
    int slot = slot(key);
    while (targets[slot] != NONE) {
      if (keys[slot] == key) {
        return targets[slot];
      }
      slot = (slot + 1) & (keys.length - 1);
    }
    return NONE;
  }

  private void put(int from, int edge, int target) {
    int key = from << 8 | edge;
    int slot = slot(key);
    while (targets[slot] != NONE) {
      slot = (slot + 1) & (keys.length - 1);
    }
    keys[slot] = key;
    targets[slot] = target;
  }

  private int slot(int key) {
    int mixed = key * 0x9E3779B9;
    return (mixed ^ mixed >>> 15) & (keys.length - 1);
  }
}
