package io.windlass.engine.kubernetes.manifest;

import java.util.List;
import java.util.Optional;

/**
 * What is known of the wall that a program stands behind.
 *
 * @param walls those that it may work behind, the best one first; just one, once it is known
 * @param hole why it is behind no better one, in the machine's words; empty where none is known
 */
record Standing(List<Wall> walls, String hole) {
  Standing {
    walls = List.copyOf(walls);
  }

  /** Nothing was tried yet. */
  static Standing untried() {
    return new Standing(
        Wall.here(), Wall.missing().map(missing -> "\"" + missing + "\" is not there").orElse(""));
  }

  /** The best one of which nothing speaks against it. */
  Wall wall() {
    return walls.getFirst();
  }

  boolean hasWeaker() {
    return walls.size() > 1;
  }

  /** After the best one has not worked. */
  Standing weaker(String why) {
    return new Standing(walls.subList(1, walls.size()), why);
  }

  /** After it has worked: no other one is tried any more. */
  Standing settled() {
    return new Standing(List.of(wall()), hole);
  }

  /**
   * What of this machine the program could reach, and why, for people.
   *
   * @return empty where there is nothing
   */
  Optional<String> open() {
    String why = hole.isEmpty() ? "" : ": " + hole;
    return switch (wall()) {
      case FILES -> Optional.empty();
      case NETWORK -> Optional.of("it can read what the server's user can read" + why);
      case NONE ->
          Optional.of(
              "it can read what the server's user can read, and has this machine's network" + why);
    };
  }
}
