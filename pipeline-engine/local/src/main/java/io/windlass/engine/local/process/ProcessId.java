package io.windlass.engine.local.process;

/**
 * A process, for as long as the machine runs: pids are used again, a pid with its start time is
 * not.
 *
 * @param start in clock ticks after boot, field 22 of {@code /proc/PID/stat}
 */
public record ProcessId(long pid, long start) {

  /** Whether it still runs. One that has ended and was not collected yet (a zombie) does not. */
  public boolean alive() {
    return ProcessStat.of(pid).filter(s -> s.start() == start && !s.zombie()).isPresent();
  }
}
