package io.windlass.engine.journal;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server to be killed: tells as fast as it can, and prints the key of each event once it was
 * answered.
 */
final class CrashingServer {
  private static final int CALLERS = 8;

  private CrashingServer() {}

  public static void main(String[] arguments) throws InterruptedException {
    String round = arguments[1];
    var database = Database.open(DatabaseSettings.in(Path.of(arguments[0])));
    var journal = new Journal(database, InstantSource.system());
    journal.register(new Counter(), new Counter.Worker());
    journal.start();
    var number = new AtomicLong();
    for (int i = 1; i <= CALLERS; i++) {
      Thread.ofPlatform().start(() -> tellForEver(journal, round, number));
    }
    Thread.currentThread().join();
  }

  private static void tellForEver(Journal journal, String round, AtomicLong number) {
    while (true) {
      long n = number.incrementAndGet();
      String counter = Long.toString(n % CrashTest.COUNTERS);
      String key = round + "-" + n;
      journal.tell(new Subject(Counter.KIND, counter), new Counter.Event.Add("lane " + n % 7), key);
      System.out.println("answered " + counter + " " + key);
    }
  }
}
