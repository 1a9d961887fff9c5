package io.windlass.engine.rollout;

/**
 * Where an environment is.
 *
 * @param target by its name in the server's file
 * @param part of the target, such as a namespace of a cluster; empty where the target is one place
 */
public record Place(String target, String part) {
  @Override
  public String toString() {
    return part.isEmpty() ? target : target + "/" + part;
  }
}
