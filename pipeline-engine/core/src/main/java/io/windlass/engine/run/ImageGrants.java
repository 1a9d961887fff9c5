package io.windlass.engine.run;

import java.util.Optional;

/**
 * Which names of images the operator's file gives a repository. The server's credentials open all
 * that they open to any repository, were it not for this. Asked at each build, so that a change
 * counts at once.
 */
@FunctionalInterface
public interface ImageGrants {
  /** What is to be done with an image. */
  enum Use {
    PUSH,
    PULL
  }

  /**
   * Why the repository may not use a name, with what the operator's file says instead; empty where
   * it may.
   *
   * @param image a reference with its registry, as the repository's file has it
   */
  Optional<String> refusal(String repository, String image, Use use);
}
