package io.windlass.engine.journal;

import io.windlass.engine.journal.Parcel.Event;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells per second, each one synced, from a number of callers at a time: {@code JournalBenchmark
 * [directory] [seconds]}.
 */
final class JournalBenchmark {
  private JournalBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    Path parent =
        Path.of(arguments.length > 0 ? arguments[0] : System.getProperty("java.io.tmpdir"));
    int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
    for (int callers : new int[] {1, 1, 4, 16, 64}) { // the first warms up
      Path directory = Files.createTempDirectory(parent, "journal-benchmark");
      try (var database = Database.open(DatabaseSettings.in(directory));
          var journal = new Journal(database, InstantSource.system())) {
        journal.register(new Parcel(), new Carrier());
        measure(journal, callers, seconds);
      } finally {
        try (var files = Files.walk(directory)) {
          files.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
      }
    }
  }

  private static void measure(Journal journal, int callers, int seconds)
      throws InterruptedException {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    var times = new long[callers][2_000_000 / callers];
    var counts = new int[callers];
    var done = new CountDownLatch(callers);
    var number = new AtomicLong();
    for (int i = 0; i < callers; i++) {
      int caller = i;
      Thread.ofVirtual()
          .start(() -> {
            while (System.nanoTime() < end && counts[caller] < times[caller].length) {
              long key = number.getAndIncrement();
              long begin = System.nanoTime();
              journal.tell(
                  Parcel.subject("parcel " + key % 1000),
                  new Event.Send("lane " + key),
                  "key " + key);
              times[caller][counts[caller]++] = System.nanoTime() - begin;
            }
            done.countDown();
          });
    }
    done.await();
    long[] all = new long[0];
    for (int i = 0; i < callers; i++) {
      int old = all.length;
      all = Arrays.copyOf(all, old + counts[i]);
      System.arraycopy(times[i], 0, all, old, counts[i]);
    }
    Arrays.sort(all);
    System.out.printf(
        Locale.ROOT,
        "%2d callers: %6d tells/s, median %.2f ms, 99%% %.2f ms%n",
        callers,
        all.length / seconds,
        all[all.length / 2] / 1e6,
        all[all.length * 99 / 100] / 1e6);
  }
}
