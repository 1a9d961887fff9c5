package io.windlass.engine.git;

/**
 * A repository could not be fetched, read or checked out. {@link #fault} says whose turn it is: a
 * machine fails the run on {@code REPOSITORY}, tells the operator on {@code SETUP}, and tries again
 * later on {@code WORLD}.
 */
public final class GitException extends Exception {
  /** Who has to do something. */
  public enum Fault {
    /**
     * The repository's content: a hostile tree, a limit, a submodule that is not allowed. The same
     * commit fails again.
     */
    REPOSITORY,
    /** Our configuration: a wrong credential, host key or address. */
    SETUP,
    /** The network, the other side, the disk. */
    WORLD
  }

  private final Fault fault;

  public GitException(Fault fault, String message) {
    super(message);
    this.fault = fault;
  }

  public GitException(Fault fault, String message, Throwable cause) {
    super(message, cause);
    this.fault = fault;
  }

  public Fault fault() {
    return fault;
  }
}
