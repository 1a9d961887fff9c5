package io.windlass.scaler.syntax;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Collects the mistakes of one reading, so that a person gets all of them at once. Bounded: a file
 * made of nothing but mistakes does not fill the memory. Not thread-safe.
 */
public final class Problems {

  /** More than anybody reads at once. */
  private static final int MOST = 200;

  private final List<Problem> found = new ArrayList<>();
  private int dropped;

  public void add(Problem problem) {
    if (found.stream().anyMatch(known -> isSame(known, problem))) {
      return;
    }
    if (found.size() < MOST) {
      found.add(problem);
    } else {
      dropped++;
    }
  }

  public void add(Position at, String path, String found, String expected) {
    add(new Problem(at, path, found, expected, Optional.empty()));
  }

  /** A mistake that a sentence tells best. */
  public void say(Position at, String path, String sentence) {
    add(at, path, sentence, "");
  }

  /** A value that is not of the form wanted. */
  public void wrong(Node node, String path, String expected) {
    add(node.at(), path, "found " + Values.describe(node), expected);
  }

  /** Whether a value is as expected; a problem where it is not. */
  public boolean isRight(boolean right, Node node, String path, String expected) {
    if (!right) {
      wrong(node, path, expected);
    }
    return right;
  }

  /** A value that is none of the allowed words. */
  public void notOneOf(Node node, String path, Collection<String> allowed) {
    Optional<String> near =
        node instanceof Node.Scalar s ? Nearest.of(s.text(), allowed) : Optional.empty();
    String words = allowed.isEmpty() ? "nothing here" : "one of " + String.join(", ", allowed);
    add(new Problem(node.at(), path, "found " + Values.describe(node), words, near));
  }

  /** A key of the format that a later version will understand. Never ignored in silence. */
  public void notYet(Position at, String path, String what) {
    say(at, path, what + " is not supported yet by this version");
  }

  /** A value that several keys share (an alias, a default) is read for each, and told once. */
  private static boolean isSame(Problem a, Problem b) {
    return a.at().equals(b.at())
        && a.found().equals(b.found())
        && a.expected().equals(b.expected());
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  /** The problems in the order of the file. */
  public List<Problem> list() {
    var sorted = new ArrayList<>(found);
    sorted.sort(Comparator.comparing(Problem::at));
    if (dropped > 0) {
      Position last = sorted.getLast().at();
      sorted.add(new Problem(last, "", "and " + dropped + " more problems", "", Optional.empty()));
    }
    return List.copyOf(sorted);
  }

  /** One problem a line, as a terminal shows them. */
  @Override
  public String toString() {
    return String.join("\n", list().stream().map(Problem::toString).toList());
  }
}
