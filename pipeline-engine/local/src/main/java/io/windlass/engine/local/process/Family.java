package io.windlass.engine.local.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All processes that belong to one launched process.
 *
 * @param leader the wrapper
 * @param mark of its {@link Launch}
 * @param sandboxed whether bubblewrap stands between wrapper and program
 */
public record Family(ProcessId leader, String mark, boolean sandboxed) {
  /** Rounds of looking and killing before we say that something cannot be killed. */
  private static final int ROUNDS = 50;

  /** Wrapper, bubblewrap and its reaper: they end by themselves after the program. */
  private static final int SANDBOX_DEPTH = 3;

  /** Asks all of its programs to end (SIGTERM). */
  public void terminate() {
    List<ProcessStat> family = members();
    for (ProcessStat member : family) {
      if (depth(member, family) >= (sandboxed ? SANDBOX_DEPTH : 1)) {
        handle(member).ifPresent(ProcessHandle::destroy);
      }
    }
  }

  private int depth(ProcessStat member, List<ProcessStat> family) {
    int depth = 0;
    ProcessStat at = member;
    while (at.pid() != leader.pid()) {
      long parent = at.parent();
      Optional<ProcessStat> up = family.stream().filter(s -> s.pid() == parent).findFirst();
      if (up.isEmpty()) {
        return SANDBOX_DEPTH; // its parent has ended: no part of the scaffold
      }
      at = up.get();
      depth++;
    }
    return depth;
  }

  /**
   * Ends all of it now (SIGKILL), also what has left the session, and returns when nothing is left.
   * The wrapper goes last, so that it can still write the exit code.
   *
   * @return false when something could not be killed
   */
  public boolean kill() throws InterruptedException {
    for (int round = 0; round < ROUNDS; round++) {
      List<ProcessStat> members = members();
      if (members.isEmpty()) {
        return true;
      }
      boolean others = members.stream().anyMatch(m -> m.pid() != leader.pid());
      for (ProcessStat member : members) {
        // Once alone, the wrapper gets a few rounds to end by itself.
        if (member.pid() != leader.pid() || (!others && round > 5)) {
          handle(member).ifPresent(ProcessHandle::destroyForcibly);
        }
      }
      Thread.sleep(Math.min(2L << Math.min(round, 5), 50));
    }
    return members().isEmpty();
  }

  /** Everything of it that lives now. */
  public List<ProcessStat> members() {
    ProcessTable table = ProcessTable.read();
    List<ProcessStat> members = new ArrayList<>();
    // Where the leader's number was given to somebody else, nothing of its session is left.
    if (ProcessStat.of(leader.pid()).filter(s -> s.start() != leader.start()).isEmpty()) {
      members.addAll(table.family(leader.pid()));
    }
    if (!sandboxed) {
      // Without a process space of its own a program can leave session and parent; the mark stays.
      for (ProcessStat marked : table.marked(Launch.MARK + "=" + mark + "\0")) {
        if (members.stream().noneMatch(s -> s.pid() == marked.pid())) {
          members.add(marked);
        }
      }
    }
    return members;
  }

  private static Optional<ProcessHandle> handle(ProcessStat member) {
    return ProcessHandle.of(member.pid())
        .filter(
            _ -> ProcessStat.of(member.pid()).filter(s -> s.start() == member.start()).isPresent());
  }
}
