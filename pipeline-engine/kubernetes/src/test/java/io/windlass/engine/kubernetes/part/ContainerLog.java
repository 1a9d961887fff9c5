package io.windlass.engine.kubernetes.part;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What one start of a container wrote, by line, with the time of each. */
final class ContainerLog {
  /** One line; {@code whole} where its end was written too. */
  record Line(Instant at, String text) {}

  private final List<Line> lines = new ArrayList<>();
  private boolean closed;

  synchronized void write(String text) {
    lines.add(new Line(Instant.now(), text));
    notifyAll();
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  synchronized int size() {
    return lines.size();
  }

  /** The line of this number, or null when the log has ended before it or nobody wants to wait. */
  synchronized Line line(int number, boolean wait) throws InterruptedException {
    while (wait && number >= lines.size() && !closed) {
      wait();
    }
    return number < lines.size() ? lines.get(number) : null;
  }
}
