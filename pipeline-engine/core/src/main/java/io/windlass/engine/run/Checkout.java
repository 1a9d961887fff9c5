package io.windlass.engine.run;

import java.nio.file.Path;
import java.util.List;

/** What asking for a workspace gave. */
public sealed interface Checkout {
  /**
   * It is there, at exactly the commit.
   *
   * @param readOnly directories outside it that steps may read
   */
  record Ready(List<Path> readOnly) implements Checkout {}

  /** The commit is not there any more. */
  record Vanished(String reason) implements Checkout {}

  /**
   * It cannot be made.
   *
   * @param ours whether the commit may be good
   */
  record Failed(String reason, boolean ours) implements Checkout {}
}
