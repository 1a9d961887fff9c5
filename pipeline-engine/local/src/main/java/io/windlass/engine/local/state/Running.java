package io.windlass.engine.local.state;

import io.windlass.engine.local.process.Family;
import io.windlass.engine.local.process.ProcessId;
import java.util.Optional;

/**
 * A replica's process.
 *
 * @param mark by which it is found among the machine's processes
 * @param port that it was given on the loopback
 * @param user that it runs as; of no meaning where the keeper is not root
 */
public record Running(
    ProcessId process, String mark, Optional<Integer> port, boolean sandboxed, int user) {
  public Family family() {
    return new Family(process, mark, sandboxed);
  }
}
